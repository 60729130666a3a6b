"""After a change of the secret key everything is sealed anew, and nothing is lost on the way."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from app.access.models import Account
from app.kit import clock, db, resealing
from app.kit.crypto import Keyring, Undecipherable
from app.kit.db import Base, new_id
from app.kit.sealing import begins, finds
from app.members.models import Member
from app.settings import Settings
from tests.conftest import SECRET
from tests.factories import a_member, a_region, an_organization

NEW = Keyring("the next secret for tests only, 98765", (SECRET,))
ACCOUNTS = 1_200


@pytest.fixture
async def rotated(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[db.Sessions]:
    """Sessions under the new key, on what the old one sealed."""
    async with committed_sessions.begin() as session:
        await a_region(session)
        await a_member(session, await an_organization(session), name="王建国", phone="13800000001")
        session.add_all(
            Account(id=new_id(), phone=f"1390000{number:04}", nickname=f"甲{number}", created_at=clock.now())
            for number in range(ACCOUNTS)
        )
    engine = db.connect(str(committing.database_url), pool_size=2, keyring=NEW)
    yield db.sessions(engine)
    await engine.dispose()


def no_report(_table: str, _done: int) -> None:
    """Nobody watches."""


async def test_before_and_after_everything_is_read_and_found(rotated: db.Sessions) -> None:
    for expected in (ACCOUNTS + 1, 0):
        async with rotated() as session:
            (found,) = await session.scalars(select(Account).where(finds(Account.phone_index, "13900000777")))
            assert found.nickname == "甲777"
            named = await session.scalars(select(Member.phone).where(begins(Member.name_prefixes, "王建")))
            assert list(named) == ["13800000001"]
        assert await resealing.reseal(rotated, Base.metadata, NEW, no_report) == expected


async def test_afterwards_the_old_key_is_not_needed(rotated: db.Sessions, committing: Settings) -> None:
    alone = db.connect(str(committing.database_url), pool_size=1, keyring=Keyring(NEW.secret))
    async with db.sessions(alone)() as session:
        with pytest.raises(Undecipherable):
            (await session.scalars(select(Account.phone))).all()
    await resealing.reseal(rotated, Base.metadata, NEW, no_report)
    async with db.sessions(alone)() as session:
        assert len(set(await session.scalars(select(Account.phone)))) == ACCOUNTS
        assert (await session.scalars(select(Member.name).where(begins(Member.name_prefixes, "王")))).all() == [
            "王建国"
        ]
    await alone.dispose()


async def test_stopped_in_the_middle_it_goes_on_where_it_was(rotated: db.Sessions) -> None:
    told = []

    def stop(table: str, done: int) -> None:
        told.append((table, done))
        if done >= 1_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await resealing.reseal(rotated, Base.metadata, NEW, stop)
    first = dict(told)["accounts"]
    assert await resealing.reseal(rotated, Base.metadata, NEW, no_report) == ACCOUNTS + 1 - sum(dict(told).values())
    assert first == 1_000
