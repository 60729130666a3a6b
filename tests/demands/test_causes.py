"""Why something is not done: a cause from a closed list beside the words, kept where it can be counted."""

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.causes import Cause, ClaimCause
from tests.client import refusal
from tests.demands.world import World, claimed, filed, ids, ok, opened, seen

WHY = {"reason": "原因如此"}


@pytest.mark.parametrize("cause", Cause)
async def test_a_refused_demand_says_why(world: World, cause: Cause) -> None:
    demand = await filed(world.filer)
    refused = await ok(world.desk.post(f"/demands/{demand['id']}/reject", WHY | {"cause": cause}))
    assert (refused["state"], refused["cause"]) == ("rejected", cause)
    assert (await seen(world.filer, demand))["cause"] == cause
    told = (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"][-1]
    assert (told["kind"], told["detail"]["cause"]) == ("demand.rejected", cause)


@pytest.mark.parametrize("result", ["unresolved", "referred"])
async def test_what_is_closed_without_being_done_has_a_cause(world: World, result: str) -> None:
    demand = await filed(world.filer)
    body = WHY | {"result": result, "cause": "third_party"}
    closed = await ok(world.desk.post(f"/demands/{demand['id']}/close", body))
    assert (closed["result"], closed["cause"]) == (result, "third_party")


async def test_who_says_no_cause_says_other(world: World) -> None:
    demands = [await filed(world.filer) for _ in range(2)]
    refused = await ok(world.desk.post(f"/demands/{demands[0]['id']}/reject", WHY))
    closed = await ok(world.desk.post(f"/demands/{demands[1]['id']}/close", WHY | {"result": "unresolved"}))
    assert (refused["cause"], closed["cause"]) == ("other", "other")


async def test_what_is_handled_has_no_cause_for_not_doing_it(world: World) -> None:
    demand = await filed(world.filer)
    path, body = f"/demands/{demand['id']}/close", WHY | {"result": "handled"}
    assert refusal(await world.desk.post(path, body | {"cause": "planned"})) == (422, "invalid_request")
    assert (await ok(world.desk.post(path, body)))["cause"] is None


async def test_a_cause_that_is_not_in_the_list_is_refused(world: World) -> None:
    demand = await filed(world.filer)
    answer = await world.desk.post(f"/demands/{demand['id']}/reject", WHY | {"cause": "busy"})
    assert refusal(answer) == (422, "invalid_request")


async def test_another_round_and_a_late_yes_take_the_cause_away(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    path = f"/demands/{demand['id']}"
    await ok(world.filer.post(f"{path}/evaluation", {"stars": 1, "resolved": False}), 201)
    unresolved = WHY | {"result": "unresolved", "cause": "planned"}
    await ok(world.desk.post(f"{path}/close", unresolved))
    reopened = await ok(world.desk.post(f"{path}/reopen", WHY))
    assert (reopened["cause"], reopened["reopens"], reopened["round"]) == (None, 1, 2)
    await ok(world.desk.post(f"{path}/close", unresolved))
    late = await world.filer.post(f"{path}/evaluation", {"stars": 5, "resolved": True})
    assert late.status_code == 201
    assert (await seen(world.filer, demand))["cause"] is None


async def test_the_causes_of_those_who_give_up_are_the_desks_and_their_own_to_see(world: World) -> None:
    demand = await opened(world, slots=2)
    for who, cause in ((world.member, "lacks_skill"), (world.second, "busy")):
        claim = await claimed(who, demand)
        gone = await ok(who.post(f"/claims/{claim['id']}/withdraw", WHY | {"cause": cause}))
        assert gone["cause"] == cause
    seen_by = {
        name: [one["cause"] for one in (await ok(who.get(f"/demands/{demand['id']}/claims")))["items"]]
        for name, who in (("desk", world.desk), ("filer", world.filer))
    }
    assert seen_by == {"desk": ["lacks_skill", "busy"], "filer": [None, None]}
    history = await world.filer.get(f"/demands/{demand['id']}/timeline")
    assert "lacks_skill" not in history.text


async def test_causes_can_be_counted(world: World, session: AsyncSession) -> None:
    for cause in ("planned", "planned", "private_dispute"):
        demand = await filed(world.filer)
        await ok(world.desk.post(f"/demands/{demand['id']}/reject", WHY | {"cause": cause}))
    demand = await filed(world.filer)
    plan = {"mode": "assigned", "member_ids": ids(world.members[:1])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    offer = (await seen(world.member, demand))["my_claim"]
    await ok(world.member.post(f"/claims/{offer['id']}/decline", WHY | {"cause": "too_far"}))
    claim = await claimed(world.member, await opened(world))
    await ok(world.desk.post(f"/claims/{claim['id']}/no-show", WHY | {"cause": "no_word"}))
    count = "SELECT cause FROM {} WHERE cause IS NOT NULL"
    demands = Counter((await session.scalars(text(count.format("demands")))).all())
    claims = Counter((await session.scalars(text(count.format("claims")))).all())
    assert demands == {"planned": 2, "private_dispute": 1}
    assert claims == {"too_far": 1, "no_word": 1}


async def test_every_cause_has_its_label(world: World) -> None:
    enums = (await ok(world.filer.get("/meta")))["enums"]
    assert [one["code"] for one in enums["cause"]] == list(Cause)
    assert [one["code"] for one in enums["claim_cause"]] == list(ClaimCause)
