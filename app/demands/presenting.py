"""Demands and claims as one caller may see them: masked, named, and with what they may do now."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import DISPATCHERS, Caller
from app.content import queries as content
from app.demands import barring, claiming, clock_queries, queries, relations
from app.demands.actions import claim_actions, demand_actions
from app.demands.kin import Kin, kin_of
from app.demands.lifecycle import NOT_OVERDUE, Action, Kind, Relation
from app.demands.models import Claim, ClaimantKind, Demand, Reveal, SeenAs
from app.demands.plan_models import Dispatch
from app.demands.plan_schemas import ProposalOut, Whistled
from app.demands.relations import Relations
from app.demands.schemas import (
    Claimant,
    ClaimOut,
    ContactOut,
    DemandOut,
    Handler,
    LocationOut,
    Named,
)
from app.kit import clock, geo
from app.kit.geo import CoordType, Point
from app.kit.schema import hide, mask_name
from app.members import looking
from app.members import queries as members
from app.organizations import queries as organizations
from app.regions import queries as regions

NOBODY = "匿名"
RESIDENT = "居民"
WISH = "微心愿"
CLAIMANT = "服务人员"
SAME = [name for name in DemandOut.model_fields if hasattr(Demand, name)]
"""What is shown as it stands unless it is said otherwise."""
CLAIM_SAID = {
    "claimant",
    "claimant_kind",
    "member_ids",
    "note",
    "cause",
    "offered_at",
    "file_ids",
    "evidence_missing",
    "actions",
}
CLAIM_SAME = [name for name in ClaimOut.model_fields if name not in CLAIM_SAID]
"""What of a claim is shown as it stands; the rest is said for its reader."""


@dataclass
class Names:
    """The names that some answers need, fetched together."""

    regions: dict[str, str] = field(default_factory=dict)
    members: dict[uuid.UUID, str] = field(default_factory=dict)
    organizations: dict[uuid.UUID, str] = field(default_factory=dict)
    nicknames: dict[uuid.UUID, str | None] = field(default_factory=dict)
    serving: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    """Who serves on organizations' claims."""
    identified: set[uuid.UUID] = field(default_factory=set)
    """The members who consent to residents seeing that they are."""
    files: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    """The files of demands and claims, as far as they are shown."""
    proposals: dict[uuid.UUID, Dispatch] = field(default_factory=dict)
    """The plans that wait for the desk above, by their demands."""
    barred: dict[uuid.UUID, frozenset[Action]] = field(default_factory=dict)
    """What the rows around some demands forbid the reader to do to them."""


async def names_of(session: AsyncSession, demands: Sequence[Demand], claims: Sequence[Claim]) -> Names:
    """The names that some demands and claims are shown with, one statement a kind."""
    codes = {code for demand in demands for code in (demand.region_code, demand.handler_region_code)}
    by_kind: dict[ClaimantKind, list[uuid.UUID]] = {kind: [] for kind in ClaimantKind}
    for claim in claims:
        by_kind[claim.claimant_kind].append(claim.claimant_id)
    people = await members.members(session, by_kind[ClaimantKind.MEMBER])
    proposals = await clock_queries.proposals(session, [one.id for one in demands if one.awaits_approval])
    whistled = [one for proposal in proposals.values() for one in proposal.organization_ids]
    bodies = await organizations.organizations(session, by_kind[ClaimantKind.ORGANIZATION] + whistled)
    accounts = [demand.filed_by for demand in demands] + by_kind[ClaimantKind.RESIDENT]
    return Names(
        regions=await regions.names(session, list(codes)),
        members={one: member.name for one, member in people.items()},
        organizations={one: body.name for one, body in bodies.items()},
        nicknames=await access.nicknames(session, accounts),
        serving=await queries.members_of_claims(session, [claim.id for claim in claims]),
        identified=await access.members_who_show_it(session, by_kind[ClaimantKind.MEMBER]),
        proposals=proposals,
    )


async def demand_out(
    session: AsyncSession, caller: Caller, demand: Demand, coord_type: CoordType | None = None
) -> DemandOut:
    """One demand; where its contact or address is shown to somebody else than its filer, that is kept.

    Its place is shown in `coord_type`, or else in the datum that it was given in.
    """
    (answer,) = await _demands_out(session, caller, [demand], in_full=True, coord_type=coord_type)
    return answer


