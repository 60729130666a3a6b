"""Who joined a demand, and whose own was merged into it, hears what its filer hears of its course: once."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.notifications.hearing import WHO_HEARS, Receiver
from tests.client import Client
from tests.demands.world import COMMUNITY, ELDER_PHONE, NEIGHBOUR, World, an_account, filed, ok, opened, signed_in
from tests.notifications.post import REASON, Post, kinds

PARTS = {"closes": "all", "children": [{"description": "疏通管道"}, {"description": "清理淤泥"}]}
CLOSED = REASON | {"result": "handled"}
COURSE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "dispatched": ("desk", "dispatch", {"mode": "open", "slots": 3}),
    "rejected": ("desk", "reject", REASON),
    "moved": ("desk", "transfer", REASON | {"region_code": NEIGHBOUR}),
    "closed": ("desk", "close", CLOSED),
    "split": ("desk", "split", PARTS),
}


class Crowd:
    """A demand with everybody who wants it too, in every way that there is."""

    def __init__(self, demand: dict[str, Any], people: dict[str, Client]) -> None:
        self.path, self.demand, self.people = f"/demands/{demand['id']}", demand, people

    async def heard(self) -> dict[str, Counter[str]]:
        """How often each was told what."""
        return {name: Counter(await kinds(who)) for name, who in self.people.items()}


@pytest.fixture
async def crowd(world: World, post: Post, session: AsyncSession) -> Crowd:
    """Its filer's demand, a joiner, who filed and who joined what was merged into it, and for whom that was filed."""
    accounts = {name: await an_account(session, name, home=COMMUNITY) for name in ("twin", "joins_twin", "elder")}
    accounts["elder"].phone = ELDER_PHONE
    people = {name: await signed_in(session, world.filer, account) for name, account in accounts.items()}
    await session.commit()
    demand, twin = await filed(world.filer), await filed(people["twin"])
    for_elder = await filed(people["twin"], on_behalf_of={"name": "老人", "phone": ELDER_PHONE})
    await ok(world.stranger.post(f"/demands/{demand['id']}/joins"), 201)
    await ok(people["joins_twin"].post(f"/demands/{twin['id']}/joins"), 201)
    await ok(people["joins_twin"].post(f"/demands/{demand['id']}/joins"), 201)  # in two ways, and told once
    for one in (twin, for_elder):
        await ok(world.desk.post(f"/demands/{one['id']}/merge", {"into_id": demand["id"]}))
    await post.round()
    return Crowd(demand, people | {"joiner": world.stranger})


def test_followers_hear_of_the_whole_course_of_a_demand() -> None:
    followed = {hears.kind for row in WHO_HEARS.values() for hears in row if hears.who == Receiver.FOLLOWERS}
    assert followed == {*COURSE, "reopened", "cancelled", "merged", "unmerged"}


@pytest.mark.parametrize("kind", COURSE)
async def test_each_follower_hears_it_once(world: World, post: Post, crowd: Crowd, kind: str) -> None:
    before = await crowd.heard()
    who, action, body = COURSE[kind]
    await ok(getattr(world, who).post(f"{crowd.path}/{action}", body))
    await post.round()
    await post.round(again=True)
    after = await crowd.heard()
    assert {name: after[name] - before[name] for name in after} == {key: Counter({kind: 1}) for key in after}
    assert (await kinds(world.filer)).count(kind) == 1


async def test_each_follower_hears_once_that_it_is_reopened(world: World, post: Post, crowd: Crowd) -> None:
    await ok(world.desk.post(f"{crowd.path}/close", CLOSED))
    await post.round()
    before = await crowd.heard()
    await ok(world.desk.post(f"{crowd.path}/reopen", REASON))
    await post.round()
    after = await crowd.heard()
    assert {name: after[name] - before[name] for name in after} == {key: Counter({"reopened": 1}) for key in after}


async def test_who_wants_it_no_more_hears_no_more(world: World, post: Post, crowd: Crowd) -> None:
    assert (await world.stranger.post(f"{crowd.path}/leave")).status_code == 204
    before = await crowd.heard()
    await ok(world.desk.post(f"{crowd.path}/close", CLOSED))
    await post.round()
    after = await crowd.heard()
    assert after["joiner"] == before["joiner"]
    assert after["twin"] - before["twin"] == Counter({"closed": 1})


async def test_what_is_said_to_its_filer_alone_is_not_told_to_followers(world: World, post: Post, crowd: Crowd) -> None:
    before = await crowd.heard()
    await ok(world.desk.post(f"{crowd.path}/return", REASON))
    await ok(world.desk.post(f"{crowd.path}/messages", {"text": "几单元？"}), 201)
    await post.round()
    assert await crowd.heard() == before
    assert {"returned", "message"} <= set(await kinds(world.filer))


async def test_whose_demand_stands_by_itself_again_follows_the_other_no_more(
    world: World, post: Post, session: AsyncSession
) -> None:
    account = await an_account(session, "twin", home=COMMUNITY)
    twin_filer = await signed_in(session, world.filer, account)
    await session.commit()
    demand, twin = await opened(world), await filed(twin_filer)
    await ok(world.desk.post(f"/demands/{twin['id']}/merge", {"into_id": demand["id"]}))
    await ok(world.desk.post(f"/demands/{twin['id']}/unmerge", REASON))
    await ok(world.desk.post(f"/demands/{demand['id']}/close", CLOSED))
    await post.round()
    assert "closed" not in await kinds(twin_filer)
