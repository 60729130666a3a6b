"""Hard cases of claiming and serving."""

from app.demo.districts import SHIJINGSHAN
from app.demo.tour import flow
from app.demo.tour.client import Json
from app.demo.tour.hard.places import COMMUNITY
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, MEMBER, RESIDENT, UNIT, Held, Walk, together

SIX, UNIT_NAME, UNIT_LIAISON = 6, "中铁二十二局集团", "zhongtie22"


async def _publish(walk: Walk, **plan: object) -> Person:
    """The desk files a call and publishes it in the same breath."""
    desk = await walk.people.desk(COMMUNITY)
    asked: Json = {"category": "environment", "region_code": COMMUNITY, "title": walk.title}
    kind = {"kind": plan.pop("kind", "call"), "description": walk.title}
    await flow.file(walk, desk, DESK, **asked, **kind, dispatch={"mode": "open", **plan})
    return desk


async def half_filled(walk: Walk) -> None:
    """Fifteen come for a call of thirty: it does not end by itself, the desk says that this is enough."""
    desk = await _publish(walk, slots=30)
    held = await flow.members_claim(walk, 15)
    await flow.serve(walk, held, 120)
    await walk.look(MEMBER, held[0].person, state="serving", claimed=15, cannot=["claim"])
    await walk.look(DESK, desk, state="serving", is_open=True, can=["finish"])
    await flow.finish(walk, desk)
    late = await walk.people.member(SHIJINGSHAN)
    (await late.try_post(f"{walk.path}/claims")).must_refuse("not_open")
    await flow.close(walk, desk)
    await walk.timeline(desk, "demand.filed", "demand.claimed", "claim.served", "demand.completed")


async def first_finisher(walk: Walk) -> None:
    """Three help one resident: the first who is done does not end it for the others."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="repair")
    await flow.dispatch(walk, desk, mode="open", slots=3)
    first, second, third = held = await flow.members_claim(walk, 3)
    await together(flow.arrive(walk, one) for one in held)
    await flow.complete(walk, first, 30)
    await walk.look(RESIDENT, resident, state="serving", claimed=3, cannot=["evaluate"])
    await flow.complete(walk, second, 45)
    await walk.look(RESIDENT, resident, state="serving", cannot=["evaluate"])
    await flow.complete(walk, third, 60)
    await flow.evaluate(walk, resident)
    kinds = await walk.timeline(resident, "claim.served", "claim.served", "claim.served", "demand.completed")
    walk.expect(kinds.count("demand.completed") == 1, "只办结一次 completed once", kinds)


async def organization_sends_six(walk: Walk) -> None:
    """A unit takes six of ten places and names who comes: the hours are theirs, not the liaison's."""
    desk = await _publish(walk, slots=10)
    liaison = await walk.people.liaison(UNIT_LIAISON)
    unit = liaison.organization_id
    before = await liaison.get(f"/organizations/{unit}/hours")
    walk.step = "单位接单 claim for an organization"
    claim = await liaison.post(f"{walk.path}/claims", organization_id=unit, places=SIX)
    held = Held(liaison, claim)
    walk.expect(claim["organization_id"] == unit and claim["places"] == SIX, "六个名额 six places", claim)
    six = await walk.people.members_of(SHIJINGSHAN, UNIT_NAME, SIX)
    ids = sorted(one.member_id for one in six)
    named = await liaison.put(f"{held.path}/members", member_ids=ids)
    walk.expect(sorted(named["member_ids"]) == ids, "派出六人 six are named", named)
    walk.note(UNIT, f"{UNIT_NAME} 占 {SIX} 个名额并派出 {SIX} 人 six places, six people")
    await walk.look(MEMBER, six[0], state="claimed", claimed=SIX)
    done = await liaison.post(f"{held.path}/complete", minutes=90, summary=flow.SUMMARY)
    for one in six:
        await flow.book(walk, one, 90, done["provenance"])
    after = await liaison.get(f"/organizations/{unit}/hours")
    gained = after["minutes"] - before["minutes"]
    # at least: members of the same unit may serve in other cases meanwhile; each person's sum is compared at the end
    walk.expect(gained >= SIX * 90, "单位工时 organization's minutes", {"before": before, "after": after})
    await flow.finish(walk, desk)
    await flow.close(walk, desk)
    await walk.timeline(desk, "demand.claimed", "claim.staffed", "claim.served", "demand.completed")


async def weekly_post(walk: Walk) -> None:
    """Two keep a weekly post for three weeks: each time is booked, the claim stays until the desk ends it."""
    desk = await _publish(walk, kind="post", slots=4)
    held = await flow.members_claim(walk, 2)
    for week in range(1, 4):
        await together(flow.complete(walk, one, 30) for one in held)
        shown = await held[0].person.get(held[0].path)
        walk.expect(shown["state"] == "accepted" and shown["minutes"] == 30 * week, "仍在岗 still on", shown)
    walk.note(MEMBER, "三周三次，接单仍有效 three times, and the claim stays")
    await flow.finish(walk, desk)
    shown = await held[0].person.get(held[0].path)
    walk.expect(shown["state"] == "completed" and shown["minutes"] == 90, "岗位结束 duty done", shown)
    await flow.close(walk, desk)
    kinds = await walk.timeline(desk, "claim.served", "demand.completed", "demand.closed")
    walk.expect(kinds.count("claim.served") == 6, "六次服务 six services", kinds)


async def resident_answers(walk: Walk) -> None:
    """党有所呼、民有所应: two residents answer a call; their hours and points count without a target."""
    desk = await _publish(walk, slots=3, audience="all")
    held = await flow.residents_claim(walk, 2)
    await walk.look(RESIDENT, held[0].person, state="claimed", claimed=2, cannot=["claim"])
    held += await flow.members_claim(walk, 1)
    await flow.serve(walk, held, 60)
    hours = await held[0].person.get("/me/hours")
    walk.expect(hours["target_minutes"] is None, "居民没有工时目标 no target", hours)
    walk.note(RESIDENT, f"我的工时 my hours {hours['minutes']} 分钟")
    await flow.close(walk, desk)
    await walk.timeline(desk, "demand.claimed", "claim.served", "demand.completed", "demand.closed")
