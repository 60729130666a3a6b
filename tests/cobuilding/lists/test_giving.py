"""Money, goods and people are kept apart; what was noted wrongly is taken back, never rewritten."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client, refusal
from tests.cobuilding.lists.drawn import one_item
from tests.demands.world import World, ok

Body = dict[str, Any]
DAY = {"given_on": "2026-11-01"}
WHY = {"reason": "重复登记"}


async def given(who: Client, item: Body, **body: Any) -> Body:
    return await ok(who.post(f"/list-items/{item['id']}/contributions", DAY | body), 201)


async def sums(who: Client, item: Body) -> Body:
    found: Body = (await ok(who.get(f"/list-items/{item['id']}")))["contributed"]
    return found


async def test_the_three_are_added_up_apart(world: World) -> None:
    item = await one_item(world, "needs", title="困难家庭过冬")
    unit = {"organization_id": str(world.unit.id)}
    await given(world.desk, item, kind="money", amount=50_000, **unit)
    await given(world.desk, item, kind="money", amount=1, giver="王建国")
    await given(world.desk, item, kind="goods", amount=20, what="棉被", unit="床")
    await given(world.desk, item, kind="goods", amount=5, what="棉被", unit="床")
    await given(world.desk, item, kind="goods", amount=5, what="大米", unit="袋")
    await given(world.desk, item, kind="people", amount=3, **unit)
    goods = [{"what": "大米", "unit": "袋", "quantity": 5}, {"what": "棉被", "unit": "床", "quantity": 25}]
    found = await sums(world.stranger, item)
    assert (found["money"], found["people"]) == (50_001, 3)
    assert sorted(found["goods"], key=lambda one: one["what"]) == goods


async def test_a_mistake_is_taken_back_once_by_a_row_of_its_own(world: World, session: AsyncSession) -> None:
    item = await one_item(world, "needs")
    made = await given(world.desk, item, kind="money", amount=100)
    back = await ok(world.desk.post(f"/contributions/{made['id']}/reverse", WHY), 201)
    assert (back["amount"], back["reverses_id"], back["reason"]) == (-100, made["id"], "重复登记")
    assert (await sums(world.desk, item))["money"] == 0
    assert refusal(await world.desk.post(f"/contributions/{made['id']}/reverse", WHY)) == (409, "already_reversed")
    assert refusal(await world.desk.post(f"/contributions/{back['id']}/reverse", WHY)) == (409, "action_not_allowed")
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        await session.execute(text("UPDATE item_contributions SET amount = 1"))


async def test_who_gave_is_for_the_desk_and_the_organization_that_did(world: World) -> None:
    item = await one_item(world, "needs")
    await given(world.desk, item, kind="money", amount=1, giver="王建国")
    mine = await given(world.desk, item, kind="money", amount=2, organization_id=str(world.unit.id))

    async def seen(who: Client) -> list[tuple[int, str | None]]:
        return [(one["amount"], one["giver"]) for one in (await ok(who.get("/contributions")))["items"]]

    assert await seen(world.desk) == [(2, None), (1, "王建国")]
    assert await seen(world.observer) == [(2, None), (1, "王**")]
    assert await seen(world.liaison) == [(2, None)]
    assert await seen(world.stranger) == await seen(world.other_liaison) == []
    assert refusal(await world.liaison.post(f"/contributions/{mine['id']}/reverse", WHY)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "goods", "amount": 1}, ""),
        ({"kind": "goods", "amount": 1, "what": "棉被"}, ""),
        ({"kind": "money", "amount": 1, "what": "棉被", "unit": "床"}, ""),
        ({"kind": "money", "amount": 0}, "amount"),
        ({"kind": "money", "amount": 1, "given_on": "2199-01-01"}, "given_on"),
        ({"kind": "money", "amount": 1, "organization_id": "00000000-0000-7000-8000-000000000000"}, "organization_id"),
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, body: Body, field: str) -> None:
    item = await one_item(world, "needs")
    answer = await world.desk.post(f"/list-items/{item['id']}/contributions", DAY | body)
    assert answer.status_code == 422
    assert not field or answer.json()["errors"][0]["field"] == field


async def test_one_giver_is_named_not_two(world: World) -> None:
    item = await one_item(world, "needs")
    both = DAY | {"kind": "money", "amount": 1, "giver": "王建国", "organization_id": str(world.unit.id)}
    assert (await world.desk.post(f"/list-items/{item['id']}/contributions", both)).status_code == 422
