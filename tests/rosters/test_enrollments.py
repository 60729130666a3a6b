"""Rows that are reports: organizations and members, by the rules of reporting in, once however often they are sent."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.enrollments.lifecycle import EnrollmentState
from app.enrollments.models import Enrollment, MemberKind
from app.kit.db import Sessions
from app.kit.events import Event
from app.meta import labels
from app.organizations.models import OrganizationKind
from app.rosters import importing, taking
from app.rosters.enrollments import KINDS
from app.rosters.models import RosterKind
from app.rosters.reach import Reach
from app.rosters.rows import Row
from tests.demands.world import COMMUNITY, ELSEWHERE, NEIGHBOUR, SUBDISTRICT, World, ok
from tests.enrollments.reporting import reported, set_rule
from tests.factories import a_member, an_organization
from tests.kit.workbooks.making import xlsx
from tests.rosters.sheets import (
    CHANGED,
    NEW,
    REFUSED,
    UNCHANGED,
    checked,
    judged,
    nobody_watches,
    outcomes,
    report,
    send,
    taken,
)

REPORTS = RosterKind.ENROLLMENTS
DESK = Reach(regions=(COMMUNITY,))
CONFIRMED, REQUESTED = EnrollmentState.CONFIRMED, EnrollmentState.REQUESTED


async def enrollments(session: AsyncSession) -> list[Enrollment]:
    """All of them, as they are now, in the order of their coming."""
    found = select(Enrollment).order_by(Enrollment.id).execution_options(populate_existing=True)
    return list(await session.scalars(found))


def speaks_for(world: World) -> Reach:
    """The reach of the unit's liaison."""
    return Reach(organization_paths=(world.unit.path,))


async def test_organizations_and_members_report_in_and_the_same_rows_again_do_nothing(
    world: World, session: AsyncSession
) -> None:
    def rows() -> list[Row]:
        return [
            report(2),
            report(3, "党员1号", phone="１９９００００ ０００１", kind="离退休党员"),
            report(4, "党员2号", region="八角南路社区"),
            report(5, organization="住建局", region=SUBDISTRICT, heads="３０人"),
        ]

    assert await taken(session, REPORTS, *rows(), reach=Reach(regions=(SUBDISTRICT,))) == [NEW] * 4
    branch, first, second, bureau = await enrollments(session)
    assert {one.state for one in (branch, first, second, bureau)} == {CONFIRMED}
    assert (branch.organization_id, branch.member_id, branch.is_primary) == (world.branch.id, None, True)
    assert (first.member_id, first.kind, first.region_code) == (world.members[0].id, MemberKind.RETIRED, COMMUNITY)
    assert (second.kind, second.organization_id) == (MemberKind.IN_SERVICE, world.branch.id)
    assert (bureau.head_count, bureau.region_code) == (30, SUBDISTRICT)
    told = (await session.scalars(select(Event.kind).where(Event.subject == first.id).order_by(Event.n))).all()
    assert told == ["enrollment.requested", "enrollment.confirmed"]
    assert await taken(session, REPORTS, *rows(), reach=Reach(regions=(SUBDISTRICT,))) == [UNCHANGED] * 4
    assert len(await enrollments(session)) == 4


async def test_what_an_organization_sends_waits_for_the_desk_whose_own_file_confirms_it(
    world: World, session: AsyncSession
) -> None:
    row = report(2, "职工1号", organization="嘉恒物业公司", region="八角南路社区")
    assert await taken(session, REPORTS, row, reach=speaks_for(world)) == [NEW]
    assert [one.state for one in await enrollments(session)] == [REQUESTED]
    again = report(2, "职工1号", organization="嘉恒物业公司")
    assert await outcomes(session, REPORTS, again, reach=speaks_for(world)) == [UNCHANGED]
    theirs = report(2, "职工1号", organization="嘉恒物业公司")
    assert await taken(session, REPORTS, theirs, reach=DESK) == [CHANGED]
    assert theirs.changes == ["状态"]
    (one,) = await enrollments(session)
    assert (one.state, one.confirmed_at is not None) == (CONFIRMED, True)


async def test_a_transfer_that_a_desks_file_confirms_ends_what_was_before(world: World, session: AsyncSession) -> None:
    await taken(session, REPORTS, report(2, "党员1号", region=NEIGHBOUR))
    (before,) = await enrollments(session)
    await session.commit()
    await ok(world.member.post(f"/enrollments/{before.id}/transfer", {"region_code": COMMUNITY}), 201)
    assert await taken(session, REPORTS, report(2, "党员1号"), reach=DESK) == [CHANGED]
    before, after = await enrollments(session)
    assert (before.state, after.state, after.is_primary) == (EnrollmentState.ENDED, CONFIRMED, True)


