"""Appeals: who may object to which decision, what is held meanwhile, and what the level above makes of it."""

from datetime import timedelta
from typing import Any

import pytest

from app.kit import db
from app.kit.timers import sweep
from app.oversight.appeals import climbing
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.demands.world import World, claimed, filed, ok, opened, seen

REASON = {"reason": "原因如此"}
Body = dict[str, Any]


async def appealed(who: Client, kind: str, subject: str) -> Body:
    body = {"subject_kind": kind, "subject_id": subject, "reason": "不服此决定"}
    return await ok(who.post("/appeals", body), 201)


async def decided(who: Client, appeal: Body, upheld: bool, **more: Any) -> Body:
    return await ok(who.post(f"/appeals/{appeal['id']}/decide", {"upheld": upheld, "reason": "经核实", **more}))


async def rejected(world: World) -> Body:
    demand = await filed(world.filer)
    return await ok(world.desk.post(f"/demands/{demand['id']}/reject", REASON))


async def served(world: World, **body: Any) -> tuple[Body, Body]:
    """A demand and its completed claim."""
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    return demand, await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 60, **body}))


async def rated(world: World, demand: Body, stars: int, resolved: bool) -> Body:
    return await ok(
        world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": stars, "resolved": resolved}), 201
    )


async def minutes(who: Client) -> int:
    found: int = (await ok(who.get("/me/hours")))["minutes"]
    return found


async def points(who: Client) -> Body:
    return await ok(who.get("/me/points"))


async def test_an_upheld_appeal_brings_a_rejected_demand_to_the_desk_that_upheld_it(world: World) -> None:
    demand = await rejected(world)
    assert "appeal" in (await seen(world.filer, demand))["actions"]
    appeal = await appealed(world.filer, "rejection", demand["id"])
    assert (appeal["state"], appeal["region_code"], appeal["actions"]) == ("pending", "110107003", ["withdraw"])
    assert (await decided(world.district_desk, appeal, True))["state"] == "upheld"
    found = await seen(world.filer, demand)
    assert (found["state"], found["handler"]["region_code"]) == ("filed", "110107003")
    assert (await seen(world.district_desk, demand))["needs_desk"] == "new"


async def test_a_refused_appeal_changes_nothing_and_cannot_be_filed_again(world: World) -> None:
    demand = await rejected(world)
    appeal = await appealed(world.filer, "rejection", demand["id"])
    found = await decided(world.district_desk, appeal, False)
    assert (found["state"], found["answer"]) == ("refused", "经核实")
    assert (await seen(world.filer, demand))["state"] == "rejected"
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "再来一次"}
    assert refusal(await world.filer.post("/appeals", body)) == (409, "already_appealed")


async def test_a_decision_that_is_made_anew_can_be_appealed_anew(world: World) -> None:
    demand = await rejected(world)
    await decided(world.district_desk, await appealed(world.filer, "rejection", demand["id"]), True)
    await ok(world.district_desk.post(f"/demands/{demand['id']}/reject", REASON))
    again = await appealed(world.filer, "rejection", demand["id"])
    assert again["region_code"] == "110107", "the subdistrict decided now, so the district judges"


async def test_the_district_desks_decision_is_judged_by_the_administrators(world: World) -> None:
    demand = await filed(world.filer)
    for _ in range(2):
        await ok(world.district_desk.post(f"/demands/{demand['id']}/escalate", REASON))
    await ok(world.district_desk.post(f"/demands/{demand['id']}/reject", REASON))
    appeal = await appealed(world.filer, "rejection", demand["id"])
    assert appeal["region_code"] == ""
    answer = await world.district_desk.post(f"/appeals/{appeal['id']}/decide", {"upheld": True, "reason": "好"})
    assert refusal(answer) == (403, "forbidden")
    await decided(world.admin, appeal, True)
    assert (await seen(world.filer, demand))["handler"]["region_code"] == "110107"


@pytest.mark.parametrize(("who", "told"), [("desk", (403, "forbidden")), ("stranger", (404, "not_found"))])
async def test_only_the_level_above_decides(world: World, who: str, told: tuple[int, str]) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    answer = await getattr(world, who).post(f"/appeals/{appeal['id']}/decide", {"upheld": True, "reason": "好"})
    assert refusal(answer) == told


async def test_who_made_the_decision_does_not_judge_it_from_above(world: World) -> None:
    demand = await filed(world.filer)
    await ok(world.district_desk.post(f"/demands/{demand['id']}/reject", REASON))
    appeal = await appealed(world.filer, "rejection", demand["id"])
    assert (await ok(world.district_desk.get("/appeals", scope="desk")))["items"] == []
    assert (await ok(world.district_desk.get(f"/appeals/{appeal['id']}")))["actions"] == []
    listed = await ok(world.admin.get("/appeals", scope="desk"))
    assert [(one["id"], one["actions"]) for one in listed["items"]] == [(appeal["id"], ["decide"])]
    answer = await world.district_desk.post(f"/appeals/{appeal['id']}/decide", {"upheld": False, "reason": "不"})
    assert refusal(answer) == (409, "decided_by_you")
    await decided(world.admin, appeal, True)


