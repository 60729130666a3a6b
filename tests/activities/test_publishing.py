"""An activity from its draft to its end, and who sees it."""

from datetime import timedelta

import pytest

from tests.activities.evenings import STREETS, Evenings, evening, patrol, times
from tests.client import refusal
from tests.demands.world import DISTRICT, ELSEWHERE, ids, ok, opened


async def test_five_evenings_at_five_places_are_twenty_five_slots(evenings: Evenings) -> None:
    start = evening()
    series = times(start) | {"repeat": {"times": 5}, "roles": [{"capacity": 4}]}
    activity = await evenings.published(shifts=[series], spots=[{"name": street} for street in STREETS])
    assert [shift["starts_at"][:16] for shift in activity["shifts"]] == [
        (start + timedelta(days=day)).isoformat()[:16] for day in range(5)
    ]
    assert [spot["name"] for spot in activity["spots"]] == list(STREETS)
    assert [len(shift["slots"]) for shift in activity["shifts"]] == [5] * 5
    assert activity["free"] == 100


async def test_a_shift_may_go_past_midnight_but_not_on_for_days(evenings: Evenings) -> None:
    night = [times(evening(), 11) | {"roles": [{"capacity": 1}]}]
    assert (await evenings.published(shifts=night))["shifts"][0]["state"] == "planned"
    days = [times(evening(), 25) | {"roles": [{"capacity": 1}]}]
    assert refusal(await evenings.world.desk.post("/activities", patrol(shifts=days))) == (422, "invalid_request")


async def test_a_draft_is_the_desks_and_the_hosts_until_it_is_published(evenings: Evenings) -> None:
    world = evenings.world
    draft = await ok(world.liaison.post("/activities", patrol(organization_id=str(world.unit.id))), 201)
    assert draft["state"] == "draft"
    assert refusal(await world.member.get(f"/activities/{draft['id']}")) == (404, "not_found")
    assert refusal(await world.liaison.post(f"/activities/{draft['id']}/publish")) == (403, "forbidden")
    changed = patrol(organization_id=str(world.unit.id), title="周末大扫除", items=[{"name": "清理楼道", "people": 12}])
    written = await ok(world.liaison.put(f"/activities/{draft['id']}", changed))
    assert (written["title"], written["items"]) == ("周末大扫除", [{"name": "清理楼道", "people": 12}])
    assert len(written["shifts"]) == 1
    await ok(world.desk.post(f"/activities/{draft['id']}/publish"))
    assert (await evenings.seen(world.member, draft))["organization_name"] == "嘉恒物业公司"
    assert refusal(await world.liaison.put(f"/activities/{draft['id']}", changed)) == (409, "action_not_allowed")


async def test_only_the_desk_of_the_place_or_a_host_writes_one_down(evenings: Evenings) -> None:
    world = evenings.world
    for who in (world.member, world.neighbour_desk, world.observer, world.liaison):
        assert refusal(await who.post("/activities", patrol())) == (403, "forbidden")
    hosted = patrol(organization_id=str(world.unit.id))
    assert refusal(await world.other_liaison.post("/activities", hosted)) == (403, "forbidden")


async def test_nothing_is_published_that_nobody_can_sign_up_for(evenings: Evenings) -> None:
    desk = evenings.world.desk
    empty = await ok(desk.post("/activities", patrol(shifts=[])), 201)
    assert refusal(await desk.post(f"/activities/{empty['id']}/publish")) == (409, "no_shifts")
    past = patrol(at=evening(-1))
    assert refusal(await desk.post("/activities", past)) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("audience", "sees"),
    [("members", {"member", "liaison"}), ("all", {"member", "liaison", "stranger"})],
)
async def test_who_sees_a_published_one_depends_on_whom_it_is_for(
    evenings: Evenings, audience: str, sees: set[str]
) -> None:
    activity = await evenings.published(audience=audience)
    found = set()
    for name in ("member", "liaison", "stranger"):
        who = getattr(evenings.world, name)
        listed = await ok(who.get("/activities", region=DISTRICT))
        shown = (await who.get(f"/activities/{activity['id']}")).status_code == 200
        assert shown == (name in sees)
        found |= {name} if [one["id"] for one in listed["items"]] == [activity["id"]] else set()
    assert found == sees


async def test_a_list_is_of_a_region_a_kind_or_a_campaign(evenings: Evenings) -> None:
    world = evenings.world
    first = await evenings.published(brand="社区吹哨我报到")
    lecture = await evenings.published(kind="party_lecture", title="党课", at=evening(3))
    await ok(world.admin.post("/activities", patrol(region_code=ELSEWHERE)), 201)

    async def titles(**query: str) -> list[str]:
        return [one["id"] for one in (await ok(world.member.get("/activities", **query)))["items"]]

    assert await titles() == [lecture["id"], first["id"]]
    assert await titles(kind="party_lecture") == [lecture["id"]]
    assert await titles(brand="社区吹哨我报到") == [first["id"]]
    assert await titles(region=ELSEWHERE) == []
    assert await titles(scope="mine") == []
    drafts = await ok(world.admin.get("/activities", scope="desk", state="draft"))
    assert [one["region_code"] for one in drafts["items"]] == [ELSEWHERE]
    assert refusal(await world.member.get("/activities", scope="desk")) == (403, "forbidden")


async def test_an_activity_may_serve_a_demand_that_its_writer_can_see(evenings: Evenings) -> None:
    world = evenings.world
    demand = await opened(world)
    assert (await evenings.published(demand_id=demand["id"]))["demand_id"] == demand["id"]
    hosted = patrol(demand_id=str(world.unit.id), organization_id=str(world.unit.id))
    assert refusal(await world.liaison.post("/activities", hosted)) == (404, "not_found")


async def test_calling_it_off_releases_everybody_and_says_why(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published()
    mine = await evenings.sign_up(world.member, activity)
    off = await ok(world.desk.post(f"/activities/{activity['id']}/cancel", {"reason": "暴雨"}))
    assert (off["state"], off["reason"], off["shifts"][0]["state"]) == ("cancelled", "暴雨", "cancelled")
    assert (await ok(world.member.get(f"/sign-ups/{mine['id']}")))["state"] == "released"
    again = await evenings.published()
    assert (await evenings.sign_up(world.member, again))["state"] == "booked", "the time is free again"


async def test_leaders_are_on_the_roster_and_only_organizers_are_told_who(evenings: Evenings) -> None:
    world = evenings.world
    leaders = ids([world.members[1]])
    activity = await evenings.published(leader_ids=leaders)
    assert (await evenings.seen(world.second, activity))["leader_ids"] == leaders
    assert (await evenings.seen(world.member, activity))["leader_ids"] is None
    nobody = patrol(leader_ids=[str(world.unit.id)])
    assert refusal(await world.desk.post("/activities", nobody)) == (422, "invalid_request")
