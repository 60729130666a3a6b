"""One case on its way: who takes part, at which step it is, and what each of them saw."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.demo.tour.books import Books
from app.demo.tour.client import Failed, Json
from app.demo.tour.people import People, Person

PATIENCE = 40.0
"""Seconds until something that the clock does must have happened."""
LOOK_AGAIN = 0.25

AT_THE_DOOR = 3
"""Requests at once that change one demand: more would only wait for each other, holding up other cases."""

RESIDENT, DESK, STREET = "居民 resident", "社区 desk", "街道 subdistrict"
UNIT, MEMBER = "单位 liaison", "党员 member"


@dataclass
class Held:
    """A claim and who holds it."""

    person: Person
    claim: Json

    @property
    def path(self) -> str:
        """Where the claim's actions are."""
        return f"/claims/{self.claim['id']}"


@dataclass
class Walk:
    """A case being walked; the steps that it takes leave here what the report shows."""

    key: str
    title: str
    people: People
    books: Books
    door: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_THE_DOOR))
    step: str = ""
    """What is being done, for the line that says where it failed."""
    demand: Json = field(default_factory=dict)
    saw: dict[str, list[str]] = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)
    minutes: int = 0
    points: int = 0
    services: int = 0

    @property
    def path(self) -> str:
        """Where the demand is."""
        return f"/demands/{self.demand['id']}"

    def note(self, role: str, what: str) -> None:
        """Say what somebody in a role saw or did; the same again is not repeated."""
        lines = self.saw.setdefault(role, [])
        if what not in lines:
            lines.append(what)

    def expect(self, right: bool, what: str, shown: object) -> None:
        """Raise `Failed` with what came instead, unless it is right."""
        if not right:
            raise Failed(f"应当 expected: {what}", shown)

    async def look(
        self,
        role: str,
        person: Person,
        *,
        can: Iterable[str] = (),
        cannot: Iterable[str] = (),
        **fields: object,
    ) -> Json:
        """Read the demand as somebody sees it, and check fields and actions."""
        shown: Json = await person.get(self.path)
        for name, wanted in fields.items():
            self.expect(shown[name] == wanted, f"{role} {name} = {wanted!r}", shown)
        self.expect(set(can) <= set(shown["actions"]), f"{role} 可以 can {sorted(can)}", shown)
        self.expect(not set(cannot) & set(shown["actions"]), f"{role} 不可以 cannot {sorted(cannot)}", shown)
        self.note(role, view(shown))
        return shown

    async def until(self, person: Person, what: str, is_so: Callable[[Json], bool]) -> Json:
        """Read the demand until the clock has done what it must; fails when it does not."""
        shown: Json = await self.wait_for(what, lambda: person.get(self.path), is_so)
        return shown

    async def happened(self, person: Person, kind: str) -> Json:
        """Read the history until something has happened; answers its detail."""

        async def found() -> Json | None:
            items = (await person.get(f"{self.path}/timeline", limit=100))["items"]
            return next((item["detail"] for item in items if item["kind"] == kind), None)

        detail: Json = await self.wait_for(kind, found, lambda one: one is not None)
        return detail

    async def wait_for(self, what: str, read: Callable[[], Awaitable[Any]], is_so: Callable[[Any], bool]) -> Any:
        """Read something until it is so; fails when it does not become so in time."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            shown = await read()
            if is_so(shown):
                return shown
            if asyncio.get_running_loop().time() > deadline:
                raise Failed(f"应在 {PATIENCE:.0f} 秒内 expected in time: {what}", shown)
            await asyncio.sleep(LOOK_AGAIN)

    async def timeline(self, person: Person, *wanted: str) -> list[str]:
        """Read the whole history, oldest first, and check that `wanted` happened in this order."""
        self.step = "时间线 timeline"
        items = await person.pages(f"{self.path}/timeline")
        times = [item["at"] for item in items]
        kinds = [item["kind"] for item in items]
        self.expect(times == sorted(times), "时间先后有序 oldest first", times)
        self.expect(is_in_order(wanted, kinds), f"依次发生 in this order: {list(wanted)}", kinds)
        self.history = items
        return kinds


def view(shown: Json) -> str:
    """A demand as one person sees it, in a few words."""
    state = shown["state"] + (f"/{shown['result']}" if shown["result"] else "")
    parts = [state]
    if shown["mode"]:
        parts.append(f"{shown['claimed']}/{shown['slots']} 人")
    if shown["needs_desk"]:
        parts.append(f"待处理 needs_desk={shown['needs_desk']}")
    if shown["contact"]:
        parts.append(f"联系人 {shown['contact']['name']}")
    if shown["my_claim"] and shown["my_claim"]["actions"]:
        parts.append("我的接单 claim: " + ",".join(shown["my_claim"]["actions"]))
    if shown["actions"]:
        parts.append("可 can " + ",".join(shown["actions"]))
    return " · ".join(parts)


def is_in_order(wanted: Sequence[str], found: Sequence[str]) -> bool:
    """Whether `wanted` can be found in `found` in its order, with anything in between."""
    rest = iter(found)
    return all(kind in rest for kind in wanted)


async def together(waiting: Iterable[Awaitable[object]]) -> None:
    """Wait for all; the first that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for one in waiting:
            group.create_task(_of(one))


async def _of(waiting: Awaitable[object]) -> None:
    await waiting
