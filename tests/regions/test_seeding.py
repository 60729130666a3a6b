"""Loading regions from a file."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.events import Event
from app.kit.sheets import Report, UnreadableFile
from app.regions import queries, reading, seeding
from app.regions.events import RegionEvent
from app.regions.models import Level, Region

FILE = Path(__file__).with_name("regions.csv")
HEADER = "code,level,name,parent_code"


def table(*lines: str) -> reading.Table:
    """A file of these lines below the header, which is line 1."""
    return reading.read([HEADER, *lines])


async def seeded(session: AsyncSession, *lines: str) -> Report:
    return await seeding.seed(session, table(*lines))


def refused(report: Report) -> dict[int, str]:
    """Line numbers with their reasons."""
    return {line: reason.en for line, reason in report.refused}


async def test_children_may_stand_before_their_parents(session: AsyncSession) -> None:
    report = await seeding.seed(session, reading.read_file(FILE))
    assert report == Report(loaded=13, unchanged=0, updated=0, refused=[])
    assert await queries.parent_code_of(session, "110107003024-03-07") == "110107003024-03"


async def test_the_same_file_again_changes_nothing(session: AsyncSession) -> None:
    await seeding.seed(session, reading.read_file(FILE))
    assert await seeding.seed(session, reading.read_file(FILE)) == Report(0, 13, 0, [])
    told = await session.scalars(select(Event.payload).where(Event.kind == RegionEvent.SEEDED))
    assert told.all() == [{"loaded": 13, "updated": 0}]


async def test_a_changed_name_is_updated(session: AsyncSession) -> None:
    await seeded(session, "11,province,北平,", "62,province,甘肃省,")
    assert await seeded(session, "11,province,北京市,", "62,province,甘肃省,") == Report(0, 1, 1, [])
    assert await queries.names(session, ["11", "62", "99"]) == {"11": "北京市", "62": "甘肃省"}


async def test_a_parent_may_stand_in_the_database_only(session: AsyncSession) -> None:
    await seeded(session, "11,province,北京市,")
    assert (await seeded(session, "1101,city,市辖区,11")).loaded == 1


async def test_bad_lines_are_named_and_good_ones_loaded(session: AsyncSession) -> None:
    report = await seeded(
        session,
        "11,province,北京市,",
        "1101,city,市辖区,12",
        "110107,district,石景山区,1101",
        "62,province,甘肃省,",
        "",
        "6202,city,,62",
    )
    assert refused(report) == {
        3: "the code must begin with its parent's",
        4: "there is no parent 1101",
        7: "the name takes 1 to 100 characters",
    }
    assert report.loaded == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("110,province,北京市,", "the code does not fit the level"),
        ("1,province,北京市,", "the code does not fit the level"),
        ("１１,province,北京市,", "the code does not fit the level"),
        ("1101,district,市辖区,11", "the code does not fit the level"),
        ("110107003024-3,grid,三,11", "the code does not fit the level"),
        ("11,county,北京市,", "the level is not known"),
        ("11,province,北京市", "needs 4 columns"),
        ("11,province,北京市,,", "needs 4 columns"),
        ("11,province,北京市,1", "a province has no parent"),
        ("1101,city,市辖区,", "the parent's code is missing"),
        ("1101,city,市辖区,1101", "the code must begin with its parent's"),
        ("11,province,北\0京,", "the name takes 1 to 100 characters"),
        ("11,province," + "京" * 101 + ",", "the name takes 1 to 100 characters"),
    ],
)
async def test_a_line_that_cannot_be_a_region_is_refused(session: AsyncSession, line: str, reason: str) -> None:
    report = await seeded(session, line)
    assert refused(report) == {2: reason}
    assert report.refused[0].reason.zh


async def test_the_second_line_of_a_code_is_refused(session: AsyncSession) -> None:
    report = await seeded(session, "11,province,北京市,", "62,province,甘肃省,", "11,province,北平,")
    assert refused(report) == {4: "has the same code as line 2"}
    assert await queries.names(session, ["11"]) == {"11": "北京市"}


async def test_what_lies_below_a_refused_line_is_refused(session: AsyncSession) -> None:
    report = await seeded(session, "11,province,,", "1101,city,市辖区,11")
    assert refused(report)[3] == "there is no parent 11"


async def test_a_building_has_no_parts(session: AsyncSession) -> None:
    await seeding.seed(session, reading.read_file(FILE))
    report = await seeded(session, "110107003024-03-07-01,grid,一单元,110107003024-03-07")
    assert refused(report) == {2: "the parent 110107003024-03-07 does not stand above"}


async def test_a_level_may_be_left_out(session: AsyncSession) -> None:
    report = await seeded(session, "44,province,广东省,", "4419,city,东莞市,44", "441900003,town,东城街道,4419")
    assert report.refused == []
    assert await queries.full_names(session, ["441900003"]) == {"441900003": "东莞市东城街道"}


async def test_progress_is_told_to_the_end(session: AsyncSession) -> None:
    seen: list[tuple[int, int]] = []
    await seeding.seed(session, reading.read_file(FILE), lambda done, total: seen.append((done, total)))
    assert seen[-1] == (13, 13)


async def test_thousands_of_lines_load_in_a_few_statements(session: AsyncSession) -> None:
    grids = [f"110107003024-{n // 100:02}-{n % 100:02},grid,网格{n},110107003024" for n in range(9_999)]
    await seeding.seed(session, reading.read_file(FILE))
    report = await seeded(session, *(line for line in grids if not line.startswith("110107003024-03-07,")))
    assert (report.loaded, report.refused) == (9_998, [])


async def test_a_byte_order_mark_is_not_part_of_the_header(tmp_path: Path, session: AsyncSession) -> None:
    file = tmp_path / "marked.csv"
    file.write_text(f"{HEADER}\r\n11,province,北京市,\r\n", encoding="utf-8-sig")
    assert (await seeding.seed(session, reading.read_file(file))).loaded == 1


async def test_the_columns_may_stand_in_any_order(session: AsyncSession) -> None:
    report = await seeding.seed(session, reading.read(["name,code,parent_code,level", "北京市,11,,province"]))
    assert report.loaded == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEADER.encode() + "\n11,province,北京市,".encode("gbk"), "not UTF-8"),
        (b"code,name\n11,\xe5\x8c\x97", "the first line must be code, level, name, parent_code"),
        (b"", "the first line must be"),
        (HEADER.encode() + b'\n11,province,"' + b"x" * 200_000, "line 2 is not CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_as_a_whole(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        reading.read_file(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        reading.read_file(tmp_path / "absent.csv")


async def test_the_database_refuses_a_code_that_does_not_begin_with_its_parents(
    session: AsyncSession,
) -> None:
    session.add(Region(code="1101", level=Level.CITY, name="市辖区", parent_code="12"))
    with pytest.raises(IntegrityError, match="code_begins_with_parent"):
        await session.flush()
