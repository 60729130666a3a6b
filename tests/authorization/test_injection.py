"""Whatever is written in a field, a filter or a cursor stays a value: no statement ever holds a letter of it."""

import base64
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from app.main import API
from tests.authorization import activity_stage, asking, cobuilding_stage, moments, observation_stage
from tests.authorization.asking import Question
from tests.authorization.document import DOCUMENT, PARAMETER, ROUTES, SCHEMAS
from tests.authorization.payloads import BARE, LONGEST, MARK, MARKED, NUL, lose_patience, watched
from tests.authorization.stage import Stage
from tests.authorization.test_illegal_moves import CLAIM, DEMAND
from tests.authorization.test_mass_assignment import INNER, THINGS, WHO, WRITES
from tests.client import ANSWER, Client
from tests.demands.world import ok

Place = tuple[str | int, ...]
"""Where in a query or a body a text stands: `("contact", "name")`, `("tags", 0)`."""
Texts = Mapping[Place, str]
WORD = "xxxx"
"""What is found nowhere and means nothing, with which payloads are compared."""
PAYLOADS = (*BARE, *MARKED, *NUL)
SAMPLE, SEVERAL = 7, 6
"""Every so manieth of the payloads, and so many of them at once."""
WIDEST = {
    "GET /demands": "GET /demands region",
    "GET /claims": "GET /claims desk",
    "GET /appeals": "GET /appeals desk",
    "GET /complaints": "GET /complaints region",
    "GET /enrollments": "GET /enrollments region",
    "GET /activities": "GET /activities desk",
    "GET /suggestions": "GET /suggestions desk",
}
"""The row of a list's widest scope: where a filter that was broken would show most."""
SKELETONS = {
    **INNER,
    **activity_stage.INNER,
    **observation_stage.INNER,
    **cobuilding_stage.INNER,
    "ChildIn": {"description": "有人需要帮忙"},
    "Slot": {"weekday": 6, "from_hour": 9, "to_hour": 12},
}
PEOPLE = {"d": "desk", "f": "filer", "c": "claimant", "m": "member", "s": "stranger"}
REFUSED = {
    "POST /auth/wechat": {401},
    "POST /auth/password": {401},
    "POST /auth/refresh": {401},
    "POST /auth/phone": {401},
    "POST /demands/{demand_id}/send-back": {409},
    "POST /claims/{claim_id}/evaluation": {409},
    "POST /shifts/{shift_id}/late-entries": {409},
    "PUT /observations/{observation_id}": {409},
    **cobuilding_stage.REFUSED,
}
"""What is refused whatever is written: it would have to be a secret, or is of a state that the tables do not make."""
FIRST = {
    "POST /enrollments/{enrollment_id}/let-go": ("confirm",),
    "POST /enrollments/{enrollment_id}/keep": ("confirm", "leave"),
    "POST /activities/{activity_id}/shifts": ("publish",),
    **cobuilding_stage.FIRST,
}
"""What is done to a thing beforehand, for it to be in a state in which the write is done."""
FITTING = {"POST /claims/{claim_id}/complete": {"outcome": "partial"}}
"""Bodies that leave more to write than the tables' own."""
NO_BLANKS = ("refresh_token",)
"""A place that takes letters, digits and signs only, so that some payloads are malformed there."""
CODES: frozenset[Place] = frozenset({("criteria", 0, "code"), ("awards", 0, "criterion")})
"""Places that take a word but no payload: each is looked at by itself, so that it hides no other."""


def kinds(schema: Any) -> Iterator[Any]:
    """The alternatives of a schema, with what it refers to."""
    if "$ref" in schema:
        yield from kinds(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]])
    elif "anyOf" in schema:
        limits = {"maxLength": schema["maxLength"]} if "maxLength" in schema else {}
        for one in schema["anyOf"]:
            yield from (kind | limits for kind in kinds(one))
    else:
        yield schema


def places(schema: Any, at: Place = ()) -> Iterator[tuple[Place, int, dict[Place, Any]]]:
    """Everywhere that a schema takes a text, how long it may be, and the objects that have to be around it."""
    for kind in kinds(schema):
        if kind.get("type", "string") == "string":
            yield at, kind.get("maxLength", 0), {}
        elif kind["type"] == "array":
            for place, room, around in places(kind["items"], (*at, 0)):
                yield place, room, {at: [], **around}
        elif kind["type"] == "object":
            named = kind.get("properties") or dict(zip(["floor"], kind["patternProperties"].values(), strict=True))
            for name, inner in named.items():
                for place, room, around in places(inner, (*at, name)):
                    yield place, room, {at: SKELETONS.get(kind["title"], {}), **around}


