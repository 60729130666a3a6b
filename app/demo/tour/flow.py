"""The steps that the cases have in common: file, dispatch, claim, serve, evaluate, close."""

import asyncio
from collections.abc import Sequence

from app.demo.districts import district_of
from app.demo.tour.client import Json
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, MEMBER, RESIDENT, STREET, UNIT, Held, Walk, together

CONTACT = {"name": "王女士", "phone": "13800000009"}
ADDRESS = "育才街12号楼3单元"
SUMMARY = "已按要求完成"
CHECKED_IN = 20
"""The most people of one demand who check in before they complete."""
WORDS = "处理及时，问题已解决"


async def file(walk: Walk, person: Person, role: str, **body: object) -> Json:
    """点单: file a demand as somebody; with `dispatch` it is out at once."""
    walk.step = "点单 file"
    filed = await person.post("/demands", **body)
    walk.demand = filed
    at_once = "dispatch" in body
    walk.expect(filed["state"] == ("dispatched" if at_once else "filed"), "已点单 filed", filed)
    walk.expect(filed["number"] != "" and filed["round"] == 1, "有编号 numbered", filed)
    walk.note(role, f"点单 {filed['kind']} №{filed['number']}" + (" 并下单 and published" if at_once else ""))
    return filed


async def a_resident_files(walk: Walk, home: str, nickname: str = "王小雨", **body: object) -> Person:
    """A resident with a contact and an exact address files a request; only they may cancel it."""
    walk.step = "居民登录 sign in"
    resident = await walk.people.resident(f"tour-{walk.key}", home, nickname)
    wanted = {"kind": "request", "category": "other", "region_code": home, "title": walk.title}
    described = {"description": walk.title, "contact": CONTACT, "address": ADDRESS}
    await file(walk, resident, RESIDENT, **wanted | described | body)
    await walk.look(RESIDENT, resident, can=["cancel"], cannot=["dispatch", "evaluate"], needs_desk=None)
    return resident


async def dispatch(walk: Walk, desk: Person, **plan: object) -> Json:
    """下单: the desk puts a new demand out."""
    walk.step = "下单 dispatch"
    await walk.look(DESK, desk, state="filed", needs_desk="new", can=["dispatch", "return", "transfer"])
    return await dispatch_again(walk, desk, **plan)


async def dispatch_again(walk: Walk, desk: Person, **plan: object) -> Json:
    """下单: the desk gives a demand a plan, whatever it had before."""
    walk.step = "下单 dispatch"
    out = await desk.post(f"{walk.path}/dispatch", **plan)
    if out["proposal"] is not None:
        out = await _approved(walk, desk)
    walk.expect(out["mode"] == plan["mode"] and out["slots"] == plan.get("slots", 1), "按计划 as planned", out)
    walk.note(DESK, f"下单 {out['mode']} {out['slots']} 人")
    return out


async def _approved(walk: Walk, desk: Person) -> Json:
    """批准吹哨: a community's whistle for a department waits for the subdistrict's word."""
    walk.step = "批准吹哨 approve"
    await walk.look(DESK, desk, needs_desk="whistle_to_approve", cannot=["approve"])
    street = await walk.people.desk(walk.demand["region_code"][:9])
    await walk.look(STREET, street, needs_desk="whistle_to_approve", can=["approve", "send_back"])
    walk.note(STREET, "批准吹哨 approved")
    return await street.post(f"{walk.path}/approve")


async def members_claim(walk: Walk, count: int, skills: Sequence[str] = ()) -> list[Held]:
    """接单: so many members claim, all at once; whoever is busy at that time is passed over."""
    walk.step = "接单 claim"
    district = district_of(walk.demand["region_code"])

    async def one() -> Held:
        while True:
            person = await walk.people.member(district, skills)
            async with walk.door:
                answer = await person.try_post(f"{walk.path}/claims")
            if answer.code == "overlaps":
                walk.note(MEMBER, "有人时间冲突，换下一位 somebody is busy: the next one")
                continue
            return Held(person, answer.must())

    held = await asyncio.gather(*(one() for _ in range(count)))
    walk.expect(all(each.claim["state"] == "accepted" for each in held), "已接单 accepted", held[0].claim)
    walk.note(MEMBER, f"{count} 人接单 claimed")
    return held


async def residents_claim(walk: Walk, count: int) -> list[Held]:
    """接单: so many residents of the place claim what is asked of residents too."""
    walk.step = "居民接单 claim"
    home = walk.demand["region_code"]
    names = [f"tour-helper-{home}-{walk.key}-{number}" for number in range(1, count + 1)]
    people = [await walk.people.resident(name, home, f"热心居民{at}") for at, name in enumerate(names, 1)]
    held = [Held(person, await person.post(f"{walk.path}/claims")) for person in people]
    walk.note(RESIDENT, f"{count} 位居民接单 residents claimed")
    return held


