"""Who takes part: a member, with or without an account, or a resident; and what a caller is to an activity."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import queries
from app.activities.lifecycle import SHIFT_WHO, WHO, ActivityAction, Relation, ShiftAction
from app.activities.models import Activity, SignUp
from app.kit.errors import Forbidden, InvalidRequest
from app.ledger.models import HolderKind
from app.members import queries as members

Relations = frozenset[Relation]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part, under the id by which hours and bookings know them."""

    kind: HolderKind
    id: uuid.UUID
    home_region_code: str | None


async def of_caller(session: AsyncSession, caller: Caller) -> Person:
    """The caller, as the member they are, or as a resident."""
    if caller.member_id is not None:
        return await of_member(session, caller.member_id)
    return Person(HolderKind.ACCOUNT, caller.account_id, caller.home_region_code)


async def of_member(session: AsyncSession, member_id: uuid.UUID) -> Person:
    """A member on a roster; raises `InvalidRequest`."""
    member = await members.member(session, member_id)
    if member is None:
        raise InvalidRequest.field("member_id", "unknown_id", "没有这位党员", "there is no such member")
    return Person(HolderKind.MEMBER, member.id, member.home_region_code)


def is_own(caller: Caller, sign_up: SignUp) -> bool:
    """Whether a sign-up is the caller's."""
    return sign_up.person_id in caller.person_ids


async def relations(session: AsyncSession, caller: Caller, activity: Activity) -> Relations:
    """Everything that a caller is to an activity."""
    found = set()
    if caller.covers(activity.region_code, DISPATCHERS):
        found.add(Relation.DESK)
    if activity.organization_id in caller.organization_ids:
        found.add(Relation.HOST)
    if caller.member_id and await queries.leads(session, activity.id, caller.member_id):
        found.add(Relation.LEADER)
    return frozenset(found)


async def require(session: AsyncSession, caller: Caller, activity: Activity, action: ActivityAction) -> None:
    """Raise `Forbidden` unless the caller may do this to an activity."""
    if not await relations(session, caller, activity) & WHO[action]:
        raise Forbidden


async def require_shift(session: AsyncSession, caller: Caller, activity: Activity, action: ShiftAction) -> None:
    """Raise `Forbidden` unless the caller may do this to a shift of an activity."""
    if not await relations(session, caller, activity) & SHIFT_WHO[action]:
        raise Forbidden
