"""Selects that recompute what demands and claims keep of their parts."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from app.demands.lifecycle import DONE, LIVE
from app.demands.models import Claim, Demand, Outcome, Service


def claimed() -> Select[*tuple[Any, ...]]:
    """The places taken in each demand's present round, as they are kept."""
    return select(Demand.id, Demand.claimed)


def claimed_by_claims() -> Select[*tuple[Any, ...]]:
    """The places taken in each demand's present round: those of live and done claims."""
    takes = or_(Claim.state.in_(LIVE), and_(Claim.state.in_(DONE), Claim.outcome == Outcome.DONE))
    now = and_(Demand.id == Claim.demand_id, Demand.round == Claim.round)
    return select(Demand.id, func.sum(Claim.places).label("claimed")).join(Claim, now).where(takes).group_by(Demand.id)


def minutes() -> Select[*tuple[Any, ...]]:
    """The minutes of each claim that was served, as they are kept."""
    return select(Claim.id, Claim.minutes).where(Claim.minutes.is_not(None))


def minutes_of_services() -> Select[*tuple[Any, ...]]:
    """The minutes of each claim: the sum of its services."""
    return select(Service.claim_id.label("id"), func.sum(Service.minutes).label("minutes")).group_by(Service.claim_id)
