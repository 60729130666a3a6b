"""A rubric changes: what an open round makes of it, what a closed one does, and what two at once do."""

import pytest

from tests.client import refusal
from tests.demands.world import ok
from tests.oversight.observations.rounds import (
    DISTRICT,
    SHARES,
    STREET,
    Body,
    Street,
    a_rubric,
    closed,
    drafted,
    objects,
    opened,
    ranks,
    scored_by_cadres,
)

OLD: list[Body] = [
    {"code": "theme_day", "most": 10},
    {"code": "grid_management", "most": 10},
    {"code": "three_meetings"},
]
NEW: list[Body] = [
    {"code": "theme_day", "most": 10, "weight": 30},
    {"code": "grid_management", "most": 20},
    {"code": "safety", "title": "安全生产", "most": 10},
]
"""The theme day weighs more, the grid is out of more points, safety is new, and three meetings are not judged."""


async def changed(street: Street, rubric: Body, criteria: list[Body]) -> Body:
    return await ok(street.desk.post(f"/rubrics/{rubric['id']}/versions", {"criteria": criteria}), 201)


async def a_scored_round(street: Street) -> tuple[Body, Body]:
    rubric = await a_rubric(street, criteria=OLD)
    found = await opened(street, rubric)
    await scored_by_cadres(street, found, SHARES)
    return rubric, found


async def test_a_rubric_that_changes_mid_round_changes_nothing_there(street: Street) -> None:
    rubric, found = await a_scored_round(street)
    before = await ranks(street.desk, found)
    await changed(street, rubric, NEW)
    seen = await ok(street.desk.get(f"/observations/{found['id']}"))
    assert (seen["version"]["number"], seen["newer_version"], "adopt" in seen["actions"]) == (1, True, True)
    assert await ranks(street.desk, found) == before
    path = f"/observed/{objects(found)['华森']}/scores"
    assert refusal(await street.cadres["书记"].put(path, {"points": {"safety": 5}})) == (422, "invalid_request")
    await ok(street.cadres["书记"].put(path, {"points": {"three_meetings": 8}}))
    await closed(street, found)
    assert (await ok(street.desk.get(f"/observations/{found['id']}/ranks")))["version"]["number"] == 1


async def test_what_is_judged_as_before_stands_once_the_desk_adopts_a_version(street: Street) -> None:
    rubric, found = await a_scored_round(street)
    await changed(street, rubric, NEW)
    adopted = await ok(street.desk.post(f"/observations/{found['id']}/adopt"))
    assert (adopted["version"]["number"], adopted["newer_version"]) == (2, False)
    assert "adopt" not in adopted["actions"]
    path = f"/observed/{objects(found)['华森']}"
    (mine,) = (await ok(street.cadres["书记"].get(path)))["sheets"]
    assert (mine["points"], mine["complete"]) == ({"theme_day": 8}, False)
    assert {one["rank"] for one in (await ranks(street.desk, found)).values()} == {None}
    assert refusal(await street.desk.post(f"/observations/{found['id']}/close")) == (409, "incomplete_sheets")
    rest = {"points": {"grid_management": 20, "safety": 10}}
    for who in street.cadres.values():
        for name in SHARES:
            await ok(who.put(f"/observed/{objects(found)[name]}/scores", rest))
    await closed(street, found)
    told = await ranks(street.desk, found)
    assert told["华森"]["total"] == 9_000  # 30 × 80% and 20 and 10 of 60
    assert told["华森"]["parts"] == {"theme_day": 8_000, "grid_management": 10_000, "safety": 10_000}


async def test_a_version_that_says_the_same_takes_every_sheet_along(street: Street) -> None:
    rubric, found = await a_scored_round(street)
    before = await ranks(street.desk, found)
    await changed(street, rubric, OLD)
    await ok(street.desk.post(f"/observations/{found['id']}/adopt"))
    assert await ranks(street.desk, found) == before


async def test_what_is_judged_again_counts_again(street: Street) -> None:
    rubric, found = await a_scored_round(street)
    before = await ranks(street.desk, found)
    for criteria in (OLD[:1], OLD):
        await changed(street, rubric, criteria)
        await ok(street.desk.post(f"/observations/{found['id']}/adopt"))
    assert await ranks(street.desk, found) == before


async def test_a_closed_round_stays_as_it_was_closed(street: Street) -> None:
    rubric, found = await a_scored_round(street)
    await closed(street, found)
    before = await ranks(street.desk, found)
    await changed(street, rubric, NEW)
    assert await ranks(street.desk, found) == before
    assert (await drafted(street, rubric, quarter=3))["version"]["number"] == 2


@pytest.mark.parametrize(
    "criteria",
    [
        [],
        [{"code": "theme_day"}, {"code": "theme_day"}],
        [{"code": "unheard_of"}],
        [{"code": "theme_day", "most": 0}],
        [{"code": "theme_day", "weight": 0}],
        [{"code": "theme_day", "seen": "hearsay"}],
    ],
    ids=["none", "twice", "without a title", "out of nothing", "weightless", "seen by no means"],
)
async def test_a_rubric_that_cannot_be_scored_is_refused(street: Street, criteria: list[Body]) -> None:
    body = {"region_code": STREET, "name": "细则", "criteria": criteria}
    assert refusal(await street.desk.post("/rubrics", body)) == (422, "invalid_request")


async def test_an_award_of_what_is_not_judged_is_refused(street: Street) -> None:
    award = {"name": "平安星", "least": 8_000, "criterion": "safety"}
    body = {"region_code": STREET, "name": "细则", "criteria": OLD, "awards": [award]}
    assert refusal(await street.desk.post("/rubrics", body)) == (422, "invalid_request")


async def test_a_rubric_is_its_desks_to_change_and_its_staffs_to_read(street: Street) -> None:
    rubric = await a_rubric(street)
    assert refusal(await street.desk.post("/rubrics", {**body_of(rubric)})) == (409, "rubric_exists")
    path = f"/rubrics/{rubric['id']}"
    assert (await ok(street.secretaries["华森"].get(path)))["actions"] == []
    assert refusal(await street.secretaries["华森"].post(f"{path}/versions", {"criteria": OLD})) == (403, "forbidden")
    assert refusal(await street.resident.get(path)) == (404, "not_found")
    assert refusal(await street.desk.post("/rubrics", body_of(rubric) | {"region_code": DISTRICT})) == (
        403,
        "forbidden",
    )
    assert [one["id"] for one in (await ok(street.observer.get("/rubrics", region=STREET)))["items"]] == [rubric["id"]]


def body_of(rubric: Body) -> Body:
    return {"region_code": STREET, "name": rubric["name"], "criteria": OLD}
