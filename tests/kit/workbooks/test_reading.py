"""Tables as people send them are read; what is no table is refused, soon and within bounds."""

import asyncio
import json
import resource
import tempfile
from datetime import date
from typing import Any

import pytest

from app.kit.errors import InvalidRequest, PayloadTooLarge
from app.kit.workbooks import columns
from app.kit.workbooks.opening import MOST_BYTES, Opener
from tests.kit.workbooks.making import COLUMNS, HEADER, ZHANG, csv, hostile, xls, xlsx

HOSTILE = hostile()


async def opened(data: bytes) -> list[list[Any]]:
    """The rows of a file, as the program opens it."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        count, pages = await Opener().open(file, COLUMNS)
    rows = [row for page in pages for row in json.loads(page)]
    assert len(rows) == count
    return rows


def processor() -> float:
    """Seconds that our children have worked, however busy the machine is with other things."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


READABLE = {
    "a workbook": (xlsx(HEADER, ZHANG), [[2, list(ZHANG)]]),
    "numbers as Excel keeps them": (xlsx(HEADER, ("张三", 13800000001, 1999.7)), [[2, list(ZHANG)]]),
    "an old workbook": (xls(HEADER, ("张三", 13800000001, 1999.7)), [[2, list(ZHANG)]]),
    "a CSV in UTF-8": (csv(HEADER, ZHANG), [[2, list(ZHANG)]]),
    "a CSV in GB18030": (csv(HEADER, ZHANG, encoding="gb18030"), [[2, list(ZHANG)]]),
    "a merged title": (xlsx(HEADER, ZHANG, merged="某某社区党员名册"), [[3, list(ZHANG)]]),
    "columns in another order": (
        xlsx(("序号", "入党时间", "姓名", "手机号"), (1, "1999.7", "张三", "13800000001")),
        [[2, list(ZHANG)]],
    ),
    "red stars, blanks and hints": (
        xlsx(("*姓 名", "＊手机号（11位）", " 入党时间 "), ZHANG),
        [[2, list(ZHANG)]],
    ),
    "blank lines between": (xlsx(HEADER, (), ZHANG, ("", " ", "　")), [[3, list(ZHANG)]]),
    "blanks and controls in cells": (
        xlsx(HEADER, ("\u3000张三\u200b ", "13800000001\t", "1999.7")),
        [[2, list(ZHANG)]],
    ),
    "fewer columns": (xlsx(("姓名",), ("张三",)), [[2, ["张三", "", ""]]]),
}


@pytest.mark.parametrize("kind", READABLE)
async def test_a_table_is_read_however_it_was_saved(kind: str) -> None:
    data, rows = READABLE[kind]
    assert await opened(data) == rows


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_file_is_refused_within_a_second_and_within_bounds(kind: str) -> None:
    data, code = HOSTILE[kind]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, processor()
    with pytest.raises(InvalidRequest if len(data) <= MOST_BYTES else PayloadTooLarge) as refused:
        await opened(data)
    assert processor() - began < 1
    if isinstance(refused.value, InvalidRequest):
        assert refused.value.errors[0].code.startswith(code)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 << 10


async def test_formulas_are_named_by_their_cells() -> None:
    with pytest.raises(InvalidRequest) as refused:
        await opened(HOSTILE["a formula"][0])
    assert "B2" in refused.value.detail.zh


async def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        await opened(xlsx(("手机号",), ("13800000001",)))
    assert "姓名" in refused.value.detail.zh


async def test_a_file_above_the_limit_is_not_opened() -> None:
    with pytest.raises(PayloadTooLarge):
        await opened(b"x" * (MOST_BYTES + 1))


async def test_twenty_thousand_rows_are_read_in_seconds() -> None:
    data = xlsx(HEADER, *(("张三", f"138{number:08}", "1999.7") for number in range(20_000)))
    began = processor()
    rows = await opened(data)
    assert processor() - began < 2
    assert len(rows) == 20_000
    assert rows[-1] == [20_001, ["张三", "13800019999", "1999.7"]]


async def test_one_after_another_is_opened() -> None:
    opener = Opener()
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as two:
        for file in (one, two):
            file.write(xlsx(HEADER, ZHANG))
            file.flush()
        found = await asyncio.gather(opener.open(one, COLUMNS), opener.open(two, COLUMNS))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1999.7", date(1999, 7, 1)),
        ("1999/7/1", date(1999, 7, 1)),
        ("１９９９０７０１", date(1999, 7, 1)),
        ("1999-07-21", date(1999, 7, 21)),
        ("1999年7月21日", date(1999, 7, 21)),
        ("1999年7月", date(1999, 7, 1)),
        ("199907", date(1999, 7, 1)),
        ("1999.13", None),
        ("1999", None),
        ("7月", None),
        ("19990732", None),
    ],
)
def test_days_are_read_as_people_write_them(written: str, day: date | None) -> None:
    assert columns.day(written) == day
