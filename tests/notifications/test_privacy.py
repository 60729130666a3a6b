"""A message holds no words, and tells nobody what they may no longer see."""

import uuid

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access.granting import Scope
from app.access.models import Account, Role
from app.demands.models import Demand
from app.kit.db import Base
from app.notifications.texts import UNSEEN
from tests.client import Client
from tests.demands.test_dispatching import assigned
from tests.demands.world import (
    COMMUNITY,
    ELDER_PHONE,
    NEIGHBOUR,
    World,
    an_account,
    claimed,
    filed,
    ids,
    ok,
    opened,
    signed_in,
)
from tests.notifications.post import REASON, Post, inbox

TEXTLESS = {"id", "account_id", "kind", "subject_kind", "subject_id", "demand_id", "n", "times", "at", "read_at"}


async def account_of(who: Client) -> uuid.UUID:
    return uuid.UUID((await ok(who.get("/me")))["id"])


async def lost(session: AsyncSession, who: Client, scope: Scope) -> None:
    """Take a role back."""
    assert await granting.revoke(session, await account_of(who), scope, actor=None)
    await session.commit()


def hidden(item: dict[str, object]) -> bool:
    """Whether a message says nothing of what it is about."""
    return (item["body"], item["subject"], item["actions"]) == (UNSEEN, None, [])


async def test_a_row_holds_ids_and_codes_only(world: World, post: Post, session: AsyncSession) -> None:
    assert set(Base.metadata.tables["notifications"].columns.keys()) == TEXTLESS
    demand = await opened(world, title="李奶奶家漏水")
    await claimed(world.member, demand)
    await ok(world.desk.post(f"/demands/{demand['id']}/messages", {"text": "请带扳手"}), 201)
    await post.round()
    rows = " ".join(await session.scalars(text("SELECT notifications::text FROM notifications")))
    assert rows
    assert not any(word in rows for word in ("李奶奶", "扳手", "党员1号", "王女士"))


async def test_a_title_is_what_it_is_now(world: World, post: Post, session: AsyncSession) -> None:
    demand = await opened(world, title="李奶奶家漏水")
    await post.round()
    await session.execute(update(Demand).where(Demand.id == demand["id"]).values(title="一户漏水"))
    await session.commit()
    assert "李奶奶" not in str(await inbox(world.filer))
    assert "一户漏水" in str(await inbox(world.filer))


async def test_a_desk_that_lost_its_grant_reads_no_details(world: World, post: Post, session: AsyncSession) -> None:
    await filed(world.filer, title="李奶奶家漏水")
    await post.round()
    assert "李奶奶" in str(await inbox(world.desk))
    await lost(session, world.desk, Scope(Role.DISPATCHER, COMMUNITY))
    (item,) = await inbox(world.desk)
    assert hidden(item)


async def test_what_only_its_desk_is_told_is_hidden_from_who_still_sees_the_demand(
    world: World, post: Post, session: AsyncSession
) -> None:
    demand = await assigned(world, members=1)
    (offer,) = (await ok(world.desk.get(f"/demands/{demand['id']}/claims")))["items"]
    await ok(world.member.post(f"/claims/{offer['id']}/decline", REASON))
    await post.round()
    assert "党员1号" in str(await inbox(world.desk))
    await ok(world.desk.post(f"/demands/{demand['id']}/transfer", REASON | {"region_code": NEIGHBOUR}))
    assert (await world.desk.get(f"/demands/{demand['id']}")).status_code == 200, "its first desk keeps sight of it"
    declined = [one for one in await inbox(world.desk) if one["kind"] in ("declined", "needs_desk")]
    assert declined
    assert all(hidden(one) for one in declined)


async def test_a_liaison_who_is_none_any_more_reads_nothing_of_the_units_claims(
    world: World, post: Post, session: AsyncSession
) -> None:
    plan = {"mode": "whistle", "organization_ids": ids([world.unit])}
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    await post.round()
    assert not hidden((await inbox(world.liaison))[0])
    await lost(session, world.liaison, Scope(Role.LIAISON, organization_id=world.unit.id))
    assert all(hidden(one) for one in await inbox(world.liaison))


async def test_a_claim_that_is_out_of_sight_is_hidden_though_its_demand_is_not(
    world: World, post: Post, session: AsyncSession
) -> None:
    demand = await opened(world)
    claim = await claimed(world.liaison, demand, organization_id=str(world.unit.id))
    await ok(world.desk.post(f"/claims/{claim['id']}/no-show", REASON))
    await post.round()
    (told,) = await inbox(world.liaison)
    assert (told["kind"], hidden(told)) == ("marked_absent", False)
    await lost(session, world.liaison, Scope(Role.LIAISON, organization_id=world.unit.id))
    other = Scope(Role.LIAISON, organization_id=world.other_unit.id)
    await granting.grant(session, await account_of(world.liaison), other, actor=None)
    await session.commit()
    assert (await world.liaison.get(f"/demands/{demand['id']}")).status_code == 200
    assert hidden((await inbox(world.liaison))[0])


async def test_who_changed_their_phone_reads_nothing_of_what_was_filed_for_it(
    world: World, post: Post, session: AsyncSession
) -> None:
    account = await an_account(session, "elder")
    account.phone = ELDER_PHONE
    elder = await signed_in(session, world.filer, account)
    await session.commit()
    await filed(world.filer, on_behalf_of={"name": "钱老人", "phone": ELDER_PHONE})
    await post.round()
    assert "下水道" in str(await inbox(elder))
    found = (await session.scalars(select(Account).where(Account.id == account.id))).one()
    found.phone = "13999999999"
    await session.commit()
    assert all(hidden(one) for one in await inbox(elder))


async def test_an_ended_demand_is_told_of_as_before(world: World, post: Post) -> None:
    demand = await opened(world)
    await claimed(world.member, demand)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "unresolved"}))
    await post.round()
    assert not any(hidden(one) for one in [*await inbox(world.filer), *await inbox(world.member)])


async def test_no_message_names_the_filer(world: World, post: Post) -> None:
    for anonymous in (True, False):
        demand = await opened(world, slots=2, anonymous=anonymous)
        await claimed(world.member, demand)
        await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "我是王女士"}), 201)
        await ok(world.filer.post(f"/demands/{demand['id']}/cancel", REASON))
    await post.round()
    for who in (world.member, world.desk):
        assert "王" not in str(await inbox(who))
