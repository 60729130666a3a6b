"""Hard cases of who asks, who may know it, and who says how it was."""

from app.demo.tour import flow
from app.demo.tour.hard.places import COMMUNITY, NEIGHBOUR
from app.demo.tour.walk import DESK, MEMBER, RESIDENT, UNIT, Walk

ELDER = {"name": "赵奶奶", "phone": "13900001008"}
NOBODY = "匿名"


async def cancelled(walk: Walk) -> None:
    """The resident takes it back while a member is on the way: the member is let go, without penalty."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="companion")
    await flow.dispatch(walk, desk, mode="open", slots=2)
    on_the_way, _ = await flow.members_claim(walk, 2)
    await on_the_way.person.post(f"{on_the_way.path}/contact")
    walk.step = "撤销 cancel"
    gone = await resident.post(f"{walk.path}/cancel", reason="家里人已经回来了")
    walk.expect(gone["state"] == "cancelled" and gone["actions"] == ["appeal"], "已撤销 cancelled", gone)
    shown = await on_the_way.person.get(on_the_way.path)
    walk.expect(shown["state"] == "released" and shown["minutes"] is None, "已释放 released", shown)
    for verb in ("arrive", "complete"):
        (await on_the_way.person.try_post(f"{on_the_way.path}/{verb}")).must_refuse("action_not_allowed")
    walk.note(MEMBER, "途中被释放，不计扣分 released on the way, no penalty")
    await walk.timeline(resident, "demand.claimed", "claim.contacted", "claim.released", "demand.cancelled")


async def whistle_to_two(walk: Walk) -> None:
    """Two departments are whistled for; one is done before the other stirs, and it ends only with both."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="safety")
    quick, slow = [await walk.people.liaison(name) for name in ("zhujianwei", "chengguanwei")]
    units = [quick.organization_id, slow.organization_id]
    await flow.dispatch(walk, desk, mode="whistle", slots=2, organization_ids=units)
    await flow.respond(walk, quick, 60)
    await walk.look(RESIDENT, resident, state="serving", claimed=1, cannot=["evaluate"])
    waiting = (await walk.look(UNIT, slow))["my_claim"]
    walk.expect(waiting["state"] == "offered", "另一家未签收 the other has not stirred", waiting)
    walk.note(UNIT, "一家已办完，另一家才签收 one is done before the other acknowledges")
    await flow.respond(walk, slow, 120)
    await flow.evaluate(walk, resident)
    await walk.timeline(resident, "demand.offered", "demand.offered", "claim.served", "demand.claimed", "claim.served")


async def elder_by_callback(walk: Walk) -> None:
    """The desk files for an elder who calls, and notes on the phone what she says of it."""
    desk = await walk.people.desk(COMMUNITY)
    asked = {"kind": "wish", "category": "companion", "region_code": COMMUNITY, "title": walk.title}
    await flow.file(walk, desk, DESK, **asked, description=walk.title, on_behalf_of=ELDER)
    await flow.dispatch(walk, desk, mode="open", slots=1)
    held = await flow.members_claim(walk, 1)
    shown = await walk.look(MEMBER, held[0].person, contact=None)
    walk.expect(shown["filer"]["display_name"] == "微心愿", "微心愿不显姓名 a wish names nobody", shown)
    await flow.serve(walk, held, 40)
    walk.step = "电话回访 callback"
    await walk.look(DESK, desk, state="completed", can=["evaluate"])
    said = {"stars": 5, "resolved": True, "comment": "姑娘很耐心，谢谢", "tags": []}
    (await desk.try_post(f"{walk.path}/evaluation", **said)).must_refuse("forbidden")
    rated = await desk.post(f"{walk.path}/evaluation", **said, channel="callback")
    walk.expect(rated["channel"] == "callback", "回访评议 by callback", rated)
    walk.note(DESK, "电话回访登记评议 noted on the phone")
    await walk.look(DESK, desk, state="closed", result="resolved")
    elder = await walk.people.with_phone("tour-elder", ELDER["phone"])
    hers = await elder.get("/demands", scope="mine")
    walk.expect(walk.demand["id"] in [one["id"] for one in hers["items"]], "本人可见 hers too", hers)
    walk.note(RESIDENT, "绑定手机后在“我的”里看到 she finds it among hers")
    await walk.timeline(desk, "demand.filed", "claim.served", "demand.evaluated", "demand.closed")


