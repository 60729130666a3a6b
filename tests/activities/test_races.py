"""A crowd and few places, through two processes."""

import asyncio
from collections import Counter

from sqlalchemy import select

from app.activities.models import SignUp, Slot
from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.activities.evenings import patrol
from tests.client import Client
from tests.demands.world import World, a_world, ok
from tests.racing import a_crowd, insist, workers

PEOPLE, PLACES = 40, 5


async def a_district(settings: Settings, sessions: db.Sessions, client: Client) -> World:
    """The small district, committed."""
    application = create_app(settings, sessions)
    async with application.router.lifespan_context(application), sessions() as session:
        return await a_world(session, client)


async def test_forty_people_and_five_places(committing: Settings, committed_sessions: db.Sessions) -> None:
    async with workers(committing) as found:
        world = await a_district(committing, committed_sessions, Client(found.http))
        crowd = await a_crowd(committed_sessions, committing, world.branch, Client(found.http), PEOPLE)
        draft = await ok(world.desk.post("/activities", patrol(capacity=PLACES)), 201)
        activity = await ok(world.desk.post(f"/activities/{draft['id']}/publish"))
        path = f"/slots/{activity['shifts'][0]['slots'][0]['id']}/sign-ups"
        answers = await asyncio.gather(*(insist(one, path, {}) for one in crowd for _ in range(2)))
        assert Counter(answer.status_code for answer in answers) == {201: PEOPLE, 409: PEOPLE}
        made = [answer.json() for answer in answers if answer.status_code == 201]
        assert Counter(one["state"] for one in made) == {"booked": PLACES, "waiting": PEOPLE - PLACES}
        booked = [index for index, answer in enumerate(answers) if answer.json().get("state") == "booked"]
        await asyncio.gather(
            *(insist(crowd[index // 2], f"/sign-ups/{answers[index].json()['id']}/cancel", {}) for index in booked)
        )
        assert min(found.served()) > 0
    async with committed_sessions() as session:
        everybody = list(await session.scalars(select(SignUp).order_by(SignUp.n)))
        line = [one.state for one in everybody if one.state != "cancelled"]
        assert line == ["promoted"] * PLACES + ["waiting"] * (PEOPLE - 2 * PLACES), "in the order in which they came"
        assert (await session.scalars(select(Slot.taken))).one() == PLACES
