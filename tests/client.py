"""A small client of our own API, so that tests read as sentences."""

from typing import Any

import httpx2

API = "/api/v1"
ANSWER = httpx2.Response


class Client:
    """Calls the API, as nobody or as whoever `token` belongs to."""

    def __init__(self, http: httpx2.AsyncClient, token: str | None = None) -> None:
        self.http, self.token = http, token

    def as_(self, token: str) -> "Client":
        """The same connection for somebody else."""
        return Client(self.http, token)

    async def get(self, path: str, **parameters: Any) -> ANSWER:
        """GET with query parameters."""
        return await self._send("GET", path, params=parameters)

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> ANSWER:
        """POST a JSON body (an empty object unless given)."""
        if key:
            headers["Idempotency-Key"] = key
        return await self._send("POST", path, json={} if body is None else body, headers=headers)

    async def upload(
        self,
        data: bytes,
        *,
        key: str | None = None,
        path: str = "/files",
        name: str = "tmp_1.jpg",
        declared: str = "image/jpeg",
        **more: str,
    ) -> ANSWER:
        """POST a file as wx.uploadFile does, with more form fields where given."""
        headers = {"Idempotency-Key": key} if key else {}
        files = {"file": (name, data, declared)}
        return await self._send("POST", path, files=files, data=more, headers=headers)

    async def put(self, path: str, body: Any, **headers: str) -> ANSWER:
        """PUT a JSON body."""
        return await self._send("PUT", path, json=body, headers=headers)

    async def delete(self, path: str, **headers: str) -> ANSWER:
        """DELETE, which takes no body."""
        return await self._send("DELETE", path, headers=headers)

    async def _send(self, method: str, path: str, **request: Any) -> ANSWER:
        headers = request.pop("headers", {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        full = (
            path
            if path.startswith(("/api", "/healthz", "/readyz", "/version", "/docs", "/openapi", "/q/"))
            else API + path
        )
        return await self.http.request(method, full, headers=headers, **request)

    async def signed_in(self, name: str) -> "Client":
        """The sandbox person of that name."""
        answer = await self.post("/auth/wechat", {"code": f"sandbox:{name}"})
        assert answer.status_code == 200, answer.text
        return self.as_(answer.json()["access_token"])


def refusal(answer: ANSWER) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
