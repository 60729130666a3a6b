"""Everybody and everything that the authorization tests ask about, made once; each scene leaves no trace."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.access import signing_in
from app.access.models import Account, Role
from app.content.models import File, SubjectKind
from app.kit import clock, db
from app.kit.db import Base, new_id
from app.members.models import BindingRequest, Member
from app.rosters import importing
from tests.authorization import activity_stage, cobuilding_stage, observation_stage
from tests.certificates.hours import booked
from tests.client import Client
from tests.content import making
from tests.demands.world import (
    COMMUNITY,
    DISTRICT,
    ELDER_PHONE,
    ELSEWHERE,
    NEIGHBOUR,
    SUBDISTRICT,
    World,
    a_world,
    an_account,
    claimed,
    filed,
    ids,
    ok,
    staff,
)
from tests.factories import a_member, an_organization
from tests.notifications.post import Post, inbox

ABSENT = "00000000-0000-7000-8000-000000000000"
LATER = "2199-01-01T00:00:00+08:00"
PASSWORD = "correct horse battery"
TOLD: dict[str, dict[str, Any]] = {
    "named": {
        "contact": {"name": "赵联系", "phone": "13700000001"},
        "on_behalf_of": {"name": "钱老人", "phone": ELDER_PHONE},
        "address": "育才街12号楼3单元",
        "location": {"lng": 98.271, "lat": 39.803, "coord_type": "gcj02"},
        "anonymous": False,
    },
    "anonymous": {
        "contact": {"name": "周联系", "phone": "13700000002"},
        "on_behalf_of": {"name": "吴老人", "phone": ELDER_PHONE},
        "address": "育才街12号楼4单元",
        "location": {"lng": 98.272, "lat": 39.803, "coord_type": "gcj02"},
        "anonymous": True,
    },
}
"""What is told with our two demands."""


@dataclass
class Stage:
    """One transaction with people, and things by the names that the tables use."""

    connection: AsyncConnection
    sessions: db.Sessions
    world: World
    people: dict[str, Client]
    """A signed-in client for every column of the tables; `nobody` has no token."""
    refresh_token: str = ""
    demands: dict[str, str] = field(default_factory=dict)
    target: str = ""
    """What others are merged into: open to all, and the desk's."""
    claims: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    organizations: dict[str, str] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    notifications: dict[str, str] = field(default_factory=dict)
    rejected: str = ""
    """A demand of the filer's that its desk refused."""
    appeals: dict[str, str] = field(default_factory=dict)
    complaints: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    enrollments: dict[str, str] = field(default_factory=dict)
    designations: dict[str, str] = field(default_factory=dict)
    musters: dict[str, str] = field(default_factory=dict)
    receipt: str = ""
    """The code of the claimant's."""
    certificates: dict[str, str] = field(default_factory=dict)
    certified: str = ""
    """The code of the claimant's."""
    files: dict[str, str] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    link: str = ""
    """The token of a link that opens the file of ours."""
    calendar: str = ""
    """The token of a link that opens the member's calendar."""
    activities: dict[str, str] = field(default_factory=dict)
    shifts: dict[str, str] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    sign_ups: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    scans: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, dict[str, str]] = field(default_factory=dict)
    """What there is of observation rounds, by the parameters that name it."""
    cobuilding: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the path parameters that name them."""
    ours: dict[str, dict[str, str]] = field(default_factory=dict)
    """The demand filed by name and the one filed anonymously, each with its claims."""

    @asynccontextmanager
    async def scene(self) -> AsyncIterator[None]:
        """Whatever happens in this block did not happen after it."""
        savepoint = await self.connection.begin_nested()
        try:
            yield
        finally:
            await savepoint.rollback()

    def things(self, parameter: str) -> dict[str, str]:
        """What a path parameter can name, by the names that the tables use."""
        found: dict[str, str] = {
            "demand_id": self.demands,
            "claim_id": self.claims,
            "member_id": self.members,
            "organization_id": self.organizations,
            "binding_id": self.bindings,
            "notification_id": self.notifications,
            "appeal_id": self.appeals,
            "complaint_id": self.complaints,
            "enrollment_id": self.enrollments,
            "designation_id": self.designations,
            "muster_id": self.musters,
            "certificate_id": self.certificates,
            "file_id": self.files,
            "place_id": self.places,
            "activity_id": self.activities,
            "shift_id": self.shifts,
            "slot_id": self.slots,
            "sign_up_id": self.sign_ups,
            "entry_id": self.entries,
            "scan_id": self.scans,
            "import_id": self.imports,
            **self.rounds,
            **self.cobuilding,
        }[parameter]
        return found | {"absent": ABSENT}

    async def digest(self) -> str:
        """A fingerprint of every row of every table: the same again only where nothing was changed."""
        rows = "count(*) AS n, md5(string_agg(t::text, '' ORDER BY t::text)) AS sum"
        parts = [f"SELECT '{name}' AS name, {rows} FROM {name} t" for name in sorted(Base.metadata.tables)]
        every = " UNION ALL ".join(parts)
        row = await self.connection.execute(
            text(f"SELECT string_agg(name || n || coalesce(sum, ''), ' ' ORDER BY name) FROM ({every}) every")
        )
        return str(row.scalar_one())


def columns(*tables: str) -> set[str]:
    """The names of all columns of some tables."""
    return {column.name for table in tables for column in Base.metadata.tables[table].columns}


async def a_stage(connection: AsyncConnection, sessions: db.Sessions, client: Client) -> Stage:
    """The small district of the flow's tests, with more people and something of everybody's in every region."""
    async with sessions() as session:
        world = await a_world(session, client)
        people = await _people(session, client, world)
        stage = Stage(connection, sessions, world, people)
        await _rosters(session, stage)
        await session.commit()
    signed_in = await ok(client.post("/auth/wechat", {"code": "sandbox:stranger"}))
    stage.refresh_token = signed_in["refresh_token"]
    await _ours(stage)
    await _others(stage)
    await _offers(stage)
    await _objections(stage)
    await _enrollments(stage)
    await activity_stage.take_place(stage)
    await observation_stage.observe(stage)
    await cobuilding_stage.draw_up(stage)
    await _certificates(stage)
    await _messages(stage)
    await _files(stage)
    await _places(stage)
    await _imports(stage)
    return stage


async def _people(session: AsyncSession, client: Client, world: World) -> dict[str, Client]:
    elder = await an_account(session, "elder", nickname="钱大爷", home=COMMUNITY)
    elder.phone = ELDER_PHONE
    await an_account(session, "outsider", nickname="孙外人", home=COMMUNITY)
    await an_account(session, "serving", member=world.members[6])
    await staff(session, "chief", Role.ADMIN, DISTRICT)
    clerk = await staff(session, "clerk", Role.OBSERVER, DISTRICT)
    clerk.username, clerk.password_hash = "clerk", signing_in.hasher.hash(PASSWORD)
    await session.commit()
    named = {name: await client.signed_in(name) for name in ("elder", "outsider", "serving", "chief")}
    return named | {
        "nobody": client,
        "stranger": world.stranger,
        "filer": world.filer,
        "member": world.member,
        "far": world.far,
        "claimant": world.second,
        "liaison": world.liaison,
        "other": world.other_liaison,
        "desk": world.desk,
        "neighbour": world.neighbour_desk,
        "district": world.district_desk,
        "observer": world.observer,
        "admin": world.admin,
    }


async def _rosters(session: AsyncSession, stage: Stage) -> None:
    """A member, an organization and an undecided binding in every region."""
    world = stage.world
    next_door = await an_organization(session, name="八角北里社区党支部", region_code=NEIGHBOUR)
    away = await an_organization(session, name="雄关街道党支部", region_code=ELSEWHERE)
    neighbour = await a_member(session, next_door, name="邻居党员", phone="19800000001")
    stranger = await a_member(session, away, name="外地党员", phone="19500000001")
    me = await ok(stage.people["far"].get("/me"))
    stage.members = {
        "claimant's": str(world.members[1].id),
        "serving's": str(world.members[6].id),
        "next door": str(neighbour.id),
        "far's": me["member"]["id"],
        "elsewhere": str(stranger.id),
    }
    stage.organizations = {
        "unit": str(world.unit.id),
        "other unit": str(world.other_unit.id),
        "next door": str(next_door.id),
        "elsewhere": str(away.id),
    }
    shared = {
        "same community": (COMMUNITY, world.members[3:5]),
        "next door": (NEIGHBOUR, [neighbour]),
        "across": (SUBDISTRICT, [world.members[3], neighbour]),
        "elsewhere": (ELSEWHERE, [stranger]),
    }
    for name, (region_code, candidates) in shared.items():
        stage.bindings[name] = str(await _a_binding(session, name, region_code, candidates))


async def _a_binding(session: AsyncSession, name: str, region_code: str, candidates: list[Member]) -> uuid.UUID:
    account: Account = await an_account(session, f"shares a phone, {name}")
    request = BindingRequest(
        id=new_id(),
        account_id=account.id,
        member_ids=[one.id for one in candidates],
        region_code=region_code,
        requested_at=clock.now(),
    )
    session.add(request)
    await session.flush()  # the next account is another
    return request.id


async def _ours(stage: Stage) -> None:
    """Two demands filed on behalf of an elder, each with a member's live claim and an organization's."""
    world, people = stage.world, stage.people
    for name, told in TOLD.items():
        demand = await filed(people["filer"], **told)
        await _open(people["desk"], demand, slots=5)
        claim = await claimed(people["claimant"], demand, note="我来")
        units = await claimed(people["liaison"], demand, organization_id=str(world.unit.id), places=2)
        serving = {"member_ids": ids([world.members[6]])}
        await ok(people["liaison"].put(f"/claims/{units['id']}/members", serving))
        stage.ours[name] = {"demand": demand["id"], "claimant's": claim["id"], "unit's": units["id"]}
    stage.demands["ours"] = stage.ours["named"]["demand"]
    stage.claims = {name: stage.ours["named"][name] for name in ("claimant's", "unit's")}


async def _open(desk: Client, demand: dict[str, Any], **plan: Any) -> None:
    await ok(desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", **plan}))


async def _others(stage: Stage) -> None:
    """Demands of somebody who plays no part: unpublished in every region, published to members and to all."""
    outsider, desk = stage.people["outsider"], stage.people["desk"]
    regions = {"unpublished": COMMUNITY, "next door": NEIGHBOUR, "elsewhere": ELSEWHERE}
    for name, region_code in regions.items():
        stage.demands[name] = (await filed(outsider, region_code=region_code))["id"]
    for name, audience in (("published", "members"), ("for all", "all")):
        demand = await filed(outsider)
        await _open(desk, demand, audience=audience)
        stage.demands[name] = demand["id"]
    target = await filed(outsider)
    await _open(desk, target, audience="all")
    stage.target = target["id"]


async def _offers(stage: Stage) -> None:
    """Claims of somebody who plays no part, in every region."""
    outsider, admin = stage.people["outsider"], stage.people["admin"]
    for name, region_code in (("same community", COMMUNITY), ("next door", NEIGHBOUR), ("elsewhere", ELSEWHERE)):
        demand = await filed(outsider, region_code=region_code)
        member = stage.members["elsewhere"] if region_code == ELSEWHERE else str(stage.world.members[2].id)
        plan = {"mode": "assigned", "member_ids": [member]}
        await ok(admin.post(f"/demands/{demand['id']}/dispatch", plan))
        offers = await ok(admin.get(f"/demands/{demand['id']}/claims"))
        stage.claims[name] = offers["items"][0]["id"]


async def _messages(stage: Stage) -> None:
    """What all this has put into the inboxes, and a message of each of four people."""
    async with stage.sessions() as session:
        await Post(session).round()
    for role in ("filer", "elder", "desk", "admin"):
        stage.notifications[f"{role}'s"] = (await inbox(stage.people[role]))[0]["id"]


async def _objections(stage: Stage) -> None:
    """An appeal and a complaint of the filer's in our community, and of somebody who plays no part elsewhere."""
    for name, who, region_code in (("filer's", "filer", COMMUNITY), ("elsewhere", "outsider", ELSEWHERE)):
        author, admin = stage.people[who], stage.people["admin"]
        demand = await filed(author, region_code=region_code, contact=None)
        await ok(admin.post(f"/demands/{demand['id']}/reject", {"reason": "不予受理"}))
        appeal = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服"}
        stage.appeals[name] = (await ok(author.post("/appeals", appeal), 201))["id"]
        complaint = {"kind": "complaint", "text": "太慢", "region_code": region_code}
        stage.complaints[name] = (await ok(author.post("/complaints", complaint), 201))["id"]
    refused = await filed(stage.people["filer"], contact=None)
    await ok(stage.people["desk"].post(f"/demands/{refused['id']}/reject", {"reason": "不予受理"}))
    stage.rejected = refused["id"]


