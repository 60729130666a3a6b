"""Open demands come best first and page by page though scores move; a desk sees whom it could ask, and why."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.members.models import Member
from tests.client import Client, refusal
from tests.demands.world import DISTRICT, ELDER_PHONE, World, claimed, drain, filed, ids, in_hours, ok, opened
from tests.factories import a_member, an_organization

Answer = dict[str, Any]


async def open_to(who: Client, **wanted: Any) -> list[Answer]:
    """The open demands of one page."""
    return list((await ok(who.get("/demands", scope="open", **wanted)))["items"])


async def candidates(who: Client, demand: Answer, **wanted: Any) -> list[Answer]:
    """One page of whom a demand could be offered to."""
    return list((await ok(who.get(f"/demands/{demand['id']}/candidates", **wanted)))["items"])


async def skilled(session: AsyncSession, member: Member, *skills: str) -> None:
    """Give a member skills."""
    await session.execute(update(Member).where(Member.id == member.id).values(skills=list(skills)))
    await session.commit()


async def test_what_fits_best_comes_first_with_its_reasons(world: World, session: AsyncSession) -> None:
    await skilled(session, world.members[0], "repair")
    await opened(world, title="一", category="culture")
    await opened(world, title="二", category="repair")
    await opened(world, title="三", category="health")
    await ok(world.member.put("/me/preferences", {"wishes": ["culture"]}))
    shown = await open_to(world.member)
    assert [one["title"] for one in shown] == ["二", "一", "三"]
    reasons = {reason["code"]: reason["text"] for reason in shown[0]["match"]["reasons"]}
    assert reasons["skill"] == "具备所需技能（1/1）"
    scores = [one["match"]["score"] for one in shown]
    assert scores == sorted(scores, reverse=True)


async def test_other_lists_and_single_demands_have_no_match(world: World) -> None:
    demand = await opened(world)
    assert (await ok(world.member.get(f"/demands/{demand['id']}")))["match"] is None
    assert [one["match"] for one in (await ok(world.filer.get("/demands")))["items"]] == [None]


async def test_residents_and_liaisons_are_matched_too(world: World) -> None:
    await opened(world, audience="all")
    for who in (world.stranger, world.liaison):
        (shown,) = await open_to(who)
        assert shown["match"]["score"] > 0


async def test_pages_hold_together_though_scores_move(world: World, session: AsyncSession) -> None:
    categories = ("repair", "health", "culture", "repair", "health")
    opened_ids = [(await opened(world, category=category))["id"] for category in categories]
    await skilled(session, world.members[0], "repair")
    first = await ok(world.member.get("/demands", scope="open", limit=2))
    assert {one["category"] for one in first["items"]} == {"repair"}
    await skilled(session, world.members[0], "medical", "first_aid")
    await opened(world, category="health", title="后来的")
    second = await ok(world.member.get("/demands", scope="open", limit=2, cursor=first["next_cursor"]))
    assert {one["category"] for one in second["items"]} == {"health"}, "the best that was not shown yet"
    await skilled(session, world.members[0], "repair")
    third = await ok(world.member.get("/demands", scope="open", limit=2, cursor=second["next_cursor"]))
    shown = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert (sorted(shown), third["next_cursor"]) == (sorted(opened_ids), None)


async def test_a_forged_cursor_is_refused(world: World) -> None:
    assert refusal(await world.member.get("/demands", scope="open", cursor="abc")) == (422, "invalid_request")


async def test_filters_narrow_what_is_ranked(world: World) -> None:
    await opened(world, title="路灯不亮", category="safety")
    await opened(world, title="水管漏水")
    assert [one["title"] for one in await open_to(world.member, category="safety")] == ["路灯不亮"]
    assert [one["title"] for one in await open_to(world.member, q="漏水")] == ["水管漏水"]


async def test_a_region_weighs_as_it_likes(world: World) -> None:
    await opened(world, title="一", category="culture")
    await opened(world, title="二", category="repair")
    await ok(world.member.put("/me/preferences", {"wishes": ["culture"]}))
    only_wishes = dict.fromkeys(("skill", "distance", "availability", "load", "fairness", "urgency"), 0) | {"wish": 1}
    rule = {"value": only_wishes, "from": "2026-01-01", "region_code": DISTRICT}
    await ok(world.admin.put("/policies/match_weights", rule))
    assert [one["match"]["score"] for one in await open_to(world.member)] == [100, 0]


async def test_a_desk_sees_whom_it_could_ask_and_why(world: World, session: AsyncSession) -> None:
    await skilled(session, world.members[3], "repair")
    demand = await filed(world.filer)
    first, *others = await candidates(world.desk, demand)
    assert (first["id"], first["name"], first["phone_masked"]) == (str(world.members[3].id), "党员4号", "199****0004")
    assert (first["organization_name"], first["live"], first["distance"]) == (world.branch.name, 0, "同一社区")
    assert {reason["code"] for reason in first["match"]["reasons"]} >= {"skill", "distance", "load", "fairness"}
    assert {one["id"] for one in [first, *others]} == set(ids(world.members))


async def test_who_is_busy_with_others_comes_later(world: World) -> None:
    await claimed(world.member, await opened(world))
    shown = await candidates(world.desk, await filed(world.filer))
    assert (shown[-1]["id"], shown[-1]["live"]) == (str(world.members[0].id), 1)


async def test_who_refused_left_or_did_not_come_is_not_asked_again(world: World) -> None:
    demand = await opened(world, slots=5)
    path = f"/demands/{demand['id']}"
    left, absent = await claimed(world.member, demand), await claimed(world.second, demand)
    plan = {"mode": "assigned", "slots": 5, "member_ids": ids(world.members[2:4])}
    await ok(world.desk.post(f"{path}/dispatch", plan))
    offers = (await ok(world.desk.get(f"{path}/claims")))["items"]
    refused = next(one for one in offers if one["claimant"]["id"] == str(world.members[2].id))
    reason = {"reason": "来不了"}
    await ok(world.member.post(f"/claims/{left['id']}/withdraw", reason))
    await ok(world.desk.post(f"/claims/{refused['id']}/decline", reason))
    await ok(world.desk.post(f"/claims/{absent['id']}/no-show", reason))
    shown = {one["id"] for one in await candidates(world.desk, demand)}
    assert shown == set(ids(world.members[4:])), "the fourth has an offer"


async def test_who_is_booked_at_the_time_is_not_asked(world: World) -> None:
    plan = {"starts_at": in_hours(24), "ends_at": in_hours(26)}
    await claimed(world.member, await opened(world, plan=plan))
    demand = await opened(world, plan={"starts_at": in_hours(25), "ends_at": in_hours(27)})
    later = await opened(world, plan={"starts_at": in_hours(26), "ends_at": in_hours(27)})
    booked = str(world.members[0].id)
    assert booked not in {one["id"] for one in await candidates(world.desk, demand)}
    assert booked in {one["id"] for one in await candidates(world.desk, later)}


async def test_who_asked_for_it_is_not_asked_to_do_it(world: World, session: AsyncSession) -> None:
    demand = await filed(world.member)
    assert str(world.members[0].id) not in {one["id"] for one in await candidates(world.desk, demand)}
    elder = await a_member(session, world.branch, name="老党员", phone=ELDER_PHONE)
    await session.commit()
    for_them = await filed(world.filer, on_behalf_of={"name": "老党员", "phone": ELDER_PHONE})
    assert str(elder.id) not in {one["id"] for one in await candidates(world.desk, for_them)}
    assert str(elder.id) in {one["id"] for one in await candidates(world.desk, demand)}


async def test_who_said_when_they_can_is_shown_as_free(world: World) -> None:
    tomorrow = (clock.now().astimezone(clock.CHINA) + timedelta(days=1)).replace(
        hour=19, minute=0, second=0, microsecond=0
    )
    plan = {"starts_at": tomorrow.isoformat(), "ends_at": (tomorrow + timedelta(hours=2)).isoformat()}
    slot = {"weekday": tomorrow.isoweekday(), "from_hour": 19, "to_hour": 21}
    await ok(world.member.put("/me/preferences", {"slots": [slot]}))
    day_off = {"slots": [slot], "days_off": [tomorrow.date().isoformat()]}
    await ok(world.second.put("/me/preferences", day_off))
    shown = {one["id"]: one["is_free"] for one in await candidates(world.desk, await opened(world, plan=plan))}
    assert [shown[one] for one in ids(world.members[:3])] == [True, False, None]


async def test_people_from_further_away_come_as_far_as_the_rule_lets_them(world: World, session: AsyncSession) -> None:
    away = await an_organization(session, name="八角北里社区党支部", region_code="110107003025")
    neighbour = await a_member(session, away, name="邻居党员", skills=["repair"])
    await session.commit()
    demand = await filed(world.filer)
    (found,) = [one for one in await candidates(world.desk, demand) if one["id"] == str(neighbour.id)]
    assert found["distance"] == "同一街道"
    rule = {"value": "community", "from": "2026-01-01", "region_code": DISTRICT}
    await ok(world.admin.put("/policies/claim_reach", rule))
    assert str(neighbour.id) not in {one["id"] for one in await candidates(world.desk, demand)}


async def test_candidates_come_in_pages(world: World) -> None:
    demand = await filed(world.filer)
    read, cursor = [], None
    for _ in range(3):
        wanted = {"limit": 5} | ({"cursor": cursor} if cursor else {})
        page = await ok(world.desk.get(f"/demands/{demand['id']}/candidates", **wanted))
        read += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert (sorted(read), cursor) == (sorted(ids(world.members)), None)


async def test_organizations_are_shown_with_what_they_did(world: World) -> None:
    demand = await opened(world, category="repair", slots=1)
    claim = await claimed(world.liaison, demand, organization_id=str(world.unit.id))
    await ok(world.liaison.put(f"/claims/{claim['id']}/members", {"member_ids": ids(world.members[6:7])}))
    await ok(world.liaison.post(f"/claims/{claim['id']}/complete", {"minutes": 60}))
    shown = await candidates(world.desk, await filed(world.filer), kind="organization")
    assert {one["name"]: one["done"] for one in shown} == {
        world.unit.name: 1,
        world.other_unit.name: 0,
        world.branch.name: 0,
    }
    assert shown[0]["name"] == world.unit.name
    assert all(one["phone_masked"] is None for one in shown)


async def test_only_the_handlers_desk_sees_candidates(world: World) -> None:
    demand = await opened(world)
    for who in (world.member, world.observer, world.filer):
        assert refusal(await who.get(f"/demands/{demand['id']}/candidates")) == (403, "forbidden")


async def test_a_demand_of_a_whole_district_has_candidates_too(world: World) -> None:
    demand = await ok(world.district_desk.post("/demands", drain(region_code=DISTRICT, location=None)), 201)
    shown = await candidates(world.district_desk, demand)
    assert {one["id"] for one in shown} == set(ids(world.members))
