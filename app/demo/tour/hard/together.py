"""Hard cases of demands that hang together: two that ask for the same, and one that is two."""

from app.demo.tour import flow
from app.demo.tour.hard.places import COMMUNITY
from app.demo.tour.walk import DESK, RESIDENT, Walk


async def merged_twins(walk: Walk) -> None:
    """Two neighbours ask for the same: it is done once, and both know how it went."""
    desk = await walk.people.desk(COMMUNITY)
    second = await walk.people.resident(f"tour-{walk.key}-twin", COMMUNITY, "李先生")
    third = await walk.people.resident(f"tour-{walk.key}-joins", COMMUNITY, "张先生")
    twin = await second.post(
        "/demands", title=walk.title, description="楼上也在漏", category="repair", region_code=COMMUNITY
    )
    resident = await flow.a_resident_files(walk, COMMUNITY, category="repair")
    walk.step = "我也是 me too"
    joined = await third.post(f"/demands/{twin['id']}/joins")
    walk.expect(joined["joined"] and joined["contact"] is None, "已附议，看不到联系人 joined, masked", joined)
    walk.step = "合并 merge"
    merged = await desk.post(f"/demands/{twin['id']}/merge", into_id=walk.demand["id"], note="同一处漏水")
    walk.expect(merged["state"] == "merged", "已合并 merged", merged)
    walk.note(DESK, "两件并为一件 two become one")
    await walk.look(RESIDENT, second, contact=None, joins=2, cannot=["evaluate"])
    await flow.dispatch(walk, desk, mode="open", slots=1)
    await flow.serve(walk, await flow.members_claim(walk, 1), 45)
    await flow.evaluate(walk, resident)
    walk.step = "另一位居民 the other filer"
    theirs = await second.get(f"/demands/{twin['id']}")
    outcome = theirs["merged_into"]
    walk.expect((outcome["state"], outcome["result"]) == ("closed", "resolved"), "得知结果 knows the outcome", theirs)
    for follower in (second, third):
        await walk.timeline(follower, "demand.took_in", "demand.claimed", "demand.completed", "demand.closed")
    walk.note(RESIDENT, "两位点单人和附议人都知道结果 both filers and who joined know how it went")


async def split_in_two(walk: Walk) -> None:
    """One demand is two jobs for two desks' worth of people: each is done by itself, and the filer is asked once."""
    desk = await walk.people.desk(COMMUNITY)
    resident = await flow.a_resident_files(walk, COMMUNITY, category="repair")
    whole, plan = walk.demand, {"mode": "open", "slots": 1}
    walk.step = "拆分 split"
    parts = [
        {"description": "更换楼道断裂的扶手", "category": "repair", "dispatch": plan},
        {"description": "清理楼道堆放的杂物", "category": "environment", "dispatch": plan},
    ]
    split = await desk.post(f"{walk.path}/split", children=parts)
    walk.expect(split["state"] == "serving" and len(split["children"]) == 2, "已拆分 split in two", split)
    walk.note(DESK, "拆成两件，各有类别和计划 two parts, each with its category and plan")
    for part in split["children"]:
        walk.demand = await desk.get(f"/demands/{part['id']}")
        await flow.serve(walk, await flow.members_claim(walk, 1), 30)
        await walk.look(RESIDENT, resident, state="closed", result="handled", cannot=["evaluate"])
    walk.demand = whole
    await flow.evaluate(walk, resident)
    await walk.timeline(resident, "demand.split", "demand.child_ended", "demand.child_ended", "demand.completed")
