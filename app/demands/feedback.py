"""What those who served say of a demand and its community, and what the whistler says of a response (评哨)."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import feedback_queries, moving, queries, relations
from app.demands.errors import AlreadyFeedback, AlreadyRated
from app.demands.events import DemandEvent
from app.demands.feedback_models import Feedback, ResponseRating
from app.demands.feedback_schemas import FeedbackIn, FeedbackOut, ResponseRatingIn, ResponseRatingOut
from app.demands.lifecycle import LIVE, ClaimState, Relation
from app.demands.models import Claim, Demand
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, Text
from app.kit.pagination import Page

NOT_OVER = frozenset({ClaimState.OFFERED, *LIVE})


async def give(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: FeedbackIn) -> Feedback:
    """Say, once, what one who served thinks of the demand and of its community."""
    claim, demand = await queries.claim_and_demand(session, caller, claim_id, lock=True)
    if not await _serves(session, caller, claim):
        raise Forbidden(Text("仅服务人员可以反馈", "Only those who served say what they think"))
    if await feedback_queries.feedback(session, claim.id, caller.account_id):
        raise AlreadyFeedback
    if claim.minutes is None:
        raise ActionNotAllowed(Text("服务完成后方可反馈", "Nothing has been served yet"))
    given = Feedback(
        id=new_id(),
        claim_id=claim.id,
        demand_stars=body.demand_stars,
        community_stars=body.community_stars,
        tags=list(body.tags),
        comment=body.comment,
        given_by=caller.account_id,
        given_at=clock.now(),
    )
    session.add(given)
    moving.tell(session, demand, DemandEvent.FEEDBACK, caller, claim, stars=body.demand_stars)
    return given


async def _serves(session: AsyncSession, caller: Caller, claim: Claim) -> bool:
    """Whether the caller is who served: the person who holds it, or one of those whom an organization sent."""
    if claim.organization_id is None:
        return claim.claimant_id in queries.claimant_ids(caller)
    return caller.member_id in (await queries.members_of_claims(session, [claim.id])).get(claim.id, [])


async def given(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> Page[FeedbackOut]:
    """What was said of a claim's demand: all of it for the desk, one's own for who served, nothing for the filer."""
    claim, demand = await queries.claim_and_demand(session, caller, claim_id)
    related = relations.of(caller, demand)
    if Relation.FILER in related:
        raise Forbidden
    is_desk = Relation.HANDLER in related
    found = await feedback_queries.feedback(session, claim.id, None if is_desk else caller.account_id)
    return Page(items=[FeedbackOut.model_validate(one) for one in found], next_cursor=None)


async def rate_response(
    session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: ResponseRatingIn
) -> ResponseRating:
    """Rate, once, how a department answered the whistle; also that it did not."""
    claim, demand = await _to_rate(session, caller, claim_id, lock=True)
    rating = ResponseRating(
        id=new_id(),
        claim_id=claim.id,
        stars=body.stars,
        resolved=body.resolved,
        comment=body.comment,
        rated_by=caller.account_id,
        rated_at=clock.now(),
    )
    session.add(rating)
    moving.tell(session, demand, DemandEvent.RATED, caller, claim, stars=body.stars, resolved=body.resolved)
    return rating


async def may_rate(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> bool:
    """Whether the caller could rate a response now."""
    try:
        await _to_rate(session, caller, claim_id)
    except (Forbidden, AlreadyRated, ActionNotAllowed):
        return False
    return True


async def _to_rate(
    session: AsyncSession, caller: Caller, claim_id: uuid.UUID, *, lock: bool = False
) -> tuple[Claim, Demand]:
    """A response that the caller may rate now, and its demand; raises why not."""
    claim, demand = await queries.claim_and_demand(session, caller, claim_id, lock=lock)
    await _refuse_all_but_the_whistler(session, caller, demand, claim)
    if await feedback_queries.response_rating(session, claim.id) is not None:
        raise AlreadyRated
    if not claim.departmental or claim.state in NOT_OVER:
        raise ActionNotAllowed(Text("仅可评价已结束的吹哨响应", "Only a response that is over is rated"))
    return claim, demand


async def _refuse_all_but_the_whistler(session: AsyncSession, caller: Caller, demand: Demand, claim: Claim) -> None:
    """The desk rates, but nobody what they answered themselves."""
    related = relations.to_claim(caller, demand, claim)
    if Relation.HANDLER not in related:
        raise Forbidden(Text("评哨由吹哨方作出", "The whistler rates the response"))
    if Relation.CLAIMANT in related or await _serves(session, caller, claim):
        raise Forbidden(Text("不能评价自己的响应", "Nobody rates what they answered"))


async def ratings(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> Page[ResponseRatingOut]:
    """How a response was rated, for the desk and the department; it is kept apart from the filer's word."""
    claim, demand = await queries.claim_and_demand(session, caller, claim_id)
    oversees = caller.covers(demand.handler_region_code)
    if not oversees and Relation.CLAIMANT not in relations.to_claim(caller, demand, claim):
        raise Forbidden
    found = await feedback_queries.response_rating(session, claim.id)
    return Page(items=[ResponseRatingOut.model_validate(found)] if found else [], next_cursor=None)
