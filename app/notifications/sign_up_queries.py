"""The selects of messages about activities: whose sign-ups they are, each for a whole batch of events."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account
from app.activities.lifecycle import OPEN
from app.activities.models import SignUp
from app.ledger.models import HolderKind
from app.notifications.queries import among

Ids = Collection[uuid.UUID]
Guests = list[tuple[SignUp, uuid.UUID]]
"""Sign-ups with the accounts of whose they are; who has none is told nothing."""


def _with_accounts() -> Select[SignUp, uuid.UUID | None]:
    return select(SignUp, Account.id).outerjoin(Account, Account.member_id == SignUp.person_id)


def _guests(rows: Sequence[tuple[SignUp, uuid.UUID | None]]) -> Guests:
    found = [(one, one.person_id if one.person_kind == HolderKind.ACCOUNT else account) for one, account in rows]
    return [(one, account) for one, account in found if account]


async def guests(session: AsyncSession, sign_up_ids: Ids) -> dict[uuid.UUID, Guests]:
    """Some sign-ups by their ids."""
    found: dict[uuid.UUID, Guests] = defaultdict(list)
    if sign_up_ids:
        rows = (await session.execute(_with_accounts().where(among(SignUp.id, sign_up_ids)))).all()
        for one, account in _guests([(row[0], row[1]) for row in rows]):
            found[one.id].append((one, account))
    return found


async def everybody(session: AsyncSession, shift_ids: Ids) -> dict[uuid.UUID, Guests]:
    """Everybody who has or awaits a place in some shifts, by the shift."""
    found: dict[uuid.UUID, Guests] = defaultdict(list)
    if shift_ids:
        wanted = _with_accounts().where(among(SignUp.shift_id, shift_ids), SignUp.state.in_(OPEN))
        for one, account in _guests([(row[0], row[1]) for row in (await session.execute(wanted)).all()]):
            found[one.shift_id].append((one, account))
    return found


async def own(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[SignUp]:
    """Those of some sign-ups that are the caller's."""
    return (
        await session.scalars(select(SignUp).where(among(SignUp.id, ids), SignUp.person_id.in_(caller.person_ids)))
    ).all()
