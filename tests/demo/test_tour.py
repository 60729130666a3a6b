"""The tour's own pieces: it must notice what is wrong, or its green is worth nothing."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx2
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demo import reports, staff
from app.demo.districts import SHIJINGSHAN
from app.demo.tour import cases, flow, report
from app.demo.tour.books import Books
from app.demo.tour.cases import Case
from app.demo.tour.client import CASE, Answer, Failed, Gate, Json, Server
from app.demo.tour.hard import gathering, reporting
from app.demo.tour.hard.places import POINTS
from app.demo.tour.people import LEFT_ALONE, People, Person
from app.demo.tour.walk import DESK, MEMBER, Walk, is_in_order, view
from app.enrollments.models import Enrollment
from app.kit import clock
from app.kit.clock import CHINA
from app.main import create_app
from app.rosters import importing
from tests.demo.conftest import Demo

COMMUNITY = "110107003024"
EVENING = datetime(2026, 11, 22, 23, 55, tzinfo=CHINA)
FILED: Json = {"region_code": COMMUNITY, "category": "repair"}


@pytest.fixture
async def books(demo: Demo) -> AsyncIterator[Books]:
    application = create_app(demo.settings)
    async with application.router.lifespan_context(application):
        transport = httpx2.ASGITransport(application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http:
            yield Books(Server(http))


@pytest.fixture
def people(books: Books) -> People:
    return People(books.server, 0, books.welcome)


@pytest.fixture
async def helper(people: People) -> Person:
    return await people.resident("tour-helper", COMMUNITY, "热心居民")


async def compared(books: Books, people: People, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the comparison says, without waiting for a worker that does not run here."""
    monkeypatch.setattr("app.demo.tour.books.PATIENCE", 0.0)
    return await books.compare(await people.staff(staff.OBSERVER))


