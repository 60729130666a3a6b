"""The hard case of an evening at which everybody scans at once: some twice, some late, one from a shared screenshot."""

import asyncio
from datetime import datetime, timedelta

from app.demo.districts import LULIANG
from app.demo.tour.client import Json
from app.demo.tour.hard.gathering import published, roll
from app.demo.tour.hard.places import PARK
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, MEMBER, Walk
from app.kit import clock

PEOPLE = 72
OFFLINE = 6
"""Of so many phones, one had no network and sends later what it scanned."""


async def scans(walk: Walk) -> None:
    """幸福公园一晚扫码: over two hundred scans, each heard once; the minutes between two of them are measured."""
    desk = await walk.people.desk(LULIANG.code)
    activity = await published(walk, desk, PARK, spots=[{"name": "幸福公园"}], capacity=300, times=1)
    (shift,) = activity["shifts"]
    walk.step = "挂码 a poster and a screen"
    place = await desk.post("/places", region_code=PARK, purpose="attend", name="幸福公园南门")
    people = await asyncio.gather(*(walk.people.member(LULIANG) for _ in range(PEOPLE + 1)))
    *scanning, without_phone = people
    walk.step = "签到 check in"
    copied = await desk.get(f"/places/{place['id']}/code")
    evening = Evening(walk, shift, place["code"])
    came = dict(zip(scanning, await asyncio.gather(*map(evening.arrives, scanning, range(PEOPLE))), strict=True))
    came[without_phone] = await evening.is_scanned(desk, without_phone)
    walk.step = "截图 a screenshot"
    await asyncio.sleep(1 + max((datetime.fromisoformat(copied["until"]) - clock.now()).total_seconds(), 0))
    late = await evening.scan(await walk.people.member(LULIANG), copied["code"], "attend")
    walk.expect((late["outcome"], late["reason"]) == ("refused", "expired"), "截图无效 a copy is refused", late)
    walk.note(MEMBER, "群里转发的截图 40 秒后被拒 a screenshot is refused")
    walk.step = "签退 check out"
    left = dict(zip(people, await asyncio.gather(*(evening.leaves(one) for one in people)), strict=True))
    for one in people:
        minutes = round((left[one] - came[one]).total_seconds() / 60)
        walk.books.attended([one], PARK, minutes, left[one], "measured")
        walk.minutes += minutes
        walk.services += 1
    lines = await roll(desk, shift)
    known = {(line["state"], line["provenance"], line["walk_in"]) for line in lines}
    walk.expect(known == {("done", "measured", True)} and len(lines) == len(people), "名单 the roll", lines[:2])
    walk.expect(sum(line["minutes"] for line in lines) == walk.minutes, "时长 minutes", walk.minutes)
    walk.note(DESK, f"{evening.sent} 次扫码 scans，{len(lines)} 人签到签退 in and out，共 {walk.minutes} 分钟")
    moments = [("checked_in", min(came.values())), ("checked_out", max(left.values()))]
    walk.history = [{"kind": f"activity.{kind}", "at": at.astimezone(clock.CHINA).isoformat()} for kind, at in moments]


class Evening:
    """A shift at which phones scan the code of a poster, and how many scans were sent."""

    def __init__(self, walk: Walk, shift: Json, code: str) -> None:
        self.walk, self.shift, self.code = walk, shift, code
        self.sent = 0

    async def scan(
        self, who: Person, code: str, action: str, *, ago: timedelta = timedelta(), twice: bool = False
    ) -> Json:
        """One scan of somebody's phone, sent once more where it is not sure: that is answered as before."""
        one = {
            "nonce": f"{action}-{self.shift['id']}",
            "code": code,
            "scanned_at": (clock.now() - ago).isoformat(),
            "offline": bool(ago),
            "action": action,
            "subject_id": self.shift["id"],
        }
        batch = {"device": f"tour-{who.account['id']}", "scans": [one]}
        answers = [await who.post("/scans", **batch) for _ in range(2 if twice else 1)]
        self.sent += len(answers)
        self.walk.expect(answers[0] == answers[-1], "再次发送答复相同 the same answer again", answers)
        answer: Json = answers[0]["items"][0]
        return answer

    async def arrives(self, who: Person, number: int) -> datetime:
        """Somebody scans the poster; one in so many had no network then."""
        ago = timedelta() if number % OFFLINE else timedelta(minutes=3)
        return self._counted(await self.scan(who, self.code, "attend", ago=ago, twice=True))

    async def is_scanned(self, desk: Person, who: Person) -> datetime:
        """The desk scans somebody's own code, which counts once: from another phone it is used."""
        own = (await who.get("/me/code"))["code"]
        at = self._counted(await self.scan(desk, own, "attend"))
        again = await self.scan(await self.walk.people.desk(PARK[:9]), own, "attend")
        self.walk.expect((again["outcome"], again["reason"]) == ("refused", "used"), "个人码只用一次 used once", again)
        self.walk.note(DESK, "扫个人码代签到，同一个码再扫无效 an own code counts once")
        return at

    async def leaves(self, who: Person) -> datetime:
        """Somebody scans the poster again."""
        return self._counted(await self.scan(who, self.code, "leave"))

    def _counted(self, answer: Json) -> datetime:
        self.walk.expect(answer["outcome"] == "accepted", "扫码有效 accepted", answer)
        return datetime.fromisoformat(answer["counts_at"])
