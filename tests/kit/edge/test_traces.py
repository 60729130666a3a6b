"""One trace id in the answer, in the problem and in the log."""

import pytest
from fastapi import FastAPI
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.client import API, Client
from tests.kit.edge.scratch import Owner

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("traceparent", "taken"),
    [
        (f"00-{TRACE}-b7ad6b7169203331-01", True),
        (f"00-{TRACE}-b7ad6b7169203331-00", True),
        (f"00-{TRACE.upper()}-b7ad6b7169203331-01", False),
        (f"01-{TRACE}-b7ad6b7169203331-01", False),
        (f"00-{TRACE}-b7ad6b7169203331", False),
        (f"00-{TRACE}-0000000000000000-01", False),
        (f"00-{'0' * 32}-b7ad6b7169203331-01", False),
        (f"00-{TRACE}-b7ad6b7169203331-01-more", False),
        ("13800000009", False),
        ("", False),
    ],
)
async def test_a_well_formed_traceparent_is_taken_up(nobody: Client, traceparent: str, taken: bool) -> None:
    answer = await nobody.http.get("/healthz", headers={"traceparent": traceparent})
    trace = answer.headers["X-Trace-Id"]
    assert (trace in traceparent) is taken
    assert len(trace) == 32


async def test_answer_problem_and_log_carry_the_same_trace(alice: Client, owner: Owner) -> None:
    await owner.run("ALTER TABLE marks RENAME TO elsewhere")
    with capture_logs(processors=[merge_contextvars]) as lines:
        answer = await alice.post("/scratch/marks", {"text": "x"})
    trace = answer.headers["X-Trace-Id"]
    assert answer.status_code == 500
    assert answer.json()["trace_id"] == trace
    assert [line["event"] for line in lines] == ["request.database_error", "http.request"]
    assert {line["trace_id"] for line in lines} == {trace}
    assert (lines[-1]["status"], lines[-1]["method"]) == (500, "POST")


async def test_each_request_has_a_trace_of_its_own(nobody: Client) -> None:
    traces = {(await nobody.http.get("/healthz")).headers["X-Trace-Id"] for _ in range(3)}
    assert len(traces) == 3


async def test_a_fault_of_ours_is_a_problem_and_one_line_with_its_place(scratch: FastAPI, nobody: Client) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("13800000009")

    scratch.add_api_route("/broken", broken)
    with capture_logs() as lines:
        answer = await nobody.http.get("/broken", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["title"] == "Something went wrong and was recorded"
    assert "13800000009" not in answer.text
    assert [line["event"] for line in lines] == ["request.failed", "http.request"]
    assert isinstance(lines[0]["exc_info"], ZeroDivisionError)


async def test_the_log_names_the_route_but_not_what_was_asked(alice: Client) -> None:
    with capture_logs() as lines:
        await alice.http.get(f"{API}/scratch/marks?like=13800000009")
        await alice.http.get(f"{API}/demands/13800000009")
        await alice.http.get("/13800000009")
    assert [line["route"] for line in lines] == ["/scratch/marks", "/demands/{demand_id}", ""]
    assert "13800000009" not in repr(lines)
