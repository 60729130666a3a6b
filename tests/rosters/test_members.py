"""Rows that are members: new, changed, unchanged or refused, by keys that anybody can name."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.events import Event
from app.members.events import MemberEvent
from app.members.models import Member
from app.organizations.models import OrganizationKind
from app.rosters.members import SEVERAL, UNDECIDED
from app.rosters.models import RosterKind
from app.rosters.reach import Reach
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, NEIGHBOUR, World
from tests.factories import a_member, an_organization
from tests.rosters.sheets import BRANCH, CHANGED, NEW, REFUSED, UNCHANGED, count, judged, member, outcomes, taken

MEMBERS = RosterKind.MEMBERS


async def test_somebody_new_is_added_and_found_the_next_time(world: World, session: AsyncSession) -> None:
    rows = [member(2, "新一", phone="１３８００００ ００７１", skills="医疗、驾驶"), member(3, "新二")]
    assert await taken(session, MEMBERS, *rows) == [NEW, NEW]
    made = (await session.scalars(select(Member).where(Member.organization_id == world.branch.id))).all()
    one = next(found for found in made if found.phone == "13800000071")
    assert (one.name, one.home_region_code, one.skills) == ("新一", COMMUNITY, ["医疗", "驾驶"])
    again = [member(2, "新一", phone="13800000071", skills="医疗、驾驶"), member(3, "新二")]
    assert await taken(session, MEMBERS, *again) == [UNCHANGED, UNCHANGED]


async def test_the_same_rows_again_write_nothing(world: World, session: AsyncSession) -> None:
    await taken(session, MEMBERS, member(2, phone="13800000071"))
    before = await count(session, Event), await count(session, Member)
    await taken(session, MEMBERS, member(2, phone="13800000071"))
    assert (await count(session, Event), await count(session, Member)) == before


async def test_a_phone_names_somebody_whose_name_was_mistyped(world: World, session: AsyncSession) -> None:
    row = member(2, "党员壹号", phone="19900000001")
    assert await taken(session, MEMBERS, row) == [CHANGED]
    assert row.changes == ["姓名"]
    await session.refresh(world.members[0])
    assert world.members[0].name == "党员壹号"


async def test_without_a_phone_a_name_names_somebody_and_empty_cells_change_nothing(
    world: World, session: AsyncSession
) -> None:
    assert await taken(session, MEMBERS, member(2, "党员1号")) == [UNCHANGED]
    assert await taken(session, MEMBERS, member(2, "党员1号", home=NEIGHBOUR)) == [CHANGED]
    found = world.members[0]
    await session.refresh(found)
    assert (found.phone, found.home_region_code) == ("19900000001", NEIGHBOUR)


async def test_a_name_is_nobody_whom_another_row_names_by_phone(world: World, session: AsyncSession) -> None:
    rows = [member(2, "党员1号", phone="13800000099"), member(3, "党员1号", phone="19900000001")]
    assert await outcomes(session, MEMBERS, *rows) == [NEW, UNCHANGED]


async def test_a_new_phone_is_not_taken_over_by_the_only_one_of_a_name_until_a_person_decides(
    world: World, session: AsyncSession
) -> None:
    assert await judged(session, MEMBERS, member(2, "党员1号", phone="13800000099")) == [(REFUSED, UNDECIDED)]
    row = member(2, "党员1号", phone="13800000099", namesake="同一人")
    assert await taken(session, MEMBERS, row) == [CHANGED]
    assert row.changes == ["手机号"]
    assert await taken(session, MEMBERS, member(2, "党员1号", phone="13800000077", namesake="另一人")) == [NEW]
    again = [member(2, "党员1号", phone=phone) for phone in ("13800000099", "13800000077")]
    assert await outcomes(session, MEMBERS, *again) == [UNCHANGED, UNCHANGED]


async def test_who_has_no_phone_yet_takes_it_only_at_the_same_home(world: World, session: AsyncSession) -> None:
    world.members[0].phone = None
    moved = member(2, "党员1号", phone="13800000099", home=NEIGHBOUR)
    assert await judged(session, MEMBERS, moved) == [(REFUSED, UNDECIDED)]
    assert await outcomes(session, MEMBERS, member(2, "党员1号", phone="13800000099")) == [CHANGED]


async def test_a_stranger_of_a_name_that_several_have_is_new_where_a_person_says_so(
    world: World, session: AsyncSession
) -> None:
    await a_member(session, world.branch, name="党员1号", phone="13800000055")
    assert await judged(session, MEMBERS, member(2, "党员1号", phone="13800000099")) == [(REFUSED, SEVERAL)]
    row = member(2, "党员1号", phone="13800000099", namesake="另一人")
    assert await outcomes(session, MEMBERS, row) == [NEW]


async def test_two_rows_that_are_one_person_are_told(world: World, session: AsyncSession) -> None:
    rows = [
        member(2, "甲", phone="13800000071"),
        member(3, "乙", phone="13800000071"),
        member(4, "党员2号"),
        member(5, "党员2号"),
        member(6, "丙"),
        member(7, "丙"),
    ]
    assert await judged(session, MEMBERS, *rows) == [
        (NEW, ""),
        (REFUSED, "与第 2 行是同一人"),
        (UNCHANGED, ""),
        (REFUSED, "与第 4 行是同一人"),
        (NEW, ""),
        (REFUSED, "与第 6 行是同一人"),
    ]


async def test_several_of_one_name_need_their_phones(world: World, session: AsyncSession) -> None:
    await a_member(session, world.branch, name="党员1号", phone="13800000055")
    assert await outcomes(session, MEMBERS, member(2, "党员1号")) == [REFUSED]
    assert await outcomes(session, MEMBERS, member(2, "党员1号", phone="13800000055")) == [UNCHANGED]


async def test_several_who_share_a_phone_are_told_apart_by_name(world: World, session: AsyncSession) -> None:
    await a_member(session, world.branch, name="党员1号的爱人", phone="19900000001")
    assert await outcomes(session, MEMBERS, member(2, "党员1号的爱人", phone="19900000001")) == [UNCHANGED]
    assert await outcomes(session, MEMBERS, member(2, "第三人", phone="19900000001")) == [REFUSED]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"name": ""}, "缺少姓名"),
        ({"name": "长" * 51}, "姓名最多 50 个字"),
        ({"phone": "1380000007"}, "手机号应为 11 位数字"),
        ({"namesake": "不知道"}, "同名处理应为：同一人、另一人"),
        ({"organization": ""}, "缺少所在组织"),
        ({"organization": "没有的支部"}, "没有组织“没有的支部”"),
        ({"home": ""}, "缺少居住社区"),
        ({"home": "110107003099"}, "没有区域 110107003099"),
        ({"home": "没有的社区"}, "没有区域“没有的社区”，请填区域代码"),
        ({"skills": "、".join(str(one) for one in range(21))}, "特长最多 20 项，每项最多 50 个字"),
    ],
)
async def test_a_row_that_cannot_be_taken_says_why(
    world: World, session: AsyncSession, cells: dict[str, str], reason: str
) -> None:
    assert await judged(session, MEMBERS, member(2, **cells)) == [(REFUSED, reason)]


async def test_places_may_be_named_within_ones_own_regions(world: World, session: AsyncSession) -> None:
    row = member(2, home="八角北里社区")
    assert await outcomes(session, MEMBERS, row, reach=Reach(regions=(DISTRICT,))) == [NEW]
    assert row.thing.home_region_code == NEIGHBOUR
    assert await outcomes(session, MEMBERS, member(2, home="绿化社区"), reach=Reach(regions=(DISTRICT,))) == [REFUSED]


async def test_an_organization_is_named_by_code_name_or_path(world: World, session: AsyncSession) -> None:
    world.branch.external_code = "B01"
    for parent in ("甲委", "乙委"):
        above = await an_organization(session, name=parent, kind=OrganizationKind.COMMITTEE)
        await an_organization(session, name="一支部", parent=above)
    rows = [
        member(2, "一", organization="Ｂ01"),
        member(3, "二", organization="甲委/一支部"),
        member(4, "三", organization="甲委 ＞ 一支部"),
        member(5, "四", organization="一支部"),
        member(6, "五", organization="丙委/一支部"),
    ]
    assert await judged(session, MEMBERS, *rows) == [
        (NEW, ""),
        (NEW, ""),
        (NEW, ""),
        (REFUSED, "有多个组织名为“一支部”，请写全路径或编码"),
        (REFUSED, "没有组织“丙委/一支部”"),
    ]


async def test_rows_outside_of_ones_reach_are_refused_one_by_one(world: World, session: AsyncSession) -> None:
    desk, unit = Reach(regions=(COMMUNITY,)), Reach(organization_paths=(world.unit.path,))
    rows = [
        member(2, "甲"),
        member(3, "乙", organization="绿化社区党支部", home=ELSEWHERE),
        member(4, "丙", organization="绿化社区党支部"),  # lives here
        member(5, "丁", home=ELSEWHERE),  # on a roster here
    ]
    assert await outcomes(session, MEMBERS, *rows, reach=desk) == [NEW, REFUSED, NEW, NEW]
    of_units = [member(2, "甲", organization=world.unit.name), member(3, "乙", organization=BRANCH)]
    assert await outcomes(session, MEMBERS, *of_units, reach=unit) == [NEW, REFUSED]


async def test_nobody_takes_a_member_out_of_anothers_region(world: World, session: AsyncSession) -> None:
    row = member(2, "远方党员", organization="绿化社区党支部", home=COMMUNITY)
    assert await outcomes(session, MEMBERS, row, reach=Reach(regions=(COMMUNITY,))) == [REFUSED]


async def test_all_or_none_writes_none_where_one_is_refused(world: World, session: AsyncSession) -> None:
    before = await count(session, Member)
    rows = [member(2, "甲"), member(3, "乙", phone="1")]
    assert await taken(session, MEMBERS, *rows, all_or_none=True) == [NEW, REFUSED]
    assert await count(session, Member) == before
    assert await taken(session, MEMBERS, member(2, "甲"), member(3, "乙", phone="1")) == [NEW, REFUSED]
    assert await count(session, Member) == before + 1


async def test_events_count_and_name_nobody(world: World, session: AsyncSession) -> None:
    await taken(session, MEMBERS, member(2, "甲"), member(3, "党员1号", home=NEIGHBOUR))
    told = await session.scalars(select(Event.payload).where(Event.kind == MemberEvent.CHANGED))
    assert told.all() == [{"count": 1}]
    told = await session.scalars(select(Event.payload).where(Event.kind == "roster.imported"))
    assert told.all() == [{"roster": "members", "new": 1, "changed": 1, "unchanged": 0, "refused": 0}]
