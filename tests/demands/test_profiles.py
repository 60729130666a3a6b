"""What a category means in a region, and the answers to what it asks."""

from typing import Any

import pytest

from tests.client import refusal
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, World, drain, filed, ok, opened, seen

INJURED = {"code": "injured", "text": "有没有人受伤？", "required": True}


async def categories(world: World, region: str = COMMUNITY) -> dict[str, dict[str, Any]]:
    """The categories of a region by their codes."""
    answer = await world.stranger.get("/demand-categories", region=region)
    return {one["code"]: one for one in answer.json()}


async def set_rule(world: World, key: str, value: object, region_code: str = DISTRICT) -> None:
    """A rule of a region."""
    rule = {"value": value, "from": "2026-01-01", "region_code": region_code}
    await ok(world.admin.put(f"/policies/{key}", rule))


async def test_no_category_asks_for_a_photo_by_default(world: World) -> None:
    assert {tuple(one["evidence"]) for one in (await categories(world)).values()} == {()}


async def test_a_profile_says_clock_points_skills_and_questions(world: World) -> None:
    repair = (await categories(world))["repair"]
    assert (repair["due_in"], repair["points"], repair["skills"]) == ("3 working days", 10, ["repair"])
    assert [one["code"] for one in repair["questions"]] == ["since", "visit"]
    assert not any(one["required"] for one in repair["questions"])


async def test_a_region_asks_for_before_and_after_where_it_matters(world: World) -> None:
    await set_rule(world, "evidence", {"environment": "before_after"})
    await set_rule(world, "evidence_limit", {"default": 2})
    here, elsewhere = await categories(world), await categories(world, ELSEWHERE)
    assert (here["environment"]["evidence"], here["environment"]["evidence_limit"]) == (["before_after"], 2)
    assert (here["repair"]["evidence"], elsewhere["environment"]["evidence"]) == ([], [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("evidence", {"default": "video"}),
        ("evidence_limit", {"default": 10}),
        ("category_questions", {"default": [{"code": "Not a code", "text": "？"}]}),
        ("category_skills", {"default": [""]}),
    ],
)
async def test_a_profile_that_makes_no_sense_is_refused(world: World, key: str, value: object) -> None:
    rule = {"value": value, "from": "2026-01-01", "region_code": DISTRICT}
    assert refusal(await world.admin.put(f"/policies/{key}", rule)) == (422, "invalid_request")


async def test_answers_are_shown_like_the_description(world: World) -> None:
    answers = {"since": "上周三", "visit": "晚上七点以后"}
    demand = await opened(world, answers=answers)
    assert demand["answers"] == answers
    assert (await seen(world.member, demand))["answers"] == answers
    assert (await filed(world.filer))["answers"] == {}


async def test_an_answer_to_no_question_is_refused(world: World) -> None:
    answer = await world.filer.post("/demands", drain(answers={"injured": "没有"}))
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("answers.injured", "unknown_question")]


async def test_a_question_may_have_to_be_answered(world: World) -> None:
    await set_rule(world, "category_questions", {"default": [], "emergency": [INJURED]})
    answer = await world.filer.post("/demands", drain(category="emergency"))
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("answers.injured", "missing")]
    await filed(world.filer, category="emergency", answers={"injured": "没有"})
    await filed(world.filer, category="emergency", region_code=ELSEWHERE)
