"""合并: every filer stays informed through the target, the work is counted once, and the way back is open."""

from datetime import timedelta
from typing import Any

import pytest

from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.demands.world import COMMUNITY, NEIGHBOUR, World, claimed, filed, ids, in_hours, ok, opened, seen

Body = dict[str, Any]
WHY = {"reason": "分开处理"}
TWIN = {
    "title": "12号楼又返味",
    "description": "楼下张阿姨家也闻到了，电话打过。",
    "contact": {"name": "李先生", "phone": "13800000002"},
    "address": "育才街12号楼2单元",
}


async def twin(world: World, **changes: Any) -> Body:
    """The stranger's demand of the same drain."""
    return await filed(world.stranger, **TWIN | changes)


async def merged(world: World, one: Body, into: Body, by: Client | None = None, **more: Any) -> Body:
    """One demand merged into another."""
    return await ok((by or world.desk).post(f"/demands/{one['id']}/merge", {"into_id": into["id"], **more}))


async def later(world: World, settings: Settings, **by: float) -> None:
    """It is later, and the desk and the member have signed in again."""
    move_clock(settings, timedelta(**by))
    for name in ("desk", "member"):
        setattr(world, name, await world.desk.signed_in(name))


async def kinds(who: Client, demand: Body) -> list[str]:
    """What happened to a demand, as somebody reads it."""
    return [item["kind"] for item in (await ok(who.get(f"/demands/{demand['id']}/timeline")))["items"]]


async def served(world: World, demand: Body, who: Client, minutes: int = 20) -> Body:
    """A claim that somebody took and completed."""
    claim = await claimed(who, demand)
    return await ok(who.post(f"/claims/{claim['id']}/complete", {"minutes": minutes}))


