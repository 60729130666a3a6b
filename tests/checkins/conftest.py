"""The small district."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.settings import Settings
from tests.activities.evenings import Evenings
from tests.checkins.scanning import Street
from tests.client import Client
from tests.demands.world import World, a_world


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody whom a test needs, signed in."""
    return await a_world(session, client)


@pytest.fixture
def street(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Street:
    """The small district, its activities, and the codes that hang there."""
    return Street(Evenings(world, session, settings, sessions))
