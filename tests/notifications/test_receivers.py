"""Who hears what, along the ways that a demand can go."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import timing
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.demands.test_dispatching import assigned, offers
from tests.demands.world import (
    ELDER_PHONE,
    NEIGHBOUR,
    World,
    an_account,
    claimed,
    filed,
    ids,
    in_hours,
    ok,
    opened,
    signed_in,
)
from tests.notifications.post import REASON, Post, inbox, kinds


@pytest.fixture
async def elder(session: AsyncSession, world: World) -> Client:
    """Whoever has verified the elder's phone."""
    account = await an_account(session, "elder")
    account.phone = ELDER_PHONE
    client = await signed_in(session, world.filer, account)
    await session.commit()
    return client


async def everybody(world: World) -> dict[str, list[str]]:
    """The kinds of messages of all who have any."""
    people = {name: who for name, who in vars(world).items() if isinstance(who, Client)}
    found = {name: await kinds(who) for name, who in people.items()}
    return {name: told for name, told in found.items() if told}


async def test_a_demand_that_is_filed_calls_its_desk_and_nobody_else(world: World, post: Post) -> None:
    await filed(world.filer)
    await post.round()
    assert await everybody(world) == {"desk": ["new"]}


async def test_an_open_demand_goes_its_way_and_each_hears_their_part(world: World, post: Post) -> None:
    demand = await opened(world, slots=2)
    await post.round()
    assert await everybody(world) == {"filer": ["dispatched"]}, "an open demand calls no member"
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/contact"))
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    await ok(world.member.post(f"/claims/{claim['id']}/complete"))
    await post.round()
    assert await kinds(world.filer) == ["dispatched", "claimed", "arrived", "rate"]
    await ok(world.filer.post(f"/claims/{claim['id']}/confirm", {"minutes": 40}))
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 4, "resolved": True}), 201)
    await post.round()
    assert await everybody(world) == {
        "filer": ["dispatched", "claimed", "arrived", "rate"],
        "member": ["confirmed", "rated"],
    }
    confirmed, rated = reversed(await inbox(world.member))
    assert "40分钟" in confirmed["body"]
    assert "4星，已解决" in rated["body"]


async def test_for_whom_it_was_filed_hears_as_who_filed_it(world: World, post: Post, elder: Client) -> None:
    demand = await filed(world.filer, on_behalf_of={"name": "钱老人", "phone": ELDER_PHONE})
    await ok(world.desk.post(f"/demands/{demand['id']}/return", REASON))
    await ok(world.filer.post(f"/demands/{demand['id']}/supplement", {"description": "三单元"}))
    await ok(world.desk.post(f"/demands/{demand['id']}/reject", REASON))
    await post.round()
    assert await kinds(elder) == ["filed_for_you", "returned", "rejected"]
    assert await kinds(world.filer) == ["returned", "rejected"], "nobody is told what they did themselves"


async def test_a_rating_that_the_desk_notes_is_told_to_the_filer(world: World, post: Post) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete"))
    rating = {"stars": 1, "resolved": False, "channel": "callback"}
    await ok(world.desk.post(f"/demands/{demand['id']}/evaluation", rating), 201)
    await post.round()
    assert (await kinds(world.filer))[-1] == "rated_for_you"
    assert "1星，未解决" in (await inbox(world.filer))[0]["body"]
    assert "未获居民认可" in (await inbox(world.desk))[0]["body"]


async def test_offers_go_to_whom_they_are_made(world: World, post: Post) -> None:
    demand = await assigned(world)
    await post.round()
    assert await everybody(world) == {"filer": ["dispatched"], "member": ["offered"], "second": ["offered"]}
    (offer,) = await inbox(world.member)
    assert offer["subject"]["kind"] == "claim"
    assert {"accept", "decline"} <= set(offer["actions"])
    assert "八角南路社区邀请您参加「12号楼下水道堵塞返味」" in offer["body"]
    first, second = await offers(world, demand)
    await ok(world.member.post(f"/claims/{first['id']}/decline", REASON))
    await ok(world.second.post(f"/claims/{second['id']}/accept"))
    await post.round()
    assert await kinds(world.desk) == ["declined"]
    assert await kinds(world.filer) == ["dispatched", "claimed"]


async def test_a_whistle_calls_the_units_liaisons(world: World, post: Post) -> None:
    demand = await filed(world.filer)
    plan = {"mode": "whistle", "organization_ids": ids([world.unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    await post.round()
    assert (await kinds(world.liaison), await kinds(world.other_liaison)) == (["whistled"], [])
    assert "前签收" in (await inbox(world.liaison))[0]["body"]


async def test_who_is_to_serve_for_a_unit_hears_so(world: World, post: Post, session: AsyncSession) -> None:
    demand = await opened(world)
    claim = await claimed(world.liaison, demand, organization_id=str(world.unit.id))
    account = await an_account(session, "serving", member=world.members[6])
    serving = await signed_in(session, world.filer, account)
    await session.commit()
    await ok(world.liaison.put(f"/claims/{claim['id']}/members", {"member_ids": ids([world.members[6]])}))
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "handled"}))
    await post.round()
    assert await kinds(serving) == ["staffed", "released"]
    assert "嘉恒物业公司安排您参加" in (await inbox(serving))[1]["body"]
    assert await kinds(world.liaison) == ["released"]


