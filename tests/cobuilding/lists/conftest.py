"""The small district, with lists to publish."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client
from tests.demands.world import World, a_world
from tests.notifications.post import Post


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody of the small district, signed in."""
    return await a_world(session, client)


@pytest.fixture
def post(session: AsyncSession) -> Post:
    """The worker's follower that writes into the inboxes."""
    return Post(session)
