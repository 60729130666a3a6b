"""The line to the database is cut at COMMIT: nobody knows whether it was committed, until the key is looked up."""

from collections import Counter

import pytest

from app.settings import Settings
from tests.client import refusal
from tests.kit.edge.scratch import Owner, running, scratch_app
from tests.wire import COMMIT, Cut, Wire

RUNS = 100


@pytest.mark.parametrize("way", Cut, ids=lambda way: way.name.lower())
async def test_a_line_cut_at_commit_loses_no_keyed_write_and_doubles_none(
    committing: Settings, owner: Owner, way: Cut
) -> None:
    wire = Wire(str(committing.database_url))
    answers: Counter[tuple[int, bool]] = Counter()
    async with wire.open() as near, running(scratch_app(committing.model_copy(update={"database_url": near}))) as who:
        alice = await who.signed_in("alice")
        for number in range(RUNS):
            wire.cut(way, lambda _, message: COMMIT in message)
            answer = await alice.post("/scratch/marks", {"text": f"mark {number:03}"}, key=f"key-of-mark-{number:04}")
            answers[answer.status_code, "Idempotency-Replayed" in answer.headers] += 1
    assert wire.cuts == RUNS
    assert answers == {(201, way is Cut.BACK): RUNS}, "what was committed is read back, what was not is done"
    assert await owner.texts() == [f"mark {number:03}" for number in range(RUNS)]


@pytest.mark.parametrize("way", Cut, ids=lambda way: way.name.lower())
async def test_without_a_key_a_line_cut_at_commit_is_told_and_nothing_is_tried_twice(
    committing: Settings, owner: Owner, way: Cut
) -> None:
    wire = Wire(str(committing.database_url))
    async with wire.open() as near, running(scratch_app(committing.model_copy(update={"database_url": near}))) as who:
        alice = await who.signed_in("alice")
        wire.cut(way, lambda _, message: COMMIT in message)
        answer = await alice.post("/scratch/marks", {"text": "once at most"})
        assert refusal(answer) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
    assert await owner.texts() == (["once at most"] if way is Cut.BACK else [])
