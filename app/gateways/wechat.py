"""WeChat's server API as far as signing in needs it, and the sandbox for as long as no app id is set."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2

from app.kit import log
from app.kit.errors import AppError, Text, Unavailable

logger = log.get()
SANDBOX_APP = "sandbox"
SANDBOX_CODE = re.compile(r"sandbox:([^\s\0]{1,64})")
MOBILE = re.compile(r"1[0-9]{10}")
BUSY = {-1, 45009, 45011}
"""System busy, daily quota, per-minute quota: trying again later may work."""
BAD_TOKEN = {40001, 40014, 42001}
"""The access token is wrong or has expired: fetch another one and try once more."""
BEFORE_EXPIRY = 300
"""Seconds before its end in which a token is renewed; WeChat keeps both valid meanwhile."""


class CodeRefused(AppError):
    status, code = 401, "wechat_code_refused"
    title = Text("微信登录码无效，请重试", "WeChat refused the code, please try again")


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    """Who WeChat says that is. The session key is not kept: nothing of ours decrypts with it."""

    app_id: str
    openid: str
    union_id: str | None = None


class WeChat(Protocol):
    """What we ask of WeChat."""

    async def identify(self, code: str) -> WeChatIdentity:
        """The person behind a code of wx.login; raises `CodeRefused` or `Unavailable`."""
        ...

    async def phone_number(self, code: str) -> str:
        """The eleven digits behind a code of getPhoneNumber; raises `CodeRefused` or `Unavailable`."""
        ...


class SandboxWeChat:
    """Believes every `sandbox:NAME`, so that the whole service works without a WeChat account."""

    async def identify(self, code: str) -> WeChatIdentity:
        match = SANDBOX_CODE.fullmatch(code)
        if match is None:
            raise CodeRefused
        return WeChatIdentity(SANDBOX_APP, match[1])

    async def phone_number(self, code: str) -> str:
        phone = (await self.identify(code)).openid
        if not MOBILE.fullmatch(phone):
            raise CodeRefused
        return phone


class HttpWeChat:
    """The real thing, as its documentation says: errors come as HTTP 200 with an `errcode`."""

    def __init__(self, client: httpx2.AsyncClient, app_id: str, secret: str) -> None:
        self._client, self._app_id, self._secret = client, app_id, secret
        self._token, self._token_until = "", 0.0

    async def identify(self, code: str) -> WeChatIdentity:
        answer = await self._ask(
            "GET",
            "/sns/jscode2session",
            params={
                "appid": self._app_id,
                "secret": self._secret,
                "js_code": code,
                "grant_type": "authorization_code",
            },
        )
        _refuse(answer)
        with _as_documented():
            return WeChatIdentity(self._app_id, str(answer["openid"]), answer.get("unionid"))

    async def phone_number(self, code: str) -> str:
        answer = await self._with_token("/wxa/business/getuserphonenumber", {"code": code})
        _refuse(answer)
        with _as_documented():
            info = answer["phone_info"]
            ours = info["watermark"]["appid"] == self._app_id
            country, phone = str(info["countryCode"]), str(info["purePhoneNumber"])
        if not ours or country != "86" or not MOBILE.fullmatch(phone):
            raise CodeRefused
        return phone

    async def _with_token(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._ask("POST", path, params=await self._access(), json=body)
        if _error_of(answer) in BAD_TOKEN:
            self._token_until = 0.0
            answer = await self._ask("POST", path, params=await self._access(), json=body)
        return answer

    async def _access(self) -> dict[str, str]:
        """The access token as a query; of two callers at once both may fetch it, which WeChat allows."""
        if time.monotonic() >= self._token_until:
            body = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
            answer = await self._ask("POST", "/cgi-bin/stable_token", json=body)
            _refuse(answer)
            with _as_documented():
                life = int(answer["expires_in"])
                self._token = str(answer["access_token"])
            self._token_until = time.monotonic() + life - BEFORE_EXPIRY
        return {"access_token": self._token}

    async def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = await self._client.request(method, path, **request)
            answer = response.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            logger.warning("wechat.unavailable", path=path, reason=type(error).__name__)
            raise Unavailable(retry_after=2) from error
        with _as_documented():
            return dict(answer)


@contextmanager
def _as_documented() -> Iterator[None]:
    """Take an answer apart; one of another shape than documented is as good as none."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        logger.warning("wechat.unavailable", reason=type(error).__name__)
        raise Unavailable(retry_after=2) from error


class AskedOnce:
    """Asks WeChat each question once a request: a code works once, and a transaction may run again."""

    def __init__(self, wechat: WeChat) -> None:
        self._wechat = wechat
        self._identities: dict[str, WeChatIdentity] = {}
        self._phones: dict[str, str] = {}

    async def identify(self, code: str) -> WeChatIdentity:
        if code not in self._identities:
            self._identities[code] = await self._wechat.identify(code)
        return self._identities[code]

    async def phone_number(self, code: str) -> str:
        if code not in self._phones:
            self._phones[code] = await self._wechat.phone_number(code)
        return self._phones[code]


def _error_of(answer: dict[str, Any]) -> int:
    """The error code, which one documented example shows as a string."""
    with _as_documented():
        return int(str(answer.get("errcode", 0)))


def _refuse(answer: dict[str, Any]) -> None:
    """Raise what an error code means to the caller; a misconfigured app is seen in the log."""
    error = _error_of(answer)
    if error == 0:
        return
    logger.warning("wechat.refused", errcode=error)
    raise Unavailable(retry_after=2) if error in BUSY | BAD_TOKEN else CodeRefused
