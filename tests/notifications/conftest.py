"""The small district with somebody who carries the messages."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client
from tests.demands.world import World, a_world
from tests.notifications.post import Post


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody whom a test of the flow needs, signed in."""
    return await a_world(session, client)


@pytest.fixture
def post(session: AsyncSession) -> Post:
    """Carries what happened to whom it concerns."""
    return Post(session)
