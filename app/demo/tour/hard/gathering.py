"""Hard cases of coming together: many people at many points, and five evenings in a row, their rolls called by hand.

A tour cannot wait for an evening, so the rule of when presence counts is widened in the two communities for as long
as a case takes; what is marked lies in the past, each evening on a day of its own.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.demo.districts import LULIANG, SHIWAN, District
from app.demo.tour.client import Json
from app.demo.tour.hard.places import PARK, POINTS, rule
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, MEMBER, Walk
from app.kit import clock

NINE = ("丽豪花园", "榴苑路", "湖景路", "惠景城", "季华园", "澜石广场", "怡景花园", "文华公园", "东平河畔")
CAMPAIGN, PER_POINT = 120, 14
EVENINGS, EACH_EVENING = 5, 205
LEAD = timedelta(minutes=10)
"""From now until the first shift begins: until then people sign up."""
MINUTES = 90
LASTS = timedelta(minutes=MINUTES)
AT_A_TIME = 20
"""Marks of one roll call: as many as are answered in a second or two, also where the machine is busy."""


async def nine_points(walk: Walk) -> None:
    """石湾组织 120 名党员防控登革热: one activity at nine points, each with its own places and its own roll."""
    desk = await walk.people.desk(SHIWAN.code)
    async with rule(walk, "presence_margin", POINTS, "PT3H"):
        spots = [{"name": name} for name in NINE]
        activity = await published(walk, desk, POINTS, spots=spots, capacity=PER_POINT, times=1)
        (shift,) = activity["shifts"]
        walk.expect(len(shift["slots"]) == len(NINE), "九个点位 nine points", shift)
        signed = await _sign_up(walk, desk, SHIWAN, [slot["id"] for slot in shift["slots"]], CAMPAIGN)
        await _call_roll(walk, desk, activity, shift, signed, timedelta(hours=3))
    lines = await roll(desk, shift)
    points = {line["spot"] for line in lines}
    walk.expect(points == set(NINE) and len(lines) == CAMPAIGN, "九点 120 人 nine points, 120 people", len(lines))
    walk.note(MEMBER, f"{len(lines)} 人在 {len(points)} 个点位，每人 {MINUTES} 分钟 at nine points")


async def five_evenings(walk: Walk) -> None:
    """陆良连续五晚在幸福公园: a series of five dates; those of the first evening signed up, then they just come."""
    desk = await walk.people.desk(LULIANG.code)
    async with rule(walk, "presence_margin", PARK, "P6D"):
        spots = [{"name": "幸福公园"}]
        activity = await published(walk, desk, PARK, spots=spots, capacity=300, times=EVENINGS)
        shifts = activity["shifts"]
        walk.expect(len(shifts) == EVENINGS, "五个晚上 five evenings", shifts)
        people = await _sign_up(walk, desk, LULIANG, [shifts[0]["slots"][0]["id"]], EACH_EVENING)
        back = timedelta(days=EVENINGS)
        for shift in shifts:  # side by side they would only wait for each other
            await _call_roll(walk, desk, activity, shift, people, back)
    came = [await roll(desk, shift) for shift in shifts]
    counts = [len(lines) for lines in came]
    walk.expect(min(counts) > 200, "每晚两百多人 over two hundred each evening", counts)
    walk_ins = sum(line["walk_in"] for lines in came for line in lines)
    walk.note(MEMBER, f"五晚到场 came: {'、'.join(map(str, counts))} 人，其中未报名直接来的 walked in {walk_ins} 人次")


async def published(
    walk: Walk, desk: Person, region_code: str, *, spots: list[Json], capacity: int, times: int
) -> Json:
    """The desk writes an activity down and opens it."""
    walk.step = "发布活动 publish"
    starts_at = clock.now().replace(second=0, microsecond=0) + LEAD
    shifts = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + LASTS).isoformat()}
    draft = await desk.post(
        "/activities",
        kind="volunteering",
        title=walk.title.partition(" ")[0],
        description=walk.title,
        region_code=region_code,
        spots=spots,
        shifts=[shifts | {"repeat": {"times": times}, "roles": [{"name": "志愿者", "capacity": capacity}]}],
    )
    activity = await desk.post(f"/activities/{draft['id']}/publish")
    walk.demand = {"region_name": activity["region_name"]}
    walk.expect(activity["state"] == "published", "已发布 published", activity)
    walk.note(DESK, f"发布 published: {len(activity['shifts'])} 场 shifts，{len(spots)} 个点位 points")
    return activity


async def _sign_up(walk: Walk, desk: Person, district: District, slots: Sequence[str], count: int) -> list[str]:
    """报名: so many members, evenly over the slots, entered by the desk; whoever is busy then is passed over."""
    walk.step = "报名 sign up"

    async def one(slot: str) -> str:
        while True:
            member_id = await walk.people.on_roster(desk, district)
            async with walk.door:
                answer = await desk.try_post(f"/slots/{slot}/sign-ups", member_id=member_id)
            if answer.code == "overlaps":
                continue
            walk.expect(answer.must()["state"] == "booked", "已报名 booked", answer)
            return member_id

    signed = await asyncio.gather(*(one(slots[number % len(slots)]) for number in range(count)))
    walk.note(DESK, f"{count} 人报名 signed up")
    return signed


async def _call_roll(
    walk: Walk, desk: Person, activity: Json, shift: Json, people: Sequence[str], back: timedelta
) -> None:
    """点名: the desk says that they were there, so long before the shift as its rule reaches back."""
    walk.step = "点名 call the roll"
    arrived_at = datetime.fromisoformat(shift["starts_at"]) - back
    seen = {"mark": "attended", "arrived_at": arrived_at.isoformat(), "left_at": (arrived_at + LASTS).isoformat()}
    for start in range(0, len(people), AT_A_TIME):
        came = await _mark(walk, desk, shift, people[start : start + AT_A_TIME], seen)
        walk.books.attended(came, activity["region_code"], MINUTES, arrived_at + LASTS)
        walk.minutes += MINUTES * len(came)
        walk.services += len(came)
    walk.history.append({"kind": "activity.roll_called", "at": clock.now().astimezone(clock.CHINA).isoformat()})


async def _mark(walk: Walk, desk: Person, shift: Json, people: Sequence[str], seen: Json) -> list[str]:
    """Mark so many at once; answers who that were, without whoever is busy elsewhere that evening."""
    marks = [{"member_id": one, **seen} for one in people]
    answer = await desk.try_post(f"/shifts/{shift['id']}/roll-call", marks=marks)
    if answer.code == "overlaps":
        half = len(people) // 2
        parts = [await _mark(walk, desk, shift, part, seen) for part in (people[:half], people[half:]) if half]
        return [one for part in parts for one in part]
    known = {(one["state"], one["minutes"], one["provenance"]) for one in answer.must()["items"]}
    walk.expect(known == {("done", MINUTES, "confirmed")}, "已点名 marked", answer)
    return list(people)


async def roll(desk: Person, shift: Json) -> list[Json]:
    """Everybody on the roll of a shift, as its desk reads it."""
    return await desk.pages(f"/shifts/{shift['id']}/sign-ups")