async def demands_out(session: AsyncSession, caller: Caller, demands: Sequence[Demand]) -> list[DemandOut]:
    """A list of demands, masked for all but their filers: a list is for choosing, not for calling."""
    return await _demands_out(session, caller, demands, in_full=False)


async def _demands_out(
    session: AsyncSession,
    caller: Caller,
    demands: Sequence[Demand],
    *,
    in_full: bool,
    coord_type: CoordType | None = None,
) -> list[DemandOut]:
    mine = await queries.my_claims(session, caller, [demand.id for demand in demands])
    names = await names_of(session, demands, [claim for held in mine.values() for claim in held])
    reaches = await claiming.reaches(session, caller) if any(demand.mode for demand in demands) else []
    kin = await kin_of(session, caller, demands)
    names.barred = await barring.barred(session, caller, demands)
    views = []
    for demand in demands:
        claims = [claim for claim in mine.get(demand.id, []) if claim.round == demand.round]
        related = relations.of(caller, demand, claims)
        views.append(View(caller, demand, claims, related, reaches, in_full, coord_type))
    names.files = await content.ids_of(session, [one for view in views for one in view.shown_with_files])
    for view in views:
        if view.reveals and view.seen_as:
            await keep_reveal(session, caller, view.demand, view.seen_as)
    return [shown(view, names, kin) for view in views]


@dataclass(frozen=True, slots=True)
class View:
    """One caller's view of one demand: what they are to it decides what they see."""

    caller: Caller
    demand: Demand
    claims: list[Claim]
    """The caller's own in the present round, newest first."""
    related: Relations
    reaches: list[str]
    in_full: bool
    coord_type: CoordType | None = None

    @property
    def is_own(self) -> bool:
        """Whether the caller filed it."""
        return Relation.FILER in self.related

    @property
    def knows_filer(self) -> bool:
        """Whether the caller may know who filed it, though anonymously."""
        return self.is_own or Relation.HANDLER in self.related

    @property
    def seen_as(self) -> SeenAs | None:
        """As what the caller needs the place and whom to call; a wish is handed over by the desk alone."""
        if Relation.HANDLER in self.related:
            return SeenAs.HANDLER
        goes_there = Relation.CLAIMANT in self.related and self.demand.kind != Kind.WISH
        return SeenAs.CLAIMANT if goes_there else None

    @property
    def sees_address(self) -> bool:
        """Whether the caller sees the exact place: the filer, the desk, and who goes there."""
        return self.is_own or (self.in_full and self.seen_as is not None)

    @property
    def shown_with_files(self) -> list[uuid.UUID]:
        """What this view shows that may have files: the demand, and the caller's claim."""
        demand = [self.demand.id] if self.sees_contact else []
        return [*demand, *(claim.id for claim in self.claims[:1])]

    @property
    def sees_contact(self) -> bool:
        """Whether the caller sees whom to call, and the photos; of an anonymous filer only the desk does."""
        return self.sees_address and (self.knows_filer or not self.demand.anonymous)

    @property
    def reveals(self) -> bool:
        """Whether this view shows somebody else's contact or address."""
        hidden = self.demand.address or self.demand.contact_phone or self.demand.lng is not None
        return self.sees_address and not self.is_own and bool(hidden)


def view_of(caller: Caller, demand: Demand, mine: Sequence[Claim]) -> View:
    """The view that one demand is read by; `mine` are the caller's claims on it."""
    claims = [claim for claim in mine if claim.round == demand.round]
    return View(caller, demand, claims, relations.of(caller, demand, claims), [], in_full=True)


async def keep_reveal(session: AsyncSession, caller: Caller, demand: Demand, seen_as: SeenAs) -> None:
    """Note that somebody sees what a demand's people said of themselves; a second time that day changes nothing."""
    row = {"account_id": caller.account_id, "demand_id": demand.id, "day": clock.today(), "seen_as": seen_as}
    await session.execute(insert(Reveal).values(row).on_conflict_do_nothing())


