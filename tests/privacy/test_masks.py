"""Who sees what of whom, until when, and that whoever it is about can know."""

from datetime import timedelta
from typing import Any

import pytest

from app.access.models import Purpose
from app.kit import clock
from app.privacy.documents import DOCUMENTS
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.demands.world import World, claimed, drain, filed, ok, opened, seen

CALL = "天气热，下水道堵了。请打 13800000001 找王女士，育才街12号楼。"
PLAIN = ("13800000001", "王女士", "育才街12号楼")
CLAIMED: dict[str, Any] = {"description": CALL, "title": "下水道堵塞"}


async def shown(who: Client, demand: dict[str, Any]) -> list[str]:
    """Which of the filer's particulars somebody can read anywhere in the demand or its history."""
    answers = [await who.get(f"/demands/{demand['id']}{more}") for more in ("", "/timeline", "/claims")]
    return [plain for plain in PLAIN if any(plain in answer.text for answer in answers)]


async def tell_identity(who: Client, given: bool) -> dict[str, Any]:
    """A member lets residents see that they are one, or no longer."""
    version = DOCUMENTS[Purpose.SHOW_IDENTITY].version
    return await ok(who.post("/me/consents", {"purpose": "show_identity", "version": version, "given": given}))


async def test_a_member_sees_names_phones_and_places_only_while_they_hold_a_claim(world: World) -> None:
    demand = await opened(world, **CLAIMED)
    assert await shown(world.member, demand) == []
    claim = await claimed(world.member, demand)
    assert await shown(world.member, demand) == list(PLAIN)
    assert await shown(world.second, demand) == []
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    assert await shown(world.member, demand) == []
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
    assert await shown(world.member, demand) == []
    assert await shown(world.filer, demand) == list(PLAIN)


async def test_a_claim_that_is_given_up_hides_them_again(world: World) -> None:
    demand = await opened(world, **CLAIMED)
    claim = await claimed(world.member, demand)
    await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "到了请打 010-88886666"}), 201)
    history = (await world.member.get(f"/demands/{demand['id']}/timeline")).text
    assert "010-88886666" in history
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事", "cause": "busy"}))
    assert await shown(world.member, demand) == []
    assert "010-88886666" not in (await world.member.get(f"/demands/{demand['id']}/timeline")).text


async def test_who_has_completed_reads_the_messages_without_the_phones_in_them(world: World) -> None:
    demand = await opened(world, **CLAIMED)
    claim = await claimed(world.member, demand)
    await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "到了请打 010-88886666"}), 201)
    assert "010-88886666" in (await world.member.get(f"/demands/{demand['id']}/timeline")).text
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    assert "到了请打 ****" in (await world.member.get(f"/demands/{demand['id']}/timeline")).text


async def test_lists_are_masked_for_the_desk_too(world: World) -> None:
    demand = await opened(world, **CLAIMED)
    await claimed(world.member, demand)
    for who, scope in ((world.desk, "region"), (world.observer, "region")):
        page = await who.get("/demands", scope=scope)
        assert demand["id"] in page.text
        assert [plain for plain in PLAIN if plain in page.text] == []


async def test_a_wish_is_handed_over_by_the_desk_and_who_serves_never_learns_whose_it_is(world: World) -> None:
    demand = await opened(world, kind="wish", **CLAIMED)
    await claimed(world.member, demand)
    assert await shown(world.member, demand) == []
    told = await seen(world.member, demand)
    assert told["filer"] == {"display_name": "微心愿"}
    assert (told["contact"], told["location"]) == (None, None)
    assert await shown(world.desk, demand) == list(PLAIN)


async def test_a_resident_sees_a_member_as_whoever_serves_until_the_member_consents(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)

    async def as_the_filer_sees_it() -> tuple[str, bool, str | None]:
        found = await ok(world.filer.get(f"/claims/{claim['id']}"))
        history = (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"]
        actors = {item["actor"]["display_name"] for item in history if item["actor"]["kind"] == "claimant"}
        assert actors == {found["claimant"]["display_name"]}
        return found["claimant"]["display_name"], found["claimant"]["badge"], found["claimant_kind"]

    assert await as_the_filer_sees_it() == ("服务人员", False, None)
    await tell_identity(world.member, True)
    assert await as_the_filer_sees_it() == ("党**", True, "member")
    await tell_identity(world.member, False)
    assert await as_the_filer_sees_it() == ("服务人员", False, None)
    named = await ok(world.desk.get(f"/claims/{claim['id']}"))
    assert (named["claimant"]["display_name"], named["claimant_kind"]) == ("党员1号", "member")


async def test_each_viewer_leaves_one_row_a_demand_and_day_that_its_owner_can_read(world: World) -> None:
    demand, other = await filed(world.filer), await filed(world.stranger, title="另一件")
    path = f"/demands/{demand['id']}/reveals"
    await world.observer.get(f"/demands/{demand['id']}")
    assert (await ok(world.filer.get(path)))["items"] == []
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open"}))
    await claimed(world.member, demand)
    for _ in range(2):
        await seen(world.member, demand)
        await seen(world.desk, demand)
    await world.desk.get(f"/demands/{demand['id']}/timeline")
    await seen(world.second, demand)
    await seen(world.filer, demand)
    today = clock.today().isoformat()
    expected = {("handler", "八角南路社区", today), ("claimant", "服务人员", today)}
    assert await rows(world.filer, path) == expected
    assert await rows(world.filer, "/me/reveals") == expected
    await tell_identity(world.member, True)
    assert ("claimant", "党**", today) in await rows(world.filer, path)
    for who in (world.member, world.desk, world.admin):
        assert refusal(await who.get(path)) == (403, "forbidden")
    assert refusal(await world.stranger.get(path)) == (404, "not_found")
    await seen(world.desk, other)
    assert await rows(world.filer, path) == {("handler", "八角南路社区", today), ("claimant", "党**", today)}


async def rows(who: Client, path: str) -> set[tuple[str, str, str]]:
    """Who saw it, by page of one; no row comes twice."""
    found, cursor = [], None
    while True:
        page = await ok(who.get(path, limit=1, **({"cursor": cursor} if cursor else {})))
        found += [(one["seen_as"], one["display_name"], one["day"]) for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(found) == len(set(found))
    return set(found)


async def test_another_day_leaves_another_row(world: World, settings: Settings) -> None:
    demand = await opened(world)
    await seen(world.desk, demand)
    move_clock(settings, timedelta(days=1))
    await seen(await world.desk.signed_in("desk"), demand)
    assert len(await rows(await world.filer.signed_in("filer"), "/me/reveals")) == 2


@pytest.mark.parametrize(
    "title",
    [
        "请打13800000009",
        "电话 138 0000 0009",
        "010-88886666 找人",
        "证号11010119900101123X",
        "号码１３８００００００００９",
    ],
)
async def test_a_title_with_a_phone_in_it_is_refused(world: World, title: str) -> None:
    answer = await world.filer.post("/demands", drain(title=title))
    assert refusal(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["code"] == "phone_in_title"


async def test_titles_may_hold_dates_and_house_numbers(world: World) -> None:
    for title in ("12号楼下水道堵塞返味", "2026-11-24 停水", "3单元502室漏水"):
        assert (await filed(world.filer, title=title))["title"] == title


async def test_a_title_made_from_the_description_leaves_out_phones_names_and_the_address(world: World) -> None:
    demand = await filed(world.filer, title=None, description="王女士育才街12号楼漏水电话13800000001")
    assert demand["title"] == "****漏水电话****"
