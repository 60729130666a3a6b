"""Lists, counts and the public tables."""

from typing import Any

from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.demands.lifecycle import CLAIM_MOVES, MOVES
from app.members.models import Member
from app.regions.models import Level, Region
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, NEIGHBOUR, World, claimed, filed, ids, in_hours, ok, opened, seen


async def found(who: Client, **wanted: object) -> list[str]:
    """The titles of a list."""
    answer = await who.get("/demands", **wanted)
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["items"]]


async def test_each_scope_holds_what_it_says(world: World) -> None:
    await filed(world.filer, title="一")
    open_ = await opened(world, title="二", slots=1)
    await filed(world.stranger, title="三", region_code=NEIGHBOUR)
    assert await found(world.filer, scope="mine") == ["二", "一"]
    assert await found(world.member, scope="open") == ["二"]
    assert await found(world.far, scope="open") == []
    assert await found(world.filer, scope="open") == []
    assert await found(world.desk, scope="desk") == ["一"]
    assert await found(world.desk, scope="region") == ["二", "一"]
    assert await found(world.observer, scope="region") == ["三", "二", "一"]
    await claimed(world.member, open_)
    assert await found(world.second, scope="open") == [], "it is full"


async def test_an_open_list_shows_what_an_organization_could_claim(world: World) -> None:
    await opened(world, title="二")
    assert await found(world.liaison, scope="open") == ["二"]
    assert await found(world.stranger, scope="open") == []
    await opened(world, title="三", audience="residents")
    assert await found(world.stranger, scope="open") == ["三"]
    assert await found(world.liaison, scope="open") == ["二"]


async def test_a_desks_list_begins_with_what_is_due_first(world: World) -> None:
    await filed(world.filer, title="不急")
    urgent = await filed(world.filer, title="紧急")
    plan = {"mode": "assigned", "member_ids": ids(world.members[:1]), "due_at": in_hours(1)}
    await ok(world.desk.post(f"/demands/{urgent['id']}/dispatch", plan))
    claim = (await seen(world.member, urgent))["my_claim"]
    await ok(world.member.post(f"/claims/{claim['id']}/decline", {"reason": "没空"}))
    assert await found(world.desk, scope="desk") == ["紧急", "不急"]
    first = await ok(world.desk.get("/demands", scope="desk", limit=1))
    rest = await ok(world.desk.get("/demands", scope="desk", limit=1, cursor=first["next_cursor"]))
    assert [one["title"] for one in first["items"] + rest["items"]] == ["紧急", "不急"]
    assert await found(world.desk, scope="desk", needs_desk="offers_ended") == ["紧急"]
    assert await found(world.desk, scope="desk", needs_desk="new") == ["不急"]


async def test_why_a_desk_is_needed_is_not_for_others_to_filter_by(world: World) -> None:
    await filed(world.filer)
    for scope in ("mine", "open", "region"):
        answer = await world.filer.get("/demands", scope=scope, needs_desk="new")
        assert refusal(answer) == (422, "invalid_request")


async def test_the_desks_lists_are_for_staff(world: World) -> None:
    for scope in ("desk", "region"):
        assert refusal(await world.member.get("/demands", scope=scope)) == (403, "forbidden")


async def test_filters_narrow_a_list(world: World) -> None:
    await filed(world.filer, title="路灯不亮", category="safety")
    await opened(world, title="水管漏水", category="repair")
    await filed(world.filer, title="100%_", region_code=NEIGHBOUR)
    assert await found(world.filer, state="filed", category="safety") == ["路灯不亮"]
    assert await found(world.filer, q="漏水") == ["水管漏水"]
    assert await found(world.filer, q="%_") == ["100%_"]
    assert await found(world.filer, region=NEIGHBOUR) == ["100%_"]
    assert await found(world.filer, overdue="true") == []
    assert refusal(await world.filer.get("/demands", scope="all")) == (422, "invalid_request")
    assert refusal(await world.filer.get("/demands", nonsense="1")) == (422, "invalid_request")


async def test_a_list_is_paged_without_gaps(world: World) -> None:
    titles = [f"第{number}件" for number in range(5)]
    for title in titles:
        await filed(world.filer, title=title)
    first = await ok(world.filer.get("/demands", limit=2))
    second = await ok(world.filer.get("/demands", limit=2, cursor=first["next_cursor"]))
    third = await ok(world.filer.get("/demands", limit=2, cursor=second["next_cursor"]))
    pages = [one["title"] for page in (first, second, third) for one in page["items"]]
    assert (pages, third["next_cursor"]) == (titles[::-1], None)


async def test_contacts_stay_masked_in_lists(world: World) -> None:
    await filed(world.filer)
    listed = (await ok(world.desk.get("/demands", scope="desk")))["items"][0]
    assert (listed["contact"], listed["address"]) == (None, "育才街**")
    own = (await ok(world.filer.get("/demands")))["items"][0]
    assert own["contact"]["phone"] == "13800000001"


async def test_counts_agree_with_the_lists(world: World) -> None:
    await filed(world.filer)
    await opened(world)
    counts = await ok(world.desk.get("/demands/counts"))
    assert (counts["desk"], counts["region"], counts["needs_desk"]) == (1, 2, {"new": 1})
    assert (await ok(world.member.get("/demands/counts")))["open"] == 1
    assert (await ok(world.filer.get("/demands/counts")))["mine"] == 2


async def test_a_longer_list_takes_no_more_statements(world: World, engine: AsyncEngine) -> None:
    seen: list[str] = []

    def hear(*heard: Any) -> None:
        seen.append(heard[2])

    async def statements() -> int:
        seen.clear()
        await ok(world.desk.get("/demands", scope="region"))
        return len(seen)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    await opened(world)
    short = await statements()
    for _ in range(4):
        await opened(world)
    assert await statements() == short
    event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def test_people_from_many_homes_take_no_more_statements(
    world: World, engine: AsyncEngine, session: AsyncSession
) -> None:
    seen: list[str] = []

    def hear(*heard: Any) -> None:
        seen.append(heard[2])

    async def statements() -> int:
        seen.clear()
        await ok(world.desk.get(f"/demands/{demand['id']}/candidates", limit="100"))
        return len(seen)

    demand = await opened(world)
    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    one_home = await statements()
    for number, member in enumerate(world.members, 1):
        grid = f"{COMMUNITY}-{number:02}"
        session.add(Region(code=grid, level=Level.GRID, name="网格", parent_code=COMMUNITY))
        await session.flush()  # the next one lives there
        await session.execute(update(Member).where(Member.id == member.id).values(home_region_code=grid))
    await session.commit()
    assert await statements() == one_home
    event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def test_clients_draw_buttons_from_the_served_tables(world: World) -> None:
    tables = await ok(world.filer.get("/lifecycle"))
    assert {(one["state"], one["action"]): one["to"] for one in tables["demand"]["moves"]} == MOVES
    assert {(one["state"], one["action"]): one["to"] for one in tables["claim"]["moves"]} == CLAIM_MOVES
