"""One request, one transaction: committed before the answer leaves, run again where the database asks."""

import asyncio

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from app.settings import Settings
from tests.client import Client, refusal
from tests.fake_wechat import APP_ID, CODE, OPENID, SECRET, FakeWeChat
from tests.kit.edge.scratch import Meeting, Owner, running, scratch_app
from tests.kit.edge.serving import served


def at_commit(body: str, table: str = "marks") -> str:
    """A trigger that does `body` when a transaction that wrote to the table commits."""
    return (
        f"CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;"
        f"CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION at_commit()"
    )


FAIL = "RAISE EXCEPTION 'no commit today';"
FAIL_OFTEN = "IF nextval('tries') % 10 < 3 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF; RETURN NULL;"
FAIL_TWICE = "IF nextval('tries') <= 2 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF; RETURN NULL;"
FAIL_ALWAYS = "RAISE EXCEPTION USING ERRCODE = '40001';"


async def test_what_is_answered_with_2xx_is_committed(alice: Client, owner: Owner) -> None:
    assert (await alice.post("/scratch/marks", {"text": "kept"})).status_code == 201
    assert await owner.texts() == ["kept"]


@pytest.mark.parametrize("key", [None, "a key of 16 chars".replace(" ", "-")])
@pytest.mark.parametrize("path", ["/scratch/marks", "/scratch/silent"])
async def test_a_failed_commit_is_never_a_2xx(alice: Client, owner: Owner, path: str, key: str | None) -> None:
    await owner.run(at_commit(FAIL))
    assert refusal(await alice.post(path, {"text": "lost"}, key=key)) == (500, "internal_error")
    assert await owner.texts() == []


async def test_a_failed_commit_does_not_use_up_the_key(alice: Client, owner: Owner) -> None:
    await owner.run(at_commit(FAIL))
    await alice.post("/scratch/marks", {"text": "second try"}, key="0123456789abcdef")
    await owner.run("DROP TRIGGER at_commit ON marks")
    answer = await alice.post("/scratch/marks", {"text": "second try"}, key="0123456789abcdef")
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


async def test_a_constraint_that_fails_at_commit_is_the_refusal_it_stands_for(alice: Client, owner: Owner) -> None:
    await alice.post("/scratch/marks", {"text": "once"})
    assert refusal(await alice.post("/scratch/marks", {"text": "once"})) == (409, "mark_taken")
    assert await owner.texts() == ["once"]


async def test_a_refusal_undoes_what_the_request_wrote(alice: Client, owner: Owner) -> None:
    assert refusal(await alice.post("/scratch/refused", {"text": "undone"})) == (409, "mark_refused")
    assert await owner.texts() == []


async def test_a_refusal_that_counts_keeps_what_the_request_wrote(alice: Client, owner: Owner) -> None:
    answer = await alice.post("/scratch/refused?counted=true", {"text": "counted"})
    assert refusal(answer) == (409, "mark_refused")
    assert await owner.texts() == ["counted"]


async def test_serialization_failures_are_retried_until_nobody_sees_them(alice: Client, owner: Owner) -> None:
    await owner.run(at_commit(FAIL_OFTEN))
    with capture_logs() as lines:
        answers = [await alice.post("/scratch/marks", {"text": f"mark {n:03}"}) for n in range(100)]
    assert {answer.status_code for answer in answers} == {201}
    assert await owner.texts() == [f"mark {n:03}" for n in range(100)]
    tries = (await owner.rows("SELECT last_value FROM tries"))[0][0]
    retried = [line for line in lines if line["event"] == "request.retried"]
    assert isinstance(tries, int)
    assert len(retried) == tries - 100 > 30


