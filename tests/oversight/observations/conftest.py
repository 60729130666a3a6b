"""The subdistrict with everybody of its rounds, made anew for each test."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client
from tests.oversight.observations.rounds import Street, a_street


@pytest.fixture
async def street(session: AsyncSession, client: Client) -> Street:
    """金牛山街道 with its communities, its unit and the panel."""
    return await a_street(session, client)
