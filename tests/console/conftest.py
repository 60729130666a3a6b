"""The small district, with browsers for its staff."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client
from tests.console.browsing import Browser, at_desk
from tests.demands.world import World, a_world


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody whom a test needs, signed in to the API."""
    return await a_world(session, client)


@pytest.fixture
async def desk(session: AsyncSession, world: World) -> Browser:
    """The browser of the community's dispatcher."""
    return await at_desk(session, world.desk)


@pytest.fixture
async def observer(session: AsyncSession, world: World) -> Browser:
    """The browser of the district's observer."""
    return await at_desk(session, world.observer)
