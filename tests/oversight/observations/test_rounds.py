"""浉河's quarterly round: rubric, route and panel, scores, ranks; who may, who scores nobody, what is dropped."""

from io import BytesIO

import openpyxl
import pytest

from tests.client import refusal
from tests.demands.world import ok
from tests.oversight.observations.rounds import (
    BUILDINGS,
    COMMUNITIES,
    NINE,
    SHARES,
    STREET,
    Body,
    Street,
    a_rubric,
    closed,
    drafted,
    laid_out,
    objects,
    opened,
    ranked,
    ranks,
    scored,
    scored_by_cadres,
    whole,
)

WHY = {"reason": "当天停电"}


async def test_a_quarter_goes_from_the_rubric_to_ranks_over_six_communities_and_a_unit(street: Street) -> None:
    rubric = await a_rubric(street)
    assert [one["title"] for one in rubric["versions"][0]["criteria"]][3] == "“夺旗争星”活动开展"
    found = await opened(street, rubric)
    assert found["title"] == "2026年第二季度观摩考评细则"
    assert [one["name"] for one in found["objects"]] == [*(f"{name}社区" for name in COMMUNITIES), "城管中队"]
    await scored_by_cadres(street, found, SHARES)
    assert (await closed(street, found))["state"] == "closed"
    told = await ranks(street.captain, found)
    assert {name: (one["rank"], one["total"]) for name, one in told.items()} == {
        "城管中队": (1, 10_000),
        "周家山": (2, 9_000),
        "华森": (3, 8_000),
        "飨堂": (3, 8_000),
        "金牛": (5, 7_000),
        "赵家": (6, 6_000),
        "航空": (7, 5_000),
    }
    assert told["周家山"]["parts"] == dict.fromkeys(NINE, 9_000)
    assert told["周家山"]["sheets"] == 3


async def test_ranks_move_against_the_round_before(street: Street) -> None:
    rubric = await a_rubric(street)
    first = await ranked(street, rubric=rubric, quarter=1)
    shares = SHARES | {"航空": 0.95}
    second = await ranked(street, shares, rubric=rubric)
    assert second["previous_id"] == first["id"]
    told = await ranks(street.secretaries["航空"], second)
    assert (told["航空"]["rank"], told["航空"]["previous_rank"], told["航空"]["moved"]) == (2, 7, 5)
    assert (told["城管中队"]["moved"], told["华森"]["moved"]) == (0, -1)
    assert {one["moved"] for one in (await ranks(street.desk, first)).values()} == {None}


async def test_a_round_of_a_year_before_is_the_one_before(street: Street) -> None:
    rubric = await a_rubric(street)
    await ranked(street, rubric=rubric, year=2025, quarter=3)
    fourth = await ranked(street, rubric=rubric, year=2025, quarter=4)
    assert (await ranked(street, rubric=rubric, year=2026, quarter=1))["previous_id"] == fourth["id"]
    assert (await ranked(street, rubric=rubric, year=2025, quarter=2))["previous_id"] is None, "what came later is none"


async def test_nobody_scores_their_own(street: Street) -> None:
    found = await opened(street)
    for name, who in street.secretaries.items():
        path = f"/observed/{objects(found)[name]}"
        assert refusal(await who.put(f"{path}/scores", whole(found, 1))) == (409, "own_object")
        assert "score" not in (await ok(who.get(path)))["actions"]
    path = f"/observed/{objects(found)['城管中队']}/scores"
    assert refusal(await street.captain.put(path, whole(found, 1))) == (409, "own_object")
    await scored(street.captain, found, "华森", 1)
    await scored(street.secretaries["华森"], found, "周家山", 1)


async def test_what_a_panelist_scored_does_not_count_once_they_stepped_back(street: Street) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, SHARES)
    path = f"/observed/{objects(found)['航空']}"
    await scored(street.secretaries["华森"], found, "航空", 1)
    before = (await ranks(street.desk, found))["航空"]
    assert (before["sheets"], before["total"]) == (4, 5_714)
    await ok(street.secretaries["华森"].post(f"{path}/recuse", {"reason": "亲属在该社区任职"}))
    assert refusal(await street.secretaries["华森"].put(f"{path}/scores", whole(found, 1))) == (409, "own_object")
    after = (await ranks(street.desk, found))["航空"]
    assert (after["sheets"], after["total"]) == (3, 5_000)