async def _places(stage: Stage) -> None:
    """A place with its code in every region."""
    for name, region_code in (("ours", COMMUNITY), ("next door", NEIGHBOUR), ("elsewhere", ELSEWHERE)):
        body = {"region_code": region_code, "purpose": "enroll"}
        stage.places[name] = (await ok(stage.people["admin"].post("/places", body), 201))["id"]


async def _enrollments(stage: Stage) -> None:
    """The claimant and the unit ask to report in to our community; elsewhere somebody has. Both are called to."""
    people = stage.people
    reports = {
        "claimant's": ("claimant", {"region_code": COMMUNITY}),
        "unit's": ("liaison", {"region_code": COMMUNITY, "organization_id": stage.organizations["unit"]}),
        "elsewhere": ("admin", {"region_code": ELSEWHERE, "member_id": stage.members["elsewhere"]}),
    }
    for name, (who, body) in reports.items():
        stage.enrollments[name] = (await ok(people[who].post("/enrollments", body), 201))["id"]
    places = {"unit's": ("unit", COMMUNITY, SUBDISTRICT), "elsewhere": ("elsewhere", ELSEWHERE, ELSEWHERE[:9])}
    for name, (unit, region_code, above) in places.items():
        body = {"organization_id": stage.organizations[unit], "region_code": region_code}
        stage.designations[name] = (await ok(people["admin"].post("/designations", body), 201))["id"]
        call: dict[str, Any] = {"region_code": above, "title": "集结令", "text": "请到社区报到", "ends_at": LATER}
        call |= {"organization_ids": [stage.organizations[unit]]} if unit == "unit" else {}
        stage.musters[name] = (await ok(people["admin"].post("/musters", call), 201))["id"]
    own = stage.enrollments["claimant's"]
    stage.receipt = (await ok(people["claimant"].get(f"/enrollments/{own}/receipt")))["code"]


