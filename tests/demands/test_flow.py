"""One demand from 点单 to 积分: filed, dispatched, claimed, served, evaluated, booked."""

from tests.client import refusal
from tests.demands.world import COMMUNITY, World, claimed, filed, ok, opened, seen


async def test_a_blocked_drain_travels_to_a_member_and_back(world: World) -> None:
    demand = await filed(world.filer)
    assert (demand["state"], demand["needs_desk"], demand["actions"]) == ("filed", None, ["cancel"])
    assert (await seen(world.desk, demand))["needs_desk"] == "new"

    demand = await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1}))
    assert (demand["state"], demand["is_open"], demand["audience"]) == ("dispatched", True, "members")
    assert "claim" in (await seen(world.member, demand))["actions"]

    claim = await claimed(world.member, demand)
    assert (claim["state"], claim["minutes"], claim["provenance"]) == ("accepted", None, None)
    assert (await seen(world.member, demand))["contact"] == {"name": "王女士", "phone": "13800000001"}

    claim = await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    assert (await seen(world.filer, demand))["state"] == "serving"
    claim = await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20, "summary": "通了"}))
    assert (claim["state"], claim["minutes"], claim["provenance"]) == ("completed", 20, "entered")

    demand = await seen(world.filer, demand)
    assert (demand["state"], demand["actions"]) == ("completed", ["evaluate"])
    rating = {"stars": 5, "resolved": True, "tags": ["及时"], "comment": "谢谢"}
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", rating), 201)
    demand = await seen(world.filer, demand)
    assert (demand["state"], demand["result"]) == ("closed", "resolved")

    hours = await ok(world.member.get("/me/hours"))
    assert (hours["minutes"], hours["target_minutes"]) == (20, 600)
    assert (await ok(world.member.get("/me/points")))["balance"] == 10

    kinds = [item["kind"] for item in (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"]]
    assert kinds == [
        "demand.filed",
        "demand.dispatched",
        "demand.claimed",
        "claim.arrived",
        "claim.served",
        "demand.completed",
        "demand.evaluated",
        "demand.closed",
    ]


async def test_an_answer_has_every_field_of_the_contract(world: World) -> None:
    demand = await filed(world.filer)
    expected = {
        "id", "number", "kind", "category", "title", "description", "region_code", "region_name", "handler",
        "address", "location", "contact", "wanted_by", "anonymous", "on_behalf_of", "file_ids", "state", "round",
        "mode", "audience", "slots", "claimed", "is_open", "starts_at", "ends_at", "due_at", "overdue",
        "filed_at", "result", "filer", "my_claim", "actions", "needs_desk", "joins",
    }  # fmt: skip
    assert expected <= set(demand)
    assert demand["handler"] == {"region_code": COMMUNITY, "name": "八角南路社区"}
    assert demand["filer"] == {"display_name": "王**"}
    assert demand["due_at"].endswith("+08:00")


async def test_contact_and_address_are_masked_until_one_serves(world: World) -> None:
    demand = await opened(world)
    before = await seen(world.member, demand)
    assert (before["contact"], before["address"], before["location"]) == (None, "育才街**", None)
    await claimed(world.member, demand)
    after = await seen(world.member, demand)
    assert (after["contact"]["phone"], after["address"]) == ("13800000001", "育才街12号楼")
    assert (await seen(world.second, demand))["contact"] is None
    assert (await seen(world.observer, demand))["contact"] is None


async def test_a_stranger_does_not_see_what_is_not_published_to_them(world: World) -> None:
    demand = await filed(world.filer)
    for who in (world.stranger, world.member, world.liaison, world.neighbour_desk):
        assert refusal(await who.get(f"/demands/{demand['id']}")) == (404, "not_found")
