"""点单: file, supplement, and the words between filer, desk and those who serve."""

import json
import re
import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import deadlines, dispatching, files, moving, queries, reaching, relations
from app.demands.events import DemandEvent
from app.demands.lifecycle import ENDS, Action, Kind, Reason, Relation, State
from app.demands.models import Demand, NoteKind
from app.demands.schemas import DemandIn, MessageIn, Supplement
from app.kit import clock, geo
from app.kit.db import made, new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest, Text
from app.kit.schema import hide
from app.organizations import queries as organizations
from app.policies import service as policies
from app.policies.defaults import CATEGORIES, Key, Question
from app.regions import queries as regions
from app.regions.models import Region

ANYONES = frozenset({Kind.REQUEST, Kind.WISH})
SENTENCE_END = re.compile(r"[。！？!?\n；;]")
TITLE_LENGTH = 30


async def file(session: AsyncSession, caller: Caller, body: DemandIn) -> Demand:
    """File a demand; with `dispatch` the desk publishes it in the same breath."""
    region = await _region(session, caller, body.region_code)
    staff = caller.covers(region.code, DISPATCHERS)
    if body.kind not in ANYONES and not staff and not await _speaks_near(session, caller, region.code):
        raise Forbidden(Text("仅工作人员或单位联络员可发布", "Only staff or a liaison may publish this"))
    if body.dispatch and not caller.covers(dispatching.desk_of(region.code), DISPATCHERS):
        raise Forbidden
    check_category(body.category)
    questions = await policies.value(session, Key.CATEGORY_QUESTIONS, region.code)
    check_answers(policies.for_category(questions, body.category), body.answers)
    demand = asked_for(caller, body, region.code)
    demand.staff_filed = body.kind not in ANYONES or (staff and body.on_behalf_of is None)
    await enter(session, caller, demand)
    await files.attach_to_demand(session, caller, demand, body.file_ids)
    if body.dispatch:
        await dispatching.put_out(session, caller, demand, body.dispatch)
    return demand


async def enter(session: AsyncSession, caller: Caller, demand: Demand, **payload: Any) -> None:
    """Give a new demand its number and its due time, and put it on its desk."""
    demand.number = number_of(await queries.next_number(session))
    await deadlines.start(session, demand, demand.filed_at)
    session.add(demand)
    await moving.settle(session, demand, demand.filed_at)
    moving.tell(session, demand, DemandEvent.FILED, caller, **payload)


def number_of(count: int) -> str:
    """A demand's number, which people read to each other: the day and a count."""
    return f"{clock.today():%y%m%d}{count:06d}"


async def _region(session: AsyncSession, caller: Caller, code: str | None) -> Region:
    code = code or caller.home_region_code
    if code is None:
        raise InvalidRequest.field("region_code", "missing", "请选择所在社区", "region_code is needed")
    region = await regions.region(session, code)
    if region is None:
        raise InvalidRequest.field("region_code", "unknown_region", "没有这个区域", "there is no such region")
    return region


async def _speaks_near(session: AsyncSession, caller: Caller, region_code: str) -> bool:
    """Whether the caller speaks for an organization that has the region within reach."""
    known = await organizations.organizations(session, caller.organization_ids)
    return bool(await reaching.near(session, {one.id: one.region_code for one in known.values()}, region_code))


def check_category(code: str) -> None:
    """Raise `InvalidRequest` for a category that there is not."""
    if code not in CATEGORIES:
        raise InvalidRequest.field("category", "unknown_category", "没有这个类别", "no such category")


def check_answers(questions: list[Question], answers: dict[str, str]) -> None:
    """Raise `InvalidRequest` for an answer to no question, and for a question that must be answered and is not."""
    codes = {question.code for question in questions}
    for code in answers:
        if code not in codes:
            raise InvalidRequest.field(f"answers.{code}", "unknown_question", "没有这个问题", "no such question")
    for question in questions:
        if question.required and question.code not in answers:
            raise InvalidRequest.field(f"answers.{question.code}", "missing", "请回答此问题", "this must be answered")


def asked_for(caller: Caller, body: DemandIn, region_code: str) -> Demand:
    """What somebody asks for in a region, before it has its number and its due time."""
    contact, behalf = body.contact or body.on_behalf_of, body.on_behalf_of
    place = body.location.wgs84 if body.location else None
    cell = geo.cell(place) if place else None
    return new_demand(
        kind=body.kind,
        category=body.category,
        title=_title(body),
        description=body.description,
        answers=json.dumps(body.answers, ensure_ascii=False) if body.answers else None,
        region_code=region_code,
        origin_region_code=region_code,
        handler_region_code=dispatching.desk_of(region_code),
        address=body.address,
        lng=place.lng if place else None,
        lat=place.lat if place else None,
        coord_type=body.location.coord_type if body.location else None,
        cell_lng=cell.lng if cell else None,
        cell_lat=cell.lat if cell else None,
        contact_name=contact.name if contact else None,
        contact_phone=contact.phone if contact else None,
        wanted_by=body.wanted_by,
        anonymous=body.anonymous,
        filed_by=caller.account_id,
        on_behalf_name=behalf.name if behalf else None,
        on_behalf_phone=behalf.phone if behalf else None,
    )


def new_demand(**facts: Any) -> Demand:
    """A demand as it stands before anything has happened to it."""
    now = clock.now()
    return made(
        Demand,
        id=new_id(),
        state=State.FILED,
        round=1,
        slots=1,
        claimed=0,
        reopens=0,
        joins=0,
        skills=[],
        filed_at=now,
        moved_at=now,
        needs_desk=Reason.NEW,
        dissatisfied=False,
        climbed=0,
        awaits_approval=False,
        **facts,
    )


def _title(body: DemandIn) -> str:
    """A title that may be read by whoever may read the list: without the names and the address beside it."""
    hidden = [body.address, *(one.name for one in (body.contact, body.on_behalf_of) if one)]
    return hide(body.title, hidden) if body.title else title_from(hide(body.description, hidden))


def title_from(description: str) -> str:
    """A title for a demand that was filed without one: its first sentence, at most 30 characters."""
    first = SENTENCE_END.split(description, maxsplit=1)[0].strip() or description
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


async def supplement(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: Supplement) -> Demand:
    """Answer the desk's question; the demand is back on its desk."""
    demand = await queries.demand(session, caller, demand_id, lock=True)
    relations.require(relations.of(caller, demand), Action.SUPPLEMENT)
    moving.move(demand, Action.SUPPLEMENT)
    await deadlines.resume(session, demand, demand.moved_at)
    await files.attach_to_demand(session, caller, demand, body.file_ids)
    written = moving.note(session, demand, NoteKind.SUPPLEMENT, body.description, caller)
    moving.tell(session, demand, DemandEvent.SUPPLEMENTED, caller, note_id=written)
    await moving.settle(session, demand)
    return demand


async def message(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: MessageIn) -> Demand:
    """Say something to the others concerned: the filer, the desk, those who serve."""
    demand = await queries.demand(session, caller, demand_id, lock=True)
    mine = (await queries.my_claims(session, caller, [demand.id])).get(demand.id, [])
    if not relations.of(caller, demand, mine) & frozenset(Relation):
        raise Forbidden
    if demand.state in ENDS:
        raise ActionNotAllowed
    written = moving.note(session, demand, NoteKind.MESSAGE, body.text, caller)
    moving.tell(session, demand, DemandEvent.MESSAGED, caller, note_id=written)
    return demand
