"""A community's whistle for a department passes the subdistrict first."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.settings import Settings
from tests.client import Client, refusal
from tests.demands.clockwork import Clockwork, a_clockwork, account_ids
from tests.demands.test_dispatching import offers
from tests.demands.world import World, claimed, filed, ids, ok, opened, seen

SENT_BACK = {"reason": "请先由物业处理"}


@pytest.fixture
async def clockwork(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Clockwork:
    return await a_clockwork(world, session, settings, sessions)


def whistle(world: World, **more: Any) -> dict[str, Any]:
    """A whistle for the housing bureau, which is a department."""
    return {"mode": "whistle", "organization_ids": ids([world.other_unit])} | more


async def proposed(clockwork: Clockwork, demand: dict[str, Any] | None = None) -> dict[str, Any]:
    world = clockwork.world
    demand = demand or await filed(world.filer)
    return await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", whistle(world, note="漏水三天了")))


async def lists(who: Client) -> list[str]:
    """Why a desk is needed, for each demand on its list."""
    return [one["needs_desk"] for one in (await ok(who.get("/demands", scope="desk")))["items"]]


async def test_it_waits_at_the_subdistricts_desk_and_both_desks_see_it(clockwork: Clockwork) -> None:
    world = clockwork.world
    shown = await proposed(clockwork)
    assert (shown["state"], shown["mode"], shown["needs_desk"]) == ("filed", None, "whistle_to_approve")
    assert await offers(world, shown) == []
    for who, can in ((world.desk, False), (clockwork.street, True)):
        assert await lists(who) == ["whistle_to_approve"]
        seen_by_it = await seen(who, shown)
        assert ({"approve", "send_back"} <= set(seen_by_it["actions"])) == can
        assert [one["display_name"] for one in seen_by_it["proposal"]["organizations"]] == ["住建局"]
    assert (await seen(world.filer, shown))["proposal"] is None
    (told,) = await clockwork.told(shown, "demand.proposed")
    assert told["told"] == await account_ids(clockwork.street)


async def test_approved_it_sounds_and_its_clocks_begin_then(clockwork: Clockwork) -> None:
    demand = await proposed(clockwork)
    world = await clockwork.at(hours=5)
    shown = await ok(clockwork.street.post(f"/demands/{demand['id']}/approve"))
    assert (shown["state"], shown["mode"], shown["needs_desk"]) == ("dispatched", "whistle", None)
    assert shown["proposal"] is None
    (offer,) = await offers(world, demand)
    await ok(world.other_liaison.post(f"/claims/{offer['id']}/accept"))
    assert await clockwork.told(demand, "claim.warned", "claim.missed") == []
    again = await clockwork.street.post(f"/demands/{demand['id']}/approve")
    assert refusal(again) == (409, "action_not_allowed")


async def test_sent_back_it_is_the_communitys_again_with_the_reason(clockwork: Clockwork) -> None:
    demand = await proposed(clockwork)
    shown = await ok(clockwork.street.post(f"/demands/{demand['id']}/send-back", SENT_BACK))
    assert (shown["state"], shown["needs_desk"]) == ("filed", "new")
    items = (await ok(clockwork.world.desk.get(f"/demands/{demand['id']}/timeline")))["items"]
    assert items[-1]["detail"]["text"] == SENT_BACK["reason"]
    again = await clockwork.street.post(f"/demands/{demand['id']}/send-back", SENT_BACK)
    assert refusal(again) == (409, "action_not_allowed")


async def test_the_community_cannot_approve_its_own_whistle(clockwork: Clockwork) -> None:
    demand = await proposed(clockwork)
    for action in ("approve", "send-back"):
        answer = await clockwork.world.desk.post(f"/demands/{demand['id']}/{action}", SENT_BACK)
        assert refusal(answer)[0] in (403, 422)
    assert (await ok(clockwork.world.district_desk.post(f"/demands/{demand['id']}/approve")))["mode"] == "whistle"


async def test_what_is_open_stays_open_while_the_whistle_waits(clockwork: Clockwork) -> None:
    world = clockwork.world
    demand = await proposed(clockwork, await opened(world, slots=2))
    assert (demand["state"], demand["is_open"], demand["needs_desk"]) == ("dispatched", True, "whistle_to_approve")
    await claimed(world.member, demand)
    assert (await seen(world.desk, demand))["needs_desk"] == "whistle_to_approve"
    shown = await ok(clockwork.street.post(f"/demands/{demand['id']}/approve"))
    assert (shown["state"], shown["mode"]) == ("claimed", "whistle")


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("dispatch", {"mode": "open"}),
        ("return", {"reason": "几单元？"}),
        ("close", {"result": "handled", "reason": "已办"}),
    ],
)
async def test_what_the_desk_does_instead_ends_the_proposal(
    clockwork: Clockwork, action: str, body: dict[str, str]
) -> None:
    demand = await proposed(clockwork)
    shown = await ok(clockwork.world.desk.post(f"/demands/{demand['id']}/{action}", body))
    assert shown["needs_desk"] is None
    answer = await clockwork.street.post(f"/demands/{demand['id']}/approve")
    assert refusal(answer) == (409, "action_not_allowed")


async def test_the_newest_proposal_is_the_one_that_is_approved(clockwork: Clockwork) -> None:
    world = clockwork.world
    demand = await proposed(clockwork)
    both = {"organization_ids": ids([world.unit, world.other_unit]), "slots": 2}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", whistle(world, **both)))
    await ok(clockwork.street.post(f"/demands/{demand['id']}/approve"))
    assert len(await offers(world, demand)) == 2


async def test_only_a_whistle_for_a_department_needs_a_word(clockwork: Clockwork) -> None:
    world = clockwork.world
    for body in (
        {"mode": "whistle", "organization_ids": ids([world.unit])},
        {"mode": "assigned", "organization_ids": ids([world.other_unit])},
    ):
        demand = await filed(world.filer)
        assert (await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body)))["state"] == "dispatched"


async def test_the_subdistrict_itself_asks_nobody_and_a_policy_may_let_everybody_whistle(clockwork: Clockwork) -> None:
    world = clockwork.world
    demand = await filed(world.filer)
    assert (await ok(clockwork.street.post(f"/demands/{demand['id']}/dispatch", whistle(world))))["mode"] == "whistle"
    await clockwork.rule("whistle_via_subdistrict", False)
    demand = await filed(world.filer)
    assert (await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", whistle(world))))["mode"] == "whistle"


async def test_a_whistle_that_waits_is_overdue_like_everything_else(clockwork: Clockwork) -> None:
    demand = await proposed(clockwork)
    world = await clockwork.at(days=1)
    assert (await seen(world.desk, demand))["overdue"]
    steps = [one["step"] for one in await clockwork.told(demand, "demand.overdue")]
    assert steps[-1] == "district"
