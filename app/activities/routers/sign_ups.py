"""`/sign-ups`, the roll of a shift, and entries after the fact."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.activities import entering, listing, presenting, roll_calling, signing_up
from app.activities.schemas import (
    EntryDecisionIn,
    EntryToDecideOut,
    LateEntryFilter,
    LateEntryIn,
    LateEntryOut,
    RollCallIn,
    RollOut,
    SignUpFilter,
    SignUpIn,
    SignUpOut,
)
from app.kit.http import Session
from app.kit.pagination import Page, PageRequest
from app.kit.schema import Id

router = APIRouter(tags=["activities 活动"], route_class=CallerRoute)
roll = APIRouter(tags=["roll call 点名"], route_class=CallerRoute)


@router.post("/slots/{slot_id}/sign-ups", status_code=status.HTTP_201_CREATED)
async def sign_up(session: Session, caller: SignedInCaller, slot_id: Id, body: SignUpIn) -> SignUpOut:
    """Sign up; where all places are taken, for the waiting list. An organizer may name a member who is offline."""
    return await presenting.sign_up_out(session, caller, await signing_up.sign_up(session, caller, slot_id, body))


@router.get("/sign-ups")
async def sign_ups(
    session: Session, caller: SignedInCaller, wanted: Annotated[SignUpFilter, Query()]
) -> Page[SignUpOut]:
    """What I signed up for."""
    return await listing.sign_ups(session, caller, wanted)


@router.get("/sign-ups/{sign_up_id}")
async def one_sign_up(session: Session, caller: SignedInCaller, sign_up_id: Id) -> SignUpOut:
    """One sign-up."""
    return await listing.sign_up(session, caller, sign_up_id)


@router.post("/sign-ups/{sign_up_id}/accept")
async def accept(session: Session, caller: SignedInCaller, sign_up_id: Id) -> SignUpOut:
    """Take the place that came free."""
    return await presenting.sign_up_out(session, caller, await signing_up.accept(session, caller, sign_up_id))


@router.post("/sign-ups/{sign_up_id}/cancel")
async def cancel(session: Session, caller: SignedInCaller, sign_up_id: Id) -> SignUpOut:
    """Give it up; who is next comes in."""
    return await presenting.sign_up_out(session, caller, await signing_up.cancel(session, caller, sign_up_id))


@roll.get("/shifts/{shift_id}/sign-ups")
async def everybody(
    session: Session, caller: SignedInCaller, shift_id: Id, wanted: Annotated[PageRequest, Query()]
) -> Page[RollOut]:
    """Who is on the roll of a shift, for who organizes it."""
    return await listing.roll(session, caller, shift_id, wanted)


@roll.post("/shifts/{shift_id}/roll-call")
async def call_roll(session: Session, caller: SignedInCaller, shift_id: Id, body: RollCallIn) -> Page[SignUpOut]:
    """Say by hand who is there, who has left, and who did not come (点名)."""
    found = await roll_calling.call_roll(session, caller, shift_id, body)
    return Page(items=await presenting.sign_ups_out(session, caller, found))


@roll.post("/shifts/{shift_id}/late-entries", status_code=status.HTTP_201_CREATED)
async def enter(session: Session, caller: SignedInCaller, shift_id: Id, body: LateEntryIn) -> LateEntryOut:
    """Enter a presence after the roll was closed (补录); a second person must confirm it."""
    return LateEntryOut.model_validate(await entering.enter(session, caller, shift_id, body))


@roll.get("/late-entries")
async def late_entries(
    session: Session, caller: SignedInCaller, wanted: Annotated[LateEntryFilter, Query()]
) -> Page[EntryToDecideOut]:
    """Entries after the fact of my regions."""
    return await listing.late_entries(session, caller, wanted)


@roll.post("/late-entries/{entry_id}/decide")
async def decide(session: Session, caller: SignedInCaller, entry_id: Id, body: EntryDecisionIn) -> LateEntryOut:
    """Confirm an entry as the second person, or refuse it."""
    return LateEntryOut.model_validate(await entering.decide(session, caller, entry_id, body))
