"""A roster at the desk, without JavaScript."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Sessions
from app.members.models import Member
from app.rosters import importing
from tests.console.browsing import ORIGIN, Browser, at_desk, forms_of
from tests.demands.world import World
from tests.rosters.sheets import count, roster

PEOPLE = (("新一", "13800000071"), ("新二", "138"), ("<script>canary()</script>", "13800000073"))


async def sent(desk: Browser, data: bytes, kind: str = "members") -> "tuple[int, str, str]":
    """Send a file by the page's form; the status, where it leads, and what is shown."""
    fields = forms_of((await desk.get("/rosters")).text)["/desk/rosters"].fields
    values = {name: said[0] for name, said in fields.items() if name != "file"} | {"kind": kind}
    answer = await desk.http.post(
        "/desk/rosters",
        data=values,
        files={"file": ("名册.xlsx", data)},
        headers={"Origin": ORIGIN, "Cookie": f"yihu_desk={desk.cookie}"},
    )
    return answer.status_code, answer.headers.get("location", ""), answer.text


async def test_a_file_is_sent_looked_at_and_written(
    world: World, session: AsyncSession, sessions: Sessions, desk: Browser
) -> None:
    before = await count(session, Member)
    status, place, _ = await sent(desk, roster(*PEOPLE))
    assert status == 303
    assert "核对中" in (await desk.get(place)).text
    await importing.work(sessions)
    page = await desk.get(place)
    assert "新增 2 行" in page.text
    assert "手机号应为 11 位数字" in page.text
    assert "<script>canary" not in page.text
    assert (await desk.get(f"{place}/errors")).content.startswith(b"PK")
    assert (await desk.submit(page, f"{place}/commit")).status_code == 303
    await importing.work(sessions)
    assert "已导入" in (await desk.get(place)).text
    assert await count(session, Member) == before + 2
    again = await desk.submit(page, f"{place}/commit", _once="another click")
    assert "当前状态不允许此操作" in again.text


async def test_a_file_that_is_no_table_is_refused_on_the_page(world: World, desk: Browser) -> None:
    status, _, page = await sent(desk, b"<html></html>")
    assert status == 422
    assert "请上传 .xlsx、.xls 或 .csv 文件" in page


async def test_who_may_not_send_a_kind_is_not_offered_it_and_is_refused(
    world: World, session: AsyncSession, desk: Browser
) -> None:
    page = (await desk.get("/rosters")).text
    assert "党员名册模板" in page
    assert "工作人员模板" not in page
    status, _, _ = await sent(desk, roster(*PEOPLE), "staff")
    assert status == 403
    observer = await at_desk(session, world.observer)
    assert "您的角色不能导入名册" in (await observer.get("/rosters")).text


async def test_a_form_of_another_site_is_refused(world: World, desk: Browser) -> None:
    answer = await desk.http.post(
        "/desk/rosters", files={"file": ("x", b"x")}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["members", "organizations"])
async def test_templates_are_handed_out(world: World, desk: Browser, kind: str) -> None:
    assert (await desk.get(f"/rosters/templates/{kind}")).content.startswith(b"PK")
    assert (await desk.get("/rosters/templates/staff")).status_code == 403


async def test_nobody_elses_file_is_shown(world: World, session: AsyncSession, desk: Browser) -> None:
    _, place, _ = await sent(desk, roster(*PEOPLE))
    chief = await at_desk(session, world.district_desk)
    assert (await chief.get(place)).status_code == 404
