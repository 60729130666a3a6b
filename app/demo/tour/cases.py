"""The 36 cases out of the articles, walked as their rows say."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.demo.districts import DATA, district_of
from app.demo.tour import flow
from app.demo.tour.client import Json
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, MEMBER, UNIT, Held, Walk, together
from app.demo.units import UNITS
from app.kit import clock

EVENINGS = {"weekly": 3, "twice weekly": 4, "weekdays": 5, "daily x5": 5, "": 2}
"""How often a post is served in the tour; the busiest time is the one in the middle."""
SPAN = {"daily x5": timedelta(days=4), "weekdays": timedelta(days=6), "twice weekly": timedelta(days=27)}
"""From the first time to the last one, where a case's row gives the length of one time only."""
TOO_SOON = timedelta(minutes=10)
"""What ends today within so little time is walked as tomorrow's."""
OWN_UNITS = {"X20": ("weisheng",), "X17b": ("zhujianju",), "L23b": ("renshe",)}
"""Units that a case's description names, by their liaisons."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a real demand and what became of it."""

    key: str
    kind: str
    category: str
    region_code: str
    title: str
    description: str
    mode: str
    audience: str
    slots: int
    skills: tuple[str, ...]
    minutes: int
    in_days: str
    at: str
    lasts: str
    recurs: str
    source: str

    @property
    def liaisons(self) -> tuple[str, ...]:
        """The liaisons of the units that take part."""
        named = [unit for unit in UNITS[district_of(self.region_code).key] if unit.liaison]
        in_source = tuple(unit.liaison or "" for unit in named if _short(unit.name) in self.source)
        return OWN_UNITS.get(self.key, in_source)

    @property
    def is_filed_by_a_resident(self) -> bool:
        """Whether anybody may ask for it; the other kinds are for staff and liaisons."""
        return self.kind in ("request", "wish")

    def filed(self) -> Json:
        """What is filed."""
        names = ("kind", "category", "region_code", "title", "description")
        return {name: getattr(self, name) for name in names}

    def plan(self, now: datetime) -> Json:
        """How it is dispatched, with its window from today on."""
        plan: Json = {"mode": self.mode, "slots": self.slots, "skills": list(self.skills)}
        if self.mode == "open":
            plan["audience"] = self.audience
        if window := self.window(now):
            plan |= {"starts_at": window[0].isoformat(), "ends_at": window[1].isoformat()}
        return plan

    def window(self, now: datetime) -> tuple[datetime, datetime] | None:
        """From when until when, if the row says so."""
        if not self.lasts:
            return None
        day = now.astimezone(clock.CHINA).date() + timedelta(days=int(self.in_days))
        start = datetime.combine(day, time.fromisoformat(self.at or "00:00"), clock.CHINA)
        number, unit = int(self.lasts[:-1]), self.lasts[-1]
        lasting = timedelta(days=number) if unit == "d" else timedelta(minutes=number)
        end = start + SPAN.get(self.recurs, timedelta()) + lasting
        late = timedelta(days=1) if end < now + TOO_SOON else timedelta()
        return start + late, end + late


def _short(unit: str) -> str:
    """A unit as the articles write it, without the place in front."""
    for place in ("嘉峪关市", "陆良", "石景山区"):
        unit = unit.removeprefix(place)
    return unit


def read() -> list[Case]:
    """All cases, in the order of the file."""
    with (DATA / "cases.csv").open(encoding="utf-8", newline="") as lines:
        return [_case(row) for row in csv.DictReader(lines)]


def _case(row: dict[str, str]) -> Case:
    skills = tuple(skill for skill in row["skills"].split(";") if skill)
    numbers = {"slots": int(row["slots"]), "minutes": int(row["minutes"])}
    return Case(**row | numbers | {"skills": skills})  # type: ignore[arg-type]


async def walk(case: Case, walk: Walk) -> None:
    """Walk one case to its end."""
    if case.is_filed_by_a_resident:
        await _asked_by_a_resident(case, walk)
    else:
        await _asked_by_a_desk(case, walk)


async def _asked_by_a_resident(case: Case, walk: Walk) -> None:
    """居民点单 → 社区下单 → 接单 → 居民评议."""
    desk = await walk.people.desk(case.region_code)
    resident = await flow.a_resident_files(walk, case.region_code, **case.filed())
    if case.mode == "whistle":
        await _whistle(case, walk, desk)
    elif case.mode == "assigned":
        await _assign(case, walk, desk)
    else:
        await flow.dispatch(walk, desk, **case.plan(clock.now()))
        await _look_before_claiming(case, walk)
        held = await flow.members_claim(walk, case.slots, case.skills)
        await _look_after_claiming(walk, held)
        await flow.serve(walk, held, case.minutes)
        await flow.confirm(walk, resident, held[0], case.minutes)
    await flow.evaluate(walk, resident)
    await walk.look(DESK, desk, state="closed", result="resolved", can=["reopen"])
    await walk.timeline(
        resident,
        "demand.filed",
        "demand.dispatched",
        "demand.claimed",
        "claim.served",
        "demand.completed",
        "demand.evaluated",
        "demand.closed",
    )


async def _look_before_claiming(case: Case, walk: Walk) -> None:
    """Somebody who could claim sees neither whom to call nor the house."""
    onlooker = await walk.people.member(district_of(case.region_code), case.skills)
    shown = await walk.look(MEMBER, onlooker, state="dispatched", is_open=True, can=["claim"], contact=None)
    walk.expect(shown["address"] == "育才街**", "地址打码 address masked", shown)