async def test_roles_weigh_and_the_highest_and_lowest_are_dropped_where_the_rubric_says_so(street: Street) -> None:
    rubric = await a_rubric(street, drop_highest=1, drop_lowest=1)
    found = await opened(street, rubric)
    for who, share in zip(street.cadres.values(), (0.0, 0.6, 0.8), strict=True):
        await scored(who, found, "华森", share)
    await scored(street.captain, found, "华森", 0.9)
    await scored(street.secretaries["飨堂"], found, "华森", 1)
    told = (await ranks(street.desk, found))["华森"]
    assert (told["sheets"], told["total"]) == (3, round((60 * 2 + 80 * 2 + 90) / 5 * 100))


@pytest.mark.parametrize("who", ["cadre", "secretary", "captain", "resident"])
async def test_until_it_is_closed_only_its_desk_sees_how_it_stands(street: Street, who: str) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, SHARES)
    people = {
        "cadre": (street.cadres["书记"], (409, "not_ranked_yet")),
        "secretary": (street.secretaries["华森"], (409, "not_ranked_yet")),
        "captain": (street.captain, (409, "not_ranked_yet")),
        "resident": (street.resident, (404, "not_found")),
    }
    client, expected = people[who]
    assert refusal(await client.get(f"/observations/{found['id']}/ranks")) == expected
    assert (await ok(street.observer.get(f"/observations/{found['id']}/ranks")))["provisional"] is True


async def test_a_panelist_reads_their_own_sheet_and_the_desk_all(street: Street) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, {"华森": 0.8})
    path = f"/observed/{objects(found)['华森']}"
    (mine,) = (await ok(street.cadres["书记"].get(path)))["sheets"]
    assert (mine["complete"], mine["points"]["epidemic_control"], mine["name"]) == (True, 16, "书**")
    assert len((await ok(street.desk.get(path)))["sheets"]) == 3
    assert (await ok(street.secretaries["华森"].get(path)))["sheets"] == []


async def test_a_sheet_that_lacks_criteria_keeps_a_round_open_unless_it_is_left_out(street: Street) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, SHARES)
    half = {"points": {"theme_day": 0}}
    await ok(street.captain.put(f"/observed/{objects(found)['华森']}/scores", half))
    path = f"/observations/{found['id']}/close"
    assert refusal(await street.desk.post(path)) == (409, "incomplete_sheets")
    await ok(street.desk.post(path, {"without_incomplete": True}))
    assert (await ranks(street.desk, found))["华森"]["sheets"] == 3


async def test_an_object_with_too_few_sheets_keeps_a_round_open_unless_it_is_excused(street: Street) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, {name: share for name, share in SHARES.items() if name != "航空"})
    path = f"/observations/{found['id']}/close"
    assert refusal(await street.desk.post(path)) == (409, "too_few_sheets")
    await ok(street.desk.post(f"/observed/{objects(found)['航空']}/excuse", WHY))
    answer = await street.cadres["书记"].put(f"/observed/{objects(found)['航空']}/scores", whole(found, 1))
    assert refusal(answer) == (422, "invalid_request")
    await closed(street, found)
    told = await ranks(street.desk, found)
    assert (told["航空"]["rank"], told["航空"]["excused"], told["赵家"]["rank"]) == (None, "当天停电", 6)


async def test_after_a_round_is_closed_nothing_is_scored_or_changed(street: Street) -> None:
    found = await ranked(street)
    path = f"/observed/{objects(found)['华森']}"
    not_allowed = (409, "action_not_allowed")
    assert refusal(await street.cadres["书记"].put(f"{path}/scores", whole(found, 0))) == not_allowed
    assert refusal(await street.cadres["书记"].post(f"{path}/recuse", WHY)) == not_allowed
    assert refusal(await street.desk.post(f"{path}/excuse", WHY)) == not_allowed
    for action in ("open", "adopt", "close"):
        assert refusal(await street.desk.post(f"/observations/{found['id']}/{action}")) == not_allowed
    assert refusal(await street.desk.post(f"/observations/{found['id']}/cancel", WHY)) == not_allowed
    assert found["actions"] == []


