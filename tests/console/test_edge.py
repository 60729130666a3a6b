"""What a browser may do with the pages, and who gets which: every route, every role, every answer."""

import re
import uuid
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State

from app.activities.models import LateEntry
from app.console.desk import create_desk
from app.console.route import DeskRoute, PageRoute
from app.console.verbs import (
    OF_ACTIVITIES,
    OF_APPEALS,
    OF_BINDINGS,
    OF_CERTIFICATES,
    OF_CLAIMS,
    OF_COMPLAINTS,
    OF_DEMANDS,
    OF_ENROLLMENTS,
    OF_LATE_ENTRIES,
    OF_PLACES,
    OF_SCANS,
    OF_SHIFTS,
)
from app.demands import listing
from app.kit import clock
from app.kit.db import new_id
from app.kit.http import TransactionalRoute
from app.ledger.models import HolderKind
from tests.activities.evenings import patrol
from tests.certificates.hours import booked, certificate
from tests.checkins.places import a_place
from tests.checkins.scanning import held_scan
from tests.client import Client
from tests.console.browsing import ORIGIN, Browser, at_desk, forms_of
from tests.console.test_hearings import complained, rejected, shared
from tests.demands.world import NEIGHBOUR, World, claimed, filed, ok, opened
from tests.enrollments.reporting import reported
from tests.rosters.sheets import roster, send

PUBLIC = {("GET", "/sign-in"), ("POST", "/sign-in")}
EVERYBODY = {("POST", "/sign-out")}
"""What is for whoever is signed in, at a desk or not."""
READING = {
    ("GET", "/"),
    ("GET", "/demands"),
    ("GET", "/demands/{demand_id}"),
    ("GET", "/inbox"),
    ("GET", "/appeals"),
    ("GET", "/appeals/{appeal_id}"),
    ("GET", "/complaints"),
    ("GET", "/complaints/{complaint_id}"),
    ("GET", "/activities"),
    ("GET", "/activities/{activity_id}"),
    ("GET", "/bindings"),
    ("GET", "/certificates"),
    ("GET", "/certificates/{certificate_id}/pdf"),
    ("GET", "/codes"),
    ("GET", "/enrollments"),
    ("GET", "/rosters"),
    ("GET", "/scans"),
    ("GET", "/unread"),
    ("GET", "/members"),
    ("GET", "/organizations"),
    ("GET", "/places"),
    ("GET", "/questions"),
    ("GET", "/similar"),
    ("POST", "/inbox/read"),
}
"""For all staff."""
DISPATCHING = {
    ("GET", "/activities/new"),
    ("POST", "/activities/new"),
    ("GET", "/activities/{activity_id}/change"),
    ("POST", "/activities/{activity_id}/change"),
    ("GET", "/file"),
    ("GET", "/codes/posters"),
    ("GET", "/codes/{place_id}/screen"),
    ("POST", "/certificates"),
    ("POST", "/certificates/{certificate_id}/{action}"),
    ("POST", "/codes"),
    ("POST", "/codes/{place_id}/{action}"),
    ("POST", "/file"),
    ("POST", "/demands/{demand_id}/{action}"),
    ("POST", "/claims/{claim_id}/{action}"),
    ("POST", "/appeals/{appeal_id}/{action}"),
    ("POST", "/complaints/{complaint_id}/{action}"),
    ("POST", "/bindings/{binding_id}/{action}"),
    ("POST", "/activities/{activity_id}/{action}"),
    ("POST", "/shifts/{shift_id}/{action}"),
    ("POST", "/late-entries/{entry_id}/{action}"),
    ("POST", "/enrollments/confirm"),
    ("POST", "/enrollments/{enrollment_id}/{action}"),
    ("POST", "/scans/decide"),
    ("POST", "/scans/{scan_id}/{action}"),
    ("GET", "/rosters/templates/{kind}"),
    ("POST", "/rosters"),
}
"""For the desk that has it."""
SENDING = {
    ("GET", "/rosters/{import_id}"),
    ("GET", "/rosters/{import_id}/state"),
    ("GET", "/rosters/{import_id}/errors"),
    ("POST", "/rosters/{import_id}/commit"),
}
"""For who sent the file, and nobody else."""
QUERIES = {"/members": "?kind=one&who=党", "/organizations": "?unit=物", "/places": "?place=八"}