async def test_what_a_desk_says_for_somebody_is_told_to_them(world: World, post: Post) -> None:
    demand = await opened(world)
    claim = await claimed(world.desk, demand, member_id=str(world.members[0].id))
    await ok(world.desk.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    await post.round()
    (noted,) = await inbox(world.member)
    assert (noted["kind"], noted["times"]) == ("noted", 2)
    assert "已完成服务" in noted["body"]


async def test_who_did_not_come_hears_that_it_was_noted(world: World, post: Post) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.desk.post(f"/claims/{claim['id']}/no-show", REASON))
    await post.round()
    assert await kinds(world.member) == ["marked_absent"]
    assert (await kinds(world.filer))[-1] == "no_show"


async def test_a_message_reaches_the_others_concerned(world: World, post: Post) -> None:
    demand = await opened(world, slots=2)
    await claimed(world.member, demand)
    await post.round()
    await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "请从后门进来"}), 201)
    await claimed(world.second, demand)
    await post.round()
    told = await everybody(world)
    assert [name for name, found in told.items() if "message" in found] == ["member", "desk"]
    assert "后门" not in (await inbox(world.member))[0]["body"]


async def test_who_has_served_still_hears_what_is_said(world: World, post: Post) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete"))
    await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "您的帽子落下了"}), 201)
    await post.round()
    assert await kinds(world.member) == ["message"]


async def test_a_new_plan_is_told_to_those_who_had_claimed(world: World, post: Post) -> None:
    demand = await opened(world, slots=2)
    await claimed(world.member, demand)
    plan = {"mode": "open", "slots": 2, "starts_at": in_hours(50), "ends_at": in_hours(52)}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    await claimed(world.second, demand)
    await post.round()
    assert (await kinds(world.member), await kinds(world.second)) == (["plan_changed"], [])


async def test_the_desk_that_gets_a_demand_is_called_and_the_filer_hears_who_has_it(world: World, post: Post) -> None:
    demand = await filed(world.filer)
    await post.round()
    body = REASON | {"region_code": NEIGHBOUR}
    await ok(world.desk.post(f"/demands/{demand['id']}/transfer", body))
    await post.round()
    assert await everybody(world) == {"filer": ["moved"], "neighbour_desk": ["new"]}
    assert "现由八角北里社区办理" in (await inbox(world.filer))[0]["body"]


async def test_where_a_region_has_no_desk_the_nearest_above_is_called(
    world: World, post: Post, session: AsyncSession
) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/escalate", REASON))
    await post.round()
    assert "new" in await kinds(world.district_desk), "no subdistrict's desk stands between"
    assert await kinds(world.admin) == []


async def test_what_the_clock_does_is_told(world: World, post: Post, settings: Settings, sessions: db.Sessions) -> None:
    await assigned(world, members=1)
    await post.round()
    move_clock(settings, timedelta(hours=25))
    await sweep(sessions, timing.DEMANDS)
    await post.round()
    member, desk = await world.filer.signed_in("member"), await world.filer.signed_in("desk")
    assert await kinds(member) == ["offer_expired"], "the offer itself is gone"
    (call,) = await inbox(desk)
    assert (call["kind"], call["body"]) == (
        "needs_desk",
        "「12号楼下水道堵塞返味」的邀请均未被接受，请另行安排。",
    )


async def test_a_cancelled_demand_lets_everybody_know(world: World, post: Post) -> None:
    demand = await opened(world)
    await claimed(world.member, demand)
    await ok(world.filer.post(f"/demands/{demand['id']}/cancel", REASON))
    await post.round()
    assert await kinds(world.member) == ["released"]
    assert await kinds(world.desk) == ["taken_back"]
    assert "cancelled" not in await kinds(world.filer)


async def test_a_posts_end_is_told_to_those_who_served(world: World, post: Post) -> None:
    duty = await filed(world.desk, kind="post", dispatch={"mode": "open", "slots": 2})
    claim = await claimed(world.member, duty)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 60}))
    await ok(world.desk.post(f"/demands/{duty['id']}/finish"))
    await post.round()
    assert await kinds(world.member) == ["duty_ended"]
    assert "rate" not in await kinds(world.desk), "staff do not rate what they asked for"


async def test_reopening_is_told_to_the_filer(world: World, post: Post) -> None:
    demand = await opened(world)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "handled"}))
    await ok(world.desk.post(f"/demands/{demand['id']}/reopen", REASON))
    await post.round()
    assert await kinds(world.filer) == ["dispatched", "closed", "reopened"]
    reopened, closed, _ = await inbox(world.filer)
    assert (closed["body"], reopened["body"]) == (
        "「12号楼下水道堵塞返味」已办结。",
        "「12号楼下水道堵塞返味」重新办理，现为第2轮。",
    )


async def test_what_an_upheld_appeal_changes_is_told(world: World, post: Post) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/reject", REASON))
    appeal = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服此决定"}
    made = await ok(world.filer.post("/appeals", appeal), 201)
    await ok(world.district_desk.post(f"/appeals/{made['id']}/decide", {"upheld": True, "reason": "经核实"}))
    await post.round()
    assert await kinds(world.filer) == ["rejected", "appeal_upheld"]
    claim = await claimed(world.member, await opened(world))
    await ok(world.desk.post(f"/claims/{claim['id']}/no-show", REASON))
    appeal = {"subject_kind": "no_show", "subject_id": claim["id"], "reason": "我到了"}
    made = await ok(world.member.post("/appeals", appeal), 201)
    await ok(world.district_desk.post(f"/appeals/{made['id']}/decide", {"upheld": True, "reason": "经核实"}))
    await post.round()
    assert await kinds(world.member) == ["marked_absent", "appeal_upheld"]
    assert "登记未到场的申诉成立" in (await inbox(world.member))[0]["body"]
