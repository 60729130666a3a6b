"""Hard cases in which silence decides: the worker's timers, with rules set to seconds in one community."""

from app.demo.districts import SHIJINGSHAN
from app.demo.tour import flow
from app.demo.tour.hard.places import ANSWERS, OFFERS, RATINGS, SUBDISTRICT, rule
from app.demo.tour.walk import DESK, MEMBER, RESIDENT, Walk


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
