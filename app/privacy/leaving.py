"""Deleting an account: days to think again, then what says who somebody was is erased and the books stay."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access import signing_in
from app.access.caller import Caller
from app.access.models import Account, Consent, ConsentChannel
from app.kit import clock, events, idempotency
from app.kit.db import new_id
from app.kit.timers import Timer
from app.members import binding
from app.policies import service as policies
from app.policies.defaults import Key
from app.privacy import queries
from app.privacy.errors import StillAppointed, StillAsking, StillServing
from app.privacy.events import PrivacyEvent
from app.privacy.holdings import HOLDINGS
from app.privacy.schemas import LeavingOut

AGAIN = timedelta(days=1)
"""When to look again at an account of which something came under way since."""


async def leave(session: AsyncSession, caller: Caller) -> LeavingOut:
    """Begin to leave: signed out everywhere, and erased when the days to think again are over.

    Raises `StillAppointed`, `StillServing` or `StillAsking`: others would be left in the middle of something.
    """
    account = await access.locked_account(session, caller.account_id)
    whose = await queries.person(session, account)
    if await queries.holds_role(session, account.id):
        raise StillAppointed
    if await queries.serves(session, whose):
        raise StillServing
    if await queries.asks(session, whose):
        raise StillAsking
    home = account.home_region_code or ""
    account.leaving_at = clock.now() + await policies.value(session, Key.ERASURE_WINDOW, home)
    await signing_in.sign_out(session, caller, everywhere=True)
    _tell(session, PrivacyEvent.LEAVING, account)
    return LeavingOut(erases_at=account.leaving_at)


async def erase(session: AsyncSession, account: Account, now: datetime) -> None:
    """Erase what says who somebody was; put off while something that was reopened or filed for them is under way."""
    whose = await queries.person(session, account)
    if await queries.asks(session, whose) or await queries.holds_role(session, account.id):
        account.leaving_at = now + AGAIN
        return
    await binding.leave_roster(session, account)
    await _withdraw_consents(session, account, now)
    for holding in HOLDINGS:
        where = holding.theirs(whose)
        if holding.also_erased:
            where = or_(where, holding.also_erased(whose))
        if holding.removed:
            await session.execute(delete(holding.model).where(where))
        elif holding.erased:
            statement = update(holding.model).where(where).values(**holding.erased)
            await session.execute(statement.execution_options(synchronize_session=False))
    await idempotency.forget(session, account.id)
    await session.execute(update(Account).where(Account.id == account.id).values(erased_at=now))
    _tell(session, PrivacyEvent.ERASED, account)


async def _withdraw_consents(session: AsyncSession, account: Account, now: datetime) -> None:
    seen = set()
    for newest in await queries.consents(session, account.id):
        if newest.purpose in seen:
            continue
        seen.add(newest.purpose)
        if newest.given:
            session.add(
                Consent(
                    id=new_id(),
                    account_id=account.id,
                    purpose=newest.purpose,
                    version=newest.version,
                    given=False,
                    channel=ConsentChannel.ERASURE,
                    at=now,
                )
            )


def _tell(session: AsyncSession, kind: PrivacyEvent, account: Account) -> None:
    events.record(session, kind, subject=account.id, region_code="", actor=None)


ERASURES = Timer("erasures", queries.due, Account.id, erase)
