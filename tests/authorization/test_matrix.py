"""Route × role × ownership: every route of the OpenAPI document, every cell of the tables."""

import pytest

from tests.authorization import asking, document, expectations
from tests.authorization.asking import Question
from tests.authorization.expectations import OF_THINGS, PLAIN, ROLES
from tests.authorization.stage import ABSENT, Stage
from tests.client import ANSWER

ALLOWED = {200, 201, 204, 409}
REFUSED = {
    "401": (401, "token_invalid"),
    "403": (403, "forbidden"),
    "404": (404, "not_found"),
}
DOCS = {"/openapi.json", "/static-offline-docs", "/docs", "/docs/oauth2-redirect", "/desk", "/q"}
"""What is served beside the API; the desk's pages have roles of their own in tests/console."""


@pytest.mark.parametrize("route", document.ROUTES)
def test_every_route_of_the_document_has_its_rows(route: str) -> None:
    assert route in expectations.COVERED, f"{route} has no row: say in expectations.py who may do it"


def test_every_row_is_of_a_route() -> None:
    assert set(document.ROUTES) == expectations.COVERED


def test_no_route_hides_from_the_document() -> None:
    assert document.undocumented() == DOCS


def test_every_thing_that_a_path_can_name_is_in_its_table(stage: Stage) -> None:
    for asked, table in OF_THINGS.items():
        parameter = document.ROUTES[expectations.route_of(asked)].parameter
        assert parameter
        assert set(table) == set(stage.things(parameter)), asked


@pytest.mark.parametrize("asked", PLAIN)
async def test_every_role_gets_what_its_cell_says(stage: Stage, asked: str) -> None:
    wrong = []
    for role in ROLES:
        async with stage.scene():
            answer = await asking.question(stage, asked).by(stage.people[role])
        wrong += differences(PLAIN[asked][role], role, answer)
    assert wrong == []


@pytest.mark.parametrize("asked", OF_THINGS)
async def test_every_role_gets_of_every_thing_what_its_cell_says(stage: Stage, asked: str) -> None:
    things = ["absent", *(thing for thing in OF_THINGS[asked] if thing != "absent")]
    wrong = []
    async with stage.scene():
        before = await stage.digest()
        for role in ROLES:
            unknown = None
            for thing in things:
                cell = OF_THINGS[asked][thing][role]
                answer = await answered(stage, asking.question(stage, asked, thing), role, allowed=cell == "yes")
                unknown = unknown or told(answer)
                wrong += differences(cell, f"{role} of {thing}", answer)
                if cell == "404" and told(answer) != unknown:
                    wrong.append(f"{role} of {thing}: refused otherwise than what is not there: {answer.text}")
        assert wrong == []
        assert await stage.digest() == before, "somebody was refused, yet something was changed"


async def answered(stage: Stage, question: Question, role: str, *, allowed: bool) -> ANSWER:
    """The answer of one role; what is allowed is undone, what is refused is to change nothing anyway."""
    if not allowed:
        return await question.by(stage.people[role])
    async with stage.scene():
        return await question.by(stage.people[role])


def differences(cell: str, who: str, answer: ANSWER) -> list[str]:
    """What of an answer is not as its cell says."""
    if cell == "yes":
        return [] if answer.status_code in ALLOWED else [f"{who}: {answer.status_code} {answer.text}"]
    found = answer.status_code, answer.json().get("code")
    return [] if found == REFUSED[cell] else [f"{who}: expected {cell}, got {found}"]


def told(answer: ANSWER) -> tuple[object, ...]:
    """Everything that a refusal tells but for what is told of every request alone."""
    body = {key: value for key, value in answer.json().items() if key != "trace_id"}
    headers = {key: value for key, value in answer.headers.items() if key != "x-trace-id"}
    return answer.status_code, body, headers


def test_an_absent_id_is_no_things(stage: Stage) -> None:
    things = [
        stage.demands,
        stage.claims,
        stage.members,
        stage.organizations,
        stage.bindings,
        stage.appeals,
        stage.complaints,
        stage.places,
        stage.enrollments,
        stage.certificates,
        stage.designations,
        stage.musters,
        stage.notifications,
        stage.activities,
        stage.shifts,
        stage.slots,
        stage.sign_ups,
        stage.entries,
        stage.scans,
        *stage.rounds.values(),
    ]
    assert ABSENT not in {one for known in things for one in known.values()}
