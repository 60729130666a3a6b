"""Hard cases in which time decides: the worker's timers, with rules set to seconds in one community."""

from datetime import timedelta

from app.demo.districts import SHIJINGSHAN
from app.demo.tour import flow
from app.demo.tour.hard.places import ANSWERS, COMMUNITY, FALLBACKS, OFFERS, RATINGS, SUBDISTRICT, rule
from app.demo.tour.walk import DESK, MEMBER, RESIDENT, Walk
from app.kit import clock


async def offers_end(walk: Walk) -> None:
    """One declines, the other stays silent: the demand is back on the desk, which opens it to all."""
    desk = await walk.people.desk(SUBDISTRICT)
    resident = await flow.a_resident_files(walk, OFFERS, category="repair")
    asked, silent = [await walk.people.member(SHIJINGSHAN, ["repair"]) for _ in range(2)]
    async with rule(walk, "offer_window", OFFERS):
        ids = [asked.member_id, silent.member_id]
        await flow.dispatch(walk, desk, mode="assigned", slots=1, member_ids=ids)
        walk.step = "谢绝与过期 decline and expire"
        offer = (await walk.look(MEMBER, asked))["my_claim"]
        declined = await asked.post(f"/claims/{offer['id']}/decline", reason="这几天出差")
        walk.expect(declined["state"] == "declined", "已谢绝 declined", declined)
        walk.note(MEMBER, "一人谢绝，一人未答复 one declines, one stays silent")
        ended = "offers_ended"
        await walk.until(desk, ended, lambda shown: shown["needs_desk"] == ended)
    await walk.look(DESK, desk, state="dispatched", needs_desk=ended, can=["dispatch"])
    await flow.dispatch_again(walk, desk, mode="open", slots=1)
    await flow.serve(walk, await flow.members_claim(walk, 1, ["repair"]), 60)
    await flow.evaluate(walk, resident)
    await walk.timeline(
        desk,
        "demand.offered",
        "claim.declined",
        "claim.expired",
        "demand.needs_desk",
        "demand.dispatched",
    )


async def never_answered(walk: Walk) -> None:
    """The desk asks the resident for what is missing, and nothing comes: closed without an answer."""
    desk = await walk.people.desk(SUBDISTRICT)
    resident = await flow.a_resident_files(walk, ANSWERS)
    async with rule(walk, "answer_window", ANSWERS):
        walk.step = "退回补充 return"
        back = await desk.post(f"{walk.path}/return", reason="请补充楼号和联系方式")
        walk.expect(back["state"] == "returned", "已退回 returned", back)
        await walk.look(RESIDENT, resident, state="returned", can=["supplement", "cancel"])
        await walk.until(resident, "逾期未补充 no_answer", lambda shown: shown["result"] == "no_answer")
    await walk.look(RESIDENT, resident, state="closed", cannot=["supplement"])
    late = await resident.try_post(f"{walk.path}/supplement", description="现在补充还来得及吗")
    late.must_refuse("action_not_allowed")
    await walk.look(DESK, desk, result="no_answer", can=["reopen"])
    await walk.timeline(resident, "demand.filed", "demand.returned", "demand.closed")


async def never_evaluated(walk: Walk) -> None:
    """The resident does not rate: the clock closes it unrated, and the points are booked all the same."""
    desk = await walk.people.desk(SUBDISTRICT)
    resident = await flow.a_resident_files(walk, RATINGS, category="companion")
    await flow.dispatch(walk, desk, mode="open", slots=1)
    (held,) = await flow.members_claim(walk, 1)
    async with rule(walk, "rating_window", RATINGS):
        await flow.serve(walk, [held], 30)
        walk.step = "逾期未评议 unrated"
        await walk.until(resident, "逾期未评议 unrated", lambda shown: shown["result"] == "unrated")
    await walk.look(RESIDENT, resident, state="closed", result="unrated", can=["evaluate"])
    points = await held.person.get("/me/points", limit=10)
    walk.expect(len(points["entries"]) > 0, "照样积分 points all the same", points)
    await walk.timeline(resident, "claim.served", "demand.completed", "demand.closed")


async def overdue(walk: Walk) -> None:
    """Nobody came in time: who claimed hears first; the desk gives more time, and it is overdue no longer."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="repair")
    await flow.dispatch(walk, desk, mode="open", slots=1)
    held = await flow.members_claim(walk, 1, ["repair"])
    soon = (clock.now() + timedelta(seconds=1)).isoformat()
    await flow.dispatch_again(walk, desk, mode="open", slots=1, due_at=soon)
    walk.step = "超时 overdue"
    await walk.until(desk, "超时 overdue", lambda shown: shown["overdue"])
    first = await walk.happened(desk, "demand.overdue")
    heard = (first["step"], first["told"])
    walk.expect(heard == ("member", [held[0].person.account["id"]]), "先提醒接单人 who claimed hears first", first)
    walk.note(MEMBER, "超时提醒 told that it is overdue")
    later = (clock.now() + timedelta(days=2)).isoformat()
    await flow.dispatch_again(walk, desk, mode="open", slots=1, due_at=later)
    await walk.look(DESK, desk, overdue=False)
    await flow.serve(walk, held, 40)
    await flow.evaluate(walk, resident)
    await walk.timeline(resident, "demand.claimed", "demand.overdue", "demand.dispatched", "demand.closed")


async def next_in_line(walk: Walk) -> None:
    """Open to all, and nobody took it: it is offered to the member whom the desk named for that."""
    desk = await walk.people.desk(SUBDISTRICT)
    resident = await flow.a_resident_files(walk, FALLBACKS, category="companion")
    neighbour = await walk.people.member(SHIJINGSHAN)
    async with rule(walk, "claim_window", FALLBACKS):
        await flow.dispatch(walk, desk, mode="open", slots=1, fallback_member_ids=[neighbour.member_id])
        walk.step = "无人认领 nobody claims"
        await walk.until(desk, "转为指派 assigned", lambda shown: shown["mode"] == "assigned")
    await walk.look(DESK, desk, state="dispatched", is_open=False, needs_desk=None)
    walk.note(DESK, "无人认领，转为指派 nobody claimed: assigned")
    await flow.serve(walk, [await flow.accept(walk, MEMBER, neighbour)], 30)
    await flow.evaluate(walk, resident)
    await walk.timeline(resident, "demand.dispatched", "demand.dispatched", "demand.offered", "demand.claimed")