async def test_rules_of_the_place_hold_for_rows_too(world: World, session: AsyncSession) -> None:
    await set_rule(world.admin, "enrollment_choice", "designated")
    unit = {"organization": "嘉恒物业公司"}
    rows = [report(2, **unit), report(3, "职工1号", **unit), report(4, "职工2号", region=NEIGHBOUR, **unit)]
    assert await judged(session, REPORTS, *rows, reach=speaks_for(world)) == [
        (REFUSED, "此处只接受指定单位报到"),
        (NEW, ""),  # who lives there
        (REFUSED, "此处只接受指定单位报到"),
    ]
    for code in (COMMUNITY, NEIGHBOUR):
        body = {"organization_id": str(world.unit.id), "region_code": code, "is_primary": code == COMMUNITY}
        await ok(world.admin.post("/designations", body), 201)
    again = [report(2, **unit), report(4, "职工2号", region=NEIGHBOUR, **unit)]
    assert await taken(session, REPORTS, *again, reach=speaks_for(world)) == [NEW, NEW]
    assert {(one.state, one.designated) for one in await enrollments(session)} == {(CONFIRMED, True)}


async def test_a_place_that_is_designated_to_the_organization_above_is_theirs_too(
    world: World, session: AsyncSession
) -> None:
    below = await an_organization(session, name="嘉恒一支部", parent=world.unit)
    await session.commit()
    await ok(world.admin.post("/designations", {"organization_id": str(world.unit.id), "region_code": COMMUNITY}), 201)
    assert await taken(session, REPORTS, report(2, organization="嘉恒一支部"), reach=speaks_for(world)) == [NEW]
    (one,) = await enrollments(session)
    assert (one.organization_id, one.designated, one.state, one.confirmed_by) == (below.id, True, CONFIRMED, None)


async def test_an_entry_that_was_given_up_for_another_is_nobody(world: World, session: AsyncSession) -> None:
    given_up = await a_member(session, world.branch, name="党员1号")
    given_up.merged_into_id = world.members[0].id
    assert await taken(session, REPORTS, report(2, "党员1号")) == [NEW]
    assert [one.member_id for one in await enrollments(session)] == [world.members[0].id]


async def test_who_confirmed_is_told_only_where_a_desk_did(world: World, session: AsyncSession) -> None:
    await set_rule(world.admin, "enrollment_confirmation", "none")
    account = (await session.scalars(select(Account.id).limit(1))).one()
    theirs, desks = report(2, organization="嘉恒物业公司"), report(3)
    for row, reach in ((theirs, speaks_for(world)), (desks, DESK)):
        await taking.judge(session, reach, REPORTS, [row])
        await taking.write(session, REPORTS, [row], account, nobody_watches)
    found = [(one.state, one.requested_by, one.confirmed_by) for one in await enrollments(session)]
    assert found == [(CONFIRMED, account, None), (CONFIRMED, account, account)]


async def test_the_first_is_the_primary_one_unless_a_row_says_otherwise(world: World, session: AsyncSession) -> None:
    rows = [
        report(2, "党员1号", primary="否"),
        report(3, "党员1号", region=NEIGHBOUR, primary="是"),
        report(4, "党员2号"),
        report(5, "党员2号", region=NEIGHBOUR),
        report(6, "党员3号"),
        report(7, "党员3号", region=NEIGHBOUR, primary="是"),
    ]
    assert await taken(session, REPORTS, *rows) == [NEW] * 5 + [REFUSED]
    assert rows[-1].reason == "已有主报到社区"
    assert [one.is_primary for one in await enrollments(session)] == [False, True, True, False, True]


async def test_what_stands_is_not_rewritten_by_a_file(world: World, session: AsyncSession) -> None:
    await taken(session, REPORTS, report(2, heads="30"), report(3, "职工1号", organization="嘉恒物业公司"))
    other = {"organization": "嘉恒物业公司"}
    rows = [report(2, heads="31"), report(3, "职工1号", kind="流动党员", **other), report(4, "职工1号", **other)]
    assert await judged(session, REPORTS, *rows[:2]) == [
        (REFUSED, "已在此报到，人数为 30；导入不修改已有报到"),
        (REFUSED, "已以另一类别在此报到；导入不修改已有报到"),
    ]
    assert await outcomes(session, REPORTS, rows[2]) == [UNCHANGED]
    primary = report(2, "职工1号", primary="否", **other)
    assert await judged(session, REPORTS, primary) == [(REFUSED, "已在此报到，主报到与系统中不同；导入不修改已有报到")]