def shown(view: View, names: Names, kin: Kin) -> DemandOut:
    """One demand in a view, with what was fetched for it."""
    demand = view.demand
    now = clock.now()
    return DemandOut(
        **{column: getattr(demand, column) for column in SAME}
        | {
            "region_name": names.regions.get(demand.region_code, ""),
            "handler": Handler(
                region_code=demand.handler_region_code,
                name=names.regions.get(demand.handler_region_code, ""),
            ),
            "description": _description(view, kin),
            "address": demand.address if view.sees_address else mask_address(demand.address),
            "location": _location(view),
            "contact": _contact(demand.contact_name, demand.contact_phone) if view.sees_contact else None,
            "on_behalf_of": (
                _contact(demand.on_behalf_name, demand.on_behalf_phone)
                if view.knows_filer and view.sees_address
                else None
            ),
            "file_ids": names.files.get(demand.id, []),
            "is_open": claiming.is_open(demand, now) and demand.claimed < demand.slots,
            "overdue": _is_overdue(demand, now),
            "filer": Named(display_name=filer_name(demand, names, view.knows_filer)),
            "my_claim": claim_of(view.claims[0], demand, names, view) if view.claims else None,
            "actions": demand_actions(
                view.caller, demand, view.related, view.claims, view.reaches, names.barred.get(demand.id, frozenset())
            ),
            "proposal": _proposal(view, names),
            "needs_desk": demand.needs_desk if view.caller.covers(demand.handler_region_code) else None,
            "answers": {} if kin.only_follows(demand) else _answers(view),
        }
        | kin.shown(demand, is_own=view.is_own)
    )


def _proposal(view: View, names: Names) -> ProposalOut | None:
    """The whistle that waits for the subdistrict, for both desks."""
    proposed = names.proposals.get(view.demand.id)
    if proposed is None or not view.caller.covers(view.demand.handler_region_code):
        return None
    bodies = [Whistled(id=one, display_name=names.organizations.get(one, "")) for one in proposed.organization_ids]
    shown = {name: getattr(proposed, name) for name in ("slots", "starts_at", "ends_at", "due_at")}
    return ProposalOut(organizations=bodies, proposed_at=proposed.dispatched_at, **shown)


def _is_overdue(demand: Demand, now: datetime) -> bool:
    stands_still = demand.paused_until is not None and demand.paused_until > now
    return demand.due_at < now and demand.state not in NOT_OVERDUE and not stands_still


def hide_people(demand: Demand, text: str) -> str:
    """Words about a demand without phones, and without the names and the address that it was filed with."""
    return hide(text, (demand.contact_name, demand.on_behalf_name, demand.address))


def _answers(view: View) -> dict[str, str]:
    said: dict[str, str] = json.loads(view.demand.answers or "{}")
    return said if view.sees_contact else {code: hide_people(view.demand, word) for code, word in said.items()}


def _description(view: View, kin: Kin) -> str:
    """The filer's words, without people where the caller does not see them, and for who only follows, their title."""
    demand = view.demand
    if kin.only_follows(demand):
        return demand.title
    return demand.description if view.sees_contact else hide_people(demand, demand.description)


def mask_address(address: str | None) -> str | None:
    """The street without the house: everything from the first digit on becomes stars."""
    if address is None:
        return None
    street = next((address[:at] for at, letter in enumerate(address) if letter.isdigit()), address[:6])
    return f"{street}**"


def _location(view: View) -> LocationOut | None:
    demand = view.demand
    if not view.sees_address or demand.lng is None or demand.lat is None or demand.coord_type is None:
        return None
    datum = view.coord_type or demand.coord_type
    shown = geo.from_wgs84(Point(demand.lng, demand.lat), datum)
    return LocationOut(lng=round(shown.lng, 6), lat=round(shown.lat, 6), coord_type=datum)


def _contact(name: str | None, phone: str | None) -> ContactOut | None:
    return ContactOut(name=name, phone=phone) if name and phone else None


