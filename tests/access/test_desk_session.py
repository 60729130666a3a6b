"""The session of a desk's browser."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import desk_session, granting
from app.access.models import Role, SignIn
from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.errors import TokenInvalid
from app.settings import Settings
from tests.clock import move_clock
from tests.conftest import SECRET

KEYS = Keyring(SECRET)
PASSWORD = "correct horse battery"


@pytest.fixture
async def cookie(session: AsyncSession, settings: Settings) -> str:
    """The cookie of a clerk who has just signed in."""
    clock.follow(settings.clock_file)
    await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.OBSERVER, region_code="")
    return await desk_session.open_session(session, KEYS, "clerk", PASSWORD)


async def is_open(session: AsyncSession, cookie: str) -> bool:
    try:
        await desk_session.desk(session, KEYS, cookie)
    except TokenInvalid:
        return False
    return True


async def test_it_ends_after_an_hour_of_silence(session: AsyncSession, settings: Settings, cookie: str) -> None:
    for minutes in (50, 100, 150):  # never an hour apart
        move_clock(settings, timedelta(minutes=minutes))
        assert await is_open(session, cookie)
    move_clock(settings, timedelta(minutes=211))
    assert not await is_open(session, cookie)


async def test_it_ends_after_twelve_hours_however_busy(session: AsyncSession, settings: Settings, cookie: str) -> None:
    for half_hours in range(1, 24):
        move_clock(settings, timedelta(minutes=30 * half_hours))
        assert await is_open(session, cookie)
    move_clock(settings, timedelta(hours=12, seconds=1))
    assert not await is_open(session, cookie)


async def test_an_ended_sign_in_ends_it(session: AsyncSession, cookie: str) -> None:
    found = (await desk_session.desk(session, KEYS, cookie)).caller
    sign_in = await session.get_one(SignIn, found.sign_in_id)
    sign_in.revoked_at = clock.now()
    await session.flush()
    assert not await is_open(session, cookie)


async def test_nobody_can_make_one_up(session: AsyncSession, cookie: str) -> None:
    sign_in_id, _, signature = cookie.partition(".")
    with_another_purpose = KEYS.sign(desk_session.FORM, sign_in_id)
    for forged in ("", ".", sign_in_id, f"{sign_in_id}.{signature[:-1]}", f"{sign_in_id}.{with_another_purpose}"):
        assert not await is_open(session, forged)


async def test_a_forms_token_is_its_sessions_alone(session: AsyncSession, cookie: str) -> None:
    first = (await desk_session.desk(session, KEYS, cookie)).caller
    another = await desk_session.open_session(session, KEYS, "clerk", PASSWORD)
    second = (await desk_session.desk(session, KEYS, another)).caller
    token = desk_session.form_token(KEYS, first)
    assert desk_session.is_form_token(KEYS, first, token)
    assert not desk_session.is_form_token(KEYS, second, token)
    assert not desk_session.is_form_token(KEYS, first, "")
