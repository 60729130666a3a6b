"""The small district, made anew for each test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Sessions
from app.settings import Settings
from tests.client import Client
from tests.demands.both import Both, both_ways
from tests.demands.world import World, a_world


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    """Everybody whom a test needs, signed in."""
    return await a_world(session, client)


@pytest.fixture
async def both(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[Both]:
    """One district behind an application that tries the fast way, and one that cannot."""
    async with both_ways(committing, committed_sessions) as made:
        yield made
