"""What a member says of themselves for being asked well, and takes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.members.preferences import hours_of, slots_of
from tests.client import Client, refusal
from tests.demands.world import World, a_world, ok

SAID = {
    "slots": [{"weekday": 1, "from_hour": 19, "to_hour": 21}, {"weekday": 6, "from_hour": 9, "to_hour": 12}],
    "days_off": ["2026-12-01"],
    "wishes": ["companion", "repair"],
    "place": {"lng": 116.410244, "lat": 39.919404, "coord_type": "gcj02"},
}
NOTHING: dict[str, Any] = {"slots": [], "days_off": [], "wishes": [], "place": None}


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """The small district of the flow's tests."""
    return await a_world(session, client)


async def test_a_place_is_kept_as_coarse_as_a_kilometre(world: World) -> None:
    said = await ok(world.member.put("/me/preferences", SAID))
    assert said == SAID | {"place": {"lng": 116.4, "lat": 39.92, "coord_type": "wgs84"}}
    assert await ok(world.member.get("/me/preferences")) == said
    assert await ok(world.second.get("/me/preferences")) == NOTHING


async def test_what_is_left_out_is_taken_back(world: World, session: AsyncSession) -> None:
    await ok(world.member.put("/me/preferences", SAID))
    assert await ok(world.member.put("/me/preferences", {"wishes": ["repair"]})) == NOTHING | {"wishes": ["repair"]}
    assert (await session.scalars(text("SELECT cell_lng FROM preferences"))).all() == [None]


async def test_the_log_names_who_spoke_and_nothing_else(world: World, session: AsyncSession) -> None:
    await ok(world.member.put("/me/preferences", SAID))
    written = await session.execute(text("SELECT payload, subject FROM events WHERE kind = 'member.preferred'"))
    assert [tuple(row) for row in written] == [({}, world.members[0].id)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"slots": [{"weekday": 0, "from_hour": 9, "to_hour": 10}]},
        {"slots": [{"weekday": 1, "from_hour": 10, "to_hour": 10}]},
        {"slots": [{"weekday": 1, "from_hour": 10, "to_hour": 25}]},
        {"wishes": ["no such category"]},
        {"days_off": [20261201]},
        {"place": {"lng": 98.27, "lat": 39.8}},
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, wrong: dict[str, Any]) -> None:
    await ok(world.member.put("/me/preferences", SAID))
    before = await ok(world.member.get("/me/preferences"))
    assert refusal(await world.member.put("/me/preferences", wrong)) == (422, "invalid_request")
    assert await ok(world.member.get("/me/preferences")) == before


async def test_only_members_have_them(world: World) -> None:
    assert refusal(await world.stranger.put("/me/preferences", SAID)) == (403, "forbidden")


@given(st.sets(st.integers(0, 167)))
def test_slots_are_the_hours_again(hours: set[int]) -> None:
    assert hours_of(slots_of(sorted(hours))) == sorted(hours)
