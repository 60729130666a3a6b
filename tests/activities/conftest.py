"""The small district, with a clock that can be moved and a worker that works when it is told to."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.settings import Settings
from tests.activities.evenings import Evenings
from tests.client import Client
from tests.demands.world import World, a_world


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody whom a test of the flow needs, signed in."""
    return await a_world(session, client)


@pytest.fixture
def evenings(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Evenings:
    """The district's activities, and its worker."""
    return Evenings(world, session, settings, sessions)
