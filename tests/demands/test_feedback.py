"""Those who served say what they think, the whistler rates the response, and the filer hears of neither."""

from typing import Any

import pytest

from tests.client import refusal
from tests.demands.world import World, claimed, filed, ids, ok, opened, seen

Body = dict[str, Any]
WORDS = {"demand_stars": 4, "community_stars": 3, "tags": ["路不好找"], "comment": "门牌看不清"}
RATING = {"stars": 2, "resolved": False, "comment": "来得太晚"}


async def served(world: World, **changes: Any) -> Body:
    """A claim that the member has completed."""
    claim = await claimed(world.member, await opened(world, **changes))
    return await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))


async def whistled(world: World) -> Body:
    """A whistle for the unit."""
    demand = await filed(world.filer)
    plan = {"mode": "whistle", "slots": 1, "organization_ids": ids([world.unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    found: Body = (await ok(world.desk.get(f"/demands/{demand['id']}/claims")))["items"][0]
    return found


async def answered(world: World, claim: Body) -> None:
    """The unit comes and does it."""
    await ok(world.liaison.post(f"/claims/{claim['id']}/accept"))
    await ok(world.liaison.post(f"/claims/{claim['id']}/complete", {"minutes": 60}))


async def test_who_served_says_once_what_they_think(world: World) -> None:
    claim = await served(world)
    path = f"/claims/{claim['id']}/feedback"
    said = await ok(world.member.post(path, WORDS), 201)
    assert {key: said[key] for key in WORDS} == WORDS
    assert refusal(await world.member.post(path, WORDS)) == (409, "already_given")
    assert (await ok(world.member.get(path)))["items"] == [said]


async def test_the_desk_reads_it_and_the_filer_never_does(world: World) -> None:
    claim = await served(world)
    path = f"/claims/{claim['id']}/feedback"
    await ok(world.member.post(path, WORDS), 201)
    assert (await ok(world.desk.get(path)))["items"][0]["comment"] == WORDS["comment"]
    assert refusal(await world.filer.get(path)) == (403, "forbidden")
    history = f"/demands/{claim['demand_id']}/timeline"
    assert "claim.feedback" not in (await world.filer.get(history)).text
    assert "claim.feedback" not in (await world.member.get(history)).text
    assert "claim.feedback" in (await world.desk.get(history)).text


async def test_a_desk_that_filed_it_as_a_resident_does_not_read_it_either(world: World) -> None:
    demand = await filed(world.desk, on_behalf_of={"name": "张大爷", "phone": "13800000009"})
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1}))
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    path = f"/claims/{claim['id']}/feedback"
    await ok(world.member.post(path, WORDS), 201)
    assert refusal(await world.desk.get(path)) == (403, "forbidden")
    assert len((await ok(world.district_desk.get(path)))["items"]) == 1


async def test_before_anything_is_served_there_is_nothing_to_say(world: World) -> None:
    claim = await claimed(world.member, await opened(world))
    refused = await world.member.post(f"/claims/{claim['id']}/feedback", WORDS)
    assert refusal(refused) == (409, "action_not_allowed")


async def test_for_a_unit_those_speak_who_went(world: World) -> None:
    claim = await claimed(world.liaison, await opened(world), organization_id=str(world.unit.id))
    await ok(world.liaison.put(f"/claims/{claim['id']}/members", {"member_ids": ids(world.members[6:7])}))
    await ok(world.liaison.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    refused = await world.liaison.post(f"/claims/{claim['id']}/feedback", WORDS)
    assert refusal(refused) == (403, "forbidden")


@pytest.mark.parametrize("change", [{"demand_stars": 0}, {"community_stars": 6}, {"comment": ""}])
async def test_malformed_words_are_refused(world: World, change: Body) -> None:
    claim = await served(world)
    refused = await world.member.post(f"/claims/{claim['id']}/feedback", WORDS | change)
    assert refusal(refused) == (422, "invalid_request")


async def test_the_whistler_rates_each_response_once_apart_from_the_filers_word(world: World) -> None:
    claim = await whistled(world)
    path = f"/claims/{claim['id']}/evaluation"
    assert refusal(await world.desk.post(path, RATING)) == (409, "action_not_allowed")
    await answered(world, claim)
    said = await ok(world.desk.post(path, RATING), 201)
    assert {key: said[key] for key in RATING} == RATING
    assert refusal(await world.desk.post(path, RATING)) == (409, "already_rated")
    rating = {"stars": 5, "resolved": True}
    await ok(world.filer.post(f"/demands/{claim['demand_id']}/evaluation", rating), 201)
    assert (await seen(world.filer, {"id": claim["demand_id"]}))["result"] == "resolved"
    for who in (world.desk, world.liaison):
        assert (await ok(who.get(path)))["items"] == [said]
    assert refusal(await world.filer.get(path)) == (403, "forbidden")
    history = await world.filer.get(f"/demands/{claim['demand_id']}/timeline")
    assert "claim.rated" not in history.text


async def test_a_department_that_does_not_come_is_rated_too(world: World) -> None:
    claim = await whistled(world)
    await ok(world.liaison.post(f"/claims/{claim['id']}/decline", {"reason": "不归我们", "cause": "not_our_duty"}))
    assert (await ok(world.desk.post(f"/claims/{claim['id']}/evaluation", {"stars": 1}), 201))["resolved"] is None


async def test_each_round_is_rated_by_itself(world: World) -> None:
    claim = await whistled(world)
    await answered(world, claim)
    await ok(world.desk.post(f"/claims/{claim['id']}/evaluation", RATING), 201)
    path = f"/demands/{claim['demand_id']}"
    await ok(world.filer.post(f"{path}/evaluation", {"stars": 1, "resolved": False}), 201)
    await ok(world.desk.post(f"{path}/reopen", {"reason": "未解决"}))
    plan = {"mode": "whistle", "slots": 1, "organization_ids": ids([world.unit]), "again": True}
    await ok(world.desk.post(f"{path}/dispatch", plan))
    second = (await ok(world.desk.get(f"{path}/claims")))["items"][1]
    await answered(world, second)
    await ok(world.desk.post(f"/claims/{second['id']}/evaluation", RATING | {"stars": 5}), 201)


async def test_only_the_response_to_a_whistle_is_rated_and_by_nobody_who_gave_it(world: World) -> None:
    claim = await served(world)
    assert refusal(await world.desk.post(f"/claims/{claim['id']}/evaluation", RATING)) == (
        409,
        "action_not_allowed",
    )
    claim = await whistled(world)
    await answered(world, claim)
    path = f"/claims/{claim['id']}/evaluation"
    assert refusal(await world.liaison.post(path, RATING)) == (403, "forbidden")
    assert refusal(await world.filer.post(path, RATING)) == (403, "forbidden")
