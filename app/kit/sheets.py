"""Read a CSV line by line: what is no CSV at all is refused whole, a bad line by itself and with its reason."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from app.kit.errors import AppError, Text

Read = TypeVar("Read")


class UnreadableFile(AppError):
    status, code = 422, "unreadable_file"
    title = Text("文件无法读取", "The file cannot be read")


class Refused(NamedTuple):
    """One line that was left out, and why."""

    line: int
    reason: Text


@dataclass(frozen=True)
class Report:
    """What became of a file: how many lines were new, as before, or changed, and those left out."""

    loaded: int
    unchanged: int
    updated: int
    refused: list[Refused]


Take = Callable[[int, dict[str, str]], Text | None]
"""Given a line's number and its cells by column; keeps it, or answers why it cannot be kept."""


def read_file(file: Path, read: Callable[[Iterable[str]], Read]) -> Read:
    """What `read` makes of a UTF-8 file, with or without a byte order mark; raises `UnreadableFile`."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return read(lines)
    except OSError as error:
        raise UnreadableFile(Text(f"无法读取 {file}", f"{file} cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(Text("文件不是 UTF-8 编码", "the file is not UTF-8")) from error


def read(lines: Iterable[str], columns: Sequence[str], take: Take) -> list[Refused]:
    """Give every line to `take`; answers the lines that were refused. Raises `UnreadableFile` for no CSV at all."""
    reader = csv.reader(lines)
    refused: list[Refused] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if sorted(header) != sorted(columns):
            wanted = ", ".join(columns)
            raise UnreadableFile(Text(f"首行须为 {wanted}", f"the first line must be {wanted}"))
        for cells in filter(None, reader):
            reason = _take(header, [cell.strip() for cell in cells], reader.line_num, take)
            if reason:
                refused.append(Refused(reader.line_num, reason))
    except csv.Error as error:
        reason = Text(f"第 {reader.line_num} 行不是有效的 CSV", f"line {reader.line_num} is not CSV: {error}")
        raise UnreadableFile(reason) from error
    return refused


def _take(header: Sequence[str], cells: Sequence[str], line: int, take: Take) -> Text | None:
    if len(cells) != len(header):
        return Text(f"应有 {len(header)} 列", f"needs {len(header)} columns")
    return take(line, dict(zip(header, cells, strict=True)))