async def _look_after_claiming(walk: Walk, held: Sequence[Held]) -> None:
    """Whoever goes there sees both; a wish is handed over by the desk, so its place stays with the desk."""
    is_wish = walk.demand["kind"] == "wish"
    seen = {"contact": None, "address": "育才街**"} if is_wish else {"contact": flow.CONTACT, "address": flow.ADDRESS}
    shown = await walk.look(MEMBER, held[0].person, state="claimed", **seen)
    walk.expect(shown["claimed"] == len(held), "名额计数 places counted", shown)


async def _whistle(case: Case, walk: Walk, desk: Person) -> None:
    """社区吹哨、部门报到: every unit that was whistled for answers."""
    liaisons = [await walk.people.liaison(name) for name in case.liaisons]
    units = [liaison.organization_id for liaison in liaisons]
    await flow.dispatch(walk, desk, mode="whistle", slots=len(units), organization_ids=units)
    for liaison in liaisons:
        await flow.respond(walk, liaison, case.minutes)


async def _assign(case: Case, walk: Walk, desk: Person) -> None:
    """指定认领: to units where the row names some, else to members with the skills."""
    plan = case.plan(clock.now())
    if not case.liaisons:
        chosen = await _chosen(case, walk)
        await flow.dispatch(walk, desk, **plan, member_ids=[one.member_id for one in chosen])
        await flow.serve(walk, [await flow.accept(walk, MEMBER, one) for one in chosen], case.minutes)
        return
    first, *others = [await walk.people.liaison(name) for name in case.liaisons]
    units = [liaison.organization_id for liaison in (first, *others)]
    await flow.dispatch(walk, desk, **plan, organization_ids=units)
    held = await flow.accept(walk, UNIT, first)
    for late in others:
        offer = (await walk.look(UNIT, late))["my_claim"]
        (await late.try_post(f"/claims/{offer['id']}/accept")).must_refuse("slots_full")
        walk.note(UNIT, "名额已满 the second unit finds no place left")
    await _send_members(case, walk, held, 1)


async def _send_members(case: Case, walk: Walk, held: Held, count: int) -> None:
    """A unit names who serves for it: the hours are theirs."""
    walk.step = "派出党员 name members"
    unit = next(unit for unit in UNITS[district_of(case.region_code).key] if unit.liaison == case.liaisons[0])
    people = await walk.people.members_of(district_of(case.region_code), unit.name, count)
    ids = sorted(one.member_id for one in people)
    named = await held.person.put(f"{held.path}/members", member_ids=ids)
    walk.expect(sorted(named["member_ids"]) == ids, "已派出 named", named)
    held.claim = await held.person.post(f"{held.path}/complete", minutes=case.minutes, summary=flow.SUMMARY)
    walk.note(UNIT, f"{unit.name} 派出 {count} 名党员 sent members")
    for one in people:
        await flow.book(walk, one, case.minutes, held.claim["provenance"])


async def _chosen(case: Case, walk: Walk) -> list[Person]:
    district = district_of(case.region_code)
    return [await walk.people.member(district, case.skills) for _ in range(case.slots)]


async def _asked_by_a_desk(case: Case, walk: Walk) -> None:
    """党有所呼: filed and published by the desk in one call, or filed by a unit; claimed, served, closed."""
    desk = await walk.people.desk(case.region_code)
    plan = case.plan(clock.now())
    if case.mode == "assigned":
        chosen = await _chosen(case, walk)
        plan["member_ids"] = [one.member_id for one in chosen]
    if case.liaisons and case.kind == "project":
        liaison = await walk.people.liaison(case.liaisons[0])
        await flow.file(walk, liaison, UNIT, **case.filed())
        await flow.dispatch(walk, desk, **plan)
    else:
        await flow.file(walk, desk, DESK, **case.filed(), dispatch=plan)
    if case.mode == "assigned":
        held = [await flow.accept(walk, MEMBER, one) for one in chosen]
    else:
        held = await _claimed_by_its_audience(case, walk)
    await walk.look(MEMBER, held[0].person, state="claimed", claimed=case.slots, is_open=False)
    if case.kind == "post":
        await _serve_again_and_again(case, walk, held)
        await flow.finish(walk, desk)
    else:
        await flow.serve(walk, held, case.minutes)
    await flow.close(walk, desk)
    await walk.timeline(desk, "demand.filed", "demand.dispatched", "claim.served", "demand.completed", "demand.closed")


async def _claimed_by_its_audience(case: Case, walk: Walk) -> list[Held]:
    """Members, residents, or both where all are asked."""
    residents = {"members": 0, "residents": case.slots, "all": min(case.slots // 3, 3)}[case.audience]
    held = await flow.residents_claim(walk, residents) if residents else []
    if residents < case.slots:
        held += await flow.members_claim(walk, case.slots - residents, case.skills)
    return held


async def _serve_again_and_again(case: Case, walk: Walk, held: Sequence[Held]) -> None:
    """A post is served several times: all come to the one in the middle, a few to the others."""
    times = EVENINGS[case.recurs]
    for number in range(times):
        present = held if number == times // 2 else held[: max(1, len(held) // 10)]
        await together(flow.complete(walk, one, case.minutes) for one in present)
    walk.note(MEMBER, f"{times} 次服务，接单仍有效 {times} times, and the claim stays")
    await walk.look(MEMBER, held[0].person, claimed=case.slots)