def written(body: dict[str, Any], texts: Texts, around: Mapping[Place, Any]) -> dict[str, Any]:
    """A body with texts put in their places."""
    made: Any = deepcopy(body)
    for place, text in texts.items():
        inner = made
        for depth, step in enumerate(place):
            last = depth + 1 == len(place)
            new = text if last else deepcopy(around.get(place[: depth + 1], {}))
            if isinstance(step, int):
                inner[:] = inner or [new]
                inner[step] = new if last else inner[step]
            else:
                inner[step] = new if last else inner.get(step) or new
            inner = inner[step]
    return dict(made)


class Form:
    """One question with places for texts, and who asks it."""

    def __init__(self, who: Client, question: Question, schema: Any = None) -> None:
        self.who, self.question, self.around = who, question, dict[Place, Any]()
        self.room: dict[Place, int] = {}
        for place, room, around in places(schema) if schema else ():
            self.around.update(around)
            self.room[place] = max(room, self.room.get(place, 0))

    async def asked(self, stage: Stage, texts: Texts) -> ANSWER:
        """The answer, of which nothing is left."""
        if self.around:
            question = asking.with_body(self.question, written(self.question.body or {}, texts, self.around))
        else:
            question = replace(self.question, query=self.question.query | {str(one): t for (one,), t in texts.items()})
        async with stage.scene():
            return await question.by(self.who)

    async def layers(self, stage: Stage) -> AsyncIterator[tuple[list[Place], ANSWER]]:
        """The places in the groups in which they are looked at, with the answer to a word in each of a group.

        Those that take no free text are refused together and hide the others; the last ones are those that do.
        """
        for place in CODES & set(self.room):
            yield [place], await self.asked(stage, {place: WORD})
        rest = [place for place in self.room if place not in CODES]
        while rest:
            answer = await self.asked(stage, dict.fromkeys(rest, WORD))
            named = wrong_fields(answer)
            layer = [place for place in rest if any(f"{field}.".startswith(_dotted(place)) for field in named)]
            if not layer and answer.status_code >= 300 and len(rest) > 1:  # one of them hides the others
                for place in rest:
                    yield [place], await self.asked(stage, {place: WORD})
                return
            yield layer or rest, answer
            rest = [place for place in rest if layer and place not in layer]


def _dotted(place: Place) -> str:
    return "".join(f"{step}." for step in place)


def wrong_fields(answer: ANSWER) -> set[str]:
    return {one["field"] for one in answer.json().get("errors", ())} if answer.status_code == 422 else set()


def outcome(answer: ANSWER) -> tuple[int, Any]:
    """What must not depend on which word was sent: the status, and how much was found or what was wrong."""
    if answer.status_code >= 300:
        return answer.status_code, wrong_fields(answer)
    body = answer.json() if answer.content else {}
    found = [] if "shifts" in body else body.get("items", ())  # an activity's items are what was written
    return answer.status_code, len(found)


async def differences(stage: Stage, form: Form) -> tuple[list[str], set[int]]:
    """Payloads that are answered otherwise than a word, and how a word is answered where it is not malformed."""
    found, statuses = [], set()
    async for layer, answer in form.layers(stage):
        expected = outcome(answer)
        statuses |= {answer.status_code} - {422}
        for texts in sent(form, layer, answer):
            got = outcome(await form.asked(stage, texts))
            limited = NO_BLANKS in layer or CODES & set(layer)
            malformed = got[0] == 422 and (any("\0" in text for text in texts.values()) or limited)
            found += [] if got == expected or malformed else [f"{texts}: {got}, not {expected}"]
    return found, statuses


def sent(form: Form, layer: list[Place], answer: ANSWER) -> Iterator[Texts]:
    """All payloads for every place of a layer: one by one where there is no room for more, else some at once.

    A sample is enough for places that refuse a word as malformed: what is refused there reaches no statement.
    """
    if answer.status_code == 422:
        yield from (dict.fromkeys(layer, payload) for payload in PAYLOADS[::SAMPLE])
    elif form.question.method == "GET":
        yield from (dict.fromkeys(layer, payload) for payload in PAYLOADS)
    else:
        roomy = [place for place in layer if form.room[place] >= SEVERAL * (LONGEST + 1)]
        narrow = [place for place in layer if place not in roomy]
        bundles = [" ".join(MARKED[at : at + SEVERAL]) for at in range(0, len(MARKED), SEVERAL)]
        yield from (dict.fromkeys(roomy, text) for text in (*bundles, *NUL, " ".join(BARE)) if roomy)
        inmost = any(len(place) > 2 for place in narrow)  # they stand in other bodies too, less deep
        each = (*MARKED, *NUL)[:: SAMPLE if inmost else 1]
        yield from (dict.fromkeys(narrow, payload) for payload in each if narrow)


def test_payloads_can_be_told_from_our_own_words() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60
    assert all(MARK in payload and len(payload) <= LONGEST for payload in (*MARKED, *NUL))
    assert not any(MARK in payload for payload in BARE)


def _takes_text(parameter: dict[str, Any]) -> bool:
    in_words = any(one.get("type") == "string" for one in kinds(parameter["schema"]))
    return in_words and parameter["in"] == "query" and parameter["name"] != "cursor"


