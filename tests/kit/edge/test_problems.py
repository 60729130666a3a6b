"""What is refused at the edge: in two languages, in one shape, and never as a 500."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx2
import pytest

from app.kit.problems import LONGEST_FIELD, MOST_ERRORS, prefers_english
from app.main import BODY_LIMIT
from tests.client import ANSWER, API, Client, refusal
from tests.kit.edge.scratch import Owner

MARKS = f"{API}/scratch/marks"
JSON = {"Content-Type": "application/json"}


async def send(client: Client, content: bytes | AsyncIterator[bytes], path: str = MARKS, **headers: str) -> ANSWER:
    """POST raw bytes as somebody signed in."""
    named = {"Authorization": f"Bearer {client.token}", **JSON}
    named.update({name.replace("_", "-"): value for name, value in headers.items()})
    return await client.http.post(path, content=content, headers=named)


def fields(answer: ANSWER) -> list[tuple[str, str]]:
    """Field and code of each thing that was wrong."""
    return [(wrong["field"], wrong["code"]) for wrong in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("asked", "english"),
    [
        ("", False),
        ("en", True),
        ("EN-gb", True),
        ("en-US,en;q=0.9", True),
        ("zh-CN,zh;q=0.9,en;q=0.8", False),
        ("en;q=0.8, zh;q=0.9", False),
        ("en;q=0.9,zh-Hans-CN;q=0.5", True),
        ("en,zh", True),
        ("zh,en", False),
        ("fr, en;q=0.5", True),
        ("fr, *", False),
        ("en;q=0", False),
        ("en;q=nonsense", False),
        ("english", False),
    ],
)
def test_chinese_unless_english_is_wanted_more(asked: str, english: bool) -> None:
    assert prefers_english(asked) is english


async def test_a_problem_has_its_documented_shape_in_chinese(alice: Client) -> None:
    answer = await alice.post("/scratch/marks", {"text": "", "inner": {"size": "big"}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["Content-Language"] == "zh-CN"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "type": "urn:yihu:problem:invalid_request",
        "title": "提交的内容有误",
        "status": 422,
        "detail": "提交的内容有误",
        "code": "invalid_request",
        "trace_id": answer.headers["X-Trace-Id"],
        "errors": [
            {"field": "text", "code": "string_too_short", "message": "至少 1 个字"},
            {"field": "inner.text", "code": "missing", "message": "必填"},
            {"field": "inner.size", "code": "int_type", "message": "应为整数"},
        ],
    }


async def test_a_problem_is_in_english_where_that_is_asked_for(alice: Client) -> None:
    answer = await alice.post("/scratch/marks", {"text": "", "extra": 1}, **{"Accept-Language": "en"})
    problem = answer.json()
    assert answer.headers["Content-Language"] == "en"
    assert problem["title"] == "The request is not valid"
    assert [wrong["message"] for wrong in problem["errors"]] == [
        "needs at least 1 characters",
        "is not a known field",
    ]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"text": "x", "other": 1}, ("other", "extra_forbidden")),
        ({}, ("text", "missing")),
        ({"text": 5}, ("text", "string_type")),
        ({"text": None}, ("text", "string_type")),
        ({"text": "nul\0byte"}, ("text", "nul_byte")),
        ({"text": "x" * 4_001}, ("text", "string_too_long")),
        ({"text": "x", "size": "5"}, ("size", "int_type")),
        ({"text": "x", "size": 1.5}, ("size", "int_type")),
        ({"text": "x", "size": True}, ("size", "int_type")),
        ({"text": "x", "size": 2**31}, ("size", "less_than_equal")),
        ({"text": "x", "weight": "1"}, ("weight", "float_type")),
        ({"text": "x", "inner": []}, ("inner", "model_attributes_type")),
        ({"text": "x", "at": 1_700_000_000}, ("at", "datetime_type")),
        ({"text": "x", "at": "1700000000"}, ("at", "datetime_type")),
        ({"text": "x", "at": "2026-11-30T18:00:00"}, ("at", "timezone_aware")),
        ({"text": "x", "at": "tomorrow"}, ("at", "datetime_from_date_parsing")),
        ({"text": "x", "at": "9999-12-31T23:59:59-12:00"}, ("at", "datetime_range")),
        ([], ("body", "model_attributes_type")),
        ("text", ("body", "model_attributes_type")),
        (None, ("body", "model_attributes_type")),
    ],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_each_fault_of_a_body_is_named_with_a_text_of_our_own(
    alice: Client, owner: Owner, body: Any, wrong: tuple[str, str], language: str
) -> None:
    answer = await send(alice, json.dumps(body).encode(), Accept_Language=language)
    assert refusal(answer) == (422, "invalid_request")
    assert fields(answer) == [wrong]
    message = answer.json()["errors"][0]["message"]
    assert message not in ("", "不符合要求", "is not valid")
    assert message.isascii() is (language == "en")
    assert await owner.texts() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"text": ',
        b"\xff\xfe\x00",
        b'{"text": "\xe4\xb8"}',
        b'{"text": "\\ud800"}',
        b'{"\\ud800": 1, "text": "x"}',
        b'{"text": "x", "weight": NaN}',
        b'{"text": "x", "weight": -Infinity}',
        b'{"text": "x", "weight": 1e999}',
        b'{"text": "x", "size": ' + b"9" * 100_000 + b"}",
        b'{"text": "x", "weight": ' + b"9" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"inner":' * 100_000,
        b'{"text": "x", "inner": ' + b'{"text": "x", "inner": ' * 300 + b"1" + b"}" * 301,
        b'{"text": "x", "text": 5}',
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_hostile_json_is_a_422(alice: Client, owner: Owner, body: bytes) -> None:
    for key in ({}, {"Idempotency_Key": "a-key-of-16-char"}):
        assert refusal(await send(alice, body, **key)) == (422, "invalid_request")
    assert await owner.texts() == []


async def test_a_hundred_thousand_unknown_fields_are_answered_briefly(alice: Client) -> None:
    body = {"text": "x", "y" * 10_000: 1, **{f"f{n}": n for n in range(60_000)}}
    answer = await send(alice, json.dumps(body).encode())
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == MOST_ERRORS
    assert fields(answer)[0][0] == "y" * LONGEST_FIELD


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "nonsense"])
async def test_a_body_that_says_it_is_no_json_is_a_422(alice: Client, content_type: str) -> None:
    answer = await send(alice, b'{"text": "x"}', Content_Type=content_type)
    assert refusal(answer) == (422, "invalid_request")
    assert fields(answer) == [("body", "model_attributes_type")]


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    """A body whose length nobody says beforehand."""
    yield b'{"text": "'
    for _ in range(size // 65_536):
        yield b"x" * 65_536
    yield b'"}'


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "a-key-of-16-char"}])
async def test_a_body_over_the_limit_is_a_413_with_and_without_its_length(
    alice: Client, owner: Owner, key: dict[str, str]
) -> None:
    too_long = b'{"text": "' + b"x" * BODY_LIMIT + b'"}'
    said = await send(alice, too_long, **key)
    unsaid = await send(alice, in_pieces(BODY_LIMIT), **key)
    for answer in (said, unsaid):
        assert refusal(answer) == (413, "payload_too_large")
        assert answer.headers["X-Trace-Id"] == answer.json()["trace_id"]
    within = b'{"text": "' + b"x" * (BODY_LIMIT - 12) + b'"}'
    assert fields(await send(alice, within, **key)) == [("text", "string_too_long")]


async def test_a_body_that_announces_too_much_is_refused_before_it_comes(alice: Client) -> None:
    answer = await send(alice, b'{"text": "x"}', Content_Length=str(BODY_LIMIT + 1))
    assert refusal(answer) == (413, "payload_too_large")


@pytest.mark.parametrize("query", ["like=%00", "like=a%00b", "limit=0", "limit=101", "limit=x"])
async def test_a_hostile_query_is_a_422(alice: Client, query: str) -> None:
    answer = await alice.http.get(f"{MARKS}?{query}")
    assert refusal(answer) == (422, "invalid_request")
    assert (await alice.http.get(f"{MARKS}?limit=5&like=x")).status_code == 200


async def test_an_unknown_path_is_a_404_and_a_wrong_method_a_405(alice: Client) -> None:
    for path in ("/nowhere", f"{API}/nowhere", "/static-offline-docs/nowhere"):
        assert refusal(await alice.http.get(path)) == (404, "not_found")
    answer = await alice.http.patch(f"{API}/me")
    assert refusal(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("mark_id", ["5", "no-uuid", "%00", "%F0%9F%98%80", "x" * 5_000])
async def test_a_path_that_can_name_nothing_is_a_404(alice: Client, mark_id: str) -> None:
    answer = await send(alice, b'{"text": "x"}', path=f"{MARKS}/{mark_id}")
    assert refusal(answer) == (404, "not_found")


ABSENT = "018f0000-0000-7000-8000-000000000000"


def asked_of(demand_id: str) -> Iterable[tuple[str, bytes]]:
    for body in (b"{", b"", b'{"reason": 5}', b"[" * 100_000):
        yield f"{API}/demands/{demand_id}/cancel", body


async def test_401_comes_before_everything_else(nobody: Client) -> None:
    for token in (None, "nonsense"):
        for path, body in asked_of("no-uuid"):
            answer = await send(nobody.as_(token or ""), body, path=path, Idempotency_Key="short")
            assert refusal(answer) == (401, "token_invalid")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_401_comes_before_413(nobody: Client) -> None:
    answer = await nobody.http.post(MARKS, content=b"x" * (BODY_LIMIT + 1), headers=JSON)
    assert refusal(answer) == (401, "token_invalid")


async def test_422_comes_before_404(alice: Client) -> None:
    for demand_id in (ABSENT, "no-uuid"):
        for path, body in asked_of(demand_id):
            assert refusal(await send(alice, body, path=path)) == (422, "invalid_request")
        answer = await alice.post(f"/demands/{demand_id}/cancel", {"reason": "不需要了"})
        assert refusal(answer) == (404, "not_found")


async def test_security_headers_are_on_every_answer(alice: Client, owner: Owner) -> None:
    await owner.run("ALTER TABLE marks RENAME TO elsewhere")
    answers: list[httpx2.Response] = [
        await alice.get("/healthz"),
        await alice.get("/docs"),
        await alice.get("/nowhere"),
        await alice.post("/scratch/marks", {}),
        await alice.post("/scratch/marks", {"text": "x"}),
        await alice.as_("nonsense").post("/scratch/marks", {}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 422, 500, 401]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert len(answer.headers["X-Trace-Id"]) == 32
