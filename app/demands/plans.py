"""How a demand is to be put out: whom a plan is for, whether another desk must be asked, who is next in line."""

import uuid
from collections.abc import Sequence, Set

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import clock_queries, fitting, following_queries, matching, reaching, relations
from app.demands.lifecycle import Mode
from app.demands.models import Audience, ClaimantKind, Demand
from app.demands.plan_models import Dispatch
from app.demands.schemas import DispatchIn
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.members import queries as members
from app.organizations import queries as organizations
from app.organizations.models import OrganizationKind
from app.policies import service as policies
from app.policies.defaults import CATEGORIES, Key

Offered = list[tuple[ClaimantKind, uuid.UUID]]


async def plan(session: AsyncSession, caller: Caller, demand: Demand, body: DispatchIn) -> Dispatch:
    """The plan that a desk asks for; raises `InvalidRequest` for ids of nobody within reach."""
    if body.category is not None and body.category not in CATEGORIES:
        raise InvalidRequest.field("category", "unknown_category", "没有这个类别", "no such category")
    people = await members.members(session, [*body.member_ids, *body.fallback_member_ids])
    bodies = await organizations.organizations(session, [*body.organization_ids, *body.fallback_organization_ids])
    homes: dict[uuid.UUID, str | None] = {one: member.home_region_code for one, member in people.items()}
    homes |= {one: organization.region_code for one, organization in bodies.items()}
    known = await reaching.near(session, homes, demand.region_code)
    _check(known & people.keys(), member_ids=body.member_ids, fallback_member_ids=body.fallback_member_ids)
    _check(
        known & bodies.keys(),
        organization_ids=body.organization_ids,
        fallback_organization_ids=body.fallback_organization_ids,
    )
    await _check_fresh(session, demand, body)
    return _plan(demand, body, caller.account_id)


def _check(known: Set[uuid.UUID], **asked: Sequence[uuid.UUID]) -> None:
    for field, ids in asked.items():
        for index, one in enumerate(ids):
            if one not in known:
                where = f"{field}.{index}"
                raise InvalidRequest.field(where, "unknown_id", "范围内没有这个编号", "nobody within reach has this id")


async def _check_fresh(session: AsyncSession, demand: Demand, body: DispatchIn) -> None:
    """Another round is for others: who served before is asked again only where the desk insists."""
    served = set() if body.again else await following_queries.served_before(session, demand)
    for field in ("member_ids", "organization_ids", "fallback_member_ids", "fallback_organization_ids"):
        for index, one in enumerate(getattr(body, field)):
            if one in served:
                where, en = f"{field}.{index}", "served in an earlier round; say `again` to insist"
                raise InvalidRequest.field(where, "served_before", "此前一轮已由其服务，确需其承担请注明 again", en)


def _plan(demand: Demand, body: DispatchIn, caller_id: uuid.UUID) -> Dispatch:
    return Dispatch(
        id=new_id(),
        demand_id=demand.id,
        round=demand.round,
        mode=body.mode,
        audience=body.audience,
        slots=body.slots,
        category=body.category,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        due_at=body.due_at,
        skills=list(body.skills),
        member_ids=list(dict.fromkeys(body.member_ids)),
        organization_ids=list(dict.fromkeys(body.organization_ids)),
        fallback_member_ids=list(dict.fromkeys(body.fallback_member_ids)),
        fallback_organization_ids=list(dict.fromkeys(body.fallback_organization_ids)),
        dispatched_by=caller_id,
        dispatched_at=clock.now(),
    )


def offered_to(found: Dispatch) -> Offered:
    """Whom a plan is offered to."""
    return _named(found.member_ids, found.organization_ids)


def _named(member_ids: Sequence[uuid.UUID], organization_ids: Sequence[uuid.UUID]) -> Offered:
    to_members = [(ClaimantKind.MEMBER, one) for one in member_ids]
    return to_members + [(ClaimantKind.ORGANIZATION, one) for one in organization_ids]


def places_each(found: Dispatch) -> int:
    """How many places an offer is for: one, or an equal share where organizations alone are assigned."""
    if found.mode != Mode.ASSIGNED or found.member_ids:
        return 1
    return max(1, found.slots // len(found.organization_ids))


async def needs_approval(session: AsyncSession, caller: Caller, demand: Demand, found: Dispatch) -> bool:
    """Whether it is a community's whistle for a department, on which the subdistrict has a word."""
    above = relations.subdistrict_of(demand)
    if found.mode != Mode.WHISTLE or above is None or caller.covers(above, DISPATCHERS):
        return False
    bodies = await organizations.organizations(session, found.organization_ids)
    if all(body.kind != OrganizationKind.DEPARTMENT for body in bodies.values()):
        return False
    return await policies.value(session, Key.WHISTLE_VIA_SUBDISTRICT, demand.region_code)


async def fallback(session: AsyncSession, demand: Demand) -> Dispatch | None:
    """The plan for a demand that was open and that nobody took: an offer to the next in line, if there is any."""
    found = await clock_queries.plan_in_force(session, demand)
    offered = [] if found is None else await next_in_line(session, demand, found)
    if found is None or not offered:
        return None
    by_kind = {kind: [one for wanted, one in offered if wanted == kind] for kind in ClaimantKind}
    return Dispatch(
        id=new_id(),
        demand_id=demand.id,
        round=demand.round,
        mode=Mode.ASSIGNED,
        audience=found.audience,
        slots=found.slots,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        skills=list(found.skills),
        member_ids=by_kind[ClaimantKind.MEMBER],
        organization_ids=by_kind[ClaimantKind.ORGANIZATION],
        fallback_member_ids=[],
        fallback_organization_ids=[],
        dispatched_by=found.dispatched_by,
        dispatched_at=clock.now(),
    )


async def next_in_line(session: AsyncSession, demand: Demand, found: Dispatch) -> Offered:
    """Whom an open demand that nobody took is offered to: whom the desk named with its plan, else who fits best."""
    named = _named(found.fallback_member_ids, found.fallback_organization_ids)
    return named or await _who_fit_best(session, demand)


async def _who_fit_best(session: AsyncSession, demand: Demand) -> Offered:
    """As many members as the policy says; nobody who is away, or lacks every skill that the plan names."""
    count = await policies.value(session, Key.AUTO_ASSIGN, demand.region_code)
    if count == 0 or demand.audience == Audience.RESIDENTS:
        return []
    asked, helpers, terms = await fitting.compared(session, demand, ClaimantKind.MEMBER)
    skills = set(demand.skills)
    fit = {
        one: helper
        for one, helper in helpers.items()
        if not matching.is_away(asked, helper, terms) and (not skills or skills & helper.skills)
    }
    return _named(fitting.best_first(asked, fit, terms)[:count], ())
