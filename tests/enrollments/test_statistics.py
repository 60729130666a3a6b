"""The table of who stands where: equal to the rows it counts, as of any day, also while they change."""

import asyncio
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments import balances, sheet, statistics_queries
from app.enrollments.lifecycle import EnrollmentState
from app.enrollments.models import Enrollment, EnrollmentBalance, MemberKind
from app.enrollments.statistics_schemas import Grouping
from app.kit import clock, codes, db
from app.kit.clock import CHINA
from app.kit.db import new_id
from app.meta import labels
from app.organizations.models import OrganizationKind
from app.settings import Settings
from tests.client import refusal
from tests.clock import move_clock
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, NEIGHBOUR, SUBDISTRICT, World, ok
from tests.enrollments.reporting import Body, moved, reported
from tests.factories import a_member, a_region, an_account, an_organization

FIRST = datetime(2026, 6, 1, tzinfo=UTC)
BALANCE = [column.name for column in EnrollmentBalance.__table__.columns]
BY = ("region", "unit_kind", "day")


async def table(world: World, region: str = DISTRICT, **asked: Any) -> Body:
    return await ok(world.district_desk.get("/enrollments/statistics", region=region, **asked))


async def a_history(session: AsyncSession, world: World, seed: int, count: int = 120) -> list[Enrollment]:
    """Enrollments in every state, of many days, in the regions of the district and elsewhere."""
    dice, account = random.Random(seed), await an_account(session)
    bodies = [await an_organization(session, name=f"单位{n}", kind=kind) for n, kind in enumerate(OrganizationKind)]
    rows = []
    for _ in range(count):
        body = dice.choice(bodies)
        member = await a_member(session, body) if dice.random() < 0.8 else None
        state = dice.choice(list(EnrollmentState))
        asked_at = FIRST + timedelta(minutes=dice.randrange(60 * 24 * 90))
        confirmed = state in ("confirmed", "leaving", "ended")
        later = asked_at + timedelta(hours=dice.randrange(1, 400))
        rows.append(
            Enrollment(
                id=new_id(),
                number=codes.new_number(),
                organization_id=body.id,
                unit_kind=body.kind,
                member_id=member.id if member else None,
                kind=dice.choice(list(MemberKind)) if member else None,
                head_count=30 if member is None and dice.random() < 0.3 else None,
                region_code=dice.choice([COMMUNITY, NEIGHBOUR, SUBDISTRICT, ELSEWHERE]),
                is_primary=False,
                designated=False,
                state=state,
                requested_at=asked_at,
                requested_by=account.id,
                confirmed_at=asked_at + timedelta(minutes=1) if confirmed else None,
                leaving_at=later if state == "leaving" else None,
                ended_at=later if state in ("ended", "refused", "withdrawn") else None,
            )
        )
    unique = {(row.member_id or row.organization_id, row.region_code): row for row in rows}
    session.add_all(unique.values())
    await session.commit()
    return list(unique.values())


def by_hand(rows: list[Enrollment], region: str, on: date) -> Counter[tuple[object, ...]]:
    """What the rows say, counted one by one."""
    end = datetime(on.year, on.month, on.day, tzinfo=CHINA) + timedelta(days=1)
    found: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        came = row.confirmed_at is not None and row.confirmed_at < end
        if row.region_code.startswith(region) and came and (row.ended_at is None or row.ended_at >= end):
            day = row.confirmed_at.astimezone(CHINA).date().isoformat() if row.confirmed_at else ""
            key = (row.region_code, row.unit_kind.value, day)
            found[*key, row.kind.value if row.kind else "organizations"] += 1
            found[*key, "members"] += bool(row.kind)
            found[*key, "heads"] += row.head_count or 0
    return +found


@pytest.mark.parametrize("seed", range(3))
async def test_the_table_of_any_day_is_what_its_rows_say(world: World, session: AsyncSession, seed: int) -> None:
    rows = await a_history(session, world, seed)
    counted = Counter[int]()
    for region in (DISTRICT, SUBDISTRICT, COMMUNITY):
        for day in (0, 3, 30, 60, 89, 120):
            on = (FIRST + timedelta(days=day)).date()
            found = await table(world, region, on=on.isoformat(), by=BY)
            told = Counter[tuple[object, ...]]()
            for row in found["rows"]:
                key = (row["region_code"], row["unit_kind"], row["day"])
                told.update({(*key, name): row[name] for name in ("organizations", "members", "heads", *MemberKind)})
            assert +told == by_hand(rows, region, on), (region, on)
            counted[day] += sum(told.values())
            total = {name: sum(row[name] for row in found["rows"]) for name in found["total"]}
            assert total == found["total"]
    assert counted[89] > counted[0]


