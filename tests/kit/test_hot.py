"""A hot statement tells what became of it, also where the server goes down."""

import pytest
from sqlalchemy import literal, select

from app.kit import hot
from app.settings import Settings
from tests.conftest import KEYRING
from tests.wire import Wire

ONE = select(literal(1).label("one"))


async def test_a_statement_after_the_servers_goodbye_has_an_unknown_outcome(settings: Settings) -> None:
    wire = Wire(str(settings.database_url))
    async with wire.open() as near:
        pool = hot.Pool(near, KEYRING, size=1, timeout_ms=1000)
        await pool.open()
        async with pool.line() as line:
            assert await line.row(ONE) == {"one": 1}
        await wire.goodbye()
        with pytest.raises(hot.OutcomeUnknown):
            async with pool.line() as line:
                await line.row(ONE)
        async with pool.line() as line:
            assert await line.row(ONE) == {"one": 1}
        await pool.close()
