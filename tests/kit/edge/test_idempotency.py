"""Retries never double an effect, whatever happened to the answer."""

import asyncio
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from app.kit import clock, db, idempotency
from app.settings import Settings
from tests.client import Client, refusal
from tests.kit.edge.scratch import Owner, running, scratch_app
from tests.kit.edge.serving import LossyLine, served
from tests.racing import insist

KEY = "a-key-of-16-char"
KEYS = "SELECT key FROM idempotency_keys"


async def test_a_retry_gets_the_first_answer_and_has_no_effect(alice: Client, owner: Owner) -> None:
    first = await alice.post("/scratch/marks", {"text": "one"}, key=KEY)
    again = await alice.post("/scratch/marks", {"text": "one"}, key=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await owner.texts() == ["one"]


async def test_an_answer_without_a_body_is_replayed_too(alice: Client, owner: Owner) -> None:
    answers = [await alice.post("/scratch/silent", {"text": "one"}, key=KEY) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (204, b"")]
    assert "content-type" not in answers[1].headers
    assert await owner.texts() == ["one"]


async def test_without_a_key_each_request_has_its_effect(alice: Client, owner: Owner) -> None:
    for text in ("one", "two"):
        await alice.post("/scratch/marks", {"text": text})
    assert await owner.texts() == ["one", "two"]
    assert await owner.rows(KEYS) == []


async def test_lost_answers_are_retried_without_loss_or_double(scratch: FastAPI, owner: Owner) -> None:
    wanted = [f"mark {n:04}" for n in range(1_000)]
    async with served(scratch) as address:
        line = LossyLine(address, share_lost=0.3)
        async with line.open() as lossy, httpx2.AsyncClient(base_url=lossy, timeout=10) as http:
            async with httpx2.AsyncClient(base_url=address) as direct:
                alice = Client(http, (await Client(direct).signed_in("alice")).token)
            queue = iter(wanted)

            async def keep_posting() -> None:
                for text in queue:
                    while not await arrived(alice, text):
                        pass

            await asyncio.gather(*(keep_posting() for _ in range(8)))
    assert line.lost > 200
    assert await owner.texts() == wanted


async def arrived(client: Client, text: str) -> bool:
    """Whether an answer came, which must be a success."""
    try:
        answer = await client.post("/scratch/marks", {"text": text}, key=f"key-of-{text}".replace(" ", "-"))
    except httpx2.TransportError:
        return False
    assert answer.status_code == 201, answer.text
    return True


async def test_of_fifty_at_once_in_two_processes_worth_of_apps_one_has_the_effect(
    committing: Settings, owner: Owner
) -> None:
    async with running(scratch_app(committing)) as left, running(scratch_app(committing)) as right:
        token = (await left.signed_in("alice")).token
        for turn in range(10):
            asked = [
                insist(Client(side.http, token), "/scratch/marks", {"text": f"mark {turn}"}, key=f"{KEY}{turn}")
                for side in (left, right)
                for _ in range(25)
            ]
            answers = await asyncio.gather(*asked)
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.content for answer in answers}) == 1
            assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 49
    assert await owner.texts() == [f"mark {turn}" for turn in range(10)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/scratch/marks", {"text": "another"}),
        ("/scratch/marks?really=yes", {"text": "one"}),
        ("/scratch/marks/018f0000-0000-7000-8000-000000000000", {"text": "one"}),
    ],
    ids=["body", "query", "path"],
)
async def test_a_key_stands_for_one_request_only(alice: Client, owner: Owner, path: str, body: dict[str, str]) -> None:
    await alice.post("/scratch/marks", {"text": "one"}, key=KEY)
    assert refusal(await alice.post(path, body, key=KEY)) == (422, "idempotency_key_reused")
    assert await owner.texts() == ["one"]


async def test_a_key_belongs_to_one_caller(alice: Client, owner: Owner) -> None:
    bob = await alice.signed_in("bob")
    first = await alice.post("/scratch/marks", {"text": "alice's"}, key=KEY)
    second = await bob.post("/scratch/marks", {"text": "bob's"}, key=KEY)
    assert second.status_code == 201
    assert "Idempotency-Replayed" not in second.headers
    assert first.json()["id"] != second.json()["id"]
    assert await owner.texts() == ["alice's", "bob's"]


@pytest.mark.parametrize("key", ["fifteen-letters", "x" * 65, "has a blank inside", "tab\tinside-the-key-"])
async def test_a_key_of_another_form_is_refused(alice: Client, owner: Owner, key: str) -> None:
    answer = await alice.post("/scratch/marks", {"text": "one"}, key=key)
    assert refusal(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await owner.texts() == []


@pytest.mark.parametrize("key", ["x" * 16, "x" * 64, '"!#$%&()*+,-./:;<=>?@"'])
async def test_a_key_is_16_to_64_visible_characters_with_or_without_quotes(alice: Client, key: str) -> None:
    assert (await alice.post("/scratch/marks", {"text": "one"}, key=key)).status_code == 201
    again = await alice.post("/scratch/marks", {"text": "one"}, key=key.strip('"'))
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("how", ["", "?counted=true", "?raised=false"])
async def test_a_refusal_is_evaluated_again(alice: Client, owner: Owner, how: str) -> None:
    for _ in range(2):
        await owner.run("TRUNCATE marks")
        answer = await alice.post(f"/scratch/refused{how}", {"text": "one"}, key=KEY)
        assert answer.status_code == 409
        assert "Idempotency-Replayed" not in answer.headers
    assert await owner.rows(KEYS) == []


async def test_a_malformed_request_leaves_its_key_unused(alice: Client) -> None:
    assert (await alice.post("/scratch/marks", {"txt": "one"}, key=KEY)).status_code == 422
    assert (await alice.post("/scratch/marks", {"text": "one"}, key=KEY)).status_code == 201


async def test_nobody_has_no_keys(nobody: Client, owner: Owner) -> None:
    for text in ("one", "two"):
        answer = await nobody.post("/scratch/marks-of-nobody", {"text": text}, key=KEY)
        assert answer.status_code == 201
    assert await owner.rows(KEYS) == []


async def test_under_auth_no_answer_is_kept(alice: Client, owner: Owner) -> None:
    assert (await alice.post("/auth/sign-out", {"everywhere": True}, key=KEY)).status_code == 204
    assert await owner.rows(KEYS) == []


async def test_stored_answers_are_encrypted(alice: Client, owner: Owner) -> None:
    answer = await alice.post("/scratch/marks", {"text": "机密 secret"}, key=KEY)
    (stored,) = (await owner.rows("SELECT body FROM idempotency_keys"))[0]
    assert isinstance(stored, bytes)
    assert answer.content not in stored
    assert all(word.encode() not in stored for word in ("机密", "secret", answer.json()["id"]))


async def test_keys_are_forgotten_after_two_days(
    alice: Client, owner: Owner, committing: Settings, committed_sessions: db.Sessions
) -> None:
    await alice.post("/scratch/marks", {"text": "one"}, key=KEY)
    assert committing.clock_file is not None
    for later, left in ((timedelta(hours=47), 1), (timedelta(hours=49), 0)):
        committing.clock_file.write_text(str(later.total_seconds()))
        clock.follow(committing.clock_file)
        async with db.transaction(committed_sessions) as session:
            await idempotency.forget_old(session)
        assert len(await owner.rows(KEYS)) == left
