"""Every select of privacy."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Consent, Grant
from app.activities.lifecycle import OPEN
from app.activities.models import SignUp
from app.demands.lifecycle import ENDS, LIVE
from app.demands.models import Claim, Demand
from app.kit.sealing import Blind, Prefixes, finds
from app.members import queries as members
from app.privacy.holdings import Holding, Person


async def person(session: AsyncSession, account: Account) -> Person:
    """Somebody with the demands that are about them: filed for themselves, or by others for their phone."""
    own = (Demand.filed_by == account.id) & Demand.on_behalf_phone_index.is_(None) & ~Demand.staff_filed
    about = or_(own, finds(Demand.on_behalf_phone_index, account.phone)) if account.phone else own
    ids = (await session.scalars(select(Demand.id).where(about))).all()
    entries = await members.entries_of(session, account.member_id) if account.member_id else []
    return Person(account.id, list(ids), entries)


async def rows(session: AsyncSession, holding: Holding, whose: Person) -> list[dict[str, Any]]:
    """What one table holds of a person, without what is withheld and what only finds it."""
    shown = [
        column
        for column in holding.model.__table__.columns
        if column.name not in holding.withheld and not isinstance(column.type, Blind | Prefixes)
    ]
    statement = select(*shown).where(holding.theirs(whose)).order_by(*holding.model.__table__.primary_key)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def consents(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Consent]:
    """Everything that an account ever consented to or withdrew, newest first."""
    statement = select(Consent).where(Consent.account_id == account_id).order_by(Consent.id.desc())
    return (await session.scalars(statement)).all()


async def holds_role(session: AsyncSession, account_id: uuid.UUID) -> bool:
    """Whether an account is staff or a liaison."""
    standing = exists().where(Grant.account_id == account_id, Grant.revoked_at.is_(None))
    return bool(await session.scalar(select(standing)))


async def serves(session: AsyncSession, whose: Person) -> bool:
    """Whether somebody holds a claim, or has signed up for an activity, that is not over."""
    live = exists().where(Claim.claimant_id.in_(whose.ids), Claim.state.in_(LIVE))
    signed_up = exists().where(SignUp.person_id.in_(whose.ids), SignUp.state.in_(OPEN))
    return bool(await session.scalar(select(or_(live, signed_up))))


async def asks(session: AsyncSession, whose: Person) -> bool:
    """Whether something that is about somebody is under way."""
    going = exists().where(Demand.id.in_(whose.demand_ids), Demand.state.not_in(ENDS))
    return bool(await session.scalar(select(going)))


def due(now: datetime) -> Select[Account]:
    """Accounts whose days to think again are over, longest ago first."""
    return select(Account).where(Account.leaving_at <= now).order_by(Account.leaving_at)
