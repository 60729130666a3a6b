"""Whom a batch of events concerns, found out in a handful of statements however long the batch is."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import queries as demands
from app.demands.events import DemandEvent
from app.demands.lifecycle import DONE, LIVE, ClaimState
from app.demands.models import Claim, Demand
from app.kit.events import Event
from app.notifications import matter_queries
from app.notifications import receiver_queries as queries
from app.notifications.hearing import WHO_HEARS, Moment, Receiver
from app.notifications.matters import Matter, Party
from app.notifications.receiver_queries import Accounts
from app.policies import service as policies
from app.policies.defaults import Key
from app.regions import codes

WITHDRAWN = DemandEvent.WITHDRAWN
OF_MANY_CLAIMS = frozenset({Receiver.LIVE, Receiver.TAKING_PART, Receiver.SERVED})


@dataclass(frozen=True, slots=True)
class Cast:
    """The demands and claims of a batch, and the accounts that play a part in them."""

    demands: dict[uuid.UUID, Demand]
    gathered: dict[uuid.UUID, list[Demand]]
    """Each demand with what was merged into it."""
    claims: dict[uuid.UUID, Claim]
    on_demands: dict[uuid.UUID, list[Claim]]
    claimants: Accounts
    serving: Accounts
    joiners: Accounts
    phones: dict[str, list[uuid.UUID]]
    desks: dict[str, list[uuid.UUID]]
    late: dict[str, timedelta]

    def moment(self, event: Event) -> Moment:
        """An event with what it is about."""
        demand, claim_id = self.demands[event.subject], event.payload.get("claim_id")
        claim = self.claims[uuid.UUID(claim_id)] if claim_id else None
        return Moment(event, demand, claim, self.late.get(demand.region_code, timedelta()))

    def accounts(self, who: Receiver, moment: Moment) -> Iterable[uuid.UUID]:
        """The accounts that are `who` to what happened."""
        match who:
            case Receiver.FILERS:
                return self._filers(moment.demand)
            case Receiver.FOLLOWERS:
                return self._followers(moment.demand)
            case Receiver.DESK:
                return nearest(self.desks, moment.demand.handler_region_code)
            case Receiver.LIVE:
                return self._people(claim for claim in self._on(moment) if _holds(claim, moment, LIVE))
            case Receiver.TAKING_PART:
                return self._people(claim for claim in self._on(moment) if _holds(claim, moment, LIVE | DONE))
            case Receiver.SERVED:
                return self._people(claim for claim in self._on(moment) if _served(claim, moment))
            case Receiver.TOLD:
                return [uuid.UUID(one) for one in moment.event.payload["told"]]
            case Receiver.CLAIMANT:
                return self.claimants.get(_claim_of(moment).id, ())
            case Receiver.SERVING:
                return self.serving.get(_claim_of(moment).id, ())

    def _filers(self, demand: Demand) -> Iterator[uuid.UUID]:
        yield demand.filed_by
        yield from self.phones.get(demand.on_behalf_phone or "", ())

    def _followers(self, demand: Demand) -> Iterator[uuid.UUID]:
        for one in self.gathered[demand.id]:
            yield from self._filers(one)
            yield from self.joiners.get(one.id, ())

    def _on(self, moment: Moment) -> Sequence[Claim]:
        return self.on_demands.get(moment.demand.id, ())

    def _people(self, claims: Iterable[Claim]) -> Iterator[uuid.UUID]:
        for claim in claims:
            yield from self.claimants.get(claim.id, ())
            yield from self.serving.get(claim.id, ())


def _claim_of(moment: Moment) -> Claim:
    if moment.claim is None:
        raise TypeError(f"{moment.event.kind} is not about a claim")
    return moment.claim


def _holds(claim: Claim, moment: Moment, states: frozenset[ClaimState]) -> bool:
    """Whether a claim of the round stands so now and was made when it happened: later ones find it in the history."""
    is_of_the_round = claim.round == moment.event.payload["round"]
    was_made = claim.claimed_at is not None and claim.claimed_at < moment.event.at
    return claim.state in states and is_of_the_round and was_made


def _served(claim: Claim, moment: Moment) -> bool:
    return claim.minutes is not None and claim.round == moment.event.payload["round"]


def nearest(desks: dict[str, list[uuid.UUID]], region_code: str) -> Sequence[uuid.UUID]:
    """Who dispatches for a region, or for the nearest one above it that has anybody."""
    return next((desks[code] for code in (*reversed(codes.path(region_code)), "") if desks.get(code)), ())


@dataclass(frozen=True, slots=True)
class Parties:
    """The matters of a batch by the subjects of their events, and the desks that may have them."""

    matters: dict[uuid.UUID, Matter]
    desks: dict[str, list[uuid.UUID]]

    def accounts(self, who: Party, matter: Matter) -> Iterable[uuid.UUID]:
        """The accounts that are `who` to a matter; nobody decides over what they decided or filed."""
        match who:
            case Party.DESK:
                biased = {matter.author, matter.decider}
                able = {code: [one for one in desk if one not in biased] for code, desk in self.desks.items()}
                return nearest(able, matter.region_code)
            case Party.AUTHOR:
                return [matter.author] if matter.author else []
            case Party.SUBJECT:
                return matter.subjects
            case Party.HOST:
                return [one for one in matter.hosts if one != matter.author]
            case Party.DECIDER:
                return [matter.decider] if matter.decider else []


async def parties(session: AsyncSession, found: Sequence[Event]) -> Parties:
    """Everybody whom some events of matters may concern."""
    about = await matter_queries.matters(session, {event.subject for event in found})
    steps = {"", *(step for one in about.values() for step in codes.path(one.region_code))}
    return Parties(about, await queries.dispatchers(session, steps))


async def cast(session: AsyncSession, found: Sequence[Event]) -> Cast:
    """Everybody whom some events may concern; each is of a kind that somebody hears."""
    gathered = await queries.gathered(session, {event.subject for event in found})
    everything = {one.id: one for together in gathered.values() for one in together}
    about = {root: everything[root] for root in gathered}
    named = {uuid.UUID(event.payload["claim_id"]) for event in found if event.payload.get("claim_id")}
    on_demands = await queries.served_or_live(session, _subjects(found, OF_MANY_CLAIMS))
    held = named | {claim.id for claims in on_demands.values() for claim in claims}
    handlers = {about[one].handler_region_code for one in _subjects(found, {Receiver.DESK})}
    return Cast(
        demands=about,
        gathered=gathered,
        claims=await demands.claims_by_id(session, list(named)),
        on_demands=on_demands,
        claimants=await queries.claimants(session, held),
        serving=await queries.serving(session, held),
        joiners=await queries.joiners(session, everything),
        phones=await queries.phones(
            session, {one.on_behalf_phone for one in everything.values() if one.on_behalf_phone}
        ),
        desks=await queries.dispatchers(session, {"", *(step for code in handlers for step in codes.path(code))}),
        late=await _late(session, {about[event.subject].region_code for event in found if event.kind == WITHDRAWN}),
    )


def _subjects(found: Sequence[Event], who: Collection[Receiver]) -> set[uuid.UUID]:
    """The demands of the events that some receivers hear of."""
    return {event.subject for event in found if any(h.who in who for h in WHO_HEARS[DemandEvent(event.kind)])}


async def _late(session: AsyncSession, region_codes: Collection[str]) -> dict[str, timedelta]:
    return {code: await policies.value(session, Key.LATE_WITHDRAWAL, code) for code in region_codes}