async def accept(walk: Walk, role: str, person: Person) -> Held:
    """接单: somebody to whom it was offered takes it."""
    walk.step = "接受 accept"
    shown = await walk.look(role, person)
    offer = shown["my_claim"]
    walk.expect(offer is not None and offer["state"] == "offered", "收到邀请 offered", shown)
    held = Held(person, await person.post(f"/claims/{offer['id']}/accept"))
    walk.expect(held.claim["state"] == "accepted", "已接受 accepted", held.claim)
    return held


async def arrive(walk: Walk, held: Held) -> None:
    """到场: the claimant is there."""
    walk.step = "到场 arrive"
    async with walk.door:
        held.claim = await held.person.post(f"{held.path}/arrive")
    walk.expect(held.claim["state"] == "arrived", "已到场 arrived", held.claim)


async def complete(walk: Walk, held: Held, minutes: int, *, role: str = MEMBER, file_ids: Sequence[str] = ()) -> None:
    """完成: the claimant says what was done and how long it took, and may show it; their word counts at once."""
    walk.step = "完成 complete"
    said = {"minutes": minutes, "summary": SUMMARY} | ({"file_ids": list(file_ids)} if file_ids else {})
    async with walk.door:
        held.claim = await held.person.post(f"{held.path}/complete", **said)
    is_post = walk.demand["kind"] == "post"
    walk.expect(held.claim["state"] == ("accepted" if is_post else "completed"), "已完成 completed", held.claim)
    await book(walk, held.person, minutes, held.claim["provenance"])
    walk.note(role, f"完成 {minutes} 分钟 served")


async def book(walk: Walk, person: Person, minutes: int, provenance: str) -> None:
    """Expect a service in the ledger."""
    walk.expect(provenance == "entered", "自报工时 provenance entered", provenance)
    points = await walk.books.served(person, walk.demand, minutes, provenance)
    walk.points += points  # not in one line with the await: another service may be counted meanwhile
    walk.minutes += minutes
    walk.services += 1


async def serve(walk: Walk, held: Sequence[Held], minutes: int) -> None:
    """Everybody goes there and completes; where many come, nobody stands in line to check in."""
    if len(held) <= CHECKED_IN:
        await together(arrive(walk, one) for one in held)
    await together(complete(walk, one, minutes) for one in held)


async def respond(walk: Walk, liaison: Person, minutes: int) -> Held:
    """报到: a unit that was whistled for acknowledges, contacts, arrives and completes: duty, no hours."""
    held = await accept(walk, UNIT, liaison)
    walk.expect(held.claim["departmental"], "部门职责 departmental", held.claim)
    walk.step = "联系 contact"
    contacted = await liaison.post(f"{held.path}/contact")
    clocks = [contacted[name] for name in ("acknowledge_by", "contact_by", "arrive_by", "contacted_at")]
    walk.expect(all(clocks), "三个时限 three clocks", contacted)
    await arrive(walk, held)
    walk.step = "完成 complete"
    held.claim = await liaison.post(f"{held.path}/complete", minutes=minutes, summary=SUMMARY)
    walk.expect(held.claim["state"] == "completed", "已完成 completed", held.claim)
    walk.note(UNIT, f"{held.claim['claimant']['display_name']}: 签收→联系→到场→完成，不计工时 duty, no hours")
    return held


async def confirm(walk: Walk, filer: Person, held: Held, minutes: int) -> None:
    """The filer vouches for a service: the same minutes, known better."""
    walk.step = "确认 confirm"
    claim = await filer.post(f"{held.path}/confirm")
    right = (claim["state"], claim["provenance"], claim["minutes"]) == ("confirmed", "confirmed", minutes)
    walk.expect(right, "已确认 confirmed", claim)
    walk.books.confirmed(held.person, walk.demand["region_code"], minutes)


async def evaluate(walk: Walk, filer: Person, *, stars: int = 5, resolved: bool = True) -> None:
    """评议: the filer rates; resolved closes it, nothing else does."""
    walk.step = "评议 evaluate"
    await walk.look(RESIDENT, filer, state="completed", can=["evaluate"])
    rated = await filer.post(f"{walk.path}/evaluation", stars=stars, resolved=resolved, comment=WORDS, tags=[])
    walk.expect(rated["stars"] == stars and rated["channel"] == "filer", "已评议 evaluated", rated)
    word = "已解决 resolved" if resolved else "未解决 not resolved"
    walk.note(RESIDENT, f"评议 {'★' * stars} {word}")
    if resolved:
        await walk.look(RESIDENT, filer, state="closed", result="resolved")


async def close(walk: Walk, desk: Person) -> None:
    """办结: what staff filed is closed by the desk, since nobody may rate it."""
    walk.step = "办结 close"
    await walk.look(DESK, desk, state="completed", needs_desk="to_close", can=["close"], cannot=["evaluate"])
    await desk.post(f"{walk.path}/close", result="handled", reason="活动已完成")
    await walk.look(DESK, desk, state="closed", result="handled", needs_desk=None)


async def finish(walk: Walk, desk: Person) -> None:
    """The desk says that enough is done."""
    walk.step = "收尾 finish"
    done = await desk.post(f"{walk.path}/finish")
    walk.expect(done["state"] == "completed", "已完成 completed", done)
    walk.note(DESK, "收尾 finished: 够了 enough is done")
