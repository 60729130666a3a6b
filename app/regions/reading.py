"""Read a file of regions and refuse, line by line, what cannot be one."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from app.kit.errors import Text
from app.regions import codes
from app.regions.errors import UnreadableFile
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


class Refused(NamedTuple):
    """One line that was left out, and why."""

    line: int
    reason: Text


@dataclass
class Table:
    """What a file holds: rows by their codes, and the lines that are none."""

    rows: dict[str, Row] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Take a row; the second of one code is refused."""
        first = self.rows.setdefault(row.code, row)
        if first is not row:
            self.refuse(row.line, f"与第 {first.line} 行的编码重复", f"has the same code as line {first.line}")

    def refuse(self, line: int, zh: str, en: str) -> None:
        """Leave a line out."""
        self.refused.append(Refused(line, Text(zh, en)))


def read_file(file: Path) -> Table:
    """The regions of a UTF-8 file, with or without a byte order mark; raises `UnreadableFile`."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return read(lines)
    except OSError as error:
        raise UnreadableFile(Text(f"无法读取 {file}", f"{file} cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(Text("文件不是 UTF-8 编码", "the file is not UTF-8")) from error


def read(lines: Iterable[str]) -> Table:
    """The regions of a CSV; raises `UnreadableFile` when it is none at all."""
    reader, table = csv.reader(lines), Table()
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            wanted = ", ".join(COLUMNS)
            raise UnreadableFile(Text(f"首行须为 {wanted}", f"the first line must be {wanted}"))
        for cells in reader:
            if cells:
                _take(table, reader.line_num, header, [cell.strip() for cell in cells])
    except csv.Error as error:
        reason = Text(f"第 {reader.line_num} 行不是有效的 CSV", f"line {reader.line_num} is not CSV: {error}")
        raise UnreadableFile(reason) from error
    return table


def _take(table: Table, line: int, header: Sequence[str], cells: Sequence[str]) -> None:
    if len(cells) != len(header):
        table.refuse(line, f"应有 {len(header)} 列", f"needs {len(header)} columns")
        return
    by_name = dict(zip(header, cells, strict=True))
    level = LEVELS.get(by_name["level"])
    if level is None:
        table.refuse(line, "级别不认识", "the level is not known")
        return
    row = Row(line, by_name["code"], level, by_name["name"], by_name["parent_code"] or None)
    wrong = next(_faults(row), None)
    if wrong:
        table.refuse(line, wrong.zh, wrong.en)
    else:
        table.add(row)


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
