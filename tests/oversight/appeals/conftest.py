"""The small district, made anew for each test of the flow."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client
from tests.demands.world import World, a_world


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody whom a test of the flow needs, signed in."""
    return await a_world(session, client)
