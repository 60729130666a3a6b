"""Needs and resources: how well they fit and why, and pairing the two."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.cobuilding.lists import fitting
from app.cobuilding.lists.fitting import Offer
from app.cobuilding.lists.sharing_schemas import FitReason
from app.policies.list_rules import FitWeights
from tests.client import refusal
from tests.cobuilding.lists.drawn import drawn, line, one_item, published
from tests.demands.world import COMMUNITY, ELSEWHERE, NEIGHBOUR, World, ok

Body = dict[str, Any]
WEIGHTS = {reason: getattr(FitWeights(), reason) for reason in FitReason}
NEED = Offer("health", frozenset({"medical"}), "老人义诊，需要测血压的医生", COMMUNITY)


def offered(**changes: Any) -> Offer:
    usual = {"category": "health", "skills": frozenset({"medical"}), "text": "医生义诊队", "region_code": COMMUNITY}
    return Offer(**(usual | changes))


def test_everything_alike_is_why_they_fit() -> None:
    assert fitting.score(NEED, offered(), WEIGHTS) > 80
    why = fitting.reasons(NEED, offered(), WEIGHTS)
    assert why[FitReason.CATEGORY] == "类别相同：健康义诊"
    assert why[FitReason.SKILL] == "具备技能：medical"
    assert why[FitReason.WORDS] == "内容相近：义诊、医生"
    assert why[FitReason.DISTANCE] == "同一社区"


def test_each_thing_that_is_not_alike_makes_them_fit_less() -> None:
    whole = fitting.score(NEED, offered(), WEIGHTS)
    others: list[Body] = [
        {"category": "repair"},
        {"skills": frozenset()},
        {"text": "折叠椅"},
        {"region_code": ELSEWHERE},
    ]
    for changes in others:
        assert fitting.score(NEED, offered(**changes), WEIGHTS) < whole, changes


TEXT = st.text(max_size=20)
OFFERS = st.builds(
    Offer, st.sampled_from(["repair", "health"]), st.frozensets(TEXT, max_size=3), TEXT, st.just("110107")
)


@given(OFFERS, OFFERS)
def test_a_score_is_between_nothing_and_everything(need: Offer, resource: Offer) -> None:
    assert 0 <= fitting.score(need, resource, WEIGHTS) <= 100
    assert all(fitting.reasons(need, resource, WEIGHTS).values())


async def market(world: World) -> tuple[Body, dict[str, Body]]:
    """A need of our community, and resources here, next door and far away."""
    need = await one_item(world, "needs", title="为老人义诊", detail="每月一次", category="health", skills=["medical"])
    offers = {}
    for name, region_code, changes in (
        ("here", COMMUNITY, {"title": "义诊医疗队", "form": "people", "skills": ["medical"], "category": "health"}),
        ("next", NEIGHBOUR, {"title": "义诊医疗队", "form": "people", "skills": ["medical"], "category": "health"}),
        ("other", COMMUNITY, {"title": "折叠椅", "form": "goods", "quantity": 9, "category": "culture"}),
        ("far", ELSEWHERE, {"title": "义诊医疗队", "form": "people", "skills": ["medical"], "category": "health"}),
    ):
        whole = (await ok(world.admin.get("/lists", kind="resource", region=region_code)))["items"]
        mine = whole[0] if whole else await drawn(world.admin, "resource", region_code=region_code)
        offers[name] = await line(world.admin, mine, **changes)
        await published(world.admin, mine)
    return need, offers


async def test_what_fits_best_comes_first_and_what_does_not_is_left_out(world: World) -> None:
    need, offers = await market(world)
    found = (await ok(world.desk.get(f"/list-items/{need['id']}/fits")))["items"]
    assert [one["item_id"] for one in found] == [offers["here"]["id"], offers["next"]["id"]]
    assert found[0]["score"] > found[1]["score"]
    assert found[0]["reasons"][0]["code"] == "category"
    back = (await ok(world.stranger.get(f"/list-items/{offers['here']['id']}/fits")))["items"]
    assert [one["item_id"] for one in back] == [need["id"]]


async def test_how_much_each_reason_counts_is_a_policy(world: World) -> None:
    need, _ = await market(world)
    rule = {"region_code": COMMUNITY, "value": 100, "from": "2026-01-01"}
    await ok(world.admin.put("/policies/list_fit_at_least", rule))
    assert (await ok(world.desk.get(f"/list-items/{need['id']}/fits")))["items"] == []


async def test_a_pair_shows_on_both_until_somebody_ends_it(world: World) -> None:
    need, offers = await market(world)
    here, path = offers["here"], f"/list-items/{need['id']}/pairings"
    body = {"resource_id": here["id"]}
    made = await ok(world.desk.post(path, body), 201)
    (pair,) = made["paired"]
    assert (pair["item_id"], pair["title"]) == (here["id"], "义诊医疗队")
    assert (await ok(world.stranger.get(f"/list-items/{here['id']}")))["paired"][0]["item_id"] == need["id"]
    assert (await ok(world.desk.get(f"/list-items/{need['id']}/fits")))["items"][0]["paired"]
    assert refusal(await world.desk.post(path, body)) == (409, "already_paired")
    assert refusal(await world.liaison.post(f"/pairings/{pair['id']}/end", {"reason": "停诊"})) == (403, "forbidden")
    ended = await ok(world.desk.post(f"/pairings/{pair['id']}/end", {"reason": "医院停诊"}))
    assert ended["paired"] == []
    assert refusal(await world.desk.post(f"/pairings/{pair['id']}/end", {"reason": "再停"})) == (
        409,
        "action_not_allowed",
    )
    await ok(world.desk.post(path, body), 201)


async def test_only_a_need_is_paired_and_only_with_a_resource(world: World) -> None:
    need, offers = await market(world)
    path, here = f"/list-items/{need['id']}/pairings", offers["here"]
    assert (await world.desk.post(path, {"resource_id": need["id"]})).status_code == 422
    answer = await world.desk.post(f"/list-items/{here['id']}/pairings", {"resource_id": here["id"]})
    assert refusal(answer) == (409, "action_not_allowed")
    assert refusal(await world.neighbour_desk.post(path, {"resource_id": here["id"]})) == (403, "forbidden")
    service = await one_item(world)
    assert refusal(await world.desk.get(f"/list-items/{service['id']}/fits")) == (409, "action_not_allowed")