async def test_only_the_filer_appeals_a_rejection(world: World) -> None:
    demand = await rejected(world)
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服"}
    assert refusal(await world.desk.post("/appeals", body)) == (403, "forbidden")
    assert refusal(await world.stranger.post("/appeals", body)) == (404, "not_found")


async def test_there_is_nothing_to_appeal_where_nothing_was_decided(world: World) -> None:
    demand = await filed(world.filer)
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服"}
    assert refusal(await world.filer.post("/appeals", body)) == (409, "action_not_allowed")


async def test_after_a_month_it_is_too_late(world: World, settings: Settings) -> None:
    demand = await rejected(world)
    move_clock(settings, timedelta(days=31))
    filer = await world.filer.signed_in("filer")
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服"}
    assert refusal(await filer.post("/appeals", body)) == (409, "too_late_to_appeal")


async def test_a_cancelled_demand_comes_back_too(world: World) -> None:
    demand = await filed(world.filer)
    await ok(world.filer.post(f"/demands/{demand['id']}/cancel", REASON))
    await decided(world.district_desk, await appealed(world.filer, "cancellation", demand["id"]), True)
    assert (await seen(world.filer, demand))["state"] == "filed"


async def test_a_demand_that_was_merged_wrongly_stands_by_itself_again(world: World) -> None:
    demand, into = await opened(world), await filed(world.stranger)
    await ok(world.desk.post(f"/demands/{demand['id']}/merge", {"into_id": into["id"]}))
    await decided(world.district_desk, await appealed(world.filer, "merge", demand["id"]), True)
    found = await seen(world.filer, demand)
    assert (found["state"], found["is_open"]) == ("dispatched", True)


async def test_a_merging_that_its_desk_has_undone_cannot_be_upheld_any_more(world: World) -> None:
    demand, into = await filed(world.filer), await filed(world.stranger)
    await ok(world.desk.post(f"/demands/{demand['id']}/merge", {"into_id": into["id"]}))
    appeal = await appealed(world.filer, "merge", demand["id"])
    await ok(world.desk.post(f"/demands/{demand['id']}/unmerge", REASON))
    answer = await world.district_desk.post(f"/appeals/{appeal['id']}/decide", {"upheld": True, "reason": "好"})
    assert refusal(answer) == (409, "action_not_allowed")
    await decided(world.district_desk, appeal, False)


async def test_an_excused_no_show_may_still_say_what_was_served(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.desk.post(f"/claims/{claim['id']}/no-show", REASON))
    body = {"subject_kind": "no_show", "subject_id": claim["id"], "reason": "我去了"}
    assert refusal(await world.filer.post("/appeals", body)) == (403, "forbidden")
    await decided(world.district_desk, await appealed(world.member, "no_show", claim["id"]), True)
    assert (await ok(world.member.get(f"/claims/{claim['id']}")))["state"] == "released"
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    assert await minutes(world.member) == 30


async def test_a_struck_evaluation_counts_nowhere_and_the_filer_is_asked_again(world: World) -> None:
    demand, _ = await served(world)
    evaluation = await rated(world, demand, 1, resolved=False)
    assert (await seen(world.desk, demand))["needs_desk"] == "dissatisfied"
    appeal = await appealed(world.member, "evaluation", evaluation["id"])
    await decided(world.district_desk, appeal, True)
    assert (await seen(world.desk, demand))["needs_desk"] is None
    await rated(world, demand, 5, resolved=True)
    said = (await world.member.get(f"/demands/{demand['id']}/evaluations")).json()
    assert [(one["stars"], one["struck_at"] is None) for one in said] == [(1, False), (5, True)]
    assert (await seen(world.filer, demand))["result"] == "resolved"


async def test_who_did_not_serve_cannot_appeal_an_evaluation(world: World) -> None:
    demand, _ = await served(world)
    evaluation = await rated(world, demand, 1, resolved=False)
    body = {"subject_kind": "evaluation", "subject_id": evaluation["id"], "reason": "不公"}
    assert refusal(await world.second.post("/appeals", body)) == (403, "forbidden")