async def test_who_tells_a_number_tells_no_names(world: World, session: AsyncSession) -> None:
    await taken(session, REPORTS, report(2, heads="30"))
    world.unit.kind = OrganizationKind.GARRISON
    await session.flush()
    rows = [report(2, "党员1号"), report(3, "职工1号", organization="嘉恒物业公司")]
    assert await judged(session, REPORTS, *rows) == [(REFUSED, "该单位只按人数报到，不登记姓名")] * 2


async def test_a_namesake_is_told_apart_by_phone(world: World, session: AsyncSession) -> None:
    other = await a_member(session, world.branch, name="党员1号", phone="13800000055")
    assert await judged(session, REPORTS, report(2, "党员1号")) == [(REFUSED, "该单位有多名同名党员，请填写手机号")]
    assert await taken(session, REPORTS, report(2, "党员1号", phone="13800000055")) == [NEW]
    assert [one.member_id for one in await enrollments(session)] == [other.id]


async def test_who_reported_in_by_themselves_is_not_reported_twice(world: World, session: AsyncSession) -> None:
    await reported(world.member)
    assert await outcomes(session, REPORTS, report(2, "党员1号"), reach=DESK) == [CHANGED]
    assert await outcomes(session, REPORTS, report(2, "党员2号"), report(3, "党员2号"), reach=DESK) == [NEW, REFUSED]


NOBODY = "该单位名册中没有此人，请核对姓名和手机号，或先导入党员名册"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"organization": ""}, "缺少单位"),
        ({"organization": "没有的单位"}, "没有组织“没有的单位”"),
        ({"region": ""}, "缺少报到社区"),
        ({"region": "没有的社区"}, "没有区域“没有的社区”，请填区域代码"),
        ({"name": "没有这人"}, NOBODY),
        ({"name": "党员1号", "phone": "13800000000"}, NOBODY),
        ({"name": "党员1号", "region": SUBDISTRICT}, "党员向社区（村）报到，单位向街道（镇）或社区（村）报到"),
        ({"region": "110107"}, "党员向社区（村）报到，单位向街道（镇）或社区（村）报到"),
        ({"name": "党员1号", "kind": "党员"}, "党员类别应为：在职党员、离退休党员、流动党员、入党积极分子"),
        ({"name": "党员1号", "heads": "3"}, "只有单位可以按人数报到"),
        ({"kind": "在职党员"}, "填写了党员类别或手机号，缺少党员姓名"),
        ({"heads": "0"}, "人数应为正整数"),
        ({"heads": "约30"}, "人数应为正整数"),
        ({"heads": "100001"}, "人数应为正整数"),
        ({"primary": "可能"}, "主报到应为：是、否"),
    ],
)
async def test_a_row_that_cannot_be_taken_says_why(
    world: World, session: AsyncSession, cells: dict[str, str], reason: str
) -> None:
    assert await judged(session, REPORTS, report(2, **cells)) == [(REFUSED, reason)]


async def test_rows_outside_of_ones_reach_are_refused_one_by_one(world: World, session: AsyncSession) -> None:
    mine, others = report(2, "党员1号"), report(3, "党员2号", region=NEIGHBOUR)
    assert await outcomes(session, REPORTS, mine, others, reach=DESK) == [NEW, REFUSED]
    away = report(2, "职工1号", organization="嘉恒物业公司", region=ELSEWHERE)
    assert await outcomes(session, REPORTS, away, report(3, "党员1号"), reach=speaks_for(world)) == [NEW, REFUSED]


async def test_a_liaison_sends_a_workbook_and_it_is_written_once(
    world: World, session: AsyncSession, sessions: Sessions
) -> None:
    header = ("单位", "党员姓名*", "报到社区（必填）", "人数")
    unit, place = "嘉恒物业公司", "八角南路社区"
    data = xlsx(header, (unit, "职工1号", place, ""), (unit, "没有这人", place, ""))
    found = await checked(world.liaison, await send(world.liaison, data, "enrollments"), sessions)
    assert found["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "refused": 1}
    assert await enrollments(session) == []
    await ok(world.liaison.post(f"/rosters/imports/{found['id']}/commit"))
    await importing.work(sessions)
    (one,) = await enrollments(session)
    assert (one.state, one.organization_id) == (REQUESTED, world.unit.id)
    waiting = (await ok(world.desk.get("/enrollments", scope="desk")))["items"]
    assert [shown["name"] for shown in waiting] == ["职工1号"]
    answer = await world.liaison.get(f"/rosters/imports/{found['id']}/errors")
    assert answer.status_code == 200


def test_every_kind_of_member_has_its_word() -> None:
    assert {one.name: one.code for one in labels(MemberKind)} == KINDS