async def test_both_filers_see_how_it_goes_on_and_the_work_is_counted_once(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    gone = await merged(world, one, target, note="同一处管道")
    assert (gone["state"], gone["actions"], gone["merged_into"]["id"]) == ("merged", ["unmerge"], target["id"])
    await ok(world.desk.post(f"/demands/{target['id']}/dispatch", {"mode": "open", "slots": 1}))
    await served(world, target, world.member)
    await ok(world.filer.post(f"/demands/{target['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
    mine = await seen(world.stranger, one)
    assert (mine["merged_into"]["state"], mine["merged_into"]["result"]) == ("closed", "resolved")
    assert (await seen(world.stranger, target))["result"] == "resolved"
    told = await kinds(world.stranger, target)
    assert [kind for kind in told if kind in ("demand.took_in", "demand.completed", "demand.closed")] == [
        "demand.took_in",
        "demand.completed",
        "demand.closed",
    ]
    points = await ok(world.member.get("/me/points"))
    assert (points["balance"], len(points["entries"])) == (10, 1)


async def test_who_follows_reads_no_more_than_a_resident(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    await merged(world, one, target)
    shown = await seen(world.stranger, target)
    assert (shown["contact"], shown["location"], shown["on_behalf_of"]) == (None, None, None)
    assert (shown["address"], shown["description"], shown["actions"]) == ("育才街**", target["title"], [])
    assert shown["filer"]["display_name"] == "王**"
    assert (await ok(world.stranger.get(f"/demands/{target['id']}/claims")))["items"] == []
    assert refusal(await world.stranger.post(f"/demands/{target['id']}/messages", {"text": "好"})) == (
        403,
        "forbidden",
    )
    rating = await world.stranger.post(f"/demands/{target['id']}/evaluation", {"stars": 5, "resolved": True})
    assert refusal(rating) == (403, "forbidden")


async def test_filers_stay_strangers_to_each_other(world: World) -> None:
    target, one = await filed(world.filer, anonymous=True), await twin(world, anonymous=True)
    await merged(world, one, target)
    assert (await seen(world.stranger, target))["filer"]["display_name"] == "匿名"
    assert refusal(await world.filer.get(f"/demands/{one['id']}")) == (404, "not_found")
    history = await world.filer.get(f"/demands/{target['id']}/timeline")
    assert one["id"] not in history.text
    for secret in ("李先生", "13800000002", "张阿姨", "又返味"):
        assert secret not in history.text + (await world.filer.get(f"/demands/{target['id']}")).text
    assert one["id"] in (await world.desk.get(f"/demands/{target['id']}/timeline")).text


async def test_messages_and_notes_stay_where_they_were_written(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    await ok(world.stranger.post(f"/demands/{one['id']}/messages", {"text": "钥匙在门卫"}), 201)
    await merged(world, one, target, note="同一处管道")
    mine = (await world.stranger.get(f"/demands/{one['id']}/timeline")).text
    theirs = (await world.filer.get(f"/demands/{target['id']}/timeline")).text
    assert "钥匙在门卫" in mine
    assert "同一处管道" in mine
    assert "钥匙在门卫" not in theirs


async def test_each_is_counted_once_who_wants_it_too(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    await ok(world.stranger.post(f"/demands/{target['id']}/joins"), 201)  # who filed the twin had joined before
    await ok(world.second.post(f"/demands/{one['id']}/joins"), 201)
    for _ in range(2):
        on_phone = await filed(world.desk, on_behalf_of={"name": "张大爷", "phone": "13800000009"})
        await merged(world, on_phone, target)
    await merged(world, one, target)
    assert (await seen(world.filer, target))["joins"] == 4
    await ok(world.desk.post(f"/demands/{one['id']}/unmerge", WHY))
    assert (await seen(world.filer, target))["joins"] == 3
    assert (await seen(world.stranger, one))["joins"] == 1


@pytest.mark.parametrize("state", ["filed", "dispatched", "claimed", "serving"])
async def test_undoing_restores_state_clocks_and_claims(world: World, settings: Settings, state: str) -> None:
    target = await filed(world.filer)
    one = await twin(world) if state == "filed" else await opened(world, slots=2)
    claims = []
    if state in ("claimed", "serving"):
        claims = [await claimed(world.member, one)]
    if state == "serving":
        await ok(world.member.post(f"/claims/{claims[0]['id']}/arrive"))
    before = await seen(world.desk, one)
    timers = [before[name] for name in ("state", "mode", "slots", "claimed", "due_at", "needs_desk", "round")]
    assert before["state"] == state
    await later(world, settings, hours=1)
    await merged(world, one, target)
    if claims:
        assert (await ok(world.member.get(f"/claims/{claims[0]['id']}")))["state"] == "released"
    await later(world, settings, hours=2)
    back = await ok(world.desk.post(f"/demands/{one['id']}/unmerge", WHY))
    assert [back[name] for name in ("state", "mode", "slots", "claimed", "due_at", "needs_desk", "round")] == timers
    assert back["merged_into"] is None
    if claims:
        state_now = (await ok(world.member.get(f"/claims/{claims[0]['id']}")))["state"]
        assert state_now == ("arrived" if state == "serving" else "accepted")
    assert (await kinds(world.desk, target))[-1] == "demand.let_go"
    assert refusal(await world.desk.post(f"/demands/{one['id']}/unmerge", WHY)) == (409, "action_not_allowed")


async def test_a_clock_that_ran_out_while_merged_rings_when_it_is_undone(world: World, settings: Settings) -> None:
    target, one = await filed(world.filer), await opened(world)
    await merged(world, one, target)
    await later(world, settings, days=3)
    back = await ok(world.desk.post(f"/demands/{one['id']}/unmerge", WHY))
    assert (back["state"], back["needs_desk"]) == ("dispatched", "nobody_claimed")


async def test_what_no_longer_holds_is_not_restored(world: World) -> None:
    """An offer and a claim whose member has been booked elsewhere since; what was done since stays done."""
    target = await filed(world.filer)
    hours = {"starts_at": in_hours(1), "ends_at": in_hours(3)}
    one = await opened(world, slots=3, plan=hours)
    busy, gone_on = await claimed(world.member, one), await claimed(world.second, one)
    await ok(world.second.post(f"/claims/{gone_on['id']}/arrive"))
    await merged(world, one, target)
    await claimed(world.member, await opened(world, plan=hours))
    await ok(world.second.post(f"/claims/{gone_on['id']}/complete", {"minutes": 30}))
    back = await ok(world.desk.post(f"/demands/{one['id']}/unmerge", WHY))
    states = {
        name: (await ok(world.desk.get(f"/claims/{claim['id']}")))["state"]
        for name, claim in (("busy", busy), ("gone on", gone_on))
    }
    assert states == {"busy": "released", "gone on": "completed"}
    assert (back["state"], back["claimed"]) == ("completed", 1)


async def test_an_offer_that_expired_while_merged_is_not_offered_again(world: World, settings: Settings) -> None:
    target, one = await filed(world.filer), await twin(world)
    plan = {"mode": "assigned", "slots": 1, "member_ids": ids(world.members[:1])}
    await ok(world.desk.post(f"/demands/{one['id']}/dispatch", plan))
    await merged(world, one, target)
    await later(world, settings, days=2)
    back = await ok(world.desk.post(f"/demands/{one['id']}/unmerge", WHY))
    assert (back["state"], back["needs_desk"]) == ("dispatched", "offers_ended")


async def test_both_desks_have_a_say(world: World) -> None:
    mine, theirs = await filed(world.filer), await filed(world.stranger, region_code=NEIGHBOUR)
    path = f"/demands/{mine['id']}/merge"
    assert refusal(await world.desk.post(path, {"into_id": theirs["id"]})) == (422, "invalid_request")
    await ok(world.neighbour_desk.post(f"/demands/{theirs['id']}/dispatch", {"mode": "open", "audience": "all"}))
    assert refusal(await world.desk.post(path, {"into_id": theirs["id"]})) == (403, "forbidden")
    assert (await merged(world, mine, theirs, by=world.district_desk))["state"] == "merged"


async def test_there_are_no_chains_no_rings_and_nothing_goes_into_what_has_ended(world: World) -> None:
    first, second, third = await filed(world.filer), await twin(world), await twin(world)
    await merged(world, second, first)
    into = {name: {"into_id": one["id"]} for name, one in (("first", first), ("second", second), ("third", third))}
    assert refusal(await world.desk.post(f"/demands/{third['id']}/merge", into["second"])) == (409, "not_mergeable")
    assert refusal(await world.desk.post(f"/demands/{first['id']}/merge", into["third"])) == (409, "not_mergeable")
    assert refusal(await world.desk.post(f"/demands/{third['id']}/merge", into["third"])) == (422, "invalid_request")
    assert refusal(await world.desk.post(f"/demands/{second['id']}/merge", into["third"])) == (
        409,
        "action_not_allowed",
    )
    await ok(world.desk.post(f"/demands/{first['id']}/close", WHY | {"result": "handled"}))
    assert refusal(await world.desk.post(f"/demands/{third['id']}/merge", into["first"])) == (409, "not_mergeable")


async def test_where_the_targets_filer_takes_it_back_the_others_stand_again(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    await merged(world, one, target)
    await ok(world.filer.post(f"/demands/{target['id']}/cancel", {"reason": "自己修好了"}))
    back = await seen(world.stranger, one)
    assert (back["state"], back["merged_into"]) == ("filed", None)
    assert (await seen(world.desk, one))["needs_desk"] == "new"
    assert (await kinds(world.stranger, one))[-1] == "demand.unmerged"


async def test_who_asked_for_it_does_not_serve_it(world: World) -> None:
    target, one = await opened(world), await filed(world.member, **TWIN)
    await merged(world, one, target)
    refused = await world.member.post(f"/demands/{target['id']}/claims")
    assert refusal(refused) == (409, "own_demand")
    listed = await ok(world.member.get("/demands", scope="open"))
    assert target["id"] not in [found["id"] for found in listed["items"]]


async def test_one_visit_to_both_is_one_service(world: World) -> None:
    target, one = await opened(world), await opened(world)
    claim = await claimed(world.member, one)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    await merged(world, one, target)
    await served(world, target, world.member)
    again = await world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20})
    assert refusal(again) == (409, "action_not_allowed")
    assert (await ok(world.member.get("/me/hours")))["minutes"] == 20


async def test_who_had_arrived_may_still_complete_and_earns_at_once(world: World) -> None:
    target, one = await filed(world.filer), await opened(world)
    claim = await claimed(world.member, one)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    await merged(world, one, target)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 25}))
    assert (await ok(world.member.get("/me/points")))["balance"] == 10


async def test_a_target_that_moves_away_takes_its_followers_with_it(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    await merged(world, one, target)
    await ok(world.desk.post(f"/demands/{target['id']}/transfer", WHY | {"region_code": NEIGHBOUR}))
    assert (await seen(world.stranger, target))["handler"]["region_code"] == NEIGHBOUR
    assert (await seen(world.stranger, one))["handler"]["region_code"] == COMMUNITY


async def test_a_merged_demand_is_on_nobodys_desk(world: World) -> None:
    target, one = await filed(world.filer), await twin(world)
    before = await ok(world.desk.get("/demands/counts"))
    await merged(world, one, target)
    after = await ok(world.desk.get("/demands/counts"))
    assert after["desk"] == before["desk"] - 1
    assert (await seen(world.desk, one))["needs_desk"] is None
