"""Messages as their reader may read them now: made from ids, with nothing about what is out of their sight."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import barring, presenting, relations
from app.demands import queries as demands
from app.demands.actions import claim_actions, demand_actions
from app.demands.events import DemandEvent
from app.demands.ladder import WhistleClock
from app.demands.lifecycle import Action, Reason, Relation
from app.demands.models import Claim, Demand, Result
from app.demands.presenting import Names
from app.kit.clock import CHINA
from app.kit.events import Event
from app.notifications import matter_presenting, queries
from app.notifications.hearing import GROUPS
from app.notifications.matter_presenting import TIME, Told
from app.notifications.models import Notification, NotificationGroup, SubjectKind
from app.notifications.schemas import NotificationOut, SubjectOut
from app.notifications.texts import ALIKE, CLOCKS, NOTED, REASONS, RESOLVED, RESULTS, TEXTS, UNSEEN


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what of all that their messages are about they may see now."""

    caller: Caller
    demands: dict[uuid.UUID, Demand]
    claims: dict[uuid.UUID, Claim]
    mine: dict[uuid.UUID, list[Claim]]
    names: Names
    barred: dict[uuid.UUID, frozenset[Action]]
    matters: dict[uuid.UUID, Told]


async def notifications_out(
    session: AsyncSession, caller: Caller, found: Sequence[tuple[Notification, Event]]
) -> list[NotificationOut]:
    """Some messages with their newest events, as one caller may read them."""
    seen = await queries.visible_demands(
        session, caller, [message.demand_id for message, _ in found if message.demand_id]
    )
    matters = [message.subject_id for message, _ in found if message.demand_id is None]
    named = [claim_id for _, event in found if (claim_id := _claim_id(event))]
    claims = await queries.visible_claims(session, caller, named)
    mine = await demands.my_claims(session, caller, list(seen))
    names = await presenting.names_of(session, list(seen.values()), list(claims.values()))
    barred = await barring.barred(session, caller, list(seen.values()))
    told = await matter_presenting.told(session, caller, matters)
    told |= await matter_presenting.told_of_sign_ups(session, caller, matters)
    scans = [event.subject for message, event in found if message.subject_kind == SubjectKind.SCAN]
    told |= await matter_presenting.told_of_scans(session, caller, scans)
    reader = Reader(caller, seen, claims, mine, names, barred, told)
    return [_notification_out(reader, message, event) for message, event in found]


def _claim_id(event: Event) -> uuid.UUID | None:
    return uuid.UUID(event.payload["claim_id"]) if event.payload.get("claim_id") else None


def _notification_out(reader: Reader, message: Notification, event: Event) -> NotificationOut:
    title, body = TEXTS[message.kind]
    newest = event.subject if message.subject_kind == SubjectKind.SCAN else message.subject_id
    told = _told(reader, message, event) if message.demand_id else reader.matters.get(newest)
    body = body.format(**told.details) if told else UNSEEN
    return NotificationOut(
        id=message.id,
        kind=message.kind,
        group=GROUPS[message.kind],
        title=title,
        body=body + (ALIKE.format(times=message.times) if message.times > 1 else ""),
        subject=SubjectOut(kind=message.subject_kind, id=message.subject_id) if told else None,
        times=message.times,
        at=message.at,
        read_at=message.read_at,
        actions=told.actions if told else [],
    )


def _told(reader: Reader, message: Notification, event: Event) -> Told | None:
    """What may be said of a demand or claim; None where it is out of the reader's sight."""
    demand = reader.demands.get(message.demand_id) if message.demand_id else None
    claim = reader.claims.get(_claim_id(event) or message.id)
    if demand is None or not _may_read(reader, message, event, demand, claim):
        return None
    return Told(_details(reader, event, demand, claim), _actions(reader, message, demand, claim))


def _may_read(reader: Reader, message: Notification, event: Event, demand: Demand, claim: Claim | None) -> bool:
    """Whether a demand that can be seen may be told of in this way: its claim is seen too, and its desk is theirs."""
    if _claim_id(event) and claim is None:
        return False
    return GROUPS[message.kind] != NotificationGroup.DESK or reader.caller.covers(demand.handler_region_code)


def _details(reader: Reader, event: Event, demand: Demand, claim: Claim | None) -> dict[str, Any]:
    """Whatever a text may name."""
    payload = event.payload
    details = {
        "title": demand.title,
        "desk": reader.names.regions.get(demand.handler_region_code, ""),
        "round": payload.get("round"),
        "stars": payload.get("stars"),
        "noted": NOTED.get(DemandEvent(event.kind)),
    }
    if "resolved" in payload:
        details["resolved"] = RESOLVED[payload["resolved"]]
    if "clock" in payload:
        details["clock"] = CLOCKS[WhistleClock(payload["clock"])]
    if "result" in payload:
        details["result"] = RESULTS[Result(payload["result"])]
    if "reason" in payload:
        details["reason"] = REASONS[Reason(payload["reason"])]
    return details | (_of_claim(reader, demand, claim) if claim else {})


def _of_claim(reader: Reader, demand: Demand, claim: Claim) -> dict[str, Any]:
    related = relations.to_claim(reader.caller, demand, claim)
    in_full = bool(related & {Relation.CLAIMANT, Relation.HANDLER})
    times = {name: getattr(claim, name) for name in ("expires_at", "acknowledge_by")}
    return {
        "who": presenting.claimant_name(claim, reader.names, in_full),
        "minutes": claim.minutes,
        **{name: at.astimezone(CHINA).strftime(TIME) for name, at in times.items() if at},
    }


def _actions(reader: Reader, message: Notification, demand: Demand, claim: Claim | None) -> list[str]:
    """What the reader may do to the subject now."""
    if message.subject_kind == SubjectKind.CLAIM and claim is not None:
        return claim_actions(demand, claim, relations.to_claim(reader.caller, demand, claim))
    mine = [held for held in reader.mine.get(demand.id, []) if held.round == demand.round]
    related, barred = relations.of(reader.caller, demand, mine), reader.barred.get(demand.id, frozenset())
    return demand_actions(reader.caller, demand, related, mine, [], barred)