QUERIES: dict[str, list[str]] = {
    f"{method.upper()} {path.removeprefix(API)}": texts
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if (texts := [one["name"] for one in operation.get("parameters", ()) if _takes_text(one)])
}
LISTED = THINGS | {"organization_id": "unit"}
SEARCHES = [name for name, texts in QUERIES.items() if {"q", "category"} & set(texts)]
LISTS = [name for name, route in ROUTES.items() if "cursor" in route.queries]


def listing(stage: Stage, route: str) -> Form:
    """The widest list of a route, as asked by somebody who finds something there."""
    asked = WIDEST.get(route, route)
    parameter = ROUTES[route].parameter if route in ROUTES else None
    question = asking.question(stage, asked, LISTED.get(parameter or ""))
    form = Form(stage.people["desk"], question)
    form.room = dict.fromkeys([(name,) for name in QUERIES.get(route, ())], LONGEST)
    return form


@pytest.mark.parametrize("route", QUERIES)
async def test_a_filter_finds_no_more_than_a_word_does(stage: Stage, route: str) -> None:
    async with stage.scene():
        await lose_patience(stage)
        form = listing(stage, route)
        with watched(stage) as watch:
            found, _ = await differences(stage, form)
        assert watch.tainted == set()
        assert watch.statements
        assert found == []
        if route in SEARCHES:
            everything, nothing = await form.asked(stage, {}), await form.asked(stage, {("q",): WORD})
            assert outcome(everything)[1] > outcome(nothing)[1] == 0, "or a broken filter would not be seen"


TABLES = {"demand_id": (DEMAND, moments.DEMANDS), "claim_id": (CLAIM, moments.CLAIMS)}


async def of_a_fitting_state(stage: Stage, route: str) -> tuple[Client, Question]:
    """A write in a state in which it is done, by one who may."""
    parameter, action = ROUTES[route].parameter or "", route.rsplit("/", 1)[1]
    table, made = TABLES.get(parameter, ({}, {}))
    for state, cells in table.items():
        if letters := cells[action].strip("-"):
            one = (await made[state](stage))["id"]
            question = asking.of_another(asking.question(stage, route, "absent"), one)
            letter = "c" if action in ("feedback", "withdraw", "complete") else letters[0]
            return stage.people[PEOPLE[letter]], replace(question, body=FITTING.get(route, question.body))
    who, question = stage.people[WHO.get(route, "desk")], asking.question(stage, route, THINGS.get(parameter))
    for step in FIRST.get(route, ()):
        await ok(who.post(f"{question.path.rsplit('/', 1)[0]}/{step}"))
    return who, question


@pytest.mark.parametrize("route", WRITES)
async def test_a_body_is_answered_like_one_of_plain_words(stage: Stage, route: str) -> None:
    async with stage.scene():
        await lose_patience(stage)
        who, question = await of_a_fitting_state(stage, route)
        form = Form(who, question, SCHEMAS[WRITES[route] or ""])
        with watched(stage) as watch:
            found, statuses = await differences(stage, form)
        assert watch.tainted == set()
        assert found == []
        assert {status for status in statuses if status >= 300} == REFUSED.get(route, set()), "or nothing was written"


@pytest.mark.parametrize("route", LISTS)
async def test_a_cursor_that_holds_a_payload_is_refused_or_compared(stage: Stage, route: str) -> None:
    async with stage.scene():
        await lose_patience(stage)
        form = listing(stage, route)
        with watched(stage) as watch:
            for keys in (1, 2, 3):
                expected = (await form.asked(stage, {("cursor",): packed(WORD, keys)})).status_code
                for payload in MARKED if expected == 200 else MARKED[::SAMPLE]:
                    answer = await form.asked(stage, {("cursor",): packed(payload, keys)})
                    assert answer.status_code == expected, (payload, answer.text)
        assert watch.tainted == set()


def packed(text: str, keys: int) -> str:
    """A cursor as lists make them, after a row whose keys are all one text."""
    return base64.urlsafe_b64encode(json.dumps([text] * keys).encode()).decode()


@pytest.mark.parametrize("route", [name for name in ROUTES if PARAMETER.search(name) and "_id}" not in name])
async def test_a_name_in_a_path_is_one_that_nothing_has(stage: Stage, route: str) -> None:
    method, path = route.split()
    parameter = f"{{{ROUTES[route].parameter}}}"
    async with stage.scene():
        await lose_patience(stage)
        body = asking.BODIES[route](stage) if method == "PUT" else None
        with watched(stage) as watch:
            for payload in PAYLOADS:
                question = Question(method, path.replace(parameter, quote(payload, safe="")), body=body)
                answer = await question.by(stage.people["admin"])
                assert answer.status_code in (307, 404, 405, 422), (payload, answer.text)
        assert watch.tainted == set()