def desk_routes() -> dict[tuple[str, str], TransactionalRoute]:
    """Every route of the pages; assets, which hold nothing of anybody's, are mounted beside them."""
    found: dict[tuple[str, str], TransactionalRoute] = {}
    for context in iter_route_contexts(create_desk(State()).routes):
        route = context.original_route
        if isinstance(route, TransactionalRoute):
            found |= {(method, context.path or ""): route for method in context.methods or set()}
    return found


def test_every_route_is_in_one_list() -> None:
    lists = [PUBLIC, EVERYBODY, READING, DISPATCHING, SENDING]
    assert sum(len(one) for one in lists) == len(set.union(*lists))
    assert set(desk_routes()) == set.union(*lists)


def test_nothing_but_pages_and_assets_is_served() -> None:
    paths = {context.path for context in iter_route_contexts(create_desk(State()).routes)}
    assert paths == {path for _, path in desk_routes()} | {"/static", "/htmx"}


def test_every_page_but_that_of_signing_in_needs_somebody_signed_in() -> None:
    for asked, route in desk_routes().items():
        assert isinstance(route, PageRoute if asked in PUBLIC else DeskRoute), asked


async def entered(session: AsyncSession, world: World) -> tuple[dict[str, Any], dict[str, str]]:
    """An activity, and a presence at it that somebody else has entered after the fact."""
    draft = await ok(world.desk.post("/activities", patrol()), 201)
    found = await ok(world.desk.post(f"/activities/{draft['id']}/publish"))
    (shift,), (member, *_) = found["shifts"], world.members
    entry = LateEntry(
        id=new_id(),
        shift_id=uuid.UUID(shift["id"]),
        region_code=found["region_code"],
        person_kind=HolderKind.MEMBER,
        person_id=member.id,
        arrived_at=datetime.fromisoformat(shift["starts_at"]),
        left_at=datetime.fromisoformat(shift["ends_at"]),
        reason="当晚网络故障",
        entered_by=uuid.UUID((await ok(world.liaison.get("/me")))["id"]),
        entered_at=clock.now(),
    )
    session.add(entry)
    await session.commit()
    return found, {"id": str(entry.id)}


@pytest.fixture
async def place(session: AsyncSession, world: World) -> dict[str, str]:
    """What stands in the paths."""
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    appeal, complaint = await rejected(world), await complained(world)
    await shared(session, world)
    (binding,) = (await ok(world.desk.get("/members/bindings")))["items"]
    spot = await a_place(world.desk)
    activity, entry = await entered(session, world)
    await booked(session, world.members[0])
    await session.commit()
    found = {
        "activity": activity,
        "shift": activity["shifts"][0],
        "entry": entry,
        "place": spot,
        "demand": demand,
        "claim": claim,
        "appeal": appeal,
        "complaint": complaint,
        "binding": binding,
        "certificate": await certificate(world.member),
        "enrollment": await reported(world.second),
        "scan": {"id": await held_scan(session, world)},
        "import": await ok(send(world.desk, roster(("新一", "13800000071"))), 201),
    }
    named = {f"{{{name}_id}}": one["id"] for name, one in found.items()}
    return named | {"{action}": "message", "{kind}": "members"}


def address(path: str, place: dict[str, str], action: str = "message") -> str:
    for name, value in (place | {"{action}": action}).items():
        path = path.replace(name, value)
    if path == "/codes/posters":
        return f"{path}?place_id={place['{place_id}']}"
    return path + QUERIES.get(path, "")


async def test_nobody_is_led_to_sign_in(client: Client, place: dict[str, str]) -> None:
    browser = Browser(client.http)
    for method, path in set(desk_routes()) - PUBLIC:
        if method == "GET":
            answer = await browser.get(address(path, place))
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/desk/sign-in"), path
        else:
            assert (await browser.post(address(path, place))).status_code == 401, path


async def asked(browser: Browser, method: str, path: str, **values: str) -> int:
    """The status of an answer to somebody whose forms are their own."""
    if method == "GET":
        return (await browser.get(path)).status_code
    token = forms_of((await browser.get("/inbox")).text).get("/desk/sign-out")
    kept = {"_token": token.fields["_token"][0]} if token else {}
    return (await browser.post(path, {**kept, **values})).status_code


