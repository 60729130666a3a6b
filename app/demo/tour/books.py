"""What the tour expects in the ledger, by person and by community, and whether it stands there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.demo.tour.client import Json, Server
from app.demo.tour.people import Person
from app.kit import clock

PATIENCE = 30.0
"""Seconds until the worker must have counted every entry into the leaderboards."""
LOOK_AGAIN = 0.5


@dataclass
class Sum:
    """Minutes by how they are known, points, and services."""

    minutes: Counter[str] = field(default_factory=Counter)
    points: int = 0
    services: int = 0

    @property
    def all_minutes(self) -> int:
        return self.minutes.total()


@dataclass
class Page:
    """One person's page: what stood there before, and what the tour adds."""

    before: Sum
    added: Sum = field(default_factory=Sum)


class Books:
    """The tour's own ledger, kept beside the server's and compared at the end."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.total = Sum()
        self.people: dict[Person, Page] = {}
        self.communities: dict[str, Sum] = {}
        self.crowd: set[str] = set()
        """Members who took part without signing in, by their ids."""
        self._boards_before: dict[str, Sum] = {}
        self._points: dict[str, asyncio.Task[dict[str, int]]] = {}

    async def open(self, observer: Person, communities: Iterable[str]) -> None:
        """Note what the leaderboards of some communities say before the tour."""
        codes = list(communities)
        boards = await asyncio.gather(*(_board(observer, code) for code in codes))
        self._boards_before = dict(zip(codes, boards, strict=True))

    async def welcome(self, person: Person) -> None:
        """Note what a person has before they serve."""
        self.people[person] = Page(await _own(person))

    async def served(self, person: Person, demand: Json, minutes: int, provenance: str) -> int:
        """Expect one service's minutes and the points of its category; answers the points."""
        region, category = demand["region_code"], demand["category"]
        points = (await self._points_in(region))[category]
        for page in (self.total, self.people[person].added, self.communities.setdefault(region, Sum())):
            page.minutes[provenance] += minutes
            page.points += points
            page.services += 1
        return points

    def attended(
        self, who: Sequence[Person | str], region: str, minutes: int, until: datetime, provenance: str = "confirmed"
    ) -> None:
        """Expect that people, or members by their ids, were at an activity; a leaderboard shows this quarter."""
        for one in who:
            if isinstance(one, Person):
                own = self.people[one].added
                own.minutes[provenance] += minutes
                own.services += 1
            else:
                self.crowd.add(one)
        pages = [self.total]
        if clock.quarter(until) == clock.quarter(clock.now()):
            pages.append(self.communities.setdefault(region, Sum()))
        for page in pages:
            page.minutes[provenance] += minutes * len(who)
            page.services += len(who)

    def confirmed(self, person: Person, region: str, minutes: int) -> None:
        """Expect entered minutes to have become confirmed ones."""
        for page in (self.total, self.people[person].added, self.communities[region]):
            page.minutes["entered"] -= minutes
            page.minutes["confirmed"] += minutes

    async def compare(self, observer: Person) -> list[str]:
        """Every page that differs from the ledger, in words; none where all is right."""
        pages = [(person, page) for person, page in self.people.items() if page.added.services]
        wrong = await asyncio.gather(*(_compare_person(person, page) for person, page in pages))
        codes = {*self._boards_before, *self.communities}
        boards = await asyncio.gather(*(self._compare_board(observer, code) for code in sorted(codes)))
        return [line for line in (*wrong, *boards) if line]

    async def _compare_board(self, observer: Person, code: str) -> str:
        """The worker counts a moment after the booking, so a board gets some time to become right."""
        before, added = self._boards_before.get(code, Sum()), self.communities.get(code, Sum())
        wanted = (
            before.points + added.points,
            before.all_minutes + added.all_minutes,
            before.services + added.services,
        )
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            now = await _board(observer, code)
            found = (now.points, now.all_minutes, now.services)
            if found == wanted:
                return ""
            if asyncio.get_running_loop().time() > deadline:
                return f"排行榜 leaderboard {code}: 积分/分钟/次数 应为 must be {wanted}, 实为 is {found}"
            await asyncio.sleep(LOOK_AGAIN)

    def _points_in(self, region: str) -> Awaitable[dict[str, int]]:
        if region not in self._points:
            self._points[region] = asyncio.create_task(_points_by_category(self.server, region))
        return self._points[region]


async def _points_by_category(server: Server, region: str) -> dict[str, int]:
    categories = (await server.ask("GET", "/demand-categories", query={"region": region})).must()
    return {category["code"]: category["points"] for category in categories}


async def _own(person: Person) -> Sum:
    hours, points = await asyncio.gather(person.get("/me/hours"), person.get("/me/points", limit=1))
    return Sum(Counter(hours["by_provenance"]), points["balance"])


async def _compare_person(person: Person, page: Page) -> str:
    now = await _own(person)
    minutes = Counter(now.minutes)
    minutes.subtract(page.before.minutes)
    found = {name: amount for name, amount in minutes.items() if amount}
    wanted = {name: amount for name, amount in page.added.minutes.items() if amount}
    gained = now.points - page.before.points
    if found == wanted and gained == page.added.points:
        return ""
    return (
        f"{person.name}: 应增加 must gain {wanted} 分钟 min, {page.added.points} 积分 points; "
        f"实为 gained {found}, {gained}"
    )


async def _board(observer: Person, code: str) -> Sum:
    board = await observer.get("/leaderboard", region=code, by="community")
    row = next((item for item in board["items"] if item["id"] == code), None)
    if row is None:
        return Sum()
    return Sum(Counter({"all": row["minutes"]}), row["points"], row["count"])
