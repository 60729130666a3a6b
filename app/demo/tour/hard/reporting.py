"""Hard cases of reporting in: a garrison that tells no names, and two weeks of a whole district."""

from app.demo import reports
from app.demo.districts import SHIJINGSHAN
from app.demo.tour.client import Json
from app.demo.tour.hard.places import GARRISON
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, UNIT, Walk

HEADS = 30


async def garrison(walk: Walk) -> None:
    """驻区部队按人数报到: thirty heads and not one name; the receipt can be verified by anybody."""
    liaison, desk = await walk.people.liaison("budui"), await walk.people.desk(GARRISON)
    await _leave(liaison, desk)
    before = await _table(desk, GARRISON)
    walk.step = "报到 report in"
    asked = {"region_code": GARRISON, "organization_id": liaison.organization_id, "head_count": HEADS}
    made = await liaison.post("/enrollments", **asked)
    walk.demand = {"region_name": made["region_name"]}
    walk.expect((made["state"], made["head_count"]) == ("requested", HEADS), "待确认 waits for the desk", made)
    (await liaison.try_post("/enrollments", **asked)).must_refuse("already_enrolled")
    walk.note(UNIT, f"{made['name']} 报到 reports {HEADS} 人，不报姓名 no names")
    walk.step = "确认 confirm"
    done = await desk.post(f"/enrollments/{made['id']}/confirm")
    walk.expect(done["state"] == "confirmed", "已报到 confirmed", done)
    after = await _table(desk, GARRISON)
    gained = {name: after[name] - before[name] for name in ("organizations", "members", "heads")}
    walk.expect(gained == {"organizations": 1, "members": 0, "heads": HEADS}, "统计表 the table", gained)
    walk.note(DESK, f"统计表 the table: 单位 +1，人数 heads +{HEADS}，党员 members +0")
    walk.step = "回执 receipt"
    receipt = await liaison.get(f"/enrollments/{made['id']}/receipt")
    verified = (await walk.people.server.ask("GET", f"/receipts/{receipt['code']}")).must()
    right = (verified["number"], verified["state"], "name" in verified) == (receipt["number"], "confirmed", False)
    walk.expect(right, "回执可核验 verified without a name", verified)
    walk.note(UNIT, f"回执 receipt {receipt['number']} 扫码可核验 verified by anybody")
    walk.history = [{"kind": f"enrollment.{name}", "at": done[f"{name}_at"]} for name in ("requested", "confirmed")]


async def _leave(liaison: Person, desk: Person) -> None:
    """Whoever has walked this before ends what it left."""
    mine = (await liaison.get("/enrollments", scope="organization", limit=100))["items"]
    for one in mine:
        if one["region_code"] == GARRISON and one["state"] == "confirmed":
            await desk.post(f"/enrollments/{one['id']}/let-go")


async def _table(desk: Person, region: str, **query: str) -> Json:
    table: Json = (await desk.get("/enrollments/statistics", region=region, **query))["total"]
    return table


async def two_weeks(walk: Walk) -> None:
    """石景山两周报到: 221 organizations and 21,737 members, day by day as the table tells it of any past day."""
    desk = await walk.people.desk(SHIJINGSHAN.code)
    walk.step = "逐日统计 day by day"
    table = await desk.get("/enrollments/statistics", region=SHIJINGSHAN.code, by="day")
    walk.demand = {"region_name": table["region_name"]}
    planned = reports.by_day(SHIJINGSHAN)
    rows = table["rows"][: len(planned)]
    found = [(row["organizations"], row["members"]) for row in rows]
    walk.expect(found == planned, f"每天报到 each day {planned}", found)
    so_far = [0, 0]
    for row, (organizations, members) in zip(rows, planned, strict=True):
        so_far = [so_far[0] + organizations, so_far[1] + members]
        then = await _table(desk, SHIJINGSHAN.code, on=row["day"])
        stood = [then["organizations"], then["members"]]
        walk.expect(stood == so_far, f"截至 as of {row['day']}: {so_far}", then)
    walk.expect(so_far[1] == SHIJINGSHAN.members, "21,737 名党员 members", so_far)
    places = await desk.get("/enrollments/statistics", region=SHIJINGSHAN.code, by="region")
    sums = [sum(row[name] for row in places["rows"]) for name in ("organizations", "members", "heads")]
    total = [places["total"][name] for name in ("organizations", "members", "heads")]
    walk.expect(sums == total, "合计等于各行之和 the total is the sum of its rows", places["total"])
    walk.note(DESK, f"{len(planned)} 天里 {so_far[0]} 个单位、{so_far[1]} 名党员报到 reported in，逐日相符 day by day")
    days = [rows[0]["day"], rows[-1]["day"]]
    walk.history = [{"kind": "enrollment.day", "at": f"{day}T09:00:00+08:00"} for day in days]