async def test_coarser_tables_add_up_to_the_same_total(world: World, session: AsyncSession) -> None:
    await a_history(session, world, 7)
    on = {"on": "2026-08-01"}
    fine = await table(world, by=BY, **on)
    for by in (("region",), ("unit_kind",), ("day",), ("region", "unit_kind")):
        assert (await table(world, by=by, **on))["total"] == fine["total"]


async def test_a_citys_rows_are_its_districts(world: World, session: AsyncSession) -> None:
    await a_region(session, "110108", name="海淀区", parent_code="1101")
    await a_region(session, "110108001001", name="万寿路社区")
    await session.commit()
    await reported(world.desk, member_id=str(world.members[0].id))
    await reported(world.admin, "110108001001", member_id=str(world.members[1].id))
    found = await ok(world.admin.get("/enrollments/statistics", region="1101", by=["region"]))
    assert [(row["region_code"], row["region_name"], row["members"]) for row in found["rows"]] == [
        ("110107", "石景山区", 1),
        ("110108", "海淀区", 1),
    ]


async def test_what_was_said_of_a_past_day_stays_said(world: World, session: AsyncSession) -> None:
    rows = await a_history(session, world, 3, 40)
    past = (FIRST + timedelta(days=60)).date().isoformat()
    before = await table(world, on=past, by=BY)
    now = await table(world, by=["region"])
    standing = next(one for one in rows if one.state == "confirmed" and one.region_code == COMMUNITY)
    await moved(world.desk, {"id": standing.id}, "let-go", reason="已搬走")
    await reported(world.desk, member_id=str(world.members[3].id))
    assert await table(world, on=past, by=BY) == before
    assert await table(world, by=["region"]) != now


async def test_the_workbook_says_what_the_table_says(world: World, session: AsyncSession) -> None:
    await a_history(session, world, 5)
    asked = {"region": DISTRICT, "on": "2026-08-01", "by": ["region", "unit_kind"]}
    found = await ok(world.district_desk.get("/enrollments/statistics", **asked))
    answer = await world.district_desk.get("/enrollments/statistics.xlsx", **asked)
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    sheet_ = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet_ is not None
    title, header, *rows = sheet_.iter_rows(values_only=True)
    assert title[0] == "石景山区报到动态统计表（截至2026年8月1日）"
    assert header[:3] == ("社区", "单位类型", "报到单位")
    assert len(rows) == len(found["rows"]) + 1
    assert rows[-1][0] == "合计"
    assert [row[3] for row in rows[:-1]] == [str(row["members"]) for row in found["rows"]]
    assert rows[-1][3] == str(found["total"]["members"])
    assert all(isinstance(cell, str | None) for row in rows for cell in row)


def test_the_workbook_calls_kinds_as_the_api_does() -> None:
    assert {one.code: one.name for one in labels(OrganizationKind)} == sheet.KINDS


async def test_it_is_for_the_staff_of_the_region_and_for_days_that_have_begun(world: World) -> None:
    for who in (world.member, world.liaison, world.desk):
        answer = await who.get("/enrollments/statistics", region=DISTRICT)
        assert refusal(answer) == (403, "forbidden")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    answer = await world.observer.get("/enrollments/statistics", region=DISTRICT, on=tomorrow)
    assert answer.json()["errors"][0]["code"] == "future_day"
    answer = await world.admin.get("/enrollments/statistics", region="999999")
    assert answer.json()["errors"][0]["code"] == "unknown_region"


async def test_what_is_counted_while_it_changes_is_what_stood_at_one_moment(
    committing: Settings, committed_sessions: db.Sessions
) -> None:
    """Every transfer ends one row and begins another at once, so that the sum never moves."""
    async with committed_sessions() as session:
        for code in (COMMUNITY, NEIGHBOUR):
            await a_region(session, code)
        account, body = await an_account(session), await an_organization(session)
        places = {}
        for _ in range(20):
            member = await a_member(session, body)
            places[member.id] = COMMUNITY
            session.add(_confirmed(account.id, body, member.id, COMMUNITY))
        await session.commit()
    seen: set[int] = set()
    done = asyncio.Event()

    async def move() -> None:
        for member_id in list(places) * 2:
            async with committed_sessions.begin() as session:
                where = (Enrollment.member_id == member_id, Enrollment.state == EnrollmentState.CONFIRMED)
                one = (await session.scalars(select(Enrollment).where(*where))).one()
                one.state, one.ended_at = EnrollmentState.ENDED, clock.now()
                await session.flush()
                other = NEIGHBOUR if one.region_code == COMMUNITY else COMMUNITY
                session.add(_confirmed(account.id, body, member_id, other))
        done.set()

    async def count() -> None:
        while not done.is_set():
            async with committed_sessions() as session:
                rows = await statistics_queries.counted(session, DISTRICT, clock.today(), [Grouping.REGION])
                seen.add(sum(row[2] for row in rows))

    await asyncio.gather(move(), count(), count())
    assert seen == {20}


