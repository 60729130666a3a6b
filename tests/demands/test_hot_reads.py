"""Reading fast: the same answers as the usual way, whoever asks and however a demand stands."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import text, update

from app.access.models import Account
from app.demands.hot_queries import STORED
from app.demands.models import Demand
from app.kit import clock
from app.regions.models import Region
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.demands.both import Both
from tests.demands.world import COMMUNITY, ELDER_PHONE, SUBDISTRICT, World, claimed, filed, in_hours, ok, opened

PEOPLE = ("filer", "stranger", "member", "second", "far", "desk", "district_desk", "observer", "liaison")
Body = dict[str, Any]
PARTS = [{"description": "疏通下水道"}, {"description": "清理楼道"}]


async def by(who: Client, world: World, plan: Body | None = None, **filing: Any) -> Body:
    """A demand of somebody that the desk opened to all."""
    demand = await filed(who, **filing)
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 3, **(plan or {})}))
    return demand


async def a_board(world: World) -> list[Body]:
    """Open demands of every kind, and one that is not, with all that may hang on one."""
    place: Body = {"location": {"lng": 116.2, "lat": 39.9, "coord_type": "gcj02"}}
    board = [
        await opened(world, slots=3, category="health"),
        await opened(world, slots=3, plan={"skills": ["维修"]}, **place),
        await opened(world, slots=3, anonymous=True),
        await opened(world, slots=3, kind="wish"),
        await opened(world, slots=3, audience="all"),
        await opened(world, slots=3, audience="residents"),
        await opened(world, slots=3, plan={"starts_at": in_hours(24), "ends_at": in_hours(26)}),
        await by(world.member, world),
        await by(world.desk, world, on_behalf_of={"name": "赵奶奶", "phone": ELDER_PHONE}),
        await by(world.desk, world, on_behalf_of={"name": "党员", "phone": "19900000001"}),
        await filed(world.filer),
    ]
    held, left, done, joined, split, target, twin = [await opened(world, slots=3) for _ in range(7)]
    await claimed(world.member, held)
    mine = await claimed(world.member, left)
    await ok(world.member.post(f"/claims/{mine['id']}/withdraw", {"reason": "来不了"}))
    hers = await claimed(world.second, done)
    await ok(world.second.post(f"/claims/{hers['id']}/arrive"))
    await ok(world.stranger.post(f"/demands/{joined['id']}/joins"), 201)
    await ok(world.second.post(f"/demands/{joined['id']}/joins"), 201)
    await ok(world.desk.post(f"/demands/{split['id']}/split", {"children": PARTS}))
    await ok(world.desk.post(f"/demands/{twin['id']}/merge", {"into_id": target["id"]}))
    return [*board, held, left, done, joined, split, target, twin]


async def answers_of(both: Both, who: str, path: str, **query: Any) -> list[Any]:
    """What both applications answer somebody, but for the trace."""
    asked: Client = getattr(both.usual, who)
    found = []
    for client in (both.hastily(asked), asked):
        answer = await client.get(path, **query)
        content = answer.json()
        content.pop("trace_id", None)
        found.append([answer.status_code, answer.headers["content-type"], content])
    return found


async def test_one_demand_reads_the_same_both_ways(both: Both) -> None:
    for demand in await a_board(both.usual):
        for who in PEOPLE:
            fast, usual = await answers_of(both, who, f"/demands/{demand['id']}")
            assert fast == usual, (who, demand)


async def test_what_is_open_is_listed_the_same_both_ways(both: Both) -> None:
    await a_board(both.usual)
    queries: list[Body] = [{}, {"limit": 3}, {"category": "health"}, {"limit": 0}, {"scope": "mine"}]
    for who in PEOPLE:
        for query in queries:
            fast, usual = await answers_of(both, who, "/demands", **{"scope": "open", **query})
            assert fast == usual, (who, query)


async def test_the_common_case_opens_no_session(both: Both) -> None:
    world = both.usual
    preferences = {"slots": [{"weekday": 6, "from_hour": 9, "to_hour": 18}], "wishes": ["health"]}
    await ok(world.member.put("/me/preferences", preferences))
    for region_code, value in ((SUBDISTRICT, {"health": ["医疗"]}), (COMMUNITY, {"default": ["维修"]})):
        policy = {"from": "2020-01-01", "region_code": region_code, "value": value}
        await ok(world.admin.put("/policies/category_skills", policy))
    await opened(world, category="health", plan={"starts_at": in_hours(24), "ends_at": in_hours(26)})
    await opened(world, anonymous=True)
    other, own = await opened(world, kind="wish"), await by(world.member, world)
    paths: list[Body] = [{"path": "/demands", "scope": "open"}, {"path": "/demands", "scope": "open", "limit": 2}]
    paths += [{"path": f"/demands/{one['id']}"} for one in (own, other)]
    usual = [await ok(world.member.get(**path)) for path in paths]
    both.fast.state.sessions = None
    assert [await ok(both.hastily(world.member).get(**path)) for path in paths] == usual
    assert len(usual[0]["items"]) == 3


async def test_the_second_page_follows_the_first_whichever_way_it_was_read(both: Both) -> None:
    for _ in range(5):
        await opened(both.usual)
    for first in (both.hastily(both.usual.second), both.usual.second):
        page = await ok(first.get("/demands", scope="open", limit=3))
        rest = await ok(first.get("/demands", scope="open", limit=3, cursor=page["next_cursor"]))
        assert len({one["id"] for one in page["items"] + rest["items"]}) == 5


CHANGES = (
    update(Demand).values(title="13号楼下水道堵塞"),
    update(Demand).values(claimed=2, skills=["维修"]),
    update(Demand).values(due_at=clock.now() - timedelta(hours=1)),
    update(Region).values(name="八角南路第一社区").where(Region.code == Demand.region_code),
    update(Account).values(nickname="赵先生").where(Account.id == Demand.filed_by),
    update(Demand).values(claimed=Demand.slots),
)
"""What may become of a demand that is listed."""


async def listed(both: Both, who: str = "second") -> list[Body]:
    """What is open to somebody, the same both ways."""
    fast, usual = await answers_of(both, who, "/demands", scope="open")
    assert fast == usual, who
    items: list[Body] = usual[2]["items"]
    return items


async def test_what_somebody_else_changes_is_listed_at_once(both: Both) -> None:
    changing, _ = await opened(both.usual, slots=3, contact=None), await opened(both.usual, slots=3)
    both.fast.state.sessions = None
    for change in CHANGES:
        before = await listed(both)
        assert await listed(both) == before  # now from what is kept
        async with both.sessions() as session:
            await session.execute(change.where(Demand.id == uuid.UUID(changing["id"])))
            await session.commit()
        assert await listed(both) != before, change
    assert len(await listed(both)) == 1


async def test_what_time_makes_of_a_demand_is_listed_at_once(both: Both, committing: Settings) -> None:
    times = ("due_at = now() + interval '4 minutes'", "starts_at = now(), ends_at = now() + interval '9 minutes'")
    for change in times:
        demand = await opened(both.usual)
        async with both.sessions() as session:
            await session.execute(text(f"UPDATE demands SET {change} WHERE id = :id"), {"id": demand["id"]})
            await session.commit()
    both.fast.state.sessions = None
    seen = []
    for minutes in (0, 5, 10, 0):
        move_clock(committing, timedelta(minutes=minutes))
        seen.append(sorted(one["overdue"] for one in await listed(both)))
    assert seen == [[False, False], [False, True], [True], [False, False]]


async def test_nobody_is_shown_what_another_sees(both: Both) -> None:
    world = both.usual
    held, own = await opened(world, slots=3), await by(world.second, world)
    await opened(world, audience="all")
    assert len(await listed(both, "member")) == 3
    await claimed(world.second, held)
    for who in (*PEOPLE, *reversed(PEOPLE)):
        await listed(both, who)
    hidden = {one["id"] for one in await listed(both, "member")} - {one["id"] for one in await listed(both)}
    assert hidden == {held["id"], own["id"]}
    shown = (await both.hastily(world.member).get("/demands", scope="open")).text
    assert not any(word in shown for word in ("13800000001", "王女士", "育才街12号楼"))


async def test_a_revoked_sign_in_reads_nothing(both: Both) -> None:
    demand = await opened(both.usual)
    async with both.sessions() as session:
        await session.execute(text("UPDATE sign_ins SET revoked_at = now()"))
        await session.commit()
    for path in (f"/demands/{demand['id']}", "/demands"):
        assert refusal(await both.hastily(both.usual.member).get(path, scope="open")) == (401, "token_invalid")


def test_the_fast_way_reads_whatever_a_demand_stores() -> None:
    assert {column.name for column in STORED} >= {column.key for column in Demand.__mapper__.column_attrs} - {
        "on_behalf_phone_index",
        "tokens",
    }
