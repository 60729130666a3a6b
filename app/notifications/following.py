"""The follower that turns the event log into messages, in the transaction that moves its cursor."""

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.events import DemandEvent
from app.kit.events import Event
from app.notifications import matter_queries, queries, receiving, sign_up_queries
from app.notifications.hearing import GROUPS, OF_A_CLAIM, WHO_HEARS, Hears, Moment
from app.notifications.matters import PARTIES_HEAR
from app.notifications.models import SubjectKind
from app.notifications.queries import Message
from app.notifications.receiving import Cast, Parties
from app.notifications.shifts import GUESTS_HEAR, Guest
from app.notifications.sign_up_queries import Guests

FOLLOWER = "notifications"
AT_ONCE = 2_000
"""Messages a statement: those of a crowd in one would outlast the statement timeout, again and again."""

MOVES_AWAY = (DemandEvent.TRANSFERRED, DemandEvent.ESCALATED)
"""After these, another desk is called than before."""


async def tell(session: AsyncSession, found: Sequence[Event]) -> None:
    """Tell everybody of what concerns them, once, but for what they did themselves or have muted.

    Calls that nobody needs to answer any more leave the inboxes. The same events again change nothing.
    """
    await _tell_of_demands(session, [event for event in found if event.kind in WHO_HEARS])
    await _tell_of_matters(session, [event for event in found if event.kind in PARTIES_HEAR])
    await _tell_of_shifts(session, [event for event in found if event.kind in GUESTS_HEAR])


async def _tell_of_demands(session: AsyncSession, heard: Sequence[Event]) -> None:
    if not heard:
        return
    people = await receiving.cast(session, heard)
    for event in heard:
        if event.kind in MOVES_AWAY:
            await queries.drop_calls_of_earlier_desks(session, event.subject, event.n)
    await _deliver(session, (message for event in heard for message in _messages(people, people.moment(event))))
    await queries.drop_answered_calls(session, people.demands)


async def _tell_of_matters(session: AsyncSession, heard: Sequence[Event]) -> None:
    if not heard:
        return
    parties = await receiving.parties(session, heard)
    answered = ((parties.matters[event.subject], event.n) for event in heard)
    await matter_queries.drop_earlier_calls(session, {matter.id: n for matter, n in answered if matter.is_answered})
    await _deliver(session, (message for event in heard for message in _of_a_matter(parties, event)))


async def _tell_of_shifts(session: AsyncSession, heard: Sequence[Event]) -> None:
    if not heard:
        return
    people = await sign_up_queries.guests(session, {one for event in heard if (one := _id(event, "sign_up_id"))})
    shifts = {one for event in heard if _is_for_everybody(event) and (one := _id(event, "shift_id"))}
    crowds = await sign_up_queries.everybody(session, shifts)
    last = {one: event.n for event in heard if (one := _id(event, "sign_up_id"))}
    await matter_queries.drop_earlier_calls(session, last)
    await _deliver(session, (message for event in heard for message in _of_a_shift(people, crowds, event)))


def _id(event: Event, name: str) -> uuid.UUID | None:
    return uuid.UUID(event.payload[name]) if name in event.payload else None


def _is_for_everybody(event: Event) -> bool:
    return any(hears.who == Guest.EVERYBODY for hears in GUESTS_HEAR[event.kind])


async def _deliver(session: AsyncSession, messages: Iterator[Message]) -> None:
    """Put messages into the inboxes of those who have not muted them."""
    alike = _collapsed(messages)
    muted = await queries.muted(session, {message.account_id for message in alike})
    wanted = [message for message in alike if GROUPS[message.kind] not in muted.get(message.account_id, ())]
    for start in range(0, len(wanted), AT_ONCE):
        await queries.write(session, wanted[start : start + AT_ONCE])


def _messages(people: Cast, moment: Moment) -> Iterator[Message]:
    """What one event says to whom; of two things to one account, the first."""
    told = {moment.event.actor, *_appellant(moment.event)}
    for hears in WHO_HEARS[DemandEvent(moment.event.kind)]:
        if not hears.when(moment):
            continue
        for account_id in people.accounts(hears.who, moment):
            if account_id not in told:
                told.add(account_id)
                yield _message(account_id, hears, moment)


def _appellant(event: Event) -> Iterator[uuid.UUID]:
    """Whose appeal had this effect: they hear that it was decided."""
    if "appellant" in event.payload:
        yield uuid.UUID(event.payload["appellant"])


def _of_a_matter(parties: Parties, event: Event) -> Iterator[Message]:
    """What one event says to whom; of two things to one account, the first."""
    told, matter = {event.actor}, parties.matters[event.subject]
    for hears in PARTIES_HEAR[event.kind]:
        if not hears.when(event, matter):
            continue
        for account_id in parties.accounts(hears.who, matter):
            if account_id not in told:
                told.add(account_id)
                yield Message(account_id, hears.kind, matter.kind, matter.id, None, event.n, event.at)


def _of_a_shift(people: dict[uuid.UUID, Guests], crowds: dict[uuid.UUID, Guests], event: Event) -> Iterator[Message]:
    """What one event of an activity says to whom; whoever did it hears nothing."""
    for hears in GUESTS_HEAR[event.kind]:
        of_all = hears.who == Guest.EVERYBODY
        named = _id(event, "shift_id" if of_all else "sign_up_id")
        for one, account_id in (crowds if of_all else people).get(named, ()) if named else ():
            if account_id != event.actor and hears.when(one):
                yield Message(account_id, hears.kind, SubjectKind.SIGN_UP, one.id, None, event.n, event.at)


def _message(account_id: uuid.UUID, hears: Hears, moment: Moment) -> Message:
    claim = moment.claim if hears.who in OF_A_CLAIM else None
    return Message(
        account_id=account_id,
        kind=hears.kind,
        subject_kind=SubjectKind.CLAIM if claim else SubjectKind.DEMAND,
        subject_id=claim.id if claim else moment.demand.id,
        demand_id=moment.demand.id,
        n=moment.event.n,
        at=moment.event.at,
    )


def _collapsed(messages: Iterator[Message]) -> list[Message]:
    """Alike messages as one, the newest; they come in the order of their events."""
    found: dict[tuple[uuid.UUID, str, uuid.UUID], Message] = {}
    for message in messages:
        earlier = found.get(message.alike)
        found[message.alike] = message.after(earlier) if earlier else message
    return list(found.values())
