"""A file by way of the API: sent, checked by the worker, looked at, written once, and gone after a day."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.kit.db import Sessions
from app.kit.timers import sweep
from app.kit.workbooks.reading import read
from app.members.models import Member
from app.rosters import importing, members
from app.rosters.models import RosterImport, RosterPage
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, ELSEWHERE, World, ok
from tests.kit.workbooks.making import hostile
from tests.rosters.sheets import BRANCH, checked, count, roster, send

GOOD = ("新一", "13800000071")
BAD = ("新二", "138")


async def test_a_file_is_checked_shown_and_written(world: World, session: AsyncSession, sessions: Sessions) -> None:
    before = await count(session, Member)
    sent = await send(world.desk, roster(GOOD, BAD, ("党员1号", "19900000001")))
    assert sent.json()["state"] == "checking"
    found = await checked(world.desk, sent, sessions)
    assert (found["state"], found["rows"]) == ("checked", 3)
    assert found["counts"] == {"new": 1, "changed": 0, "unchanged": 1, "refused": 1}
    shown = await ok(world.desk.get(f"/rosters/imports/{found['id']}/rows", outcome="refused"))
    assert [(row["line"], row["reason"]) for row in shown["items"]] == [(3, "手机号应为 11 位数字")]
    assert await count(session, Member) == before
    writing = await ok(world.desk.post(f"/rosters/imports/{found['id']}/commit"))
    assert writing["state"] == "writing"
    await importing.work(sessions)
    done = await ok(world.desk.get(f"/rosters/imports/{found['id']}"))
    assert (done["state"], done["done"], done["counts"]["new"]) == ("done", 3, 1)
    assert await count(session, Member) == before + 1
    assert refusal(await world.desk.post(f"/rosters/imports/{found['id']}/commit")) == (409, "action_not_allowed")


async def test_the_same_file_again_is_all_unchanged(world: World, session: AsyncSession, sessions: Sessions) -> None:
    for expected in ({"new": 1}, {"unchanged": 1}):
        found = await checked(world.desk, await send(world.desk, roster(GOOD)), sessions)
        await ok(world.desk.post(f"/rosters/imports/{found['id']}/commit"))
        await importing.work(sessions)
        done = await ok(world.desk.get(f"/rosters/imports/{found['id']}"))
        assert {outcome: n for outcome, n in done["counts"].items() if n} == expected


async def test_all_or_none_leaves_a_file_to_be_looked_at(
    world: World, session: AsyncSession, sessions: Sessions
) -> None:
    before = await count(session, Member)
    found = await checked(world.desk, await send(world.desk, roster(GOOD, BAD)), sessions)
    await ok(world.desk.post(f"/rosters/imports/{found['id']}/commit", {"all_or_none": True}))
    await importing.work(sessions)
    assert (await ok(world.desk.get(f"/rosters/imports/{found['id']}")))["state"] == "checked"
    assert await count(session, Member) == before


async def test_refused_rows_come_back_as_a_workbook_that_can_be_sent_again(world: World, sessions: Sessions) -> None:
    found = await checked(world.desk, await send(world.desk, roster(GOOD, BAD)), sessions)
    answer = await world.desk.get(f"/rosters/imports/{found['id']}/errors")
    assert answer.headers["content-disposition"] == 'attachment; filename="members-errors.xlsx"'
    assert read(answer.content, members.COLUMNS) == [(2, ["新二", "138", BRANCH, COMMUNITY, "", ""])]
    reason = openpyxl.load_workbook(BytesIO(answer.content)).active.cell(2, len(members.COLUMNS) + 1).value
    assert reason == "第 3 行：手机号应为 11 位数字"


@pytest.mark.parametrize("kind", ["members", "organizations", "staff"])
async def test_a_template_filled_in_is_a_file_that_is_read(world: World, kind: str) -> None:
    answer = await world.admin.get(f"/rosters/templates/{kind}")
    assert "填写说明" in openpyxl.load_workbook(BytesIO(answer.content)).sheetnames
    sent = await send(world.admin, answer.content, kind)
    assert sent.json()["errors"][0]["code"] == "no_rows"


async def test_a_hostile_file_is_a_plain_refusal(world: World, session: AsyncSession) -> None:
    for data, code in (hostile()["a formula"], hostile()["macros"]):
        answer = await send(world.desk, data)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert await count(session, RosterImport) == 0


async def test_rows_outside_of_ones_reach_are_refused_by_what_one_may_do_when_they_are_written(
    world: World, session: AsyncSession, sessions: Sessions
) -> None:
    found = await checked(
        world.desk, await send(world.desk, roster(GOOD, ("乙", "", "绿化社区党支部", ELSEWHERE))), sessions
    )
    assert found["counts"]["refused"] == 1
    await ok(world.desk.post(f"/rosters/imports/{found['id']}/commit"))
    await session.execute(text("UPDATE grants SET revoked_at = now()"))
    await session.commit()
    await importing.work(sessions)
    done = await ok(world.desk.get(f"/rosters/imports/{found['id']}"))
    assert (done["counts"]["new"], done["counts"]["refused"]) == (0, 2)


async def test_nobody_elses_import_can_be_seen(world: World, sessions: Sessions) -> None:
    found = await checked(world.desk, await send(world.desk, roster(GOOD)), sessions)
    for path in ("", "/rows", "/errors"):
        assert refusal(await world.admin.get(f"/rosters/imports/{found['id']}{path}")) == (404, "not_found")
    assert refusal(await world.admin.post(f"/rosters/imports/{found['id']}/commit")) == (404, "not_found")
    assert (await ok(world.admin.get("/rosters/imports")))["items"] == []
    assert len((await ok(world.desk.get("/rosters/imports")))["items"]) == 1


async def test_who_may_send_nothing_of_a_kind_is_told_before_the_file_is_read(world: World) -> None:
    for who, kind in ((world.filer, "members"), (world.observer, "members"), (world.desk, "staff")):
        assert refusal(await send(who, b"no table", kind)) == (403, "forbidden")
    assert refusal(await send(world.liaison, b"", "organizations")) == (403, "forbidden")


async def test_a_kind_that_is_none_and_a_form_without_a_file_are_refused(world: World) -> None:
    assert (await send(world.desk, b"", "dogs")).status_code == 422
    assert refusal(await world.desk.post("/rosters/imports?kind=members", {})) == (422, "invalid_request")


async def test_the_same_sending_again_makes_no_second_import(world: World, session: AsyncSession) -> None:
    key = "7d1f0b9e-4c1f-4f0e-9d1e-0c5d7a2b9e11"
    data = roster(GOOD)  # a second one would tell the second in which it was made
    first, again = [await send(world.desk, data, key=key) for _ in range(2)]
    assert first.status_code == 201
    assert first.json() == again.json()
    assert refusal(await send(world.desk, roster(BAD), key=key)) == (422, "idempotency_key_reused")


async def test_the_newest_file_of_a_kind_replaces_one_that_was_not_taken_over(
    world: World, session: AsyncSession, sessions: Sessions
) -> None:
    first = await checked(world.desk, await send(world.desk, roster(GOOD)), sessions)
    await send(world.desk, roster(GOOD, BAD))
    assert refusal(await world.desk.get(f"/rosters/imports/{first['id']}")) == (404, "not_found")
    assert await count(session, RosterPage) == 1


async def test_rows_lie_sealed_and_are_gone_after_a_day(
    world: World, session: AsyncSession, sessions: Sessions
) -> None:
    await checked(world.desk, await send(world.desk, roster(GOOD, BAD)), sessions)
    stored: Any = (await session.execute(text("SELECT rows, outcomes FROM roster_pages"))).one()
    for plain in ("新一", "13800000071", "手机号"):
        assert plain.encode() not in bytes(stored.rows) + bytes(stored.outcomes)
    assert await sweep(sessions, importing.EXPIRED) == 0
    await session.execute(text("UPDATE roster_imports SET expires_at = :past"), {"past": clock.now() - timedelta(1)})
    await session.commit()
    assert await sweep(sessions, importing.EXPIRED) == 1
    assert await count(session, RosterPage) == 0


async def test_a_password_is_shown_in_no_answer(world: World, sessions: Sessions, client: Client) -> None:
    data = "用户名,角色,负责区域,负责组织,初始密码\nnewclerk,调度员,110107003024,,correct horse\n".encode()
    found = await checked(world.admin, await send(world.admin, data, "staff"), sessions)
    shown = await world.admin.get(f"/rosters/imports/{found['id']}/rows")
    assert "newclerk" in shown.text
    assert "correct horse" not in shown.text


async def test_rows_are_paged_by_line(world: World, sessions: Sessions) -> None:
    people = [(f"新{number}", f"138{number:08}") for number in range(450)]
    found = await checked(world.desk, await send(world.desk, roster(*people)), sessions)
    lines: list[int] = []
    after = 0
    while after is not None:
        page = await ok(world.desk.get(f"/rosters/imports/{found['id']}/rows", after=after, limit=200))
        lines += [row["line"] for row in page["items"]]
        after = page["next_after"]
    assert lines == list(range(2, 452))


async def test_what_breaks_while_it_is_written_leaves_nothing_and_is_said(
    world: World, session: AsyncSession, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await checked(world.desk, await send(world.desk, roster(GOOD)), sessions)
    await ok(world.desk.post(f"/rosters/imports/{found['id']}/commit"))
    before = await count(session, Member)

    async def fails(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(importing, "_tell", fails)  # after its rows were written
    await importing.work(sessions)
    assert (await ok(world.desk.get(f"/rosters/imports/{found['id']}")))["state"] == "failed"
    assert await count(session, Member) == before
    assert (await session.scalars(select(Member.id).where(Member.organization_id == world.branch.id))).all()
