"""WeChat as a server over HTTP: answers as its documentation says, and misbehaves where a test asks for it."""

import asyncio
import json
from collections import Counter
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

APP_ID, SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
CODE, PHONE_CODE = "a-login-code", "a-phone-code"
OPENID, PHONE = "oWx-openid", "13800000009"


class FakeWeChat:
    """The three endpoints of signing in. `instead` holds what a path answers in place of what is documented."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.instead: dict[str, list[Response | float]] = {}
        """Answers in order, each used once; a number is a pause in seconds before the documented one."""
        self.tokens = 0
        self.valid_token = ""
        self.session: dict[str, Any] = {"openid": OPENID, "session_key": "c2Vzc2lvbg=="}
        self.phone: dict[str, Any] = {
            "phoneNumber": PHONE,
            "purePhoneNumber": PHONE,
            "countryCode": 86,
            "watermark": {"timestamp": 1637744274, "appid": APP_ID},
        }
        self.expires_in: Any = 7200
        self.app = Starlette(
            routes=[
                Route("/sns/jscode2session", self._session, methods=["GET"]),
                Route("/cgi-bin/stable_token", self._token, methods=["POST"]),
                Route("/wxa/business/getuserphonenumber", self._phone, methods=["POST"]),
            ]
        )

    def answer_once(self, path: str, *answers: Response | float | dict[str, Any]) -> None:
        """Answer so, then as documented again."""
        made = [JSONResponse(each) if isinstance(each, dict) else each for each in answers]
        self.instead.setdefault(path, []).extend(made)

    async def _instead(self, request: Request) -> Response | None:
        path = request.url.path
        self.asked[path] += 1
        if not self.instead.get(path):
            return None
        answer = self.instead[path].pop(0)
        if isinstance(answer, Response):
            return answer
        await asyncio.sleep(answer)
        return None

    async def _session(self, request: Request) -> Response:
        if answer := await self._instead(request):
            return answer
        asked = request.query_params
        if (asked["appid"], asked["secret"], asked["grant_type"]) != (APP_ID, SECRET, "authorization_code"):
            return JSONResponse({"errcode": 40125, "errmsg": "invalid appsecret"})
        if asked["js_code"] != CODE:
            return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
        return JSONResponse(self.session)

    async def _token(self, request: Request) -> Response:
        if answer := await self._instead(request):
            return answer
        body = json.loads(await request.body())
        if (body["appid"], body["secret"], body["grant_type"]) != (APP_ID, SECRET, "client_credential"):
            return JSONResponse({"errcode": 40125, "errmsg": "invalid appsecret"})
        self.tokens += 1
        self.valid_token = f"token-{self.tokens}"
        return JSONResponse({"access_token": self.valid_token, "expires_in": self.expires_in})

    async def _phone(self, request: Request) -> Response:
        if answer := await self._instead(request):
            return answer
        if request.query_params["access_token"] != self.valid_token:
            return JSONResponse({"errcode": 40001, "errmsg": "invalid credential"})
        if json.loads(await request.body()) != {"code": PHONE_CODE}:
            return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
        return JSONResponse({"errcode": 0, "errmsg": "ok", "phone_info": self.phone})
