"""The list of what needs the desk, and that of everything."""

import re
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Demand
from app.kit import clock
from tests.console.browsing import Browser
from tests.demands.world import World, filed, ids, ok, opened, seen

ROW = re.compile(r'class="what"><a href="[^"]+">(.*?)</a>')
COUNT = re.compile(r'<a href="(/desk/[^"]*)"[^>]*><b>(\d+)</b>')


def titles(page: str) -> list[str]:
    return ROW.findall(page)


async def _work(world: World) -> None:
    """Two new, one whose offer was declined, one that nobody needs to look at."""
    await filed(world.filer, title="新的一")
    await filed(world.filer, title="新的二")
    offered = await filed(world.filer, title="被谢绝")
    plan = {"mode": "assigned", "member_ids": ids(world.members[:1])}
    await ok(world.desk.post(f"/demands/{offered['id']}/dispatch", plan))
    claim = (await seen(world.member, offered))["my_claim"]
    await ok(world.member.post(f"/claims/{claim['id']}/decline", {"reason": "没空"}))
    await opened(world, title="有人会来")


async def test_every_count_is_the_length_of_its_list(session: AsyncSession, world: World, desk: Browser) -> None:
    await _work(world)
    await session.execute(
        update(Demand).where(Demand.title == "新的二").values(due_at=clock.now() - timedelta(hours=3))
    )
    await session.commit()
    counts = dict(COUNT.findall((await desk.get("/")).text))
    assert counts.pop("/desk/") == "3"
    assert counts["/desk/?needs_desk=new"] == "2"
    assert counts["/desk/demands?overdue=true"] == "1"
    for place, count in counts.items():
        assert len(titles((await desk.get(place)).text)) == int(count), place


async def test_what_is_overdue_comes_first_and_says_so(session: AsyncSession, world: World, desk: Browser) -> None:
    await _work(world)
    await session.execute(
        update(Demand).where(Demand.title == "被谢绝").values(due_at=clock.now() - timedelta(hours=3))
    )
    await session.commit()
    page = (await desk.get("/")).text
    assert titles(page)[0] == "被谢绝"
    assert "超时 3 小时" in page


async def test_pages_hold_everything_once(world: World, desk: Browser) -> None:
    for number in range(25):
        await filed(world.filer, title=f"第{number}件")
    for place in ("/desk/", "/desk/demands", "/desk/?needs_desk=new&q=件"):
        first = (await desk.get(place)).text
        more = re.search(r'href="([^"]+)">下一页', first)
        assert more
        second = (await desk.get(more[1].replace("&amp;", "&"))).text
        assert sorted(titles(first) + titles(second)) == sorted(f"第{number}件" for number in range(25)), place
        assert "下一页" not in second
        assert "第一页" in second


async def test_filters_narrow_the_list_of_everything(world: World, desk: Browser) -> None:
    await _work(world)
    assert titles((await desk.get("/demands?q=新的&state=&category=")).text) == ["新的二", "新的一"]
    assert titles((await desk.get("/demands?state=dispatched")).text) == ["有人会来", "被谢绝"]
    assert titles((await desk.get("/demands?q=没有这样的")).text) == []
    assert (await desk.get("/demands?state=nonsense")).status_code == 422
    assert (await desk.get("/?cursor=nonsense")).status_code == 422


async def test_an_observer_sees_the_lists(world: World, observer: Browser) -> None:
    await _work(world)
    assert len(titles((await observer.get("/demands")).text)) == 4
    assert titles((await observer.get("/")).text) == [], "no desk of theirs waits"


async def test_messages_are_counted_listed_and_read(world: World, desk: Browser) -> None:
    page = await desk.get("/inbox")
    assert page.status_code == 200
    assert (await desk.get("/unread")).text.strip() == ""


async def test_only_known_words_are_said_of_what_was_done(desk: Browser) -> None:
    assert 'class="done"' in (await desk.get("/?done=transfer")).text
    assert "hacked" not in (await desk.get("/?done=hacked")).text