async def anonymous(walk: Walk) -> None:
    """Nobody but the desk learns who asked, from filing to the end; messages work all the same."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="mediation", anonymous=True)
    await flow.dispatch(walk, desk, mode="open", slots=1)
    (held,) = await flow.members_claim(walk, 1)
    walk.step = "匿名 anonymous"
    shown = await walk.look(MEMBER, held.person, contact=None, anonymous=True)
    walk.expect(shown["filer"]["display_name"] == NOBODY, "接单人看不到是谁 filer hidden", shown)
    await walk.look(DESK, desk, contact=flow.CONTACT)
    walk.step = "留言 messages"
    await held.person.post(f"{walk.path}/messages", text="请问什么时候方便上门？")
    await resident.post(f"{walk.path}/messages", text="今晚七点以后都可以。")
    walk.note(RESIDENT, "双方留言往来，姓名不显示 messages both ways, no names")
    await flow.serve(walk, [held], 60)
    await flow.evaluate(walk, resident)
    await walk.timeline(held.person, "demand.filed", "demand.messaged", "demand.messaged", "demand.closed")
    actors = {item["actor"]["display_name"] for item in walk.history if item["actor"]["kind"] == "filer"}
    walk.expect(actors == {NOBODY}, "时间线上也匿名 nobody on the timeline", walk.history)
    written = str(walk.history) + str(await held.person.get(walk.path))
    hidden = [flow.CONTACT["name"], flow.CONTACT["phone"], str(resident.name), str(resident.account["id"])]
    walk.expect(not any(word in written for word in hidden), "没有任何身份线索 no trace", written)
    words = [item["detail"].get("text") for item in walk.history if item["kind"] == "demand.messaged"]
    walk.expect(len(words) == 2 and all(words), "留言可读 messages can be read", words)


async def transferred(walk: Walk) -> None:
    """Filed in the wrong community: the desk hands it to the right one and keeps sight of it."""
    wrong, right = await walk.people.desk(COMMUNITY), await walk.people.desk(NEIGHBOUR)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="environment")
    (await right.try_post(f"{walk.path}/dispatch", mode="open")).must_refuse("not_found")
    walk.step = "转派 transfer"
    moved = await wrong.post(f"{walk.path}/transfer", region_code=NEIGHBOUR, reason="地址属于沁山水南社区")
    walk.demand |= {"region_code": NEIGHBOUR}
    walk.expect(moved["handler"]["region_code"] == NEIGHBOUR, "由新社区办理 handler", moved)
    walk.note(DESK, "转派到沁山水南社区 transferred")
    await walk.look(DESK, wrong, state="filed", cannot=["dispatch"], needs_desk=None)
    await flow.dispatch(walk, right, mode="open", slots=1)
    held = await flow.members_claim(walk, 1)
    await flow.serve(walk, held, 45)
    await flow.evaluate(walk, resident)
    await walk.look(DESK, wrong, state="closed", region_code=NEIGHBOUR)
    await walk.timeline(resident, "demand.filed", "demand.transferred", "demand.dispatched", "demand.closed")


async def dissatisfied(walk: Walk) -> None:
    """Not resolved: the desk opens a second round, somebody else does it, and now it is."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="repair")
    await flow.dispatch(walk, desk, mode="open", slots=1)
    await flow.serve(walk, await flow.members_claim(walk, 1), 30)
    await flow.evaluate(walk, resident, stars=2, resolved=False)
    await walk.look(DESK, desk, state="completed", needs_desk="dissatisfied", can=["reopen", "close"])
    walk.step = "重开 reopen"
    again = await desk.post(f"{walk.path}/reopen", reason="居民反映仍漏水，安排第二次上门")
    walk.expect(again["state"] == "dispatched" and again["round"] == 2, "第二轮 round 2", again)
    walk.note(DESK, "重开第二轮 reopened")
    await flow.serve(walk, await flow.members_claim(walk, 1, ["repair"]), 50)
    await flow.evaluate(walk, resident)
    await walk.timeline(
        resident, "demand.evaluated", "demand.reopened", "demand.claimed", "demand.evaluated", "demand.closed"
    )
