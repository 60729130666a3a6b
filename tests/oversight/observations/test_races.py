"""Two of the panel at once, a score and the close at once, two rounds at once: on a database that commits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pytest

from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.demands.world import ok
from tests.oversight.observations.rounds import (
    COMMUNITIES,
    NINE,
    SHARES,
    STREET,
    Street,
    a_rubric,
    a_street,
    closed,
    laid_out,
    objects,
    opened,
    ranks,
    scored_by_cadres,
    whole,
)


@pytest.fixture
async def street(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[Street]:
    """The subdistrict, committed."""
    application = create_app(committing, committed_sessions)
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
        committed_sessions() as session,
    ):
        yield await a_street(session, Client(http))


async def test_two_of_the_panel_score_the_same_object_at_once_and_nothing_is_lost(street: Street) -> None:
    found = await opened(street)
    path = f"/observed/{objects(found)['航空']}"
    panel = [*street.cadres.values(), street.secretaries["华森"]]
    points = [{"points": {code: 8}} for code in NINE]  # each of four, nine times, all at once
    answers = await asyncio.gather(*(who.put(f"{path}/scores", one) for one in points for who in panel))
    assert Counter(answer.status_code for answer in answers) == {200: 36}
    sheets = (await ok(street.desk.get(path)))["sheets"]
    assert [one["points"] for one in sheets] == [dict.fromkeys(NINE, 8)] * 4


async def test_a_score_at_the_moment_of_the_close_counts_or_is_refused(street: Street) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, SHARES)
    path = f"/observed/{objects(found)['航空']}/scores"
    who = street.secretaries["华森"]
    scored, _ = await asyncio.gather(who.put(path, whole(found, 1)), closed(street, found))
    told = (await ranks(street.desk, found))["航空"]
    counted = (told["sheets"], told["total"]) == (4, 5_714)
    assert (scored.status_code, counted) in {(200, True), (409, False)}
    assert counted or (told["sheets"], told["total"]) == (3, 5_000)


async def test_of_many_closes_one_counts(street: Street) -> None:
    found = await opened(street)
    await scored_by_cadres(street, found, SHARES)
    path = f"/observations/{found['id']}/close"
    answers = await asyncio.gather(*(street.desk.post(path) for _ in range(6)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}


async def test_of_two_rounds_of_a_quarter_laid_out_at_once_one_is_made(street: Street) -> None:
    body = laid_out(street, await a_rubric(street))
    answers = await asyncio.gather(*(street.desk.post("/observations", body) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}


async def test_versions_at_once_are_numbered_one_after_the_other(street: Street) -> None:
    path = f"/rubrics/{(await a_rubric(street))['id']}/versions"
    body = {"criteria": [{"code": "theme_day"}]}
    answers = await asyncio.gather(*(street.desk.post(path, body) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = sum(answer.status_code == 201 for answer in answers)
    numbers = [one["number"] for one in (await ok(street.desk.get(path.removesuffix("/versions"))))["versions"]]
    assert numbers == [*range(made + 1, 0, -1)]


async def test_a_community_copies_a_highlight_once_however_often_it_says_so_at_once(street: Street) -> None:
    found = await opened(street)
    body = {"title": "八个公众", "text": "瑜伽课堂"}
    made = await ok(street.desk.post(f"/observed/{objects(found)['华森']}/highlights", body), 201)
    copy = {"region_code": COMMUNITIES["飨堂"], "note": "开办课堂"}
    answers = await asyncio.gather(*(street.desk.post(f"/highlights/{made['id']}/copies", copy) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert STREET in copy["region_code"]
