"""Every route whose answer can say who somebody is: masked, one's own, or on record."""

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Reveal
from app.kit.events import Event
from app.members.events import MemberEvent
from tests.authorization.document import ROUTES
from tests.client import Client
from tests.demands.world import DISTRICT, World, claimed, filed, ok, opened

TELLING = {
    "AccountOut",
    "ActorOut",
    "BindingOut",
    "CandidateOut",
    "CertificateBrief",
    "CertificateOut",
    "CertifiedOut",
    "Claimant",
    "ContactOut",
    "EnrollmentOut",
    "EntryToDecideOut",
    "EvaluationOut",
    "ExportOut",
    "MemberOut",
    "MeOut",
    "NotificationOut",
    "OwnMember",
    "PanelistOut",
    "RankOut",
    "RevealOut",
    "RollOut",
    "RowOut",
    "SheetOut",
}
"""The answers that can hold a name, a phone, a place or somebody's words."""
OWN = {
    "GET /me",
    "PUT /me",
    "GET /me/export",
    "GET /rosters/imports/{import_id}/rows",
    "POST /auth/password",
    "POST /auth/phone",
    "POST /auth/refresh",
    "POST /auth/wechat",
    "POST /demands",
}
MASKED = {
    "GET /certified/{code}",
    "GET /demands",
    "GET /demands/{demand_id}/reveals",
    "GET /me/reveals",
    "GET /notifications",
    "POST /demands/{demand_id}/evaluation",
}
LOOKED_UP = {
    "GET /certificates",
    "GET /certificates/{certificate_id}",
    "POST /certificates",
    "POST /certificates/{certificate_id}/revoke",
    "GET /claims",
    "GET /claims/{claim_id}",
    "GET /demands/{demand_id}/candidates",
    "GET /demands/{demand_id}/claims",
    "GET /late-entries",
    "GET /leaderboard",
    "GET /enrollments",
    "GET /enrollments/{enrollment_id}",
    "GET /members",
    "GET /members/bindings",
    "GET /observations/{observation_id}",
    "GET /observed/{observed_id}",
    "POST /enrollments",
    "POST /enrollments/{enrollment_id}/confirm",
    "POST /enrollments/{enrollment_id}/keep",
    "POST /enrollments/{enrollment_id}/leave",
    "POST /enrollments/{enrollment_id}/let-go",
    "POST /enrollments/{enrollment_id}/refuse",
    "POST /enrollments/{enrollment_id}/transfer",
    "POST /enrollments/{enrollment_id}/withdraw",
    "GET /shifts/{shift_id}/sign-ups",
    "POST /members/bindings/{binding_id}/decide",
    "POST /members/{member_id}/merge",
    "POST /members/{member_id}/unmerge",
    "POST /observations",
    *(f"POST /observations/{{observation_id}}/{verb}" for verb in ("open", "panel", "adopt", "close", "cancel")),
    "PUT /observations/{observation_id}",
    *(f"POST /observed/{{observed_id}}/{verb}" for verb in ("recuse", "excuse", "remarks")),
    *(f"PUT /observed/{{observed_id}}/{verb}" for verb in ("scores", "report")),
}
"""Members by their full names, for who answers for them: `members.looked_up` says who looked."""


def revealing(route: str) -> bool:
    """Whether the answer is one demand, or the history or a claim of one: `reveals` says who saw it, or it is no more
    than what is on record with the verb itself."""
    return route.startswith(("GET /demands/{demand_id}", "POST /demands/{demand_id}", "POST /claims", "PUT /claims"))


def test_every_route_that_can_tell_who_somebody_is_is_accounted_for() -> None:
    telling = {name for name, route in ROUTES.items() if TELLING & route.gives}
    left = {route for route in telling - OWN - MASKED - LOOKED_UP if not revealing(route)}
    assert left == set()
    assert (OWN | MASKED | LOOKED_UP) - telling == set()


async def looked_up(session: AsyncSession) -> int:
    """How often somebody read members' names."""
    return await session.scalar(select(func.count()).where(Event.kind == MemberEvent.LOOKED_UP)) or 0


async def asked(world: World, route: str) -> tuple[Client, str, dict[str, Any]]:
    """Who asks a route and how, so that it has something to tell."""
    demand = await opened(world, slots=2)
    claim = await claimed(world.member, demand)
    await ok(world.stranger.post("/auth/phone", {"code": "sandbox:13911115555"}))
    path = route.split()[1].format(demand_id=demand["id"], claim_id=claim["id"], binding_id=uuid.uuid4())
    how = {"GET /claims": {"scope": "desk"}, "GET /members": {"region": DISTRICT}}
    return (world.desk if route != "GET /members" else world.district_desk), path, how.get(route, {})


@pytest.mark.parametrize(
    "route",
    [
        "GET /claims",
        "GET /claims/{claim_id}",
        "GET /demands/{demand_id}/candidates",
        "GET /demands/{demand_id}/claims",
        "GET /members",
    ],
)
async def test_reading_members_by_their_names_is_on_record(world: World, session: AsyncSession, route: str) -> None:
    who, path, query = await asked(world, route)
    before = await looked_up(session)
    answer = await who.get(path, **query)
    assert "党员1号" in answer.text or "党员2号" in answer.text
    assert await looked_up(session) == before + 1


async def test_a_list_that_tells_nobody_leaves_nothing(world: World, session: AsyncSession) -> None:
    await ok(world.desk.get("/members", q="没有这个人"))
    await ok(world.member.get("/claims"))
    assert await looked_up(session) == 0


@pytest.mark.parametrize("more", ["", "/timeline"])
async def test_reading_one_demand_is_on_record(world: World, session: AsyncSession, more: str) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.get(f"/demands/{demand['id']}{more}"))
    rows = select(func.count()).select_from(Reveal)
    assert await session.scalar(rows) == 1
    await ok(world.filer.get(f"/demands/{demand['id']}{more}"))
    await ok(world.observer.get(f"/demands/{demand['id']}{more}"))
    assert await session.scalar(rows) == 1


async def test_what_a_verb_answers_is_on_record_too(world: World, session: AsyncSession) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "哪个单元？"}))
    assert await session.scalar(select(func.count()).select_from(Reveal)) == 1