async def test_a_ledger_that_books_nothing_is_noticed(
    books: Books, people: People, helper: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await compared(books, people, monkeypatch) == []
    assert await books.served(helper, FILED, 30, "entered") == 10
    person, board = await compared(books, people, monkeypatch)
    assert person.startswith("热心居民: 应增加 must gain {'entered': 30}")
    assert COMMUNITY in board


async def test_points_are_missed_even_where_no_minutes_are(
    books: Books, people: People, helper: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await books.served(helper, FILED, 0, "measured")
    assert any("10 积分 points" in line for line in await compared(books, people, monkeypatch))


async def test_confirming_moves_minutes_and_adds_none(books: Books, helper: Person) -> None:
    await books.served(helper, FILED, 30, "entered")
    books.confirmed(helper, COMMUNITY, 30)
    assert +books.total.minutes == {"confirmed": 30}


async def test_members_are_taken_once_and_the_first_hundred_are_left_alone(people: People) -> None:
    first, second = [await people.member(SHIJINGSHAN) for _ in range(2)]
    assert first.member_id != second.member_id
    assert first.account["id"] != second.account["id"]
    answer = await first.get("/me")
    assert answer["phone_masked"] == f"199****{LEFT_ALONE + 1:04}"


async def test_a_member_can_do_what_is_wanted(people: People) -> None:
    healer = await people.member(SHIJINGSHAN, ["medical"])
    assert healer.member is not None
    assert "medical" in healer.member["skills"]


async def test_staff_sign_in_once_however_many_ask(people: People) -> None:
    assert await people.desk(COMMUNITY) is await people.desk(COMMUNITY)


def test_a_refusal_of_another_kind_is_a_failure() -> None:
    refused = Answer("POST /x", 409, {"code": "slots_full"})
    refused.must_refuse("slots_full")
    for wrong in (refused, Answer("POST /x", 201, {"code": "overlaps"})):
        with pytest.raises(Failed, match="overlaps"):
            wrong.must_refuse("overlaps")
    with pytest.raises(Failed, match="must succeed"):
        refused.must()


async def test_looking_checks_fields_and_actions(books: Books, people: People, helper: Person) -> None:
    walk = Walk("x", "x", people, books)
    walk.demand = await helper.post("/demands", description="看一看", region_code=COMMUNITY)
    await walk.look("居民", helper, state="filed", can=["cancel"], cannot=["dispatch"])
    for wrong in ({"state": "closed"}, {"can": ["dispatch"]}, {"cannot": ["cancel"]}):
        with pytest.raises(Failed):
            await walk.look("居民", helper, **wrong)
    await walk.timeline(helper, "demand.filed")
    with pytest.raises(Failed, match="in this order"):
        await walk.timeline(helper, "demand.filed", "demand.closed")


async def test_whoever_is_busy_at_that_time_is_passed_over(books: Books, people: People) -> None:
    desk = await people.desk(COMMUNITY)
    window = {"starts_at": "2030-05-01T09:00:00+08:00", "ends_at": "2030-05-01T11:00:00+08:00"}
    call = {"kind": "call", "region_code": COMMUNITY, "description": "清理楼道"}
    took_part = []
    for everybody in (people, People(books.server, 0, books.welcome)):  # both begin with the same member
        walk = Walk("x", "x", everybody, books)
        await flow.file(walk, desk, DESK, **call, dispatch={"mode": "open", "slots": 2, **window})
        took_part += [held.person.member_id for held in await flow.members_claim(walk, 2)]
    assert len(set(took_part)) == 4
    assert any("somebody is busy" in line for line in walk.saw[MEMBER])


def test_order_allows_for_anything_in_between_and_for_nothing_missing() -> None:
    assert is_in_order(["a", "c"], ["a", "b", "c"])
    assert not is_in_order(["c", "a"], ["a", "b", "c"])
    assert not is_in_order(["a", "a"], ["a", "b"])


def test_a_view_is_a_few_words() -> None:
    shown = {
        "state": "closed", "result": "resolved", "mode": "open", "claimed": 1, "slots": 2, "needs_desk": None,
        "contact": {"name": "王女士"}, "my_claim": None, "actions": ["reopen"],
    }  # fmt: skip
    assert view(shown) == "closed/resolved · 1/2 人 · 联系人 王女士 · 可 can reopen"


def test_a_story_counts_what_repeats() -> None:
    history = [
        {"kind": f"demand.{kind}", "at": "2026-11-22T09:00:00+08:00"} for kind in ("filed", "claimed", "claimed")
    ]
    assert report.story(history) == "09:00:00 filed → 09:00:00 claimed ×2"


def case(**changed: object) -> Case:
    known = next(case for case in cases.read() if case.key == "S25")
    return Case(**{name: changed.get(name, getattr(known, name)) for name in Case.__dataclass_fields__})  # type: ignore[arg-type]


def test_all_thirty_six_are_read_with_the_units_that_they_name() -> None:
    found = {case.key: case for case in cases.read()}
    assert len(found) == 36
    units = {key: case.liaisons for key, case in found.items() if case.liaisons}
    assert units == {
        "X11": ("jiaheng", "zhujianju"),
        "X17b": ("zhujianju",),
        "X18": ("zhongpeng", "shizheng"),
        "X20": ("weisheng",),
        "L23a": ("fayuan",),
        "L23b": ("renshe",),
    }


def test_a_window_is_counted_from_today_and_repeats_make_it_longer() -> None:
    at_nine = datetime(2026, 11, 25, 9, tzinfo=CHINA)
    assert case().window(EVENING) == (at_nine, at_nine + timedelta(hours=2))
    _, end = case(recurs="daily x5").window(EVENING) or (EVENING, EVENING)
    assert end == at_nine + timedelta(days=4, hours=2)
    assert case(lasts="").window(EVENING) is None


def test_what_ends_in_a_moment_is_walked_as_tomorrows() -> None:
    tonight = case(in_days="+0", at="20:00", lasts="240m")
    start, end = tonight.window(EVENING) or (EVENING, EVENING)
    assert (start.day, end - start) == (23, timedelta(hours=4))
    start, _ = tonight.window(EVENING - timedelta(hours=5)) or (EVENING, EVENING)
    assert start.day == 22


async def test_whoever_attends_is_missed_where_the_ledger_has_nothing(
    books: Books, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.attended(["one", "two"], COMMUNITY, 90, clock.now())
    assert (books.total.minutes, books.total.services, books.crowd) == ({"confirmed": 180}, 2, {"one", "two"})
    (board,) = await compared(books, people, monkeypatch)
    assert "(0, 180, 2)" in board


async def test_whoever_scanned_is_missed_on_their_own_page(
    books: Books, people: People, helper: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.attended([helper], COMMUNITY, 7, clock.now(), "measured")
    person, board = await compared(books, people, monkeypatch)
    assert person.startswith("热心居民: 应增加 must gain {'measured': 7}")
    assert "(0, 7, 1)" in board


async def test_a_desk_finds_the_next_on_the_roster_who_need_not_sign_in(people: People) -> None:
    desk = await people.desk(SHIJINGSHAN.code)
    found = await people.on_roster(desk, SHIJINGSHAN)
    assert (await people.member(SHIJINGSHAN)).member_id != found
    again = await People(people.server, 0, people._welcome).member(SHIJINGSHAN)
    assert again.member_id == found


@pytest.fixture
async def importing_worker(demo: Demo) -> AsyncIterator[None]:
    """The part of the worker that checks and writes files."""

    async def work() -> None:
        while True:
            await importing.work(demo.sessions)
            await asyncio.sleep(0.1)

    working = asyncio.create_task(work())
    yield
    working.cancel()
    await asyncio.wait([working])


@pytest.mark.usefixtures("importing_worker")
async def test_reporting_in_is_walked_twice_on_the_same_data(
    books: Books, people: People, session: AsyncSession
) -> None:
    new, stands = [], select(func.count()).select_from(Enrollment).where(Enrollment.region_code.startswith("110107"))
    was = await session.scalar(stands) or 0
    for _ in range(2):
        walk = Walk("garrison", "驻区部队", people, books)
        await reporting.garrison(walk)
        assert [item["kind"] for item in walk.history] == ["enrollment.requested", "enrollment.confirmed"]
    for _ in range(2):
        walk = Walk("two-weeks", "两周", people, books)
        await reporting.two_weeks(walk)
        said = " ".join(walk.saw[DESK])
        assert "220 个单位、21737 名党员报到" in said
        assert "220 个单位 organizations、21737 名党员 members" in said
        new.append([int(count) for count in re.findall(r"新增 new (\d+)", said)])
    by_file, one_by_one = new[0]
    assert by_file > 1_000
    assert one_by_one > 300
    assert new[1] == [0, 0]
    assert await session.scalar(stands) == was + by_file + one_by_one + 2, "and the garrison, twice"


@pytest.mark.usefixtures("importing_worker")
async def test_a_day_on_which_the_table_differs_is_noticed(
    books: Books, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = reports.by_day(SHIJINGSHAN)
    monkeypatch.setattr(reports, "by_day", lambda _: [*planned[:-2], (planned[-2][0], planned[-2][1] + 1), planned[-1]])
    with pytest.raises(Failed, match="each day"):
        await reporting.two_weeks(Walk("two-weeks", "两周", people, books))


async def test_at_the_gate_cases_take_turns_however_many_one_of_them_sends() -> None:
    gate, passed = Gate(1), list[str]()

    async def ask(case: str) -> None:
        CASE.set(case)
        async with gate:
            passed.append(case)
            await asyncio.sleep(0)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for case in "ccccccaabb":
            group.create_task(ask(case))
    assert "".join(passed) == "ccacbcacbc"


async def test_whoever_stops_waiting_at_the_gate_leaves_their_place_to_others() -> None:
    gate = Gate(1)

    async def ask() -> None:
        async with gate:
            await asyncio.sleep(0)

    async with gate:
        waiting = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    waiting[1].cancel()  # called already
    await asyncio.wait(waiting, timeout=5)
    assert [one.cancelled() for one in waiting] == [True, True, False]
    async with asyncio.timeout(5), gate:
        assert waiting[2].done()


async def test_nine_points_take_a_hundred_and_twenty(books: Books, people: People) -> None:
    walk = Walk("nine-points", "防控登革热", people, books)
    await gathering.nine_points(walk)
    assert (walk.services, walk.minutes) == (120, 120 * gathering.MINUTES)
    assert books.communities[POINTS].services == 120
