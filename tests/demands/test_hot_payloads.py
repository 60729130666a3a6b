"""Whatever is written in a body, path, filter or header of a hot route: both ways answer the same, never a 5xx."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest

from app.kit import clock
from app.main import API
from tests.authorization.payloads import BARE, MARK, MARKED, NUL
from tests.client import ANSWER, Client
from tests.demands.both import Both, plain
from tests.demands.world import drain, ok, opened
from tests.racing import a_key

Body = dict[str, Any]
SAMPLE = 7
PAYLOADS = (*MARKED, *NUL, *BARE)
RAW = (
    *(b"", b"null", b"[]", b'""', b"0", b"{", b"\xff", b'{"note": "\xff"}', b"\xef\xbb\xbf{}", b"\0", b"{}\0"),
    *('{"note": "马上到"}'.encode(how) for how in ("utf-16", "utf-16-le", "utf-32", "gb18030")),
    *(b'{"%s": 1}' % key for key in (b"\\ud800", b"\\u0000", b"\\udfff\\ud800", b"", b"note\\u0000")),
    *(
        b'{"places": %s}' % number
        for number in (b"1e400", b"NaN", b"-Infinity", b"9" * 5000, b"-0.0", b"1" + b"0" * 30)
    ),
    b'{"note": 1, "note": "\\ud800"}',
)
"""Bodies that are not JSON, are in another encoding, or hold what no text or number of ours may be."""
TEXTS = (
    '"\\ud800"',
    '"\\udc00"',
    '"a\\udc00b"',
    '"\\ud83d\\u0000"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\uffff"',
    '"\\u202e"',
)
"""Texts as JSON writes them: half a letter, NUL, what is no character, and what turns around what follows."""
FILED = ("title", "description", "address", "category", "region_code", "kind", "wanted_by")
HEADERS = ("Idempotency-Key", "X-Forwarded-For", "X-Trace-Id", "Traceparent", "X-Request-Id", "Content-Type", "Accept")


@contextmanager
def without_sessions(both: Both) -> Iterator[None]:
    """The fast application can only answer the fast way."""
    kept, both.fast.state.sessions = both.fast.state.sessions, None
    yield
    both.fast.state.sessions = kept


def same(answer: ANSWER) -> Any:
    """What both ways must answer alike."""
    content = answer.json() if answer.content else None
    if isinstance(content, dict):
        for name in ("trace_id", "number"):
            content.pop(name, None)
    found = answer.status_code, answer.headers.get("content-type"), content
    assert answer.status_code < 500, answer.text
    return plain(list(found), {}, clock.now())


async def alike(both: Both, who: Client, method: str, path: str, **request: Any) -> ANSWER:
    """The fast way's answer, which is the usual one's."""
    headers = {"Authorization": f"Bearer {who.token}", **request.pop("headers", {})}
    if isinstance(request.get("content"), str):
        request["content"] = request["content"].encode()
    answers = [
        await client.http.request(method, API + path, headers=headers, **request)
        for client in (both.hasty, both.usual.filer)
    ]
    assert same(answers[0]) == same(answers[1]), (method, path, request)
    return answers[0]


@pytest.fixture(autouse=True)
async def _no_statement_holds_a_payload(both: Both) -> Any:
    yield
    assert not [one.text for one in both.fast.state.hot._compiled.values() if MARK in one.text]


async def test_filing_takes_a_payload_as_words(both: Both) -> None:
    for payload in MARKED:
        texts = dict.fromkeys(("title", "description", "address"), payload)
        body = drain(**texts, contact={"name": payload, "phone": "13800000001"})
        with without_sessions(both):
            made = await ok(both.hastily(both.usual.filer).post("/demands", body, key=a_key()), 201)
        other = await ok(both.usual.filer.post("/demands", body), 201)
        names: list[dict[str, str]] = [{}, {}]
        for one, known in zip((made, other), names, strict=True):
            one.pop("number")
            known[one["id"]] = "the demand"
        assert plain(made, names[0], clock.now()) == plain(other, names[1], clock.now())
        assert made["description"] == payload.strip()


async def test_claiming_takes_payloads_as_words(both: Both) -> None:
    member = both.usual.member
    for at in range(0, len(MARKED), SAMPLE):
        note, path = " ".join(MARKED[at : at + SAMPLE]), f"/demands/{(await opened(both.usual))['id']}/claims"
        with without_sessions(both):
            made = await ok(both.hastily(member).post(path, {"note": note}, key=a_key()), 201)
        assert made["note"] == note.strip()


@pytest.mark.parametrize("place", FILED)
async def test_what_is_filed_is_answered_alike(both: Both, place: str) -> None:
    every = 1 if place in ("category", "region_code") else SAMPLE
    texts = [*map(json.dumps, PAYLOADS[::every]), *TEXTS]
    for text in texts:
        body = json.dumps(drain() | {place: "PLACE"}).replace('"PLACE"', text)
        await alike(both, both.usual.filer, "POST", "/demands", content=body, headers=JSON)


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("where", ["answers", "contact", "location", "on_behalf_of", "file_ids"])
async def test_what_is_filed_deeper_is_answered_alike(both: Both, where: str) -> None:
    for text in [*map(json.dumps, PAYLOADS[::SAMPLE]), *TEXTS]:
        inner = {
            "answers": f'{{{text}: "三层", "floor": {text}}}',
            "contact": f'{{"name": {text}, "phone": {text}}}',
            "location": f'{{"lng": {text}, "lat": 39.8, "coord_type": {text}}}',
            "on_behalf_of": f'{{"name": {text}, "phone": "13800000009"}}',
            "file_ids": f"[{text}]",
        }[where]
        body = json.dumps(drain() | {where: "PLACE"}).replace('"PLACE"', inner)
        await alike(both, both.usual.filer, "POST", "/demands", content=body, headers=JSON)


@pytest.mark.parametrize("place", ["note", "places", "member_id", "organization_id", "unknown"])
async def test_what_is_claimed_is_answered_alike(both: Both, place: str) -> None:
    path = f"/demands/{(await opened(both.usual, slots=1))['id']}/claims"
    await ok(both.usual.second.post(path), 201)  # full, so that both ways refuse whatever is well-formed
    for text in [*map(json.dumps, PAYLOADS[::SAMPLE]), *TEXTS]:
        await alike(both, both.usual.member, "POST", path, content=f'{{"{place}": {text}}}', headers=JSON)


async def test_bodies_that_are_no_text_are_answered_alike(both: Both) -> None:
    path = f"/demands/{(await opened(both.usual, slots=1))['id']}/claims"
    await ok(both.usual.second.post(path), 201)
    for where in (path, "/demands"):
        for body in RAW:
            for headers in (JSON, {}, {"Content-Type": "application/json; charset=utf-16"}):
                await alike(both, both.usual.member, "POST", where, content=body, headers=headers)


async def test_paths_and_filters_are_answered_alike(both: Both) -> None:
    demand = await opened(both.usual)
    for payload in PAYLOADS[::2]:
        for who in (both.usual.member, both.usual.filer):
            await alike(both, who, "GET", f"/demands/{quote(payload, safe='')}")
            await alike(both, who, "GET", "/demands", params={"scope": "open", "limit": payload})
        for name in ("scope", "q", "cursor", "category", "coord_type", payload):
            await alike(both, both.usual.member, "GET", "/demands", params={"scope": "open"} | {name: payload})
        await alike(both, both.usual.member, "GET", f"/demands/{demand['id']}", params={"coord_type": payload})
        await alike(both, both.usual.member, "POST", f"/demands/{quote(payload, safe='')}/claims", json={})


@pytest.mark.parametrize("name", HEADERS)
async def test_headers_are_answered_alike(both: Both, name: str) -> None:
    path = f"/demands/{(await opened(both.usual, slots=1))['id']}"
    await ok(both.usual.second.post(f"{path}/claims"), 201)
    for payload in (*PAYLOADS[::SAMPLE], "\xff" * 20, "x" * 65, '"' * 20):
        headers = {name: payload.encode()}
        await alike(both, both.usual.member, "POST", f"{path}/claims", content=b"{}", headers=JSON | headers)
        await alike(both, both.usual.member, "GET", path, headers=headers)
        await alike(both, both.usual.filer, "POST", "/demands", content=json.dumps(drain()), headers=JSON | headers)


@pytest.mark.parametrize("form", ["{0}", "Bearer {0}", "Bearer {1}{0}", "Bearer {0}{1}", "Basic {0}", "bearer  {1}"])
async def test_made_up_tokens_are_answered_alike(both: Both, form: str) -> None:
    path = f"/demands/{(await opened(both.usual))['id']}"
    for payload in (*PAYLOADS[::SAMPLE], "\xff", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        headers = {"Authorization": form.format(payload, both.usual.member.token).encode()}
        for method, where in (("GET", path), ("GET", "/demands?scope=open"), ("POST", f"{path}/claims")):
            answer = await alike(both, both.usual.member, method, where, headers=headers)
            assert answer.status_code == 401