@pytest.mark.parametrize(
    ("role", "reading", "dispatching"),
    [
        ("desk", {200, 422}, {200, 422, 409, 303}),
        ("district_desk", {200, 422}, {200, 422, 409, 303}),
        ("admin", {200, 422}, {200, 422, 409, 303}),
        ("neighbour_desk", {200, 404, 422}, {200, 404, 422}),
        ("observer", {200, 422}, {403}),
        ("liaison", {403}, {403}),
        ("member", {403}, {403}),
        ("filer", {403}, {403}),
    ],
)
async def test_every_role_gets_what_is_its_own(
    session: AsyncSession, world: World, place: dict[str, str], role: str, reading: set[int], dispatching: set[int]
) -> None:
    browser = await at_desk(session, getattr(world, role))
    for method, path in READING:
        assert await asked(browser, method, address(path, place)) in reading, path
    is_dispatcher = 403 not in dispatching
    whole = {} if is_dispatcher else WELL_FORMED | {"member_id": place["{claim_id}"], "into_id": place["{demand_id}"]}
    for method, path in DISPATCHING:
        verbs = VERBS.get(path.split("/")[1], ["-"])
        for verb in verbs:
            expected = {403} if (role, verb) == ("desk", "approve") else dispatching  # the desk above it says so
            found = await asked(browser, method, address(path, place, verb), **whole)
            assert found in expected, f"{path} {verb}"


@pytest.mark.parametrize(
    ("role", "status"),
    [("desk", {200, 409}), ("district_desk", {404}), ("admin", {404}), ("observer", {404}), ("liaison", {403})],
)
async def test_a_file_is_its_senders_alone(
    session: AsyncSession, world: World, place: dict[str, str], role: str, status: set[int]
) -> None:
    browser = await at_desk(session, getattr(world, role))
    for method, path in SENDING:
        assert await asked(browser, method, address(path, place)) in status, path


VERBS = {
    "demands": OF_DEMANDS,
    "claims": OF_CLAIMS,
    "appeals": OF_APPEALS,
    "complaints": OF_COMPLAINTS,
    "bindings": OF_BINDINGS,
    "certificates": OF_CERTIFICATES,
    "codes": OF_PLACES,
    "enrollments": OF_ENROLLMENTS,
    "activities": OF_ACTIVITIES,
    "shifts": OF_SHIFTS,
    "scans": OF_SCANS,
    "late-entries": OF_LATE_ENTRIES,
}
WELL_FORMED = {
    "children.0.description": "子单",
    "upheld": "false",
    "accepted": "true",
    "reason": "原因",
    "cause": "other",
    "description": "说明",
    "text": "留言",
    "mode": "open",
    "region_code": NEIGHBOUR,
    "result": "unresolved",
    "stars": "5",
    "purpose": "enroll",
    "resolved": "true",
    "kind": "members",
    "mark": "present",
    "arrived_at": "2026-01-01T08:00",
    "left_at": "2026-01-01T09:00",
    "starts_at": "2026-01-01T08:00",
    "ends_at": "2026-01-01T09:00",
    "ids": "00000000-0000-7000-8000-000000000000",
}
"""A form in which nothing is missing, whatever is asked: so a refusal is for who asks."""


async def test_nobody_touches_another_desks(session: AsyncSession, world: World) -> None:
    theirs = await filed(world.stranger, region_code=NEIGHBOUR)
    browser = await at_desk(session, world.desk)
    for verb in OF_DEMANDS:
        assert await asked(browser, "POST", f"/demands/{theirs['id']}/{verb}") == 404, verb


FOREIGN = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://yihu.test.evil.test"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_form_of_another_site_does_nothing(
    session: AsyncSession, world: World, desk: Browser, headers: dict[str, str]
) -> None:
    demand = await filed(world.filer)
    form = forms_of((await desk.get(f"/demands/{demand['id']}")).text)[f"/desk/demands/{demand['id']}/return"]
    answer = await desk.post(form.action, {**form.fields, "reason": "机密文字"}, **headers)
    assert answer.status_code == 403
    assert "机密文字" not in answer.text, "what another site typed is not shown"
    assert (await desk.post("/sign-in", {"username": "a", "password": "b"}, **headers)).status_code == 403


