"""Who is let in, who is told to come again, and who is not waited for because they have left."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from app.kit.admission import Admission
from app.kit.errors import Unavailable
from app.settings import Settings
from tests.client import Client, refusal
from tests.kit.edge.scratch import Meeting, Owner, running, scratch_app
from tests.kit.edge.serving import served

KEY = "a-key-of-16-char"


def test_a_place_is_given_back_however_its_request_ends() -> None:
    admission = Admission(1)
    with admission.place():
        assert admission.is_full
        with pytest.raises(Unavailable), admission.place():
            pass
        assert admission.is_full, "who was not let in gives nothing back"
    with pytest.raises(RuntimeError), admission.place():
        raise RuntimeError
    assert not admission.is_full


def test_a_quarter_of_the_places_is_kept_for_a_few() -> None:
    admission = Admission(8)
    with contextlib.ExitStack() as taken:
        for _ in range(6):
            taken.enter_context(admission.place())
        assert admission.is_full
        with pytest.raises(Unavailable), admission.place():
            pass
        for _ in range(2):
            taken.enter_context(admission.place(kept=True))
        with pytest.raises(Unavailable), admission.place(kept=True):
            pass


@asynccontextmanager
async def no_connection_left(settings: Settings, owner: Owner, **how: int) -> AsyncIterator[tuple[Client, Meeting]]:
    """The app over HTTP, whose only connection somebody holds until they are met."""
    await owner.run("INSERT INTO marks (text) VALUES ('held')")
    ids = [str(row[0]) for row in await owner.rows("SELECT id FROM marks")]
    app = scratch_app(settings.model_copy(update={"pool_size": 1, **how}))
    app.state.meeting = Meeting()
    async with served(app) as address, httpx2.AsyncClient(base_url=address, timeout=30) as http:
        alice = await Client(http).signed_in("alice")
        holder = asyncio.create_task(alice.post("/scratch/locks", {"ids": ids}))
        await app.state.meeting.begun.wait()
        try:
            yield alice, app.state.meeting
        except BaseException:
            with contextlib.suppress(TimeoutError):  # it may have been met
                await asyncio.wait_for(app.state.meeting.attend(), 1)
            raise
        await holder


async def test_what_somebody_asked_who_has_left_is_not_done(committing: Settings, owner: Owner) -> None:
    async with no_connection_left(committing, owner, pool_timeout_ms=30_000) as (alice, meeting):
        leaving = [
            asyncio.create_task(alice.post("/scratch/marks", {"text": "left"})),
            asyncio.create_task(alice.post("/scratch/marks", {"text": "left with a key"}, key=KEY)),
            asyncio.create_task(alice.post("/scratch/unsaid")),
        ]
        staying = asyncio.create_task(alice.post("/scratch/marks", {"text": "stayed"}))
        await asyncio.sleep(0.5)  # all of them are waiting for the connection
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        await asyncio.sleep(0.2)  # the server hears that they hung up
        await meeting.attend()
        assert (await staying).status_code == 201
        again = await alice.post("/scratch/marks", {"text": "left with a key"}, key=KEY)
        assert "Idempotency-Replayed" not in again.headers
    assert await owner.texts() == ["held", "left with a key", "stayed"]


async def test_of_two_hundred_that_get_no_connection_all_are_told_so_and_the_process_is_well(
    committing: Settings, owner: Owner
) -> None:
    places, timeout = 32, 3_000
    async with no_connection_left(committing, owner, requests_at_once=places, pool_timeout_ms=timeout) as (
        alice,
        meeting,
    ):
        clock = asyncio.get_running_loop().time
        began, ended = clock(), list[float]()

        async def look() -> httpx2.Response:
            answer = await alice.get("/scratch/marks")
            ended.append(clock() - began)
            return answer

        asked = asyncio.gather(*(look() for _ in range(200)))
        while not asked.done():
            asked_at = clock()
            assert (await Client(alice.http).get("/healthz")).status_code == 200
            assert clock() - asked_at < timeout / 1000, "who is well says so at once"
            await asyncio.sleep(0.05)
        answers = await asked
        await meeting.attend()
        assert (await alice.get("/scratch/marks")).status_code == 200
    assert {refusal(answer) for answer in answers} == {(503, "unavailable")}
    assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
    assert max(ended) < 2 * timeout / 1000, "nobody waits twice"
    soon = Counter(one < timeout / 1000 for one in ended)
    assert soon[False] < places, "who finds no place does not wait for one"


async def test_a_full_process_refuses_pages_in_their_own_form_and_answers_what_needs_no_database(
    committing: Settings, owner: Owner
) -> None:
    async with no_connection_left(committing, owner, requests_at_once=1) as (alice, meeting):
        assert refusal(await alice.get("/me")) == (503, "unavailable")
        assert refusal(await alice.get("/nowhere")) == (503, "unavailable"), "nothing was looked up"
        page = await alice.http.get("/desk/sign-in")
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert {(await alice.get(path)).status_code for path in ("/healthz", "/version")} == {200}
        await meeting.attend()


async def test_a_full_process_is_open_again_as_soon_as_one_has_ended(committing: Settings, owner: Owner) -> None:
    app = scratch_app(committing.model_copy(update={"requests_at_once": 1}))
    async with running(app) as client:
        alice = await client.signed_in("alice")
        for _ in range(3):
            assert (await alice.get("/me")).status_code == 200
            assert refusal(await alice.post("/scratch/refused", {"text": "no"})) == (409, "mark_refused")
