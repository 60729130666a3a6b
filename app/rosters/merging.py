"""Two entries of one person are made one: a pointer, which no history is rewritten for, and which can be taken back."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.enrollments import queries as enrollments
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest, NotFound
from app.members import looking
from app.members import queries as members
from app.members.events import MemberEvent
from app.members.models import Member, MemberMerge
from app.members.schemas import MemberOut, member_out
from app.organizations import queries as organizations
from app.rosters import queries, reach
from app.rosters.errors import StillEnrolled, StillServes


async def merge(session: AsyncSession, caller: Caller, member_id: uuid.UUID, into_id: uuid.UUID) -> MemberOut:
    """Give up an entry for another one of the same person, whose account and phone follow where it has none.

    An account that already is the other entry stays it; the given-up entry's account is then a resident's.
    Raises `StillServes` while something is under way under the entry that is given up, and `StillEnrolled`.
    """
    await queries.wait_in_line(session)  # a file that is being written knows either both entries or one
    pair = await _writable(session, caller, [member_id, into_id])
    given_up, kept = pair[member_id], pair[into_id]
    if given_up is kept:
        raise InvalidRequest.field("into_id", "itself", "不能并入自己", "is the member itself")
    chained = len(await members.entries_of(session, given_up.id)) > 1
    if given_up.merged_into_id or kept.merged_into_id or chained:
        raise ActionNotAllowed
    if await queries.serves(session, given_up.id):
        raise StillServes
    if await enrollments.live_of(session, given_up.id):  # nobody could leave any more, and it would count twice
        raise StillEnrolled
    merged = MemberMerge(
        id=new_id(),
        member_id=given_up.id,
        into_id=kept.id,
        account_followed=False,
        phone_followed=kept.phone is None and given_up.phone is not None,
        merged_by=caller.account_id,
        merged_at=clock.now(),
    )
    session.add(merged)
    await _hand_over(session, merged, given_up, kept, caller)
    given_up.merged_into_id = kept.id
    kept.phone = kept.phone or given_up.phone
    _tell(session, MemberEvent.MERGED, given_up, caller, into_id=kept.id)
    looking.note(session, caller, kept.home_region_code, 1)
    return member_out(kept)


async def _hand_over(
    session: AsyncSession, merged: MemberMerge, given_up: Member, kept: Member, caller: Caller
) -> None:
    """The account follows; where the kept entry has one, it stays, and nobody uses two."""
    holder, known = await members.locked_holder(session, given_up.id), await members.locked_holder(session, kept.id)
    if holder is None:
        return
    merged.account_id, merged.account_followed = holder.id, known is None
    holder.member_id = kept.id if known is None else None
    _tell(session, MemberEvent.UNBOUND, given_up, caller, account_id=holder.id)
    if known is None:
        _tell(session, MemberEvent.BOUND, kept, caller, account_id=holder.id)


async def unmerge(session: AsyncSession, caller: Caller, member_id: uuid.UUID) -> MemberOut:
    """Keep two entries apart again, as they were: what followed goes back unless it was changed since.

    Raises `ActionNotAllowed` for an entry that is merged into none.
    """
    merge = await members.standing_merge(session, member_id)
    pair = await _writable(session, caller, [member_id, merge.into_id] if merge else [member_id])
    merge = await members.standing_merge(session, member_id)  # as it is now that both are held
    if merge is None or merge.into_id not in pair:
        raise ActionNotAllowed
    given_up, kept = pair[member_id], pair[merge.into_id]
    merge.undone_at, merge.undone_by, given_up.merged_into_id = clock.now(), caller.account_id, None
    if merge.phone_followed and kept.phone == given_up.phone:
        kept.phone = None
    await _give_back(session, merge, given_up, kept, caller)
    _tell(session, MemberEvent.UNMERGED, given_up, caller, into_id=kept.id)
    looking.note(session, caller, given_up.home_region_code, 1)
    return member_out(given_up)


async def _give_back(session: AsyncSession, merge: MemberMerge, given_up: Member, kept: Member, caller: Caller) -> None:
    """The account is what it was, unless its person has become somebody else meanwhile."""
    if merge.account_id is None:
        return
    account = await access.locked_account(session, merge.account_id)
    if account.erased_at or account.member_id != (kept.id if merge.account_followed else None):
        return
    if account.member_id:
        _tell(session, MemberEvent.UNBOUND, kept, caller, account_id=account.id)
    account.member_id = given_up.id
    _tell(session, MemberEvent.BOUND, given_up, caller, account_id=account.id)


async def _writable(session: AsyncSession, caller: Caller, ids: list[uuid.UUID]) -> dict[uuid.UUID, Member]:
    """Members that the caller may write, held; raises `NotFound` for those out of sight and `Forbidden`."""
    if set(ids) - await queries.in_sight(session, caller, ids):
        raise NotFound
    pair = await members.locked_pair(session, ids)
    held = await reach.of_account(session, caller.account_id)
    rosters = await organizations.organizations(session, {one.organization_id for one in pair.values()})
    for one in pair.values():
        if not (held.covers(one.home_region_code) or held.holds(rosters[one.organization_id])):
            raise Forbidden
    return pair


def _tell(session: AsyncSession, kind: MemberEvent, member: Member, caller: Caller, **ids: uuid.UUID) -> None:
    region_code = member.home_region_code
    events.record(session, kind, subject=member.id, region_code=region_code, actor=caller.account_id, **ids)
