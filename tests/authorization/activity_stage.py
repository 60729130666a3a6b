"""Activities of the stage, with somebody on their rolls, and how every row about them is asked."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.access.models import Account, Identity
from app.activities.models import LateEntry
from app.checkins.scan_models import Scan, ScanAction, ScanOutcome, ScanReason
from app.kit import clock
from app.kit.db import new_id
from app.ledger.models import HolderKind
from tests.activities.evenings import evening, patrol, times
from tests.demands.world import COMMUNITY, ELSEWHERE, ids, ok

if TYPE_CHECKING:
    from tests.authorization.stage import Stage

Body = dict[str, Any]
SHIFT = times(evening(9)) | {"roles": [{"capacity": 2}]}
WHY = {"reason": "当晚有雨"}
SCAN = {"nonce": "nonce-0001", "code": "P0", "scanned_at": times(evening())["starts_at"]}
HOUR = {"arrived_at": times(evening())["starts_at"], "left_at": times(evening())["ends_at"]}


async def take_place(stage: "Stage") -> None:
    """Two that are published, a host's draft, and one elsewhere; a sign-up and an entry here and there."""
    world, people = stage.world, stage.people
    unit, leader = str(world.unit.id), ids([world.members[6]])
    made = {
        "ours": await _made(stage, "desk", organization_id=unit, leader_ids=leader),
        "for all": await _made(stage, "desk", audience="all"),
        "draft": await _made(stage, "liaison", organization_id=unit),
        "elsewhere": await _made(stage, "admin", region_code=ELSEWHERE),
    }
    for name in ("ours", "for all"):
        await ok(people["desk"].post(f"/activities/{made[name]['id']}/publish"))
    stage.activities = {name: one["id"] for name, one in made.items()}
    stage.shifts = {name: one["shifts"][0]["id"] for name, one in made.items()}
    stage.slots = {name: one["shifts"][0]["slots"][0]["id"] for name, one in made.items()}
    mine = await ok(people["claimant"].post(f"/slots/{stage.slots['ours']}/sign-ups"), 201)
    there = await _made(stage, "admin", region_code=ELSEWHERE)
    await ok(people["admin"].post(f"/activities/{there['id']}/publish"))
    path, offline = f"/slots/{there['shifts'][0]['slots'][0]['id']}/sign-ups", {"member_id": stage.members["elsewhere"]}
    theirs = await ok(people["admin"].post(path, offline), 201)
    stage.sign_ups = {"claimant's": mine["id"], "elsewhere": theirs["id"]}
    await _entries(stage, {"ours": stage.shifts["ours"], "elsewhere": there["shifts"][0]["id"]})
    await _scans(stage, {"ours": stage.shifts["ours"], "elsewhere": there["shifts"][0]["id"]})
    stage.calendar = (await ok(people["member"].post("/me/calendar"), 201))["address"].rsplit("/", 1)[1]


async def _made(stage: "Stage", who: str, **more: Any) -> Body:
    return await ok(stage.people[who].post("/activities", patrol(**more)), 201)


async def _entries(stage: "Stage", shifts: dict[str, str]) -> None:
    async with stage.sessions.begin() as session:
        somebody = (await session.scalars(select(Identity.account_id).where(Identity.app_id == "sandbox"))).first()
        for name, region_code in (("ours", COMMUNITY), ("elsewhere", ELSEWHERE)):
            entry = LateEntry(
                id=new_id(),
                shift_id=uuid.UUID(shifts[name]),
                region_code=region_code,
                person_kind=HolderKind.MEMBER,
                person_id=stage.world.members[4].id,
                arrived_at=evening(),
                left_at=evening(3),
                reason="当晚未能签到",
                entered_by=somebody or new_id(),
                entered_at=clock.now(),
            )
            session.add(entry)
            stage.entries[name] = str(entry.id)


