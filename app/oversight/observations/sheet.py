"""The ranks of a round as the workbook that goes upward and hangs on the wall."""

from app.kit.workbooks import writing
from app.oversight.observations.schemas import RankingOut, RankOfObject

PROVISIONAL = "（未结束，仅供内部掌握）"


def workbook(found: RankingOut) -> bytes:
    """A row for each object: rank, movement, total, awards, and what it got for each criterion."""
    criteria = {one.code: f"{one.title}（权重{one.weight}）" for one in found.version.criteria}
    header = ["名次", "观摩对象", "总分", "上期名次", "升降", "奖项", "有效打分", *criteria.values(), "备注"]
    rows = [_row(one, list(criteria)) for one in found.items]
    return writing.titled(found.title + PROVISIONAL * found.provisional, header, rows)


def _row(one: RankOfObject, codes: list[str]) -> list[str]:
    return [
        _number(one.rank),
        one.name,
        _share(one.total),
        _number(one.previous_rank),
        "" if one.moved is None else f"{one.moved:+d}",
        "、".join(one.awards),
        _number(one.sheets),
        *(_share(one.parts.get(code)) for code in codes),
        one.excused or "",
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _share(value: int | None) -> str:
    """`87.50` of a hundred."""
    return "" if value is None else f"{value / 100:.2f}"
