"""What people send is never in the log, in a real HTTP process with its real stderr."""

import asyncio
import json
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from app.settings import Settings
from tests import http_worker
from tests.authorization.document import PARAMETER, ROUTES, SCHEMAS, Route
from tests.client import Client
from tests.kit.edge.scratch import Owner

PHONE, OPENID, TOKEN = "13800000009", "oWxSecretOpenId", "a-token-that-nobody-may-read"
PLANTED = (PHONE, OPENID, TOKEN)
KEEPS_SIGNED_IN = ("POST /auth/sign-out", "DELETE /me")
"""What would end the session; neither takes anything from a person."""


@asynccontextmanager
async def process(settings: Settings, log: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an HTTP worker as serve starts it; what it logs goes to a file."""
    listener = socket.create_server(("127.0.0.1", 0))
    os.set_inheritable(listener.fileno(), True)
    command, environment = http_worker.command(listener.fileno()), http_worker.environment(settings)
    with log.open("wb") as stderr:
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, pass_fds=[listener.fileno()], stderr=stderr
        )
    try:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=address, timeout=20) as http:
            yield http
    finally:
        child.terminate()
        await child.wait()
        listener.close()


async def provoke(http: httpx2.AsyncClient) -> set[int]:
    """Send what is planted in every place, whole and malformed; the statuses that came."""
    statuses = set()
    for body in (
        {"code": f"sandbox:{OPENID}"},
        {"code": PHONE},
        {PHONE: TOKEN},
        [PHONE],
        {"username": PHONE},
    ):
        for path in ("/auth/wechat", "/auth/password", "/auth/phone", f"/{PHONE}", f"/demands/{OPENID}"):
            answer = await http.post(
                f"/api/v1{path}?phone={PHONE}&token={TOKEN}",
                json=body,
                headers={"Authorization": f"Bearer {TOKEN}", "X-Phone": PHONE, "Idempotency-Key": TOKEN},
            )
            statuses.add(answer.status_code)
    broken = f'{{"code": "{PHONE}'.encode()
    statuses.add((await http.post("/api/v1/auth/wechat", content=broken)).status_code)
    statuses.add((await http.get(f"/{PHONE}?q={OPENID}")).status_code)
    return statuses


async def provoke_every_route(http: httpx2.AsyncClient, token: str | None) -> set[int]:
    """Send what is planted in every path, query and field of the whole API; the statuses that came."""
    statuses: set[int] = set()
    headers = {"Authorization": f"Bearer {token}", "X-Phone": PHONE} if token else {"X-Phone": PHONE}
    for route in ROUTES.values():
        if route.name in KEEPS_SIGNED_IN:
            continue
        one = str(uuid.uuid4()) if route.parameter != "key" else PHONE
        path = PARAMETER.sub(one, route.path)
        for body in bodies(route):
            answer = await http.request(
                route.method,
                f"/api/v1{path}?" + "&".join(f"{name}={PHONE}" for name in (*route.queries, "unknown")),
                json=body,
                headers=headers | {"Idempotency-Key": f"{PHONE}-{len(statuses):08}"},
            )
            statuses.add(answer.status_code)
            if answer.status_code >= 400:
                assert [planted for planted in PLANTED if planted in answer.text] == [], (route.name, answer.text)
                assert "Traceback" not in answer.text
    return statuses


def bodies(route: Route) -> list[Any]:
    """A body with each of its fields planted as text, as what it takes where that is one of these, and none."""
    if route.takes is None:
        return [None]
    fields = SCHEMAS[route.takes].get("properties", {})
    contact = {"name": OPENID, "phone": PHONE}
    fitting = {"description": f"{OPENID} {PHONE}", "contact": contact, "on_behalf_of": contact, "address": OPENID}
    fitting |= {"region_code": "110107", "text": PHONE, "reason": PHONE, "comment": PHONE, "note": PHONE, "code": PHONE}
    known = {name: value for name, value in fitting.items() if name in fields}
    return [dict.fromkeys(fields, PHONE), known, {name: [OPENID] for name in fields}]


async def test_no_route_tells_the_log_or_an_error_what_was_sent(
    committing: Settings, owner: Owner, tmp_path: Path
) -> None:
    settings = committing.model_copy(update={"log_level": "debug"})
    settings.model_fields_set.add("log_level")
    log = tmp_path / "log"
    async with process(settings, log) as http:
        await owner.run("INSERT INTO regions (code, level, name) VALUES ('110107', 'community', 'x')")
        alice = await Client(http).signed_in(OPENID)
        asked = await provoke_every_route(http, None) | await provoke_every_route(http, alice.token)
        await owner.run("ALTER TABLE demands DROP COLUMN description, DROP COLUMN claimed")
        broken = await provoke_every_route(http, alice.token)
    assert asked >= {200, 201, 401, 403, 404, 422}
    assert 500 in broken
    written = log.read_text()
    assert [planted for planted in (*PLANTED, str(alice.token)) if planted in written] == []
    assert len(written.splitlines()) > 300


async def test_nothing_that_was_sent_is_in_the_log(committing: Settings, owner: Owner, tmp_path: Path) -> None:
    settings = committing.model_copy(update={"log_level": "debug"})
    settings.model_fields_set.add("log_level")
    log = tmp_path / "log"
    async with process(settings, log) as http:
        asked = await provoke(http)
        alice = await Client(http).signed_in(OPENID)
        await owner.run("ALTER TABLE identities RENAME TO away")
        try:
            broken = await provoke(http)
            assert (await alice.get("/me")).status_code == 200
        finally:
            await owner.run("ALTER TABLE away RENAME TO identities")
    assert asked >= {200, 401, 404, 422}
    assert 500 in broken
    written = log.read_text()
    assert [planted for planted in (*PLANTED, str(alice.token)) if planted in written] == []
    lines = [json.loads(line) for line in written.splitlines()]
    assert {"at", "level", "event"} <= set.intersection(*(set(line) for line in lines))
    failures = [line for line in lines if line["event"] == "request.database_error"]
    assert failures
    assert all(line["sqlstate"] == "42P01" and "queries.py" in line["exception"] for line in failures)
    assert sum(line["event"] == "http.request" for line in lines) > 50
