"""What is shown as an action is accepted: for everybody, in every state, and whatever is around a demand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from app.kit import clock
from tests.authorization import moments
from tests.authorization.moments import REASON, Body
from tests.authorization.stage import Stage
from tests.authorization.test_illegal_moves import CLAIM_ROUTES, ROUTES, about
from tests.client import ANSWER, refusal
from tests.demands.world import COMMUNITY, ok

PEOPLE = ("desk", "neighbour", "district", "filer", "claimant", "member", "observer", "stranger", "admin")
ENDED_BY = {"rejected": "rejection", "merged": "merge", "cancelled": "cancellation"}
CLOSE = REASON | {"result": "handled"}
PARTIAL = {"outcome": "partial", "left": "支管待换"}
PARTS = {"closes": "all", "children": [{"description": "疏通管道"}]}


async def asked(stage: Stage, who: str, demand: Body, action: str) -> ANSWER:
    """Somebody does what they were shown that they may."""
    if action == "appeal":
        body = {"subject_kind": ENDED_BY[demand["state"]], "subject_id": demand["id"], "reason": "不服此决定"}
        return await stage.people[who].post("/appeals", body)
    written = {"evaluate": "evaluation", "claim": "claims"}.get(action, action.replace("_", "-"))
    if action == "evaluate" and who not in ("filer", "elder"):
        written = "callback"
    return await about(stage, ROUTES[written], demand["id"]).by(stage.people[who])


async def untrue(stage: Stage, demand: Body) -> list[str]:
    """Actions that somebody is shown and refused."""
    found = []
    for who in PEOPLE:
        answer = await stage.people[who].get(f"/demands/{demand['id']}")
        shown: Body = answer.json() if answer.status_code == 200 else {"actions": []}
        for action in shown["actions"]:
            async with stage.scene():
                got = await asked(stage, who, shown, action)
            found += [f"{who}: {action}: {got.text}"] if got.status_code >= 300 else []
    return found


@pytest.mark.parametrize("state", moments.DEMANDS)
async def test_whatever_is_shown_on_a_demand_is_accepted(stage: Stage, state: str) -> None:
    async with stage.scene():
        assert await untrue(stage, await moments.DEMANDS[state](stage)) == []


@pytest.mark.parametrize("moment", moments.CLAIMS)
async def test_whatever_is_shown_on_a_claim_is_accepted(stage: Stage, moment: str) -> None:
    async with stage.scene():
        claim = await moments.CLAIMS[moment](stage)
        found = []
        for who in PEOPLE:
            answer = await stage.people[who].get(f"/claims/{claim['id']}")
            for action in answer.json()["actions"] if answer.status_code == 200 else []:
                async with stage.scene():
                    got = await about(stage, CLAIM_ROUTES[action.replace("_", "-")], claim["id"]).by(stage.people[who])
                found += [f"{who}: {action}: {got.text}"] if got.status_code >= 300 else []
        assert found == []


async def post(stage: Stage, who: str, demand: Body, action: str, body: Any = None) -> Body:
    return await ok(stage.people[who].post(f"/demands/{demand['id']}/{action}", body))


async def with_a_twin(stage: Stage) -> Body:
    demand, twin = await moments.a_dispatched_demand(stage), await moments.a_filed_demand(stage)
    await post(stage, "desk", twin, "merge", {"into_id": demand["id"]})
    return demand


async def with_a_joiner(stage: Stage) -> Body:
    demand = await moments.a_dispatched_demand(stage)
    await ok(stage.people["stranger"].post(f"/demands/{demand['id']}/joins"), 201)
    return demand


async def reopened_too_often(stage: Stage) -> Body:
    demand = await moments.a_closed_demand(stage)
    rule = {"region_code": "110107", "value": 0, "from": "2026-01-01"}
    await ok(stage.people["admin"].put("/policies/reopen_limit", rule))
    for _ in ("subdistrict", "district"):
        await post(stage, "district", demand, "reopen", REASON)
        await post(stage, "district", demand, "close", CLOSE)
    return demand


async def reopened_after_service(stage: Stage) -> Body:
    demand = await moments.a_completed_demand(stage)
    await ok(stage.people["filer"].post(f"/demands/{demand['id']}/evaluation", {"stars": 1, "resolved": False}), 201)
    await post(stage, "desk", demand, "reopen", REASON)
    return demand


async def _part(stage: Stage) -> tuple[Body, Body]:
    whole = await post(stage, "desk", await moments.a_filed_demand(stage), "split", PARTS)
    (part,) = (await ok(stage.people["desk"].get(f"/demands/{whole['id']}")))["children"]
    await post(stage, "desk", part, "close", CLOSE)
    return whole, part


async def a_part_of_what_is_under_way(stage: Stage) -> Body:
    whole = await post(stage, "desk", await moments.a_filed_demand(stage), "split", PARTS | {"closes": "by_hand"})
    (part,) = (await ok(stage.people["desk"].get(f"/demands/{whole['id']}")))["children"]
    await post(stage, "desk", part, "close", CLOSE)
    return dict(part)


async def a_part_of_what_has_ended(stage: Stage) -> Body:
    whole, part = await _part(stage)
    shown = await ok(stage.people["desk"].get(f"/demands/{whole['id']}"))
    assert shown["state"] == "completed"
    return part


async def already_appealed(stage: Stage) -> Body:
    demand = await moments.a_rejected_demand(stage)
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服此决定"}
    made = await ok(stage.people["filer"].post("/appeals", body), 201)
    await ok(stage.people["filer"].post(f"/appeals/{made['id']}/withdraw"))
    return demand


async def rejected_again(stage: Stage) -> Body:
    demand = await moments.a_rejected_demand(stage)
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "不服此决定"}
    made = await ok(stage.people["filer"].post("/appeals", body), 201)
    upheld = {"upheld": True, "reason": "经核实"}
    await ok(stage.people["district"].post(f"/appeals/{made['id']}/decide", upheld))
    return await post(stage, "district", demand, "reject", REASON)


async def _worked_on(stage: Stage, *said: Body) -> Body:
    """A demand that two have claimed and of whom the first have said what they did."""
    demand = await moments.a_dispatched_demand(stage)
    for who, body in zip(("member", "claimant"), (*said, None), strict=False):
        claim = await ok(stage.people[who].post(f"/demands/{demand['id']}/claims"), 201)
        if body:
            await ok(stage.people[who].post(f"/claims/{claim['id']}/complete", {"minutes": 30, **body}))
    return demand


async def partial_work(stage: Stage) -> Body:
    return await _worked_on(stage, PARTIAL, PARTIAL)


async def partial_work_and_somebody_there(stage: Stage) -> Body:
    return await _worked_on(stage, PARTIAL)


async def a_half_done_call(stage: Stage) -> Body:
    plan = {"mode": "open", "slots": 2}
    call = {"kind": "call", "description": "清理楼道", "region_code": COMMUNITY, "dispatch": plan}
    demand = await ok(stage.people["desk"].post("/demands", call), 201)
    claim = await ok(stage.people["member"].post(f"/demands/{demand['id']}/claims"), 201)
    await ok(stage.people["member"].post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    return demand


async def a_whole(stage: Stage) -> Body:
    return await post(stage, "desk", await moments.a_filed_demand(stage), "split", PARTS)


async def a_fresh_part(stage: Stage) -> Body:
    whole = await ok(stage.people["desk"].get(f"/demands/{(await a_whole(stage))['id']}"))
    return dict(whole["children"][0])


Made = Callable[[Stage], Awaitable[Body]]
AROUND: dict[str, tuple[Made, str, str, bool]] = {
    "a twin": (with_a_twin, "desk", "merge", False),
    "a joiner": (with_a_joiner, "desk", "merge", True),
    "reopened too often": (reopened_too_often, "district", "reopen", False),
    "served before": (reopened_after_service, "claimant", "claim", False),
    "served before, another": (reopened_after_service, "member", "claim", True),
    "a part of what is under way": (a_part_of_what_is_under_way, "desk", "reopen", True),
    "a part of what has ended": (a_part_of_what_has_ended, "desk", "reopen", False),
    "already appealed": (already_appealed, "filer", "appeal", False),
    "rejected again": (rejected_again, "filer", "appeal", True),
}
"""What is around a demand, and whether somebody is shown an action there."""


@pytest.mark.parametrize("around", AROUND)
async def test_what_the_rows_around_a_demand_forbid_is_not_shown(stage: Stage, around: str) -> None:
    make, who, action, allowed = AROUND[around]
    async with stage.scene():
        demand = await make(stage)
        shown = await ok(stage.people[who].get(f"/demands/{demand['id']}"))
        assert (action in shown["actions"]) == allowed
        if who not in ("claimant", "member"):
            scope = "mine" if who == "filer" else "region"
            listed = (await ok(stage.people[who].get("/demands", scope=scope, limit="100")))["items"]
            assert [action in one["actions"] for one in listed if one["id"] == demand["id"]] == [allowed]
        assert await untrue(stage, demand) == []
        if not allowed:
            async with stage.scene():
                assert (await asked(stage, who, shown, action)).status_code == 409


SPLITTING: dict[str, Made] = moments.DEMANDS | {
    "partial work": partial_work,
    "partial work and somebody there": partial_work_and_somebody_there,
    "a half done call": a_half_done_call,
    "a whole": a_whole,
    "a part": a_fresh_part,
    "a part that has ended": a_part_of_what_is_under_way,
    "a twin": with_a_twin,
    "reopened": reopened_after_service,
}
LISTED = {"filed", "dispatched", "partial work", "a half done call", "a whole", "a twin", "reopened"}


@pytest.mark.parametrize("moment", SPLITTING)
async def test_splitting_is_listed_where_it_is_accepted_and_nowhere_else(stage: Stage, moment: str) -> None:
    async with stage.scene():
        demand = await SPLITTING[moment](stage)
        for who in PEOPLE:
            async with stage.scene():
                answer = await stage.people[who].get(f"/demands/{demand['id']}")
                listed = answer.status_code == 200 and "split" in answer.json()["actions"]
                got = await stage.people[who].post(f"/demands/{demand['id']}/split", PARTS)
            assert listed == (got.status_code == 200), f"{who}: {got.text}"
            assert listed == (moment in LISTED and who in ("desk", "district", "admin")), who


async def test_an_appeal_that_comes_too_late_is_not_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.scene():
        demand = await moments.a_rejected_demand(stage)
        rule = {"region_code": "110107", "value": "PT1S", "from": "2026-01-01"}
        await ok(stage.people["admin"].put("/policies/appeal_window", rule))
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=5))
        shown = await ok(stage.people["filer"].get(f"/demands/{demand['id']}"))
        assert "appeal" not in shown["actions"]
        assert refusal(await asked(stage, "filer", shown, "appeal")) == (409, "too_late_to_appeal")