def _confirmed(account_id: Any, body: Any, member_id: Any, region_code: str) -> Enrollment:
    now = clock.now()
    return Enrollment(
        id=new_id(),
        number=codes.new_number(),
        organization_id=body.id,
        unit_kind=body.kind,
        member_id=member_id,
        kind=MemberKind.IN_SERVICE,
        region_code=region_code,
        is_primary=False,
        designated=False,
        state=EnrollmentState.CONFIRMED,
        requested_at=now,
        requested_by=account_id,
        confirmed_at=now,
    )


async def city(world: World, **asked: Any) -> Body:
    return await ok(world.admin.get("/enrollments/statistics", region="1101", **asked))


@pytest.mark.parametrize("seed", range(3))
async def test_a_city_says_the_same_whatever_has_been_summed_up(
    world: World, session: AsyncSession, settings: Settings, seed: int
) -> None:
    """Days are summed up one after the other, and after each every table is as it was counted from the rows."""
    await a_history(session, world, seed)
    days = [(FIRST + timedelta(days=number)).date() for number in (0, 10, 30, 45, 46, 80, 120)]
    asked = [{"on": day.isoformat(), "by": by} for day in days for by in (["region"], ["unit_kind"], [])]
    before = [await city(world, **one) for one in asked]
    for day in days[1:4]:
        await session.execute(insert(EnrollmentBalance).from_select(BALANCE, statistics_queries.balance_of(day)))
        await session.commit()
        assert [await city(world, **one) for one in asked] == before
    assert before[-1]["total"]["members"] > 0


async def test_days_are_summed_up_once_when_they_are_surely_over(
    world: World, session: AsyncSession, settings: Settings
) -> None:
    await reported(world.desk, member_id=str(world.members[0].id))
    done = [await balances.sum_up(session)]
    for days in (3, 3, 5):
        move_clock(settings, timedelta(days=days))
        done.append(await balances.sum_up(session))
    assert done == [1, 1, 0, 2]  # at first yesterday, when nobody was there, and later each day since the last one
    kept = (await session.execute(select(EnrollmentBalance.day, EnrollmentBalance.count))).all()
    over = (clock.now() - balances.SURE_AFTER).astimezone(CHINA).date()
    assert sorted(kept) == [(over - timedelta(days=back), 1) for back in (3, 2, 1)]


async def test_a_day_that_has_been_summed_up_is_not_rewritten(world: World, session: AsyncSession) -> None:
    """Neither a beginning nor an end is put into it, and none is taken out, until the day is taken back."""
    rows = await a_history(session, world, seed=7)
    day = (FIRST + timedelta(days=45)).date()
    stands = next(row for row in rows if row.state == "confirmed" and row.confirmed_on and row.confirmed_on <= day)
    asked = next(row for row in rows if row.state == "requested")
    early, late = FIRST + timedelta(days=44), FIRST + timedelta(days=46)
    ended = {"state": EnrollmentState.ENDED, "ended_at": early}
    wrong = (
        update(Enrollment).where(Enrollment.id == asked.id).values(state="confirmed", confirmed_at=early),
        update(Enrollment).where(Enrollment.id == stands.id).values(confirmed_at=late),
        update(Enrollment).where(Enrollment.id == stands.id).values(**ended),
        update(Enrollment).where(Enrollment.id == stands.id).values(unit_kind=OrganizationKind.GARRISON),
        delete(Enrollment).where(Enrollment.id == stands.id),
    )
    await session.execute(insert(EnrollmentBalance).from_select(BALANCE, statistics_queries.balance_of(day)))
    for statement in wrong:
        with pytest.raises(DBAPIError, match="enrollment_balances already"):
            async with session.begin_nested():
                await session.execute(statement)
    after = {"state": EnrollmentState.ENDED, "ended_at": late}
    await session.execute(update(Enrollment).where(Enrollment.id == stands.id).values(**after))
    await session.execute(delete(EnrollmentBalance))
    await session.execute(update(Enrollment).where(Enrollment.id == stands.id).values(**ended))
