"""The table of enrollments as the workbook that staff send upward."""

from collections.abc import Iterator

from app.enrollments.statistics_schemas import Figures, Grouping, StatisticsOut, StatisticsRow
from app.kit.workbooks import writing
from app.organizations.models import OrganizationKind

TITLES = {Grouping.REGION: "社区", Grouping.UNIT_KIND: "单位类型", Grouping.DAY: "报到日期"}
FIGURES = {
    "organizations": "报到单位",
    "members": "报到党员",
    "in_service": "在职党员",
    "retired": "离退休党员",
    "mobile": "流动党员",
    "applicant": "入党积极分子",
    "heads": "按人数报到",
}
TOTAL = "合计"
KINDS: dict[OrganizationKind, str] = {
    OrganizationKind.WORKING_COMMITTEE: "党工委",
    OrganizationKind.COMMITTEE: "党委",
    OrganizationKind.GENERAL_BRANCH: "党总支",
    OrganizationKind.BRANCH: "党支部",
    OrganizationKind.FUNCTIONAL_BRANCH: "功能型党支部",
    OrganizationKind.PARTY_GROUP: "党小组",
    OrganizationKind.ALLIANCE: "党建联盟",
    OrganizationKind.DEPARTMENT: "职能部门",
    OrganizationKind.LOCAL_UNIT: "驻区单位",
    OrganizationKind.ENTERPRISE: "企业",
    OrganizationKind.SOCIAL_ORGANIZATION: "社会组织",
    OrganizationKind.INSTITUTION: "事业单位",
    OrganizationKind.STATE_ENTERPRISE: "国有企业",
    OrganizationKind.UNIVERSITY: "高校",
    OrganizationKind.GARRISON: "驻区部队",
    OrganizationKind.RESIDENTS_COMMITTEE: "社区居委会",
    OrganizationKind.VILLAGE_COMMITTEE: "村委会",
}


def title(found: StatisticsOut) -> str:
    """`石景山区报到动态统计表（截至2026年11月27日）`."""
    return f"{found.region_name}报到动态统计表（截至{found.on.year}年{found.on.month}月{found.on.day}日）"


def workbook(found: StatisticsOut) -> bytes:
    """The table with a title, a header, and the total in its last row."""
    header = [*(TITLES[one] for one in found.by), *FIGURES.values()]
    total = [TOTAL, *[""] * len(found.by)][: len(found.by)]
    rows = [[*_key(found, row), *_figures(row)] for row in found.rows]
    return writing.titled(title(found), header, [*rows, [*total, *_figures(found.total)]])


def _key(found: StatisticsOut, row: StatisticsRow) -> Iterator[str]:
    for one in found.by:
        match one:
            case Grouping.REGION:
                yield row.region_name or row.region_code or ""
            case Grouping.UNIT_KIND:
                yield KINDS[row.unit_kind] if row.unit_kind else ""
            case Grouping.DAY:
                yield row.day.isoformat() if row.day else ""


def _figures(figures: Figures) -> list[str]:
    return [str(getattr(figures, name)) for name in FIGURES]
