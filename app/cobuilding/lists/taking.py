"""认领项目: take a project on, be asked to, refuse with a reason; what of it stands by when."""

import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import compiling, project_queries, queries, relations
from app.cobuilding.lists.errors import AlreadyTaken, SlotsTaken
from app.cobuilding.lists.events import ListEvent, TakingEvent
from app.cobuilding.lists.lifecycle import IS_LIVE, TakingAction, TakingState, moved, require
from app.cobuilding.lists.models import ItemMode, ListItem, ListKind
from app.cobuilding.lists.project_models import Milestone, Taking
from app.cobuilding.lists.project_schemas import MilestoneIn, ReachIn, TakingIn
from app.kit import clock, db, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest
from app.organizations import queries as organizations

TOLD = {
    TakingState.TAKEN: TakingEvent.TAKEN,
    TakingState.DECLINED: TakingEvent.DECLINED,
    TakingState.WITHDRAWN: TakingEvent.WITHDRAWN,
    TakingState.DONE: TakingEvent.DONE,
    TakingState.GIVEN_UP: TakingEvent.GIVEN_UP,
}
WITH_REASON = {TakingAction.DECLINE, TakingAction.WITHDRAW, TakingAction.GIVE_UP}


async def take(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: TakingIn) -> tuple[Taking, ListItem]:
    """Take a project on for one's organization, or ask another's as the desk. Raises `SlotsTaken`, `AlreadyTaken`."""
    item = await queries.item(session, caller, item_id, lock=True)
    own = body.organization_id in caller.organization_ids
    if not own:
        caller.require(DISPATCHERS, item.region_code)
        if await organizations.organization(session, body.organization_id) is None:
            raise InvalidRequest.field("organization_id", "unknown_id", "没有这个组织", "there is no such organization")
    assigned_to_others = item.mode == ItemMode.ASSIGNED and own and item.owner_id != body.organization_id
    if item.kind != ListKind.PROJECT or item.published_at is None or item.withdrawn_at or assigned_to_others:
        raise ActionNotAllowed
    if await project_queries.held(session, item.id) >= item.slots:
        raise SlotsTaken
    now = clock.now()
    made = Taking(
        id=new_id(),
        item_id=item.id,
        region_code=item.region_code,
        organization_id=body.organization_id,
        state=TakingState.TAKEN if own else TakingState.OFFERED,
        begun_at=now,
        taken_at=now if own else None,
    )
    session.add(made)
    try:
        await session.flush()  # the constraint says whether it is taken or offered already
    except IntegrityError as error:
        if db.violated(error) == AlreadyTaken.constraint:
            raise AlreadyTaken from error
        raise
    _tell(session, TakingEvent.TAKEN if own else TakingEvent.OFFERED, made, caller)
    return made, item


async def move(
    session: AsyncSession, caller: Caller, taking_id: uuid.UUID, action: TakingAction, reason: str | None = None
) -> tuple[Taking, ListItem]:
    """Accept, decline, withdraw, finish or give a taking up."""
    taking, item = await project_queries.taking(session, caller, taking_id)
    require(action, relations.of(caller, taking.region_code, taking.organization_id))
    taking.state = TakingState(moved(taking.state, action))
    if taking.state == TakingState.TAKEN:
        taking.taken_at = clock.now()
    if taking.state not in IS_LIVE:
        taking.ended_at = clock.now()
    if action in WITH_REASON:
        taking.reason = reason
    _tell(session, TOLD[taking.state], taking, caller)
    return taking, item


async def plan(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: MilestoneIn) -> ListItem:
    """Say what of a project is to stand by when; its desk, or who has taken it on."""
    item = await queries.item(session, caller, item_id, lock=True)
    await _require_builder(session, caller, item)
    if item.kind != ListKind.PROJECT or item.withdrawn_at:
        raise ActionNotAllowed
    session.add(Milestone(id=new_id(), item_id=item.id, title=body.title, due_on=body.due_on))
    compiling.tell(session, ListEvent.PLANNED, item, caller)
    return item


async def reach(session: AsyncSession, caller: Caller, milestone_id: uuid.UUID, body: ReachIn) -> ListItem:
    """Say that a milestone stands, once."""
    milestone, item = await project_queries.milestone(session, caller, milestone_id)
    await _require_builder(session, caller, item)
    if milestone.reached_at:
        raise ActionNotAllowed
    milestone.reached_at, milestone.reached_by, milestone.note = clock.now(), caller.account_id, body.note
    compiling.tell(session, ListEvent.REACHED, item, caller, milestone_id=milestone.id)
    return item


async def _require_builder(session: AsyncSession, caller: Caller, item: ListItem) -> None:
    desk = caller.covers(item.region_code, DISPATCHERS)
    if not desk and not await project_queries.builds(session, caller, item.id):
        raise Forbidden


def _tell(session: AsyncSession, kind: TakingEvent, one: Taking, caller: Caller) -> None:
    events.record(
        session,
        kind,
        subject=one.id,
        region_code=one.region_code,
        actor=caller.account_id,
        item_id=one.item_id,
        organization_id=one.organization_id,
    )
