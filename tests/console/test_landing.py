"""The page of a code: for everybody, without sign-in, script or cookie, and plain about what does not count."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.kit import clock, codes
from app.kit.codes import Purpose
from app.main import create_app
from app.settings import Settings
from tests.certificates.hours import booked, certificate, taken_back
from tests.checkins.places import a_place
from tests.client import ANSWER, Client
from tests.clock import move_clock
from tests.conftest import KEYRING
from tests.demands.world import World, ok
from tests.enrollments.reporting import moved, reported

LOBBY = {"name": "党群服务中心", "address": "八角南路5号", "purpose": "attend"}
APP_ID = "wx0123456789abcdef"


def text_of(answer: ANSWER) -> str:
    """What a person reads."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.text.split("<body>")[1]))


@pytest.fixture
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that the database was sent, but for savepoints."""
    sent: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def page(client: Client, code: str, status: int) -> str:
    answer = await client.get(f"/q/{code}")
    assert answer.status_code == status, answer.text
    return text_of(answer)


async def test_a_printed_code_says_which_community_which_place_what_for_and_what_next(
    world: World, client: Client
) -> None:
    made = await a_place(world.desk, **LOBBY)
    said = await page(client, made["code"], 200)
    for told in ("石景山区八角街道八角南路社区", "扫码签到", "党群服务中心", "八角南路5号", "离开签退", made["number"]):
        assert told in said
    assert "尚未开通小程序" in said
    assert await page(client, made["code"].lower().replace("0", "o").replace("1", "l"), 200) == said


async def test_where_there_is_a_mini_program_the_page_leads_there_with_the_scene(
    world: World, client: Client, application: FastAPI
) -> None:
    made = await a_place(world.desk)
    application.state.settings = application.state.settings.model_copy(update={"wechat_app_id": APP_ID})
    answer = await client.get(f"/q/{made['code']}")
    (link,) = re.findall(r'href="(weixin:[^"]+)"', answer.text)
    query = f"scene%3D{made['code']}"
    assert link.replace("&amp;", "&") == f"weixin://dl/business/?appid={APP_ID}&path=pages/code/index&query={query}"
    assert "尚未开通" not in answer.text
    ended = await ok(world.desk.post(f"/places/{made['id']}/revoke"))
    assert "weixin:" not in (await client.get(f"/q/{ended['code']}")).text


async def test_replaced_revoked_and_expired_are_told_apart_and_still_say_where_they_hung(
    world: World, client: Client, settings: Settings
) -> None:
    replaced, revoked = await a_place(world.desk), await a_place(world.desk)
    expired = await a_place(world.desk, expires_at=(clock.now() + timedelta(minutes=5)).isoformat())
    renewed = await ok(world.desk.post(f"/places/{replaced['id']}/renew"))
    await ok(world.desk.post(f"/places/{revoked['id']}/revoke"))
    move_clock(settings, timedelta(minutes=5, seconds=1))
    for code, told in ((replaced, "海报已更换"), (revoked, "已停用"), (expired, "已过期")):
        said = await page(client, code["code"], 410)
        assert told in said
        assert "八角南路社区" in said
        assert "打开小程序" not in said
    assert "海报已更换" not in await page(client, renewed["code"], 200)


async def test_what_is_forged_or_not_ours_is_told_so_and_shown_nothing(world: World, client: Client) -> None:
    made = await a_place(world.desk)
    code: str = made["code"]
    forged = code[:-1] + ("0" if code[-1] != "0" else "2")
    said = await page(client, forged, 404)
    assert "验证未通过" in said
    assert "八角南路" not in said
    for noise in (
        code[:-1],
        f"{code}0",
        "hello",
        "%E7%A0%81",
        "a" * 3000,
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "",
        "a/b",
    ):
        assert "不是本系统的码" in await page(client, noise, 404)
        assert "alert(1)" not in (await client.get(f"/q/{noise}")).text


async def test_a_code_of_ours_that_hangs_nowhere_does_not_count(client: Client) -> None:
    assert "已停用" in await page(client, codes.make(KEYRING, Purpose.PLACE, codes.new_number()), 410)


async def test_a_code_from_a_screen_ends_after_forty_seconds(world: World, client: Client, settings: Settings) -> None:
    made = await a_place(world.desk)
    shown = await ok(world.desk.get(f"/places/{made['id']}/code"))
    assert "20秒更换一次" in await page(client, shown["code"], 200)
    move_clock(settings, timedelta(seconds=40))
    said = await page(client, shown["code"], 410)
    assert "截图和转发的无效" in said
    assert "八角南路社区" in said


async def test_somebodys_own_code_does_not_say_whose_it_is(world: World, client: Client, settings: Settings) -> None:
    mine = await ok(world.member.get("/me/code"))
    said = await page(client, mine["code"], 200)
    assert "不显示是谁的码" in said
    assert "党员1号" not in said
    move_clock(settings, timedelta(seconds=60))
    assert "一分钟内有效" in await page(client, mine["code"], 410)


async def test_a_receipt_says_where_and_when_and_what_became_of_it_and_not_whose_it_is(
    world: World, client: Client
) -> None:
    made = await reported(world.member)
    receipt = await ok(world.member.get(f"/enrollments/{made['id']}/receipt"))
    said = await page(client, receipt["code"], 200)
    for told in ("真实有效", "八角南路社区", "党员于", "待确认", receipt["number"]):
        assert told in said
    assert "党员1号" not in said
    await moved(world.desk, made, "confirm")
    assert "已报到" in await page(client, receipt["code"], 200)
    absent = codes.make(KEYRING, Purpose.RECEIPT, codes.new_number())
    assert "已停用" in await page(client, absent, 410)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_it_asks_for_nothing_and_leaves_nothing(world: World, client: Client, method: str) -> None:
    made = await a_place(world.desk)
    answer = await client.http.request(method, f"/q/{made['code']}")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|http://|https://", answer.text)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_it_is_read_only(client: Client, method: str) -> None:
    assert (await client.http.request(method, "/q/x", headers={"Origin": "http://yihu.test"})).status_code == 405


async def test_noise_costs_no_statement_and_a_code_two(world: World, client: Client, statements: list[str]) -> None:
    made = await a_place(world.desk)
    statements.clear()
    await page(client, "hello", 404)
    assert statements == []
    await page(client, made["code"], 200)
    assert len(statements) == 2


async def test_too_many_scans_are_told_to_wait_on_a_page(settings: Settings, client: Client) -> None:
    limited = create_app(settings.model_copy(update={"requests_per_minute": 1}))
    client.http._transport.app = limited  # type: ignore[attr-defined]
    answers = [await client.get("/q/x") for _ in range(8)]
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["content-type"].startswith("text/html")
    assert int(refused.headers["retry-after"]) > 0
    assert "请稍等" in text_of(refused)


async def test_a_certificate_says_what_was_certified_and_since_when_it_counts_no_more(
    world: World, client: Client, session: AsyncSession
) -> None:
    source = await booked(session, world.members[0], 80)
    made = await certificate(world.member)
    said = await page(client, made["code"], 200)
    for told in ("真实有效", "党**", "参加活动1次", "1小时20分", "2026-01-01", made["number"]):
        assert told in said
    assert "党员1号" not in said
    await taken_back(session, source)
    ended = await page(client, made["code"], 410)
    for told in ("已撤销", "撤销时间", "时长有更正或冲销", "1小时20分", made["number"]):
        assert told in ended
    assert "真实有效" not in ended
    assert "已失效" in await page(client, codes.make(KEYRING, Purpose.CERTIFICATE, codes.new_number()), 410)
