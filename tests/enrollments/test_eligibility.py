"""Where one is enrolled is where one may claim; home is for who is enrolled nowhere. Both ways of claiming agree."""

from typing import Any

from tests.client import Client, refusal
from tests.demands.both import Both
from tests.demands.world import COMMUNITY, ELSEWHERE, NEIGHBOUR, World, ids, ok, opened
from tests.enrollments.reporting import Body, enrolled, moved, reported, set_rule


async def open_at(world: World, region_code: str) -> Body:
    """A demand there that is open to members."""
    filed = await ok(world.filer.post("/demands", {"description": "有人需要帮忙", "region_code": region_code}), 201)
    return await ok(world.admin.post(f"/demands/{filed['id']}/dispatch", {"mode": "open", "slots": 5}))


async def may_claim(who: Client, demand: Body) -> bool:
    """Whether somebody is let in; the claim and the list of what is open say the same."""
    listed = (await ok(who.get("/demands", scope="open", limit=100)))["items"]
    answer = await who.post(f"/demands/{demand['id']}/claims")
    if answer.status_code == 201:
        assert demand["id"] in {one["id"] for one in listed}
        await ok(who.post(f"/claims/{answer.json()['id']}/withdraw", {"reason": "来不了"}))
        return True
    assert refusal(answer) == (409, "not_eligible")
    assert demand["id"] not in {one["id"] for one in listed}
    return False


async def test_who_is_enrolled_far_away_claims_there_and_no_longer_at_home(world: World) -> None:
    here, there = await opened(world, slots=5), await open_at(world, ELSEWHERE)
    assert (await may_claim(world.member, here), await may_claim(world.member, there)) == (True, False)
    made = await reported(world.member, ELSEWHERE)
    assert (await may_claim(world.member, here), await may_claim(world.member, there)) == (True, False)
    await moved(world.admin, made, "confirm")
    assert (await may_claim(world.member, here), await may_claim(world.member, there)) == (False, True)


async def test_until_an_exit_is_approved_one_belongs_there(world: World) -> None:
    here, there = await opened(world, slots=5), await open_at(world, ELSEWHERE)
    made = await enrolled(world.member, world.admin, ELSEWHERE)
    await moved(world.member, made, "leave")
    assert await may_claim(world.member, there) is True
    await moved(world.admin, made, "let-go")
    assert (await may_claim(world.member, here), await may_claim(world.member, there)) == (True, False)


async def test_who_is_enrolled_in_two_places_claims_in_both(world: World) -> None:
    here, there = await opened(world, slots=5), await open_at(world, ELSEWHERE)
    await enrolled(world.member, world.admin, COMMUNITY)
    await enrolled(world.member, world.admin, ELSEWHERE)
    assert (await may_claim(world.member, here), await may_claim(world.member, there)) == (True, True)


async def test_the_reach_holds_around_the_place(world: World) -> None:
    here, beside = await opened(world, slots=5), await open_at(world, NEIGHBOUR)
    await enrolled(world.member, world.admin, NEIGHBOUR)
    assert (await may_claim(world.member, here), await may_claim(world.member, beside)) == (True, True)
    await set_rule(world.admin, "claim_reach", "community", NEIGHBOUR)
    assert (await may_claim(world.member, here), await may_claim(world.member, beside)) == (False, True)


async def test_an_organization_claims_where_it_is_enrolled(world: World) -> None:
    there = await open_at(world, ELSEWHERE)
    unit: Body = {"organization_id": str(world.unit.id)}
    assert refusal(await world.liaison.post(f"/demands/{there['id']}/claims", unit)) == (409, "not_eligible")
    await enrolled(world.liaison, world.admin, ELSEWHERE, **unit)
    await ok(world.liaison.post(f"/demands/{there['id']}/claims", unit), 201)


async def test_candidates_are_those_who_are_enrolled_there(world: World) -> None:
    there = await open_at(world, ELSEWHERE)
    path = f"/demands/{there['id']}/candidates"
    assert [one["name"] for one in (await ok(world.admin.get(path, kind="member")))["items"]] == ["远方党员"]
    await enrolled(world.member, world.admin, ELSEWHERE)
    await enrolled(world.far, world.admin, COMMUNITY)
    assert [one["name"] for one in (await ok(world.admin.get(path, kind="member")))["items"]] == ["党员1号"]
    assigned = {"mode": "assigned", "member_ids": ids([world.members[0]])}
    await ok(world.admin.post(f"/demands/{there['id']}/dispatch", assigned))


async def test_organizations_that_are_enrolled_there_are_candidates(world: World) -> None:
    there = await open_at(world, ELSEWHERE)
    path = f"/demands/{there['id']}/candidates"
    await enrolled(world.liaison, world.admin, ELSEWHERE, organization_id=str(world.unit.id))
    names = {one["name"] for one in (await ok(world.admin.get(path, kind="organization")))["items"]}
    assert names == {"绿化社区党支部", "嘉恒物业公司"}


PLACES: list[tuple[str, ...]] = [(), (COMMUNITY,), (ELSEWHERE,), (NEIGHBOUR, ELSEWHERE), (COMMUNITY, NEIGHBOUR)]


async def answers(both: Both, method: str, path: str, **query: Any) -> list[Any]:
    """What both applications answer the member."""
    found = []
    for client in (both.hastily(both.usual.member), both.usual.member):
        answer = await (client.get(path, **query) if method == "GET" else client.post(path))
        content = answer.json()
        content.pop("trace_id", None)
        found.append([answer.status_code, content])
    return found


async def test_both_ways_let_the_same_people_in(both: Both) -> None:
    """The two ways list, show and claim alike, wherever the member is enrolled, and whatever the reach is there."""
    world, made = both.usual, list[Body]()
    for reach in ("district", "community"):
        await set_rule(world.admin, "claim_reach", reach, NEIGHBOUR)
        for places in PLACES:
            made = [await enrolled(world.member, world.admin, place) for place in places]
            demands = [await open_at(world, place) for place in (COMMUNITY, NEIGHBOUR, ELSEWHERE)]
            fast, usual = await answers(both, "GET", "/demands", scope="open", limit=100)
            assert fast == usual, (reach, places)
            for demand in demands:
                fast, usual = await answers(both, "GET", f"/demands/{demand['id']}")
                assert fast == usual, (reach, places)
                await claims_alike(both, demand, (reach, places))
            for one in made:
                await moved(world.admin, one, "let-go")


async def claims_alike(both: Both, demand: Body, what: object) -> None:
    """A claim is refused or made alike; what is made is taken back."""
    found = []
    for client in (both.hastily(both.usual.member), both.usual.member):
        answer = await client.post(f"/demands/{demand['id']}/claims")
        found.append([answer.status_code, answer.json().get("code")])
        if answer.status_code == 201:
            await ok(client.post(f"/claims/{answer.json()['id']}/withdraw", {"reason": "来不了"}))
    assert found[0] == found[1], what


async def test_the_common_case_of_who_is_enrolled_opens_no_session(both: Both) -> None:
    world = both.usual
    await enrolled(world.member, world.admin, ELSEWHERE)
    there = await open_at(world, ELSEWHERE)
    usual = await ok(world.member.get("/demands", scope="open"))
    both.fast.state.sessions = None
    assert await ok(both.hastily(world.member).get("/demands", scope="open")) == usual
    answer = await both.hastily(world.member).post(f"/demands/{there['id']}/claims")
    assert answer.status_code == 201, answer.text