async def test_more_points_than_there_are_are_refused_as_is_what_is_not_judged(street: Street) -> None:
    found = await opened(street)
    path, who = f"/observed/{objects(found)['华森']}/scores", street.cadres["书记"]
    for points in ({"theme_day": 11}, {"no_such": 1}, {"theme_day": -1}, {}):
        assert refusal(await who.put(path, {"points": points})) == (422, "invalid_request")
    assert (await ok(who.get(path.removesuffix("/scores"))))["sheets"] == []


async def test_who_does_not_sit_on_the_panel_scores_nothing(street: Street) -> None:
    rubric = await a_rubric(street)
    panel = [{"member_id": str(street.members["书记"].id), "role": "机关"}]
    found = await opened(street, rubric, panel=panel)
    path = f"/observed/{objects(found)['华森']}/scores"
    for who in (street.desk, street.secretaries["飨堂"], street.captain):
        assert refusal(await who.put(path, whole(found, 1))) == (403, "forbidden")
    assert refusal(await street.cadres["主任"].put(path, whole(found, 1))) == (404, "not_found")
    more = {"panel": [*panel, {"member_id": str(street.members["主任"].id), "role": "机关"}]}
    joined = await ok(street.desk.post(f"/observations/{found['id']}/panel", more))
    assert [one["name"] for one in joined["panel"]] == ["书记甲", "主任甲"]
    await scored(street.cadres["主任"], found, "华森", 1)


async def test_a_draft_is_its_desks_alone_and_written_anew(street: Street) -> None:
    rubric = await a_rubric(street)
    made = await drafted(street, rubric)
    path = f"/observations/{made['id']}"
    for who in (street.cadres["书记"], street.secretaries["华森"], street.captain):
        assert refusal(await who.get(path)) == (404, "not_found")
    body = laid_out(street, rubric, objects=[{"region_code": COMMUNITIES["航空"]}], panel=[], quarter=3)
    changed = await ok(street.desk.put(path, body))
    assert ([one["name"] for one in changed["objects"]], changed["quarter"]) == (["航空社区"], 3)
    assert refusal(await street.desk.post(f"{path}/open")) == (409, "nothing_to_observe")
    assert refusal(await street.observer.put(path, body)) == (403, "forbidden")


@pytest.mark.parametrize(
    "objects",
    [
        [{"region_code": STREET}],
        [{"region_code": "411502006"}],
        [{"region_code": BUILDINGS["1号楼"]}],
        [{"region_code": COMMUNITIES["航空"]}, {"region_code": COMMUNITIES["航空"]}],
        [{}],
    ],
    ids=["itself", "elsewhere", "another level", "twice", "neither"],
)
async def test_what_cannot_be_observed_is_refused(street: Street, objects: list[Body]) -> None:
    body = laid_out(street, await a_rubric(street), objects=objects)
    assert refusal(await street.desk.post("/observations", body)) == (422, "invalid_request")


async def test_a_quarter_has_one_round_of_a_level_by_a_rubric_until_it_is_called_off(street: Street) -> None:
    rubric = await a_rubric(street)
    found = await opened(street, rubric)
    assert refusal(await street.desk.post("/observations", laid_out(street, rubric))) == (409, "observation_exists")
    gone = await ok(street.desk.post(f"/observations/{found['id']}/cancel", WHY))
    assert (gone["state"], gone["reason"]) == ("cancelled", "当天停电")
    await drafted(street, rubric)


async def test_ranks_go_upward_as_a_workbook(street: Street) -> None:
    found = await ranked(street)
    answer = await street.captain.get(f"/observations/{found['id']}/ranks.xlsx")
    assert answer.status_code == 200
    title, header, first, *_, last = openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert title[0] == "2026年第二季度观摩考评细则"
    assert header[:3] == ("名次", "观摩对象", "总分")
    assert header[7] == "疫情防控工作（权重20）"
    assert (first[:3], last[:3]) == (("1", "城管中队", "100.00"), ("7", "航空社区", "50.00"))


async def test_rounds_are_listed_for_whom_they_concern(street: Street) -> None:
    found = await opened(street)
    for who in (street.desk, street.observer, street.cadres["书记"], street.secretaries["航空"], street.captain):
        assert [one["id"] for one in (await ok(who.get("/observations", year="2026")))["items"]] == [found["id"]]
    assert (await ok(street.resident.get("/observations")))["items"] == []
    assert (await ok(street.desk.get("/observations", state="closed")))["items"] == []
    assert (await ok(street.desk.get("/observations", scheme="stars")))["items"] == []
