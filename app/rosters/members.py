"""Rows that are members: the key is organization and phone, else organization and name."""

import re
import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.workbooks.columns import Column, narrow
from app.members import changing, creating
from app.members import queries as members
from app.members.changing import ChangedMember
from app.members.creating import NewMember
from app.members.models import Member
from app.organizations.models import Organization
from app.rosters import naming
from app.rosters.models import RowOutcome
from app.rosters.reach import Reach
from app.rosters.rows import Row, Wrong, required

SAME, ANOTHER = "同一人", "另一人"
COLUMNS = (
    Column("name", "姓名", required=True, also=("党员姓名",)),
    Column("phone", "手机号", hint="11 位；有手机号的按“组织+手机号”识别同一人", also=("手机号码", "联系电话", "电话")),
    Column(
        "organization",
        "所在组织",
        required=True,
        hint="组织编码，或组织名称；同名时写路径，如 机关党委/第一党支部",
        also=("所在党支部", "党支部", "组织"),
    ),
    Column(
        "home",
        "居住社区",
        required=True,
        hint="区域代码，或本辖区内的社区名称",
        also=("居住社区代码", "区域代码", "社区"),
    ),
    Column("skills", "特长", hint="多项用顿号隔开；留空则不改动", also=("技能",)),
    Column(
        "namesake",
        "同名处理",
        hint="名册中已有同名党员而手机号不同时填",
        choices=(SAME, ANOTHER),
    ),
)
PHONE = re.compile(r"1[0-9]{10}")
BETWEEN = re.compile(r"[\s,，、;；]+")
LONGEST_NAME, MOST_SKILLS, LONGEST_SKILL = 50, 20, 50
UNDECIDED = f"该组织已有同名党员，此手机号不是其登记的：换了号的请在“同名处理”填“{SAME}”，不是一个人的填“{ANOTHER}”"
SEVERAL = f"该组织有多名同名党员，此手机号不是其登记的：不是其中任何一人的请在“同名处理”填“{ANOTHER}”"
TITLES = {one.name: one.title for one in COLUMNS}


async def judge(session: AsyncSession, reach: Reach, rows: Sequence[Row]) -> None:
    """Say of every row what it would do."""
    places = await naming.places(session, reach, (row.cells["home"] for row in rows))
    bodies = await naming.bodies(session, reach, (row.cells["organization"] for row in rows))
    said: list[tuple[Row, NewMember, Organization]] = []
    for row in rows:
        try:
            new, organization = _read(row, places, bodies)
        except Wrong as wrong:
            row.refuse(str(wrong))
        else:
            said.append((row, new, organization))
    known = await members.on_rosters(session, {organization.id for _, _, organization in said})
    _match(said, Known(known), reach)


def _read(row: Row, places: naming.Places, bodies: naming.Bodies) -> tuple[NewMember, Organization]:
    name = required(row, "name", "姓名", LONGEST_NAME)
    phone = narrow(row.cells["phone"]).replace("-", "").removeprefix("+86")
    if phone and not PHONE.fullmatch(phone):
        raise Wrong("手机号应为 11 位数字")
    skills = list(dict.fromkeys(one for one in BETWEEN.split(row.cells["skills"]) if one))
    if len(skills) > MOST_SKILLS or any(len(one) > LONGEST_SKILL for one in skills):
        raise Wrong(f"特长最多 {MOST_SKILLS} 项，每项最多 {LONGEST_SKILL} 个字")
    if row.cells["namesake"] not in ("", SAME, ANOTHER):
        raise Wrong(f"同名处理应为：{SAME}、{ANOTHER}")
    organization = bodies.find(required(row, "organization", "所在组织", 500))
    home = places.code(required(row, "home", "居住社区", 200))
    return NewMember(organization.id, name, home, phone or None, skills), organization