async def test_retries_stop_at_the_deadline(committing: Settings, owner: Owner) -> None:
    await owner.run(at_commit(FAIL_ALWAYS))
    impatient = committing.model_copy(update={"request_deadline_ms": 500})
    async with running(scratch_app(impatient)) as client:
        started = asyncio.get_running_loop().time()
        answer = await client.post("/scratch/marks-of-nobody", {"text": "never"})
    assert refusal(answer) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert 0.1 < asyncio.get_running_loop().time() - started < 1.5


async def test_a_sign_in_that_is_run_again_asks_wechat_once(committing: Settings, owner: Owner) -> None:
    """A code works once, so asking a second time would refuse whom the first time knew."""
    await owner.run(at_commit(FAIL_TWICE, "sign_ins"))
    fake = FakeWeChat()
    async with served(fake.app) as address:
        real = {"wechat_app_id": APP_ID, "wechat_secret": SECRET, "wechat_base_url": address}
        async with running(scratch_app(committing.model_copy(update=real))) as client:
            with capture_logs() as lines:
                answer = await client.post("/auth/wechat", {"code": CODE})
    assert answer.status_code == 200
    assert [line["event"] for line in lines].count("request.retried") == 2
    assert fake.asked["/sns/jscode2session"] == 1
    assert OPENID not in answer.text


async def test_two_requests_that_lock_crosswise_both_succeed(nobody: Client, owner: Owner, scratch: FastAPI) -> None:
    await owner.run("INSERT INTO marks (text) VALUES ('a'), ('b')")
    first, second = [str(row[0]) for row in await owner.rows("SELECT id FROM marks ORDER BY text")]
    scratch.state.meeting = Meeting()
    with capture_logs() as lines:
        answers = await asyncio.gather(
            nobody.post("/scratch/locks", {"ids": [first, second]}),
            nobody.post("/scratch/locks", {"ids": [second, first]}),
        )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [line["sqlstate"] for line in lines if line["event"] == "request.retried"] == ["40P01"]


async def test_a_lock_that_is_held_too_long_is_unavailable(committing: Settings, owner: Owner) -> None:
    await owner.run("INSERT INTO marks (text) VALUES ('held')")
    ids = [str(row[0]) for row in await owner.rows("SELECT id FROM marks")]
    app = scratch_app(committing.model_copy(update={"lock_timeout_ms": 100}))
    app.state.meeting = Meeting()
    async with running(app) as client:
        holder = asyncio.create_task(client.post("/scratch/locks", {"ids": ids}))
        await app.state.meeting.begun.wait()
        refused = await client.post("/scratch/locks", {"ids": ids})
        await app.state.meeting.attend()
        assert (await holder).status_code == 200
    assert refusal(refused) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "1"


async def test_a_statement_that_runs_too_long_is_unavailable(committing: Settings, owner: Owner) -> None:
    await owner.run(at_commit("PERFORM pg_sleep(5); RETURN NULL;"))
    async with running(scratch_app(committing.model_copy(update={"statement_timeout_ms": 100}))) as client:
        answer = await client.post("/scratch/marks-of-nobody", {"text": "slow"})
    assert refusal(answer) == (503, "unavailable")


async def test_a_pool_that_is_used_up_is_unavailable_and_comes_back(committing: Settings, owner: Owner) -> None:
    await owner.run("INSERT INTO marks (text) VALUES ('held')")
    ids = [str(row[0]) for row in await owner.rows("SELECT id FROM marks")]
    app = scratch_app(committing.model_copy(update={"pool_size": 1, "pool_timeout_ms": 200}))
    app.state.meeting = Meeting()
    async with running(app) as client:
        holder = asyncio.create_task(client.post("/scratch/locks", {"ids": ids}))
        await app.state.meeting.begun.wait()
        refused = await asyncio.gather(*(client.get("/scratch/marks") for _ in range(20)))
        healthy = await client.get("/healthz")
        await app.state.meeting.attend()
        await holder
        assert (await client.get("/scratch/marks")).status_code == 200
    assert {refusal(answer) for answer in refused} == {(503, "unavailable")}
    assert healthy.status_code == 200
