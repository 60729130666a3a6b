"""The lists of activities, of one's own sign-ups, of a roll and of entries after the fact."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import STAFF, Caller
from app.activities import people, presenting, queries
from app.activities.schemas import (
    ActivityDetail,
    ActivityFilter,
    ActivityOut,
    EntryToDecideOut,
    LateEntryFilter,
    RollOut,
    SignUpFilter,
    SignUpOut,
)
from app.kit.errors import Forbidden
from app.kit.pagination import Page, PageRequest
from app.ledger.models import HolderKind
from app.members import looking


async def activities(session: AsyncSession, caller: Caller, wanted: ActivityFilter) -> Page[ActivityOut]:
    """One page of activities; the desk's list, which holds drafts too, is for staff."""
    if wanted.scope == "desk" and not caller.is_staff:
        raise Forbidden
    found, cursor = await queries.activities(session, caller, wanted)
    return Page(items=await presenting.activities_out(session, found), next_cursor=cursor)


async def activity(session: AsyncSession, caller: Caller, activity_id: uuid.UUID) -> ActivityDetail:
    """One activity that the caller may see."""
    return await presenting.activity_out(session, caller, await queries.activity(session, caller, activity_id))


async def sign_ups(session: AsyncSession, caller: Caller, wanted: SignUpFilter) -> Page[SignUpOut]:
    """One page of the caller's own sign-ups."""
    found, cursor = await queries.my_sign_ups(session, caller, wanted)
    return Page(items=await presenting.sign_ups_out(session, caller, found), next_cursor=cursor)


async def sign_up(session: AsyncSession, caller: Caller, sign_up_id: uuid.UUID) -> SignUpOut:
    """One sign-up, for whose it is and for who organizes the activity."""
    return await presenting.sign_up_out(session, caller, await queries.sign_up(session, caller, sign_up_id))


async def roll(session: AsyncSession, caller: Caller, shift_id: uuid.UUID, wanted: PageRequest) -> Page[RollOut]:
    """One page of who is on the roll of a shift, for its organizers and the region's staff; looking is on record."""
    shift, found = await queries.shift_and_activity(session, caller, shift_id)
    if not caller.covers(found.region_code) and not await people.relations(session, caller, found):
        raise Forbidden
    lines, cursor = await queries.roll(session, shift.id, wanted)
    named = sum(one.person_kind == HolderKind.MEMBER for one in lines)
    looking.note(session, caller, found.region_code, named, shift_id=shift.id)
    return Page(items=await presenting.roll_out(session, caller, lines), next_cursor=cursor)


async def late_entries(session: AsyncSession, caller: Caller, wanted: LateEntryFilter) -> Page[EntryToDecideOut]:
    """One page of the entries after the fact of the caller's regions; looking is on record."""
    caller.require(STAFF)
    found, cursor = await queries.late_entries(session, caller, wanted)
    for one in found:
        looking.note(session, caller, one.region_code, int(one.person_kind == HolderKind.MEMBER))
    return Page(items=await presenting.entries_out(session, caller, found), next_cursor=cursor)
