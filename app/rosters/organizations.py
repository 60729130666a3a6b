"""Rows that are organizations: the key is their code in others' systems, else their path of names."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.workbooks.columns import Column, narrow
from app.organizations import changing, creating
from app.organizations.changing import ChangedOrganization
from app.organizations.creating import NewOrganization
from app.organizations.models import Organization, OrganizationKind
from app.rosters import naming
from app.rosters.models import RowOutcome
from app.rosters.reach import Reach
from app.rosters.rows import Row, Wrong, required

KINDS = {
    "党工委": OrganizationKind.WORKING_COMMITTEE,
    "党委": OrganizationKind.COMMITTEE,
    "党总支": OrganizationKind.GENERAL_BRANCH,
    "党支部": OrganizationKind.BRANCH,
    "功能型党支部": OrganizationKind.FUNCTIONAL_BRANCH,
    "党小组": OrganizationKind.PARTY_GROUP,
    "党建联盟": OrganizationKind.ALLIANCE,
    "职能部门": OrganizationKind.DEPARTMENT,
    "驻区单位": OrganizationKind.LOCAL_UNIT,
    "企业": OrganizationKind.ENTERPRISE,
    "社会组织": OrganizationKind.SOCIAL_ORGANIZATION,
    "事业单位": OrganizationKind.INSTITUTION,
    "国有企业": OrganizationKind.STATE_ENTERPRISE,
    "高校": OrganizationKind.UNIVERSITY,
    "驻区部队": OrganizationKind.GARRISON,
    "社区居委会": OrganizationKind.RESIDENTS_COMMITTEE,
    "村委会": OrganizationKind.VILLAGE_COMMITTEE,
}
COLUMNS = (
    Column("name", "组织名称", required=True, hint="不含上级名称", also=("名称", "单位名称")),
    Column("kind", "组织类型", required=True, choices=tuple(KINDS), also=("类型",)),
    Column("region", "所在区域", required=True, hint="区域代码，或本辖区内的区域名称", also=("区域代码", "所在社区")),
    Column("parent", "上级组织", hint="上级的编码，或从最上级写起的路径，如 机关党委/第一党支部；可以是本表中的组织"),
    Column("code", "组织编码", hint="有编码的按编码识别同一组织，没有的按路径识别", also=("编码",)),
)
LONGEST_NAME, LONGEST_CODE = 200, 64


class Tree:
    """The organizations that stand or will stand when the rows before are written, by path and by code."""

    def __init__(self, bodies: naming.Bodies) -> None:
        self.bodies = bodies
        self._ids: dict[object, tuple[uuid.UUID, tuple[str, ...]]] = {}
        self.taken: dict[object, int] = {}

    def parent(self, written: str) -> tuple[uuid.UUID, tuple[str, ...]] | None:
        """The id and path of what a cell names, of this file or in the database; None where it is not there (yet)."""
        known = self._ids.get(narrow(written)) or self._ids.get(naming.steps(written))
        if known:
            return known
        try:
            found = self.bodies.find(written)
        except Wrong:
            return None
        return found.id, self.bodies.names[found.id]

    def plant(self, organization_id: uuid.UUID, path: tuple[str, ...], code: str, line: int) -> None:
        """A row stands there now; raises `Wrong` where another row does."""
        for key in (path, *([code] if code else [])):
            first = self.taken.setdefault(key, line)
            if first != line:
                raise Wrong(f"与第 {first} 行是同一组织")
            self._ids[key] = organization_id, path


async def judge(session: AsyncSession, reach: Reach, rows: Sequence[Row]) -> None:
    """Say of every row what it would do, parents first."""
    places = await naming.places(session, reach, (row.cells["region"] for row in rows))
    words = [row.cells[column] for row in rows for column in ("name", "parent", "code")]
    tree = Tree(await naming.bodies(session, reach, words))
    waiting = list(rows)
    while waiting:
        for row in waiting:
            try:
                _judge_one(row, tree, places, reach)
            except Wrong as wrong:
                row.refuse(str(wrong))
        left = [row for row in waiting if row.is_open]
        if len(left) == len(waiting):  # nobody's parent came
            for row in left:
                row.refuse(f"没有上级组织“{row.cells['parent']}”，或它不能导入")
            return
        waiting = left


def _judge_one(row: Row, tree: Tree, places: naming.Places, reach: Reach) -> None:
    """Decide a row, or leave it open until its parent is there; raises `Wrong`."""
    name = required(row, "name", "组织名称", LONGEST_NAME)
    kind, region = _kind(row), places.code(required(row, "region", "所在区域", 200))
    code = narrow(row.cells["code"])
    if len(code) > LONGEST_CODE:
        raise Wrong(f"组织编码最多 {LONGEST_CODE} 个字符")
    if naming.BETWEEN.search(name):
        raise Wrong("组织名称不能含有 / 或 >")
    parent = tree.parent(row.cells["parent"]) if row.cells["parent"] else None
    if row.cells["parent"] and parent is None:
        return
    parent_id, above = parent or (None, ())
    path = (*above, name)
    found = _found(tree.bodies, code, path, parent_id)
    if not (reach.covers(region) and (found is None or reach.covers(found.region_code))):
        raise Wrong("所在区域不在您的权限范围内")
    made = NewOrganization(kind, name, region, parent_id, code or None)
    tree.plant(found.id if found else made.id, path, code, row.line)
    if found is None:
        row.depth = len(path)
        row.decide(RowOutcome.NEW, made)
        return
    changed = ChangedOrganization(found.id, kind, name, region, code or found.external_code)
    titles = {"name": "组织名称", "kind": "组织类型", "region_code": "所在区域", "external_code": "组织编码"}
    changes = [title for field, title in titles.items() if getattr(changed, field) != getattr(found, field)]
    row.decide(RowOutcome.CHANGED if changes else RowOutcome.UNCHANGED, changed, changes)


def _kind(row: Row) -> OrganizationKind:
    said = required(row, "kind", "组织类型", 50)
    if said not in KINDS:
        raise Wrong(f"组织类型应为：{'、'.join(KINDS)}")
    return KINDS[said]


def _found(bodies: naming.Bodies, code: str, path: tuple[str, ...], parent_id: uuid.UUID | None) -> Organization | None:
    """What a row is in the database; raises `Wrong` where that stands elsewhere or has another code."""
    found = bodies.by_code.get(code) or bodies.at(path)
    if found is None:
        return None
    if code and found.external_code not in (None, code):
        raise Wrong(f"此路径的组织已有编码 {found.external_code}")
    if found.parent_id != parent_id:
        raise Wrong("上级组织与系统中不同；导入不移动组织")
    return found


async def write(session: AsyncSession, rows: Sequence[Row], actor: uuid.UUID | None) -> None:
    """Write what rows say that are new or changed."""
    await creating.create_many(session, [row.thing for row in rows if row.outcome == RowOutcome.NEW], actor)
    await changing.change_many(session, [row.thing for row in rows if row.outcome == RowOutcome.CHANGED], actor)
