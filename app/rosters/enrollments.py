"""Rows that are reports (双报到): the key is who reports in, and where to."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments import entering
from app.enrollments.entering import Report, Standing
from app.enrollments.lifecycle import EnrollmentState
from app.enrollments.models import Enrollment, MemberKind
from app.kit.workbooks.columns import Column, narrow
from app.members import queries as members
from app.members.models import Member
from app.organizations.models import Organization
from app.rosters import naming
from app.rosters.models import RowOutcome
from app.rosters.reach import Reach
from app.rosters.rows import Row, Wrong, required

KINDS = {
    "在职党员": MemberKind.IN_SERVICE,
    "离退休党员": MemberKind.RETIRED,
    "流动党员": MemberKind.MOBILE,
    "入党积极分子": MemberKind.APPLICANT,
}
YES, NO = "是", "否"
COLUMNS = (
    Column(
        "organization", "单位", required=True, hint="组织编码，或组织名称；同名时写路径", also=("所在组织", "单位名称")
    ),
    Column("name", "党员姓名", hint="党员报到填写；留空则为单位报到", also=("姓名",)),
    Column("phone", "手机号", hint="同一单位有同名党员时必填", also=("手机号码", "联系电话")),
    Column("region", "报到社区", required=True, hint="区域代码或名称；单位也可填街道（镇）", also=("社区", "报到地")),
    Column("kind", "党员类别", choices=tuple(KINDS), hint="留空为在职党员"),
    Column("heads", "人数", hint="只报人数、不报姓名的单位填写", also=("报到人数",)),
    Column("primary", "主报到", choices=(YES, NO), hint="留空则第一个报到为主"),
)
REMARKS = (
    "表头不要改动，列的顺序可以不同；不要填公式。党员须已在单位名册中。",
    "再次导入同一张表不会重复报到；已有的报到不因导入而改动或结束，本社区导入时待确认的即为确认。",
)
MOST_HEADS = 100_000
Roster = dict[tuple[uuid.UUID, str], list[Member]]


async def judge(session: AsyncSession, reach: Reach, rows: Sequence[Row]) -> None:
    """Say of every row what it would do."""
    anywhere = reach.regions or ("",)  # who speaks for an organization only, reports it in wherever it is
    places = await naming.places(session, reach, (row.cells["region"] for row in rows), anywhere)
    bodies = await naming.bodies(session, reach, (row.cells["organization"] for row in rows))
    roster = await _roster(session, bodies, rows)
    said: list[tuple[Row, Report]] = []
    for row in rows:
        try:
            said.append((row, _read(row, places, bodies, roster, reach)))
        except Wrong as wrong:
            row.refuse(str(wrong))
    known = await entering.standing(session, [report for _, report in said])
    lines: dict[tuple[uuid.UUID, str], int] = {}
    for row, report in said:
        try:
            first = lines.setdefault((report.subject_id, report.region_code), row.line)
            if first != row.line:
                raise Wrong(f"与第 {first} 行相同")
            _decide(row, report, known)
        except Wrong as wrong:
            row.refuse(str(wrong))


async def _roster(session: AsyncSession, bodies: naming.Bodies, rows: Sequence[Row]) -> Roster:
    """The members of the organizations whose members are named, by organization and name."""
    wanted = set()
    for row in rows:
        try:
            wanted |= {bodies.find(row.cells["organization"]).id} if row.cells["name"] else set()
        except Wrong:
            continue  # which the row is told when it is read
    found: Roster = {}
    for one in await members.on_rosters(session, wanted):
        found.setdefault((one.organization_id, one.name), []).append(one)
    return found


def _read(row: Row, places: naming.Places, bodies: naming.Bodies, roster: Roster, reach: Reach) -> Report:
    organization = bodies.find(required(row, "organization", "单位", 500))
    region = places.code(required(row, "region", "报到社区", 200))
    if not (reach.covers(region) or reach.speaks_for(organization)):
        raise Wrong("报到社区不在您的权限范围内，您也不是该单位的联络员")
    if row.cells["primary"] not in ("", YES, NO):
        raise Wrong(f"主报到应为：{YES}、{NO}")
    if not row.cells["name"]:
        if row.cells["kind"] or row.cells["phone"]:
            raise Wrong("填写了党员类别或手机号，缺少党员姓名")
        return Report(organization, region, head_count=_heads(row), at_desk=reach.covers(region))
    if row.cells["heads"]:
        raise Wrong("只有单位可以按人数报到")
    kind = row.cells["kind"] or next(iter(KINDS))
    if kind not in KINDS:
        raise Wrong(f"党员类别应为：{'、'.join(KINDS)}")
    member = _member(row, organization, roster)
    return Report(organization, region, member, KINDS[kind], at_desk=reach.covers(region))


def _heads(row: Row) -> int | None:
    said = narrow(row.cells["heads"]).removesuffix("人")
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 6 and 0 < int(said) <= MOST_HEADS):
        raise Wrong("人数应为正整数")
    return int(said)


def _member(row: Row, organization: Organization, roster: Roster) -> Member:
    """Who on the roster is named, by phone where that is said; raises `Wrong`."""
    phone = narrow(row.cells["phone"]).replace("-", "").removeprefix("+86")
    named = roster.get((organization.id, row.cells["name"]), [])
    found = [one for one in named if not one.merged_into_id and phone in ("", one.phone)]
    if not found:
        raise Wrong("该单位名册中没有此人，请核对姓名和手机号，或先导入党员名册")
    if len(found) > 1:
        raise Wrong("该单位有多名同名党员，请填写手机号")
    return found[0]


def _decide(row: Row, report: Report, known: Standing) -> None:
    """New, standing already, or to be confirmed by its own desk; raises `Wrong`."""
    stands = known.live.get((report.subject_id, report.region_code))
    if stands is not None:
        _check_same(row, report, stands)
        waits = stands.state == EnrollmentState.REQUESTED and report.at_desk
        row.decide(RowOutcome.CHANGED if waits else RowOutcome.UNCHANGED, stands.id, ["状态"] if waits else [])
        return
    if not known.takes(report):
        raise Wrong("党员向社区（村）报到，单位向街道（镇）或社区（村）报到")
    if report.member and known.tells_no_names(report.organization):
        raise Wrong("该单位只按人数报到，不登记姓名")
    if not known.lets_in(report):
        raise Wrong("此处只接受指定单位报到")
    has_primary = report.subject_id in known.primaries
    if row.cells["primary"] == YES and has_primary:
        raise Wrong("已有主报到社区")
    report.is_primary = row.cells["primary"] != NO and not has_primary
    if report.is_primary:
        known.primaries.add(report.subject_id)
    if report.head_count:
        known.by_heads.add(report.organization.id)
    row.decide(RowOutcome.NEW, (report, known.is_designated(report), known.confirms(report)))


def _check_same(row: Row, report: Report, stands: Enrollment) -> None:
    """What stands is not changed by a file, since the figures of past days stay as they were sent; raises `Wrong`."""
    if row.cells["heads"] and report.head_count != stands.head_count:
        raise Wrong(f"已在此报到，人数为 {stands.head_count or '未填'}；导入不修改已有报到")
    if row.cells["kind"] and report.kind != stands.kind:
        raise Wrong("已以另一类别在此报到；导入不修改已有报到")
    if row.cells["primary"] and (row.cells["primary"] == YES) != stands.is_primary:
        raise Wrong("已在此报到，主报到与系统中不同；导入不修改已有报到")


async def write(session: AsyncSession, rows: Sequence[Row], actor: uuid.UUID | None) -> None:
    """Report in who is new, and confirm what waited for the sender's own desk."""
    await entering.report_many(session, [row.thing for row in rows if row.outcome == RowOutcome.NEW], actor)
    await entering.confirm_many(session, [row.thing for row in rows if row.outcome == RowOutcome.CHANGED], actor)
