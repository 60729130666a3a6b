"""捐助登记: what was given towards a line, in money, goods and people; a mistake is taken back, never rewritten."""

import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import compiling
from app.cobuilding.lists import sharing_queries as sharing
from app.cobuilding.lists.errors import AlreadyReversed
from app.cobuilding.lists.events import SharingEvent
from app.cobuilding.lists.sharing_models import Contribution
from app.cobuilding.lists.sharing_schemas import ContributionIn, EndIn
from app.kit import clock, db, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest
from app.organizations import queries as organizations

SAME = ("item_id", "region_code", "kind", "what", "unit", "organization_id", "giver", "given_on")
"""What a reversal has of what it takes back."""


async def note(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: ContributionIn) -> Contribution:
    """Note down what was given; the desk's to do."""
    item = await compiling.at_the_desk(session, caller, item_id)
    if body.organization_id and await organizations.organization(session, body.organization_id) is None:
        raise InvalidRequest.field("organization_id", "unknown_id", "没有这个组织", "there is no such organization")
    if body.given_on > clock.today():
        raise InvalidRequest.field("given_on", "future", "日期不能晚于今天", "must not be after today")
    return _write(
        session, caller, SharingEvent.CONTRIBUTED, item_id=item.id, region_code=item.region_code, **dict(body)
    )


async def reverse(session: AsyncSession, caller: Caller, one: uuid.UUID, body: EndIn) -> Contribution:
    """Take a contribution back by a row of its own, once; of two at once, the second raises `AlreadyReversed`."""
    found = await sharing.contribution(session, caller, one)
    caller.require(DISPATCHERS, found.region_code)
    if found.reverses_id:
        raise ActionNotAllowed
    same = {name: getattr(found, name) for name in SAME}
    made = _write(
        session,
        caller,
        SharingEvent.REVERSED,
        **same,
        amount=-found.amount,
        reverses_id=found.id,
        reason=body.reason,
    )
    try:
        await session.flush()  # the constraint says whether it was taken back already
    except IntegrityError as error:
        if db.violated(error) == AlreadyReversed.constraint:
            raise AlreadyReversed from error
        raise
    return made


def _write(session: AsyncSession, caller: Caller, told: SharingEvent, **facts: object) -> Contribution:
    made = Contribution(id=new_id(), noted_by=caller.account_id, noted_at=clock.now(), **facts)
    session.add(made)
    events.record(
        session,
        told,
        subject=made.item_id,
        region_code=made.region_code,
        actor=caller.account_id,
        contribution_id=made.id,
    )
    return made