async def _scans(stage: "Stage", shifts: dict[str, str]) -> None:
    """The claimant scanned out of time, here and there."""
    async with stage.sessions.begin() as session:
        scanned_by = await session.scalar(select(Account.id).where(Account.member_id == stage.world.members[1].id))
        for name, region_code in (("ours", COMMUNITY), ("elsewhere", ELSEWHERE)):
            scan = Scan(
                id=new_id(),
                device="phone-0001",
                nonce=f"nonce-{name}",
                scanned_by=scanned_by or new_id(),
                region_code=region_code,
                action=ScanAction.ATTEND,
                subject_id=uuid.UUID(shifts[name]),
                person_kind=HolderKind.MEMBER,
                person_id=stage.world.members[1].id,
                offline=False,
                claimed_at=clock.now(),
                received_at=clock.now(),
                outcome=ScanOutcome.PENDING,
                reason=ScanReason.OUT_OF_TIME,
                flags=[],
            )
            session.add(scan)
            stage.scans[name] = str(scan.id)


def _plain(body: Body) -> "Callable[[Stage], Body]":
    return lambda _: body


def _of_a_member(**more: Any) -> "Callable[[Stage], Body]":
    return lambda stage: {"member_id": str(stage.world.members[5].id), **more}


BODIES: "dict[str, Callable[[Stage], Body]]" = {
    "POST /activities": _plain(patrol()),
    "POST /activities for the unit": lambda stage: patrol(organization_id=stage.organizations["unit"]),
    "PUT /activities/{activity_id}": lambda stage: patrol(organization_id=stage.organizations["unit"]),
    "POST /activities/{activity_id}/publish": _plain({}),
    "POST /activities/{activity_id}/shifts": _plain(SHIFT),
    "POST /activities/{activity_id}/cancel": _plain(WHY),
    "POST /shifts/{shift_id}/move": _plain(times(evening(8)) | WHY),
    "POST /shifts/{shift_id}/cancel": _plain(WHY),
    "POST /shifts/{shift_id}/roll-call": lambda stage: {"marks": [_of_a_member(mark="no_show")(stage)]},
    "POST /shifts/{shift_id}/late-entries": _of_a_member(reason="当晚未能签到", **HOUR),
    "PUT /slots/{slot_id}": _plain({"capacity": 3}),
    "POST /slots/{slot_id}/sign-ups": _plain({}),
    "POST /slots/{slot_id}/sign-ups of a member": _of_a_member(),
    "POST /sign-ups/{sign_up_id}/accept": _plain({}),
    "POST /sign-ups/{sign_up_id}/cancel": _plain({}),
    "POST /scans": _plain({"device": "phone-0002", "scans": [SCAN]}),
    "POST /scans/{scan_id}/decide": _plain({"accepted": False, "cause": "not_there"}),
    "POST /late-entries/{entry_id}/decide": _plain({"accepted": False}),
    "POST /me/calendar": _plain({}),
}
QUERIES = {"GET /activities desk": {"scope": "desk"}}
INNER: dict[str, Body] = {
    "ItemIn": {"name": "清理楼道", "people": 12},
    "SpotIn": {"name": "季华路"},
    "RoleIn": {"name": "引导员", "capacity": 2},
    "RepeatIn": {"times": 2},
    "ShiftsIn": SHIFT,
    "MarkIn": {"mark": "present"},
    "ScanIn": SCAN,
    "SeenAt": {"lng": 98.27, "lat": 39.8, "coord_type": "gcj02"},
}
"""What is inside a body, as little as it takes."""
ACTIVITY = ("activities", "activity_leaders", "activity_items", "activity_spots", "shifts", "activity_slots")
PRESENCE = ("sign_ups", "late_entries", "ledger_entries", "engagements")
TABLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("ActivityIn", "ItemIn", "SpotIn", "ShiftsIn", "RoleIn", "RepeatIn", "WhyIn", "MoveIn"), ACTIVITY),
    "CapacityIn": ACTIVITY,
    **dict.fromkeys(("ScansIn", "ScanIn", "SeenAt", "ScanDecisionIn"), ("scans", "scan_decisions", "scan_locations")),
    **dict.fromkeys(("SignUpIn", "RollCallIn", "MarkIn", "LateEntryIn", "EntryDecisionIn"), PRESENCE),
}
THINGS = {
    "activity_id": "draft",
    "shift_id": "ours",
    "slot_id": "ours",
    "sign_up_id": "claimant's",
    "entry_id": "ours",
    "scan_id": "ours",
}
WHO = {"POST /slots/{slot_id}/sign-ups": "member"}