async def test_hours_are_out_of_the_ledger_until_it_is_decided_how_many_they_were(world: World) -> None:
    demand, claim = await served(world, minutes=180)
    assert await minutes(world.member) == 180
    appeal = await appealed(world.filer, "hours", claim["id"])
    assert await minutes(world.member) == 0
    await rated(world, demand, 5, resolved=True)
    assert (await points(world.member))["balance"] == 0, "what is held earns nothing yet"
    answer = await world.district_desk.post(f"/appeals/{appeal['id']}/decide", {"upheld": True, "reason": "核实"})
    assert refusal(answer) == (422, "invalid_request")
    await decided(world.district_desk, appeal, True, amount=20)
    assert await minutes(world.member) == 20
    assert (await points(world.member))["balance"] == 10
    found = await ok(world.member.get(f"/claims/{claim['id']}"))
    assert (found["minutes"], found["provenance"]) == (20, "confirmed")


async def test_hours_come_back_as_they_were_where_the_appeal_is_refused(world: World) -> None:
    demand, claim = await served(world)
    appeal = await appealed(world.filer, "hours", claim["id"])
    await rated(world, demand, 5, resolved=True)
    await decided(world.district_desk, appeal, False)
    assert await minutes(world.member) == 60
    assert (await points(world.member))["balance"] == 10


async def test_what_was_confirmed_while_hours_were_held_is_what_comes_back(world: World) -> None:
    _, claim = await served(world, minutes=180)
    appeal = await appealed(world.filer, "hours", claim["id"])
    await ok(world.desk.post(f"/claims/{claim['id']}/confirm", {"minutes": 45}))
    assert await minutes(world.member) == 0
    await ok(world.filer.post(f"/appeals/{appeal['id']}/withdraw"))
    assert await minutes(world.member) == 45


async def test_points_are_held_corrected_and_decided_over_once(world: World) -> None:
    demand, _ = await served(world)
    await rated(world, demand, 5, resolved=True)
    (entry,) = (await points(world.member))["entries"]
    appeal = await appealed(world.member, "points", entry["id"])
    assert (await points(world.member))["balance"] == 0
    await decided(world.district_desk, appeal, True, amount=15)
    found = await points(world.member)
    assert (found["balance"], [one["amount"] for one in found["entries"]]) == (15, [15, -10, 10])
    body = {"subject_kind": "points", "subject_id": found["entries"][0]["id"], "reason": "还不够"}
    assert refusal(await world.member.post("/appeals", body)) == (409, "already_appealed")


async def test_points_of_somebody_else_are_not_there(world: World) -> None:
    demand, _ = await served(world)
    await rated(world, demand, 5, resolved=True)
    (entry,) = (await points(world.member))["entries"]
    body = {"subject_kind": "points", "subject_id": entry["id"], "reason": "太多"}
    assert refusal(await world.second.post("/appeals", body)) == (404, "not_found")


async def test_an_appeal_ends_once(world: World) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await decided(world.district_desk, appeal, False)
    answer = await world.admin.post(f"/appeals/{appeal['id']}/decide", {"upheld": True, "reason": "好"})
    assert refusal(answer) == (409, "action_not_allowed")
    assert refusal(await world.filer.post(f"/appeals/{appeal['id']}/withdraw")) == (409, "action_not_allowed")


async def test_only_who_filed_an_appeal_takes_it_back(world: World) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    assert refusal(await world.desk.post(f"/appeals/{appeal['id']}/withdraw")) == (403, "forbidden")


async def test_an_amount_that_nobody_asked_for_is_refused(world: World) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    body = {"upheld": True, "reason": "好", "amount": 10}
    assert refusal(await world.district_desk.post(f"/appeals/{appeal['id']}/decide", body)) == (422, "invalid_request")


async def test_what_is_not_decided_in_time_climbs_to_the_top_and_stays_there(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    regions = []
    for days in (15, 30, 45):
        move_clock(settings, timedelta(days=days))
        regions.append(await sweep(sessions, climbing.APPEALS))
        filer = await world.filer.signed_in("filer")
        regions.append((await ok(filer.get(f"/appeals/{appeal['id']}")))["region_code"])
    assert regions == [1, "110107", 1, "", 0, ""]
    filer = await world.filer.signed_in("filer")
    assert (await ok(filer.get(f"/appeals/{appeal['id']}")))["overdue"]
    admin = await world.admin.signed_in("admin")
    assert [one["id"] for one in (await ok(admin.get("/appeals", scope="desk", overdue="true")))["items"]] == [
        appeal["id"]
    ]


async def test_a_merged_demand_that_comes_back_follows_the_other_no_more(world: World) -> None:
    target, twin = await filed(world.filer), await filed(world.stranger)
    await ok(world.desk.post(f"/demands/{twin['id']}/merge", {"into_id": target["id"]}))
    await decided(world.district_desk, await appealed(world.stranger, "merge", twin["id"]), True)
    found = await seen(world.stranger, twin)
    assert (found["state"], found["merged_into"]) == ("filed", None)
    assert (await seen(world.filer, target))["joins"] == 0
    assert refusal(await world.stranger.get(f"/demands/{target['id']}")) == (404, "not_found")