async def _certificates(stage: Stage) -> None:
    """Of the claimant, by themselves, and of somebody elsewhere, by the desk."""
    on = datetime(2026, 11, 10, 2, tzinfo=UTC)
    who = {"claimant's": ("claimant", {}), "elsewhere": ("admin", {"reason": "评优"})}
    for name, (role, more) in who.items():
        async with stage.sessions.begin() as session:
            member = await session.get_one(Member, uuid.UUID(stage.members[name]))
            await booked(session, member, served_at=on)
        body = {"since": "2026-11-01", "until": "2026-11-20", "member_id": stage.members[name], **more}
        made = await ok(stage.people[role].post("/certificates", body), 201)
        stage.certificates[name] = made["id"]
        stage.certified = stage.certified or made["code"]


async def _files(stage: Stage) -> None:
    """Photos of demands and claims, and one that belongs to nothing yet; each row stands for the same picture."""
    filer = stage.people["filer"]
    wish = await filed(filer, kind="wish", **TOLD["named"])
    await _open(stage.people["desk"], wish)
    await claimed(stage.people["claimant"], wish)
    taken = await ok(filer.upload(making.jpeg()), 201)
    stage.files["unused"] = taken["id"]
    async with stage.sessions.begin() as session:
        model = await session.get_one(File, uuid.UUID(taken["id"]))
        shown = {"of ours": stage.demands["ours"], "of a wish": wish["id"]}
        shown |= {name: stage.demands[name] for name in ("published", "for all", "elsewhere")}
        for name, demand_id in shown.items():
            stage.files[name] = _a_file(session, model, SubjectKind.DEMAND, demand_id)
        for name in ("claimant's", "unit's"):
            stage.files[f"of the {name}"] = _a_file(session, model, SubjectKind.CLAIM, stage.claims[name])
    links = (await ok(filer.get(f"/files/{taken['id']}")))["links"]
    stage.link = links["full"].rsplit("/", 1)[1]


def _a_file(session: AsyncSession, model: File, kind: SubjectKind, subject_id: str) -> str:
    """A row like the model's that belongs to something."""
    columns = {column.key: getattr(model, column.key) for column in File.__table__.columns}
    own = {"id": new_id(), "blob": new_id().hex, "subject_kind": kind, "subject_id": uuid.UUID(subject_id)}
    file = File(**columns | own | {"expires_at": None, "uploaded_by": model.uploaded_by})
    session.add(file)
    return str(file.id)


async def _imports(stage: Stage) -> None:
    """A file of members that the desk has sent and the worker has looked at."""
    data = "姓名,所在组织,居住社区\n新党员,住建局,110107003024\n".encode()
    sent = await ok(stage.people["desk"].upload(data, path="/rosters/imports?kind=members"), 201)
    await importing.work(stage.sessions)
    stage.imports["desk's"] = sent["id"]
