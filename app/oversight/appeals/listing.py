"""Appeals and complaints as one caller may see them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import DISPATCHERS, Caller
from app.kit import clock
from app.kit.errors import Forbidden
from app.kit.pagination import Page
from app.kit.schema import mask_name
from app.oversight.appeals import queries
from app.oversight.appeals.complaining import may_raise_again
from app.oversight.appeals.models import Appeal, AppealState, Complaint, ComplaintState
from app.oversight.appeals.schemas import AppealFilter, AppealOut, ComplaintFilter, ComplaintOut, WaitingOut
from app.regions import queries as regions

ANONYMOUS, SOMEBODY = "匿名", "居民"
COMPUTED = {"disputed", "demand_title", "region_name", "overdue", "actions", "author"}


async def appeals(session: AsyncSession, caller: Caller, wanted: AppealFilter) -> Page[AppealOut]:
    """One page of appeals; the desk's list is for staff."""
    if wanted.scope == "desk" and not caller.is_staff:
        raise Forbidden
    found, cursor = await queries.appeals(session, caller, wanted)
    return Page(items=await appeals_out(session, caller, found), next_cursor=cursor)


async def waiting_appeals(session: AsyncSession, caller: Caller) -> WaitingOut:
    """How many appeals the caller's desks must decide."""
    return _waiting(*await queries.waiting(session, queries.appeals_at_desk(caller), Appeal.due_at))


async def waiting_complaints(session: AsyncSession, caller: Caller) -> WaitingOut:
    """How many complaints and suggestions the caller's desks must answer."""
    return _waiting(*await queries.waiting(session, queries.complaints_at_desk(caller), Complaint.due_at))


def _waiting(count: int, due_at: datetime | None) -> WaitingOut:
    return WaitingOut(count=count, due_at=due_at, overdue=due_at is not None and due_at < clock.now())


async def appeal(session: AsyncSession, caller: Caller, appeal_id: uuid.UUID) -> AppealOut:
    """One appeal that the caller may see."""
    return await appeal_out(session, caller, await queries.appeal(session, caller, appeal_id))


async def appeal_out(session: AsyncSession, caller: Caller, found: Appeal) -> AppealOut:
    """An appeal that the caller has just seen or changed."""
    (shown,) = await appeals_out(session, caller, [found])
    return shown


async def appeals_out(session: AsyncSession, caller: Caller, found: Sequence[Appeal]) -> list[AppealOut]:
    """Some appeals as a caller may see them."""
    titles = await queries.titles(session, [one.demand_id for one in found])
    names, now = await regions.names(session, [one.region_code for one in found]), clock.now()
    disputed = await queries.disputed(session, found)
    return [
        AppealOut(
            **{name: getattr(one, name) for name in AppealOut.model_fields if name not in COMPUTED},
            disputed=disputed.get(one.id),
            demand_title=titles[one.demand_id],
            region_name=names.get(one.region_code, ""),
            overdue=one.state == AppealState.PENDING and one.due_at < now,
            actions=appeal_actions(caller, one),
        )
        for one in found
    ]


def appeal_actions(caller: Caller, appeal: Appeal) -> list[str]:
    """What a caller may do to an appeal now."""
    if appeal.state != AppealState.PENDING:
        return []
    own = appeal.filed_by == caller.account_id
    decides = caller.covers(appeal.region_code, DISPATCHERS) and caller.account_id != appeal.decided_by
    return ["withdraw"] if own else ["decide"] if decides else []


async def complaints(session: AsyncSession, caller: Caller, wanted: ComplaintFilter) -> Page[ComplaintOut]:
    """One page of complaints and suggestions; all but one's own are for staff."""
    if wanted.scope != "mine" and not caller.is_staff:
        raise Forbidden
    found, cursor = await queries.complaints(session, caller, wanted)
    return Page(items=await complaints_out(session, caller, found), next_cursor=cursor)


async def complaint(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> ComplaintOut:
    """One complaint that the caller may see."""
    return await complaint_out(session, caller, await queries.complaint(session, caller, complaint_id))


async def complaint_out(session: AsyncSession, caller: Caller, found: Complaint) -> ComplaintOut:
    """A complaint that the caller has just seen or changed."""
    (shown,) = await complaints_out(session, caller, [found])
    return shown


async def complaints_out(session: AsyncSession, caller: Caller, found: Sequence[Complaint]) -> list[ComplaintOut]:
    """Some complaints as a caller may see them; who wrote an anonymous one is told to nobody."""
    names, now = await regions.names(session, [one.region_code for one in found]), clock.now()
    nicknames = await access.nicknames(session, [one.filed_by for one in found if not one.anonymous])
    return [
        ComplaintOut(
            **{name: getattr(one, name) for name in ComplaintOut.model_fields if name not in COMPUTED},
            region_name=names.get(one.region_code, ""),
            author=ANONYMOUS if one.anonymous else mask_name(nicknames.get(one.filed_by)) or SOMEBODY,
            overdue=one.state == ComplaintState.WAITING and one.due_at < now,
            actions=complaint_actions(caller, one),
        )
        for one in found
    ]


def complaint_actions(caller: Caller, complaint: Complaint) -> list[str]:
    """What a caller may do to a complaint or suggestion now."""
    if complaint.filed_by == caller.account_id:
        return ["raise_again"] if may_raise_again(complaint) else []
    waits = complaint.state == ComplaintState.WAITING and caller.covers(complaint.region_code, DISPATCHERS)
    return ["answer"] if waits else []
