"""Read a file of regions and refuse, line by line, what cannot be one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from app.kit import sheets
from app.kit.errors import Text
from app.kit.sheets import Refused
from app.regions import codes
from app.regions.models import Level

COLUMNS = ("code", "level", "name", "parent_code")
LONGEST_NAME = 100
LEVELS = {level.value: level for level in Level}


class Row(NamedTuple):
    """One line that could be a region."""

    line: int
    code: str
    level: Level
    name: str
    parent_code: str | None


@dataclass
class Table:
    """What a file holds: rows by their codes, and the lines that are none."""

    rows: dict[str, Row] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def take(self, line: int, cells: dict[str, str]) -> Text | None:
        """Keep a line, or say why it cannot be a region; the second of one code is refused."""
        level = LEVELS.get(cells["level"])
        if level is None:
            return Text("级别不认识", "the level is not known")
        row = Row(line, cells["code"], level, cells["name"], cells["parent_code"] or None)
        wrong = next(_faults(row), None)
        if wrong:
            return wrong
        first = self.rows.setdefault(row.code, row)
        if first is not row:
            return Text(f"与第 {first.line} 行的编码重复", f"has the same code as line {first.line}")
        return None


def read_file(file: Path) -> Table:
    """The regions of a UTF-8 file, with or without a byte order mark; raises `UnreadableFile`."""
    return sheets.read_file(file, read)


def read(lines: Iterable[str]) -> Table:
    """The regions of a CSV; raises `UnreadableFile` when it is none at all."""
    table = Table()
    table.refused = sheets.read(lines, COLUMNS, table.take)
    return table


def _faults(row: Row) -> Iterator[Text]:
    """What is wrong with a row by itself."""
    if not codes.fits(row.code, row.level):
        yield Text("编码与级别不符", "the code does not fit the level")
    if not row.name or len(row.name) > LONGEST_NAME or "\0" in row.name:
        yield Text(f"名称应为 1 到 {LONGEST_NAME} 个字", f"the name takes 1 to {LONGEST_NAME} characters")
    if row.level == Level.PROVINCE:
        if row.parent_code:
            yield Text("省级没有上级", "a province has no parent")
    elif not row.parent_code:
        yield Text("缺少上级编码", "the parent's code is missing")
    elif not row.code.startswith(row.parent_code) or row.code == row.parent_code:
        yield Text("编码须以上级编码开头", "the code must begin with its parent's")