async def test_a_form_without_the_sessions_token_does_nothing(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    demand = await filed(world.filer)
    place = f"/demands/{demand['id']}/return"
    another = await at_desk(session, world.desk)
    stale = forms_of((await another.get("/")).text)["/desk/sign-out"].fields["_token"][0]
    for token in ("", "x", stale):
        answer = await desk.post(place, {"_token": token, "reason": "写了很久"})
        assert answer.status_code == 403, token
        assert "写了很久" in answer.text, "it can be copied"
    assert (await desk.post(place, {"reason": "写了很久"})).status_code == 403


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def test_every_answer_says_what_a_browser_may_do(
    client: Client, session: AsyncSession, world: World, desk: Browser, place: dict[str, str]
) -> None:
    nobody, liaison = Browser(client.http), await at_desk(session, world.liaison)
    answers = [await nobody.get("/sign-in"), await nobody.post("/sign-in"), await nobody.get("/no-such-page")]
    answers += [await desk.get(address(path, place)) for method, path in desk_routes() if method == "GET"]
    answers += [await nobody.get("/"), await liaison.get("/"), await desk.get("/demands/no-id")]
    answers += [await desk.post(address(path, place)) for method, path in desk_routes() if method == "POST"]
    answers += [await desk.post("/sign-in", {}, Origin="https://evil.test"), await desk.post("/")]
    answers += [
        await nobody.get("/static/desk.css"),
        await nobody.get("/htmx/htmx-2.min.js"),
        await nobody.get("/htmx/"),
    ]
    for answer in answers:
        found = {name: answer.headers.get(name) for name in HEADERS}
        assert found == HEADERS, answer.url
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert answer.headers["cache-control"] == "no-store", answer.url


async def test_no_page_has_script_or_style_of_its_own(desk: Browser, place: dict[str, str]) -> None:
    for method, path in desk_routes():
        if method == "GET":
            page = (await desk.get(address(path, place))).text
            assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son\w+=|hx-on|javascript:|hx-vals", page), path


async def test_a_fault_of_ours_is_a_page_too(
    monkeypatch: pytest.MonkeyPatch, application: FastAPI, desk: Browser
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(listing, "counts", broken)
    answer = await desk.get("/")
    assert answer.status_code == 500
    assert "系统出错了" in answer.text
    assert "a secret" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-trace-id"] in answer.text


@pytest.mark.parametrize("by_script", [False, True])
@pytest.mark.parametrize("place", ["sign-in", "file"])
async def test_a_form_too_large_to_be_read_stays_where_it_was_typed(desk: Browser, place: str, by_script: bool) -> None:
    """A script puts a line on top of the page, which stays; without one there is only going back."""
    headers = {"Origin": ORIGIN, "Content-Type": FORM}
    script = {"HX-Request": "true", "HX-Boosted": "true"} if by_script else {}
    answer = await desk.http.post(f"/desk/{place}", content=b"a=" + b"a" * (1 << 20), headers=headers | script)
    assert answer.status_code == 413
    assert "过大" in answer.text
    assert "删减后再提交" in answer.text
    assert ("后退" in answer.text, "<html" in answer.text) == (not by_script, not by_script)
    assert answer.headers.get("hx-reswap") == ("afterbegin" if by_script else None)


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"%00=%00&_token=%ff", b"title=%ED%A0%80", b"=&&&=", b"a" * 5000])
async def test_a_body_of_noise_is_no_fault_of_ours(desk: Browser, body: bytes) -> None:
    page = await desk.get("/file")
    token = forms_of(page.text)["/desk/file"].fields["_token"][0]
    for place in ("/desk/file", "/desk/sign-in", "/desk/demands/x/return"):
        answer = await desk.http.post(
            place,
            content=body + f"&_token={token}".encode(),
            headers={"Origin": ORIGIN, "Content-Type": FORM, "Cookie": f"yihu_desk={desk.cookie}"},
        )
        assert answer.status_code in (401, 404, 422), (place, answer.text)
