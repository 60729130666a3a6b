"""What a caller is to a demand, and whether that lets them do what they ask."""

from collections.abc import Sequence

from app.access.caller import DISPATCHERS, Caller
from app.demands.lifecycle import CLAIM_WHO, LIVE, WHO, Action, ClaimAction, Relation
from app.demands.models import Claim, Demand
from app.demands.queries import claimant_ids
from app.kit.errors import Forbidden

SUBDISTRICT_CODE_LENGTH = 9
Relations = frozenset[Relation]


def of(caller: Caller, demand: Demand, claims: Sequence[Claim] = ()) -> Relations:
    """Everything that a caller is to a demand; `claims` are the caller's own on it."""
    found = set()
    if is_filer(caller, demand):
        found.add(Relation.FILER)
    if caller.covers(demand.handler_region_code, DISPATCHERS):
        found.add(Relation.HANDLER)
    above = subdistrict_of(demand)
    if above is not None and caller.covers(above, DISPATCHERS):
        found.add(Relation.SUPERIOR)
    if any(claim.state in LIVE for claim in claims):
        found.add(Relation.CLAIMANT)
    return frozenset(found)


def to_claim(caller: Caller, demand: Demand, claim: Claim) -> Relations:
    """Everything that a caller is to one claim; for an organization its liaison speaks, not who serves."""
    found = set(of(caller, demand))
    if claim.claimant_id in claimant_ids(caller):
        found.add(Relation.CLAIMANT)
    return frozenset(found)


def subdistrict_of(demand: Demand) -> str | None:
    """The subdistrict above the community that handles a demand; None where it is handled higher up."""
    handler = demand.handler_region_code
    return handler[:SUBDISTRICT_CODE_LENGTH] if len(handler) > SUBDISTRICT_CODE_LENGTH else None


def is_filer(caller: Caller, demand: Demand) -> bool:
    """Whether the caller filed it, or it was filed for the phone they have verified."""
    for_them = demand.on_behalf_phone is not None and demand.on_behalf_phone == caller.phone
    return demand.filed_by == caller.account_id or for_them


def voice(caller: Caller | None, demand: Demand, claim: Claim | None = None) -> str:
    """As what somebody acts, for the history: the claimant, the desk, the filer, or the system."""
    if caller is None:
        return "system"
    if claim is not None and claim.claimant_id in claimant_ids(caller):
        return Relation.CLAIMANT
    if caller.covers(demand.handler_region_code, DISPATCHERS):
        return Relation.HANDLER
    return Relation.FILER if is_filer(caller, demand) else Relation.CLAIMANT


def require(relations: Relations, action: Action) -> None:
    """Raise `Forbidden` unless one of the relations may ask for `action`."""
    if not relations & WHO[action]:
        raise Forbidden


def require_claim(relations: Relations, action: ClaimAction) -> None:
    """Raise `Forbidden` unless one of the relations may ask for `action` of a claim."""
    if not relations & CLAIM_WHO[action]:
        raise Forbidden
