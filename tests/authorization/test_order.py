"""Every route checks in the same order: 401, 422, 404, 403, 409."""

import pytest

from app.main import API
from tests.authorization import asking
from tests.authorization.asking import Question
from tests.authorization.document import DOCUMENT, PARAMETER, ROUTES, Route
from tests.authorization.expectations import PLAIN
from tests.authorization.stage import ABSENT, Stage
from tests.client import refusal

SIGNED_IN = [route for route in ROUTES.values() if PLAIN.get(route.name, {}).get("nobody") != "yes"]
SHORT_KEY = {"Idempotency-Key": "too-short"}


def malformed(route: Route) -> Question | None:
    """A request that is wrong in its body, or else in its query, of something that is not there."""
    path = PARAMETER.sub(ABSENT, route.path)
    if route.takes:
        return Question(route.method, path, body={"no_such_field": 1})
    if "limit" in route.queries:
        return Question(route.method, path, query={"limit": "0"})
    if route.queries:
        return Question(route.method, path, query=dict.fromkeys(route.queries, "no such"))
    return None


MALFORMED = {route.name: wrong for route in SIGNED_IN if (wrong := malformed(route))}
KEYED = [route.name for route in SIGNED_IN if route.takes_keys]


def test_nearly_every_route_can_be_asked_wrongly() -> None:
    rest = {route.name for route in SIGNED_IN} - set(MALFORMED) - set(KEYED)
    assert all(name.startswith(("GET ", "DELETE ")) for name in rest), "whatever takes something can be asked wrongly"


@pytest.mark.parametrize("route", MALFORMED)
async def test_who_is_not_signed_in_is_told_so_before_anything_else(stage: Stage, route: str) -> None:
    assert refusal(await MALFORMED[route].by(stage.people["nobody"])) == (401, "token_invalid")


@pytest.mark.parametrize("route", MALFORMED)
async def test_what_is_malformed_is_refused_before_anything_is_looked_up(stage: Stage, route: str) -> None:
    for role in ("stranger", "observer"):  # who may not do it either
        assert refusal(await MALFORMED[route].by(stage.people[role])) == (422, "invalid_request")


def test_the_document_shows_the_key_where_it_is_taken() -> None:
    shown = {
        (method, path.removeprefix(API))
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))
    }
    assert shown == {("post", route.path) for route in ROUTES.values() if route.takes_keys}


@pytest.mark.parametrize("route", KEYED)
async def test_a_key_that_is_none_is_refused_after_the_token_and_before_the_id(stage: Stage, route: str) -> None:
    path = PARAMETER.sub(ABSENT, ROUTES[route].path)
    for role, expected in {"nobody": (401, "token_invalid"), "stranger": (422, "invalid_request")}.items():
        assert refusal(await stage.people[role].post(path, {}, **SHORT_KEY)) == expected


@pytest.mark.parametrize("route", [route.name for route in SIGNED_IN if route.takes])
async def test_a_body_that_is_not_json_is_malformed(stage: Stage, route: str) -> None:
    path = PARAMETER.sub(ABSENT, ROUTES[route].path)
    for role, expected in {"nobody": (401, "token_invalid"), "observer": (422, "invalid_request")}.items():
        who = stage.people[role]
        headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
        url = f"/api/v1{path}"
        assert refusal(await who.http.request(ROUTES[route].method, url, content=b"{", headers=headers)) == expected


@pytest.mark.parametrize(
    ("asked", "thing", "who", "expected"),
    [  # each is wrong in two ways, and the earlier one is told
        ("POST /demands/{demand_id}/dispatch", "elsewhere", "observer", (404, "not_found")),
        ("POST /demands/{demand_id}/reopen", "unpublished", "observer", (403, "forbidden")),
        ("POST /demands/{demand_id}/reopen", "ours", "filer", (403, "forbidden")),
        ("POST /demands/{demand_id}/reopen", "ours", "desk", (409, "action_not_allowed")),
        ("POST /demands/{demand_id}/evaluation", "ours", "member", (403, "forbidden")),
        ("POST /demands/{demand_id}/evaluation", "ours", "filer", (409, "action_not_allowed")),
        ("POST /demands/{demand_id}/claims for the unit", "unpublished", "liaison", (404, "not_found")),
        ("POST /demands/{demand_id}/claims for the unit", "unpublished", "desk", (403, "forbidden")),
        ("POST /claims/{claim_id}/confirm", "next door", "desk", (404, "not_found")),
        ("POST /claims/{claim_id}/confirm", "claimant's", "claimant", (403, "forbidden")),
        ("POST /claims/{claim_id}/confirm", "claimant's", "filer", (409, "action_not_allowed")),
    ],
)
async def test_of_two_refusals_the_earlier_is_told(
    stage: Stage, asked: str, thing: str, who: str, expected: tuple[int, str]
) -> None:
    async with stage.scene():
        assert refusal(await asking.question(stage, asked, thing).by(stage.people[who])) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "GET /demands/{demand_id}",
        "POST /demands/{demand_id}/cancel",
        "GET /claims/{claim_id}",
        "GET /files/{file_id}",
        "POST /claims/{claim_id}/accept",
        "GET /members/{member_id}/hours",
        "GET /organizations/{organization_id}/hours",
        "POST /members/bindings/{binding_id}/decide",
        "POST /notifications/{notification_id}/read",
        "GET /appeals/{appeal_id}",
        "POST /enrollments/{enrollment_id}/confirm",
        "POST /complaints/{complaint_id}/answer",
        "GET /certificates/{certificate_id}",
        "GET /places/{place_id}",
        "POST /places/{place_id}/renew",
    ],
)
@pytest.mark.parametrize("name", ["nonsense", "1", "%00", ABSENT[:-1]])
async def test_what_cannot_name_a_thing_names_none(stage: Stage, asked: str, name: str) -> None:
    question = asking.question(stage, asked, "absent")
    assert refusal(await asking.of_another(question, name).by(stage.people["admin"])) == (404, "not_found")
