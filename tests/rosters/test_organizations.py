"""Rows that are organizations, in any order, and rows that are staff."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access import signing_in
from app.access.models import Role
from app.meta import labels
from app.organizations.models import Organization, OrganizationKind
from app.rosters import taking
from app.rosters.models import RosterKind
from app.rosters.organizations import KINDS
from app.rosters.reach import Reach
from app.rosters.staff import ROLES
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, NEIGHBOUR, World
from tests.rosters.sheets import (
    BRANCH,
    CHANGED,
    NEW,
    REFUSED,
    UNCHANGED,
    clerk,
    count,
    judged,
    organization,
    outcomes,
    taken,
)

ORGANIZATIONS, STAFF = RosterKind.ORGANIZATIONS, RosterKind.STAFF


async def named(session: AsyncSession, name: str) -> Organization:
    statement = select(Organization).where(Organization.name == name)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


def a_tree() -> list[Any]:
    """Children before their parents."""
    return [
        organization(2, "一组", kind="党小组", parent="机关党委/第一支部"),
        organization(3, "第一支部", parent="D01", code="D0101"),
        organization(4, "机关党委", kind="党委", code="D01"),
        organization(5, "二组", kind="党小组", parent="D0101"),
    ]


async def test_a_tree_is_planted_in_whatever_order_its_rows_come(world: World, session: AsyncSession) -> None:
    assert await taken(session, ORGANIZATIONS, *a_tree()) == [NEW] * 4
    root, branch = await named(session, "机关党委"), await named(session, "第一支部")
    for name in ("一组", "二组"):
        group = await named(session, name)
        assert group.parent_id == branch.id
        assert group.path == f"{root.id}.{branch.id}.{group.id}."
    assert (branch.external_code, branch.parent_id, root.parent_id) == ("D0101", root.id, None)


async def test_the_same_tree_again_changes_nothing(world: World, session: AsyncSession) -> None:
    await taken(session, ORGANIZATIONS, *a_tree())
    before = await count(session, Organization)
    assert await taken(session, ORGANIZATIONS, *a_tree()) == [UNCHANGED] * 4
    assert await count(session, Organization) == before


async def test_a_code_names_an_organization_that_is_called_otherwise_now(world: World, session: AsyncSession) -> None:
    await taken(session, ORGANIZATIONS, *a_tree())
    row = organization(2, "第一联合支部", kind="功能型党支部", parent="D01", code="D0101", region=NEIGHBOUR)
    assert await taken(session, ORGANIZATIONS, row) == [CHANGED]
    assert row.changes == ["组织名称", "组织类型", "所在区域"]
    found = await named(session, "第一联合支部")
    assert (found.kind, found.region_code) == (OrganizationKind.FUNCTIONAL_BRANCH, NEIGHBOUR)


async def test_a_code_is_given_to_one_that_had_none(world: World, session: AsyncSession) -> None:
    assert await taken(session, ORGANIZATIONS, organization(2, BRANCH, code="B01")) == [CHANGED]
    assert (await named(session, BRANCH)).external_code == "B01"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"name": ""}, "缺少组织名称"),
        ({"name": "甲/乙"}, "组织名称不能含有 / 或 >"),
        ({"kind": "股份公司"}, None),
        ({"region": "没有"}, "没有区域“没有”，请填区域代码"),
        ({"parent": "没有的党委"}, "没有上级组织“没有的党委”，或它不能导入"),
        ({"code": "9" * 65}, "组织编码最多 64 个字符"),
        ({"name": BRANCH, "parent": "住建局", "code": "B01"}, None),
    ],
)
async def test_a_row_that_cannot_be_taken_says_why(
    world: World, session: AsyncSession, cells: dict[str, str], reason: str | None
) -> None:
    (outcome, said), *_ = await judged(session, ORGANIZATIONS, organization(2, **cells))
    if reason is None and cells.get("name") == BRANCH:  # the same name elsewhere in the tree is another one
        assert outcome == NEW
    else:
        assert outcome == REFUSED
        assert said == (reason or said) != ""


async def test_nothing_is_moved_given_a_second_code_or_said_twice(world: World, session: AsyncSession) -> None:
    await taken(session, ORGANIZATIONS, *a_tree())
    rows = [
        organization(2, "第一支部", code="D0101"),
        organization(3, "第一支部", parent="D01", code="D0199"),
        organization(4, "新党委"),
        organization(5, "新党委"),
    ]
    assert [reason for _, reason in await judged(session, ORGANIZATIONS, *rows)] == [
        "上级组织与系统中不同；导入不移动组织",
        "此路径的组织已有编码 D0101",
        "",
        "与第 4 行是同一组织",
    ]


async def test_a_row_whose_parent_is_refused_is_refused(world: World, session: AsyncSession) -> None:
    rows = [organization(2, "子支部", parent="坏党委"), organization(3, "坏党委", kind="不是类型")]
    assert await outcomes(session, ORGANIZATIONS, *rows) == [REFUSED, REFUSED]


async def test_organizations_are_those_of_ones_own_regions(world: World, session: AsyncSession) -> None:
    desk = Reach(regions=(COMMUNITY,))
    rows = [organization(2), organization(3, "邻居", region=NEIGHBOUR)]
    assert await outcomes(session, ORGANIZATIONS, *rows, reach=desk) == [NEW, REFUSED]
    world.other_unit.external_code, world.other_unit.region_code = "Z01", NEIGHBOUR
    await session.flush()
    pulled = organization(2, "住建局", code="Z01", kind="职能部门")
    assert await outcomes(session, ORGANIZATIONS, pulled, reach=desk) == [REFUSED]


def test_every_kind_and_role_can_be_written_as_the_service_calls_it() -> None:
    assert {one.name: one.code for one in labels(OrganizationKind)} == KINDS
    assert {one.name: one.code for one in labels(Role)} == ROLES


async def test_staff_are_let_in_once_and_given_further_roles(world: World, session: AsyncSession) -> None:
    rows = [
        clerk(2),
        clerk(3, role="观察员", region=DISTRICT),
        clerk(4, "speaker", role="联络员", region="", organization=BRANCH),
    ]
    assert await taken(session, STAFF, *rows) == [NEW, CHANGED, NEW]
    account = await access.account_of_username(session, "newclerk")
    assert account
    assert await signing_in.verify(account.password_hash, "correct horse")
    held = {(one.role, one.region_code) for one in await access.grants_of(session, account.id)}
    assert held == {(Role.DISPATCHER, COMMUNITY), (Role.OBSERVER, DISTRICT)}


async def test_staff_again_changes_no_password(world: World, session: AsyncSession) -> None:
    await taken(session, STAFF, clerk(2))
    assert await taken(session, STAFF, clerk(2, password="another horse")) == [UNCHANGED]
    account = await access.account_of_username(session, "newclerk")
    assert account
    assert await signing_in.verify(account.password_hash, "correct horse")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"username": ""}, "缺少用户名"),
        ({"username": "ab"}, "用户名须为 3 到 64 个可见 ASCII 字符"),
        ({"role": "书记"}, "角色应为：管理员、调度员、观察员、联络员"),
        ({"region": ""}, "缺少负责区域"),
        ({"organization": BRANCH}, "只有联络员填写负责组织"),
        ({"role": "联络员", "organization": BRANCH}, "联络员不填写负责区域"),
        ({"password": "short"}, "密码须为 8 到 200 个字符"),
    ],
)
async def test_a_row_of_staff_that_cannot_be_taken_says_why(
    world: World, session: AsyncSession, cells: dict[str, str], reason: str
) -> None:
    assert await judged(session, STAFF, clerk(2, **cells)) == [(REFUSED, reason)]


async def test_an_admin_appoints_in_their_own_regions_only(world: World, session: AsyncSession) -> None:
    chief = Reach(regions=(DISTRICT,), administered=(DISTRICT,))
    rows = [clerk(2), clerk(3, "second", region=ELSEWHERE), clerk(4, "third", role="管理员", region="11")]
    assert await outcomes(session, STAFF, *rows, reach=chief) == [NEW, REFUSED, REFUSED]
    assert await outcomes(session, STAFF, clerk(2), reach=Reach(regions=(DISTRICT,))) == [REFUSED]


async def test_a_parent_may_come_hundreds_of_rows_after_its_children(world: World, session: AsyncSession) -> None:
    groups = [
        organization(line, f"第{line}组", kind="党小组", parent="机关党委") for line in range(2, 2 + taking.BATCH)
    ]
    assert await taken(session, ORGANIZATIONS, *groups, organization(999, "机关党委", kind="党委")) == [NEW] * 501
    assert (await named(session, "第2组")).parent_id == (await named(session, "机关党委")).id