class Known:
    """Who is on the rosters by what tells them apart, and which row is who."""

    def __init__(self, found: Sequence[Member]) -> None:
        self._by_phone: dict[tuple[uuid.UUID, str], list[Member]] = {}
        self._by_name: dict[tuple[uuid.UUID, str], list[Member]] = {}
        for one in found:
            if one.phone:
                self._by_phone.setdefault((one.organization_id, one.phone), []).append(one)
            self._by_name.setdefault((one.organization_id, one.name), []).append(one)
        self.taken: dict[object, int] = {}
        """Members, and keys of members to be, with the line that is them."""

    def by_phone(self, new: NewMember) -> Member | None:
        """Who has the phone, of several who share one the one of the name; raises `Wrong`."""
        sharing = self._by_phone.get((new.organization_id, new.phone or ""), [])
        named = [one for one in sharing if one.name == new.name] or sharing
        if len(named) > 1:
            raise Wrong("该组织有多名党员登记了此手机号，请先合并重复的人")
        return named[0] if named else None

    def by_name(self, new: NewMember, decided: str) -> Member | None:
        """Who has the name and is no other row by phone; whether a new phone is theirs, a person decides.

        Raises `Wrong`. Where they have no phone yet and live at the same place, there is nothing to decide.
        """
        named = self._by_name.get((new.organization_id, new.name), [])
        free = [one for one in named if one.id not in self.taken]
        if new.phone and decided == ANOTHER:
            return None
        if len(free) > 1:
            raise Wrong(SEVERAL if new.phone else "该组织有多名同名党员，请填写手机号")
        if named and not free and not new.phone:
            raise Wrong(f"与第 {self.taken[named[0].id]} 行是同一人")
        found = free[0] if free else None
        if found and new.phone and decided != SAME and (found.phone or found.home_region_code != new.home_region_code):
            raise Wrong(UNDECIDED)
        return found

    def take(self, key: object, line: int) -> None:
        """A line is somebody; raises `Wrong` where another line is them already."""
        first = self.taken.setdefault(key, line)
        if first != line:
            raise Wrong(f"与第 {first} 行是同一人")


def _match(said: Sequence[tuple[Row, NewMember, Organization]], known: Known, reach: Reach) -> None:
    """First by phones and only then by names, so that no row is taken for somebody whom another one names."""
    for by_phone in (True, False):
        for row, new, organization in said:
            if not row.is_open:
                continue
            try:
                found = known.by_phone(new) if by_phone else known.by_name(new, row.cells["namesake"])
                if found is not None or not by_phone:
                    _decide(row, new, found, organization, known, reach)
            except Wrong as wrong:
                row.refuse(str(wrong))


def _decide(
    row: Row, new: NewMember, found: Member | None, organization: Organization, known: Known, reach: Reach
) -> None:
    known.take(found.id if found else (organization.id, new.phone or new.name), row.line)
    homes = {new.home_region_code, found.home_region_code if found else new.home_region_code}
    if not (reach.holds(organization) or all(reach.covers(home) for home in homes)):
        raise Wrong("组织和居住社区都不在您的权限范围内")
    if found is None:
        row.decide(RowOutcome.NEW, new)
        return
    if found.merged_into_id:  # the file knows the entry that was given up
        row.decide(RowOutcome.UNCHANGED)
        return
    changed = ChangedMember(
        found.id, new.name, new.phone or found.phone, new.home_region_code, new.skills or found.skills
    )
    changes = [
        title
        for name, title in (("name", "姓名"), ("phone", "手机号"), ("home_region_code", "居住社区"), ("skills", "特长"))
        if getattr(changed, name) != getattr(found, name)
    ]
    row.decide(RowOutcome.CHANGED if changes else RowOutcome.UNCHANGED, changed, changes)


async def write(session: AsyncSession, rows: Sequence[Row], actor: uuid.UUID | None) -> None:
    """Write what rows say that are new or changed."""
    await creating.add_many(session, [row.thing for row in rows if row.outcome == RowOutcome.NEW], actor)
    await changing.change_many(session, [row.thing for row in rows if row.outcome == RowOutcome.CHANGED], actor)
