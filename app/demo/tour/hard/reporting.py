"""Hard cases of reporting in: a garrison that tells no names, and two weeks of a whole district."""

import asyncio
import csv
import io
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.demo import reports, seeding
from app.demo.districts import SHIJINGSHAN
from app.demo.reports import Line
from app.demo.tour.client import Json
from app.demo.tour.hard.places import GARRISON
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, UNIT, Walk
from app.kit import clock
from app.rosters.enrollments import COLUMNS

HEADS = 30
ONE_BY_ONE = 3
"""Organizations that are entered by single calls, with all their members."""


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
    """石景山两周报到: 221 organizations and 21,737 members, day by day as the table tells it of any past day.

    What came on the first thirteen days stands when the demo begins; the desk takes the last day's reports today: one
    file, but for two organizations, which it enters one by one with all their members.
    """
    desk = await walk.people.desk(SHIJINGSHAN.code)
    *earlier, last = seeding.days_of(SHIJINGSHAN)
    apart = list(dict.fromkeys(line["organization"] for line in last if "name" in line))[-ONE_BY_ONE:]
    before = await _standing(desk)
    sent = [line for line in last if line["organization"] not in apart]
    entered = [line for line in last if line["organization"] in apart]
    new = await _by_file(walk, desk, sent) + await _one_by_one(walk, desk, entered)
    after = await _standing(desk)
    walk.expect(sum(after) - sum(before) == new, f"统计表增加 the table gains {new}", (before, after))
    rows = await _past_days(walk, desk, len(earlier))
    names = [sum("name" in line for line in lines) for lines in (*earlier, last)]
    bodies = sum(map(len, (*earlier, last))) - sum(names)
    walk.expect(sum(names) == SHIJINGSHAN.members, "21,737 名党员 members", names)
    walk.note(
        DESK, f"两周里 {bodies} 个单位、{sum(names)} 名党员报到 reported in，前 {len(earlier)} 天逐日相符 day by day"
    )
    walk.note(DESK, f"统计表现为 the table says {after[0]} 个单位 organizations、{after[1]} 名党员 members")
    moments = [datetime.fromisoformat(f"{row['day']}T09:00:00+08:00") for row in (rows[0], rows[-1])]
    walk.history = [
        {"kind": "enrollment.day", "at": at.isoformat()} for at in (*moments, clock.now().astimezone(clock.CHINA))
    ]


async def _standing(desk: Person) -> tuple[int, int]:
    """How many organizations and members stand in the district, without the garrison, which has a case of its own."""
    table = await desk.get("/enrollments/statistics", region=SHIJINGSHAN.code, by="unit_kind")
    rows = [row for row in table["rows"] if row["unit_kind"] != "garrison"]
    return sum(row["organizations"] for row in rows), sum(row["members"] for row in rows)


async def _by_file(walk: Walk, desk: Person, lines: Sequence[Line]) -> int:
    """The desk sends a table, looks at what it would do and has it written; answers how many reports are new."""
    walk.step = "名册导入 a file"
    text = io.StringIO()
    titles = {column.name: column.title for column in COLUMNS}
    table = csv.DictWriter(text, list(titles))
    table.writerows([titles, *lines])
    sent = await desk.upload(text.getvalue().encode("utf-8-sig"), "/rosters/imports", kind="enrollments")
    path = f"/rosters/imports/{sent['id']}"

    async def ended(*states: str) -> Json:
        read = partial(desk.get, path)
        found: Json = await walk.wait_for("名册导入 a file", read, lambda one: one["state"] in (*states, "failed"))
        kept = found["counts"]["new"] + found["counts"]["unchanged"]
        walk.expect(found["state"] in states and kept == len(lines), f"{len(lines)} 行无误 rows are right", found)
        return found

    await ended("checked")
    await desk.post(f"{path}/commit", all_or_none=True)
    done = await ended("done")
    walk.note(DESK, f"一张表报到 one file: {len(lines)} 行 rows，新增 new {done['counts']['new']}")
    return int(done["counts"]["new"])


async def _one_by_one(walk: Walk, desk: Person, lines: Sequence[Line]) -> int:
    """The desk enters organizations and all on their rosters, each by itself; answers how many reports are new."""
    walk.step = "逐个报到 one by one"
    asked: list[Json] = []
    for line in lines:
        if "name" in line:
            continue
        name = line["organization"].rpartition("/")[2]
        found = await desk.pages("/organizations", region=SHIJINGSHAN.code, q=name)
        body = next(one["id"] for one in found if one["name"] == name)
        asked.append({"organization_id": body, "region_code": line["region"]})
        for one in await desk.pages("/members", organization_id=body):
            asked.append({"member_id": one["id"], "region_code": one["home_region_code"]})
    walk.expect(len(asked) == len(lines), f"名册上 on the rosters {len(lines)}", len(asked))

    async def is_new(wanted: Json) -> bool:
        answer = await desk.try_post("/enrollments", **wanted)
        if answer.code == "already_enrolled":  # by a tour before this one
            return False
        walk.expect(answer.must()["state"] == "confirmed", "已报到 confirmed", answer)
        return True

    new = sum(await asyncio.gather(*map(is_new, asked)))
    walk.note(DESK, f"逐个报到 one by one: {len(asked)}，新增 new {new}")
    return new


async def _past_days(walk: Walk, desk: Person, days: int) -> list[Json]:
    """The table by day, and as of each of the days before the demo began, as they were planned."""
    walk.step = "逐日统计 day by day"
    table = await desk.get("/enrollments/statistics", region=SHIJINGSHAN.code, by="day")
    walk.demand = {"region_name": table["region_name"]}
    planned = reports.by_day(SHIJINGSHAN)[:days]
    rows: list[Json] = table["rows"][:days]
    found = [(row["organizations"], row["members"]) for row in rows]
    walk.expect(found == planned, f"每天报到 each day {planned}", found)
    so_far = [0, 0]
    for row, (organizations, members) in zip(rows, planned, strict=True):
        so_far = [so_far[0] + organizations, so_far[1] + members]
        then = await _table(desk, SHIJINGSHAN.code, on=row["day"])
        walk.expect([then["organizations"], then["members"]] == so_far, f"截至 as of {row['day']}: {so_far}", then)
    places = await desk.get("/enrollments/statistics", region=SHIJINGSHAN.code, by="region")
    sums = [sum(row[name] for row in places["rows"]) for name in ("organizations", "members", "heads")]
    total = [places["total"][name] for name in ("organizations", "members", "heads")]
    walk.expect(sums == total, "合计等于各行之和 the total is the sum of its rows", places["total"])
    return rows
