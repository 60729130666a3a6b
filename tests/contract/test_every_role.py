"""Whatever anybody sends, as whoever they are, is answered as the API's document says."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest

from app.access.models import Role
from app.kit import db
from app.main import create_app
from app.policies.defaults import RULES
from app.settings import Settings
from tests.authorization.document import DOCUMENT
from tests.authorization.stage import Stage, a_stage
from tests.client import Client
from tests.contract.asking import Asker, Found, Known, operations_of
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, NEIGHBOUR, SUBDISTRICT, staff
from tests.racing import workers

pytestmark = pytest.mark.fuzz

ENDINGS = ("POST /api/v1/auth/sign-out", "DELETE /api/v1/me")
"""What ends the sign-in that asks; each is asked last, by one of its own."""
EVERY = set(operations_of(DOCUMENT))
ROLES = {
    "resident": "filer",
    "member": "second",
    "liaison": "liaison",
    "community desk": "desk",
    "subdistrict desk": "street",
    "district desk": "district_desk",
    "admin": "admin",
}
"""By whom they sign in as."""
PUBLIC = {name for name, operation in operations_of(DOCUMENT).items() if "security" not in operation}
A_ROLE, THE_EDGES = 40.0, 120.0
"""Seconds; after them the rest is left out, so that all of it takes less than eight minutes."""

ENOUGH = 180.0
"""Seconds to ask once what was left out; an operation that is not asked even then fails the test."""


@dataclass
class Served:
    """A stage in a database of its own, behind an HTTP process of its own."""

    stage: Stage
    url: str
    known: Known

    async def ask(self, person: str | None, seconds: float, *, edges: bool = False) -> Found:
        """Everything that the document holds, asked by one person; what time has left out, once each."""
        asker = Asker(self.url, self.known, seconds, edges=edges)
        found = await self._asked(asker, person, EVERY.difference(ENDINGS))
        if left_out := EVERY - found.asked() - {*ENDINGS}:
            found.add(await self._asked(Asker(self.url, self.known, ENOUGH, examples=1), person, left_out))
        for name in ENDINGS:
            found.add(await self._asked(asker, person, {name}))
        return found

    async def _asked(self, asker: Asker, person: str | None, which: set[str]) -> Found:
        token = (await self.stage.people["nobody"].signed_in(person)).token if person else None
        return await asyncio.to_thread(asker.ask, DOCUMENT, token, without=EVERY - which)


@pytest.fixture
async def served(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[Served]:
    """The stage of the authorization tests, anew, so that no role meets what another did."""
    unlimited = committing.model_copy(update={"requests_per_minute": 0})
    application = create_app(unlimited, committed_sessions)
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
        workers(unlimited, 1) as found,
    ):
        async with committed_sessions() as session:
            stage = await a_stage(await session.connection(), committed_sessions, Client(http))
            await staff(session, "street", Role.DISPATCHER, SUBDISTRICT)
            await session.commit()
        yield Served(stage, str(found.http.base_url).rstrip("/"), known(stage))


def known(stage: Stage) -> Known:
    """What of the stage can be named in a request."""
    demands = [*stage.demands.values(), stage.target, stage.rejected]
    claims, members = list(stage.claims.values()), list(stage.members.values())
    organizations, files = list(stage.organizations.values()), list(stage.files.values())
    regions = [COMMUNITY, NEIGHBOUR, SUBDISTRICT, DISTRICT, ELSEWHERE]
    return {
        "path.demand_id": demands,
        "path.claim_id": claims,
        "path.member_id": members,
        "path.organization_id": organizations,
        "path.binding_id": list(stage.bindings.values()),
        "path.notification_id": list(stage.notifications.values()),
        "path.appeal_id": list(stage.appeals.values()),
        "path.complaint_id": list(stage.complaints.values()),
        "path.enrollment_id": list(stage.enrollments.values()),
        "path.certificate_id": list(stage.certificates.values()),
        "path.designation_id": list(stage.designations.values()),
        "path.muster_id": list(stage.musters.values()),
        "path.place_id": list(stage.places.values()),
        "query.place_id[*]": list(stage.places.values()),
        "path.file_id": files,
        "path.activity_id": list(stage.activities.values()),
        "path.shift_id": list(stage.shifts.values()),
        "path.slot_id": list(stage.slots.values()),
        "path.sign_up_id": list(stage.sign_ups.values()),
        "path.entry_id": list(stage.entries.values()),
        "path.scan_id": list(stage.scans.values()),
        **{f"path.{parameter}": list(found.values()) for parameter, found in stage.rounds.items()},
        **{f"path.{name}": list(found.values()) for name, found in stage.cobuilding.items()},
        "path.token": [stage.link, stage.calendar],
        "path.code": [*regions, stage.receipt, stage.certified],
        "body.ids[*]": list(stage.enrollments.values()),
        "path.key": list(RULES),
        "path.day": ["2026-10-01", "2027-02-28"],
        "query.region": regions,
        "query.parent": regions,
        "query.region_code": regions,
        "query.organization_id": organizations,
        "query.q": ["党员", "下水道", "199"],
        "body.region_code": regions,
        "body.home_region_code": regions,
        "body.into_id": demands,
        "body.demand_id": demands,
        "body.subject_id": [*demands, *claims],
        "body.member_id": members,
        "body.organization_id": organizations,
        "body.rubric_id": list(stage.rounds["rubric_id"].values()),
        "body.member_ids[*]": members,
        "body.organization_ids[*]": organizations,
        "body.fallback_member_ids[*]": members,
        "body.fallback_organization_ids[*]": organizations,
        "body.file_ids[*]": files,
        "body.code": ["sandbox:stranger", "sandbox:13900000001"],
        "body.username": ["clerk"],
        "body.category": ["repair", "care", "other"],
    }


def checked(found: Found, who: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Say how much was asked, and that nothing was answered wrongly and no operation left out."""
    asked, cut = found.asked(), "" if found.in_time else ", cut by time"
    with capsys.disabled():
        print(
            f"\n{who}: {found.requests} requests, {len(asked)} of {len(EVERY)} operations, {found.seconds:.0f} s{cut}"
        )
    assert found.wrong == {}
    assert EVERY - asked == set()


async def test_nobody_is_answered_as_documented(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    found = await served.ask(None, A_ROLE)
    checked(found, "nobody", capsys)
    assert found.succeeded() <= PUBLIC


@pytest.mark.parametrize("role", ROLES)
async def test_whoever_is_signed_in_is_answered_as_documented(
    served: Served, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await served.ask(ROLES[role], A_ROLE)
    checked(found, role, capsys)
    assert found.succeeded() - PUBLIC, "otherwise only refusals were looked at"


async def test_every_edge_of_every_field_is_answered_as_documented(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await served.ask(ROLES["admin"], THE_EDGES, edges=True)
    checked(found, "every edge", capsys)
    assert found.succeeded() - PUBLIC, "otherwise only refusals were looked at"