def filer_name(demand: Demand, names: Names, known: bool) -> str:
    """What a filer is called: nobody where anonymous, a wish for a wish, the desk where staff filed, else `王**`."""
    if demand.anonymous and not known:
        return NOBODY
    if demand.kind == Kind.WISH and not known:
        return WISH
    if demand.staff_filed:
        return names.regions.get(demand.origin_region_code) or names.regions.get(demand.region_code, "")
    name = demand.on_behalf_name or demand.contact_name or names.nicknames.get(demand.filed_by)
    return mask_name(name) or RESIDENT


async def claim_out(session: AsyncSession, caller: Caller, claim: Claim, demand: Demand) -> ClaimOut:
    """One claim as a caller may see it."""
    (shown,) = await claims_out(session, caller, [claim], {demand.id: demand})
    return shown


async def claims_out(
    session: AsyncSession, caller: Caller, claims: Sequence[Claim], demands: dict[uuid.UUID, Demand]
) -> list[ClaimOut]:
    """Some claims as a caller may see them; `demands` holds the demand of each.

    That a desk is told members' full names is put on record.
    """
    named = [demands[claim.demand_id] for claim in claims if _names_to_desk(caller, demands[claim.demand_id], claim)]
    if named:
        looking.note(session, caller, named[0].handler_region_code, len(named))
    names = await names_of(session, list(demands.values()), claims)
    names.files = await content.ids_of(session, [claim.id for claim in claims])
    answers = []
    for claim in claims:
        demand = demands[claim.demand_id]
        view = View(caller, demand, [claim], relations.of(caller, demand), [], in_full=False)
        answers.append(claim_of(claim, demand, names, view))
    return answers


def claim_of(claim: Claim, demand: Demand, names: Names, view: View) -> ClaimOut:
    """One claim in a view, with the names that were fetched."""
    serving = names.serving.get(claim.id, [])
    related = relations.to_claim(view.caller, demand, claim)
    in_full = bool(related & {Relation.CLAIMANT, Relation.HANDLER}) or view.caller.member_id in serving
    return ClaimOut(
        **{column: getattr(claim, column) for column in CLAIM_SAME},
        claimant=Claimant(
            id=claim.claimant_id,
            display_name=claimant_name(claim, names, in_full),
            badge=claim.claimant_id in names.identified,
        ),
        claimant_kind=claim.claimant_kind if in_full or not hides_identity(claim, names) else None,
        member_ids=serving if in_full else [],
        note=claim.note if in_full else None,
        cause=claim.cause if in_full else None,
        offered_at=claim.made_at,
        file_ids=names.files.get(claim.id, []) if shows_files(related, view.caller, serving) else [],
        evidence_missing=claim.evidence_missing if Relation.HANDLER in related else None,
        actions=claim_actions(demand, claim, related),
    )


def _names_to_desk(caller: Caller, demand: Demand, claim: Claim) -> bool:
    """Whether a claim tells a desk the full name of a member who is somebody else."""
    others = claim.claimant_kind == ClaimantKind.MEMBER and claim.claimant_id != caller.member_id
    return others and caller.covers(demand.handler_region_code, DISPATCHERS)


def hides_identity(claim: Claim, names: Names) -> bool:
    """Whether a claimant is a member who has not consented to residents seeing that."""
    return claim.claimant_kind == ClaimantKind.MEMBER and claim.claimant_id not in names.identified


def shows_files(related: Relations, caller: Caller, serving: Sequence[uuid.UUID]) -> bool:
    """Whether a claim's files are shown: to who serves, the desk, and the filer."""
    return bool(related) or caller.member_id in serving


def claimant_name(claim: Claim, names: Names, in_full: bool) -> str:
    """What a claimant is called: an organization by its name, a person masked but for the desk and themselves.

    A member who does not consent to being seen as one is called by no name at all.
    """
    if claim.claimant_kind == ClaimantKind.ORGANIZATION:
        return names.organizations.get(claim.claimant_id, "")
    if not in_full and hides_identity(claim, names):
        return CLAIMANT
    if claim.claimant_kind == ClaimantKind.MEMBER:
        name: str | None = names.members.get(claim.claimant_id)
    else:
        name = names.nicknames.get(claim.claimant_id)
    return (name if in_full else mask_name(name)) or RESIDENT
