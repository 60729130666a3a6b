"""A version as the rows that are printed on A4 and written into a workbook; pure."""

from app.cobuilding.lists.models import ItemMode, ResourceForm
from app.cobuilding.lists.schemas import ListLine, VersionOut
from app.kit.clock import CHINA
from app.policies.defaults import CATEGORIES

HEADER = ("序号", "名称", "说明", "类别", "责任单位", "方式", "数量")
MODES = {ItemMode.OPEN: "公开认领", ItemMode.ASSIGNED: "指定单位"}
FORMS = {
    ResourceForm.VENUE: "场地",
    ResourceForm.GOODS: "物资",
    ResourceForm.PEOPLE: "人员",
    ResourceForm.MONEY: "资金",
}
COMMUNITY = "社区"
"""Whose a line is that names nobody."""


def heading(found: VersionOut) -> str:
    """`…2026年服务清单（第2版，2026年11月28日发布）`."""
    day = found.published_at.astimezone(CHINA)
    return f"{found.title}（第{found.number}版，{day.year}年{day.month}月{day.day}日发布）"


def rows(found: VersionOut) -> list[list[str]]:
    """The lines, numbered."""
    return [[str(number), *_cells(line)] for number, line in enumerate(found.lines, 1)]


def _cells(line: ListLine) -> list[str]:
    named = CATEGORIES.get(line.category)
    said = "；".join(part for part in (line.detail, "、".join(line.skills)) if part)
    how = FORMS[line.form] if line.form else MODES[line.mode]
    count = f"{line.quantity}{line.unit or ''}" if line.quantity else f"{line.slots}个名额"
    return [line.title, said, named.zh if named else line.category, line.owner or COMMUNITY, how, count]
