"""What the clock does to a demand: offers expire, windows pass, silence closes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import dispatching, moving, queries
from app.demands.lifecycle import Action, ClaimAction, ClaimState, State
from app.demands.models import Demand, Result
from app.kit.timers import Timer

SILENCE = {State.RETURNED: Result.NO_ANSWER, State.COMPLETED: Result.UNRATED}
"""What a demand is closed with when its filer says nothing."""


async def fire(session: AsyncSession, demand: Demand, now: datetime) -> None:
    """Do what is due to a demand whose `timer_at` has passed; the sweeper holds its row."""
    if demand.state in SILENCE and not demand.dissatisfied:
        result = SILENCE[demand.state]
        moving.move(demand, Action.EXPIRE)
        await moving.close(session, demand, result, None)
    for offer in await queries.claims_of_round(session, demand, [ClaimState.OFFERED]):
        if offer.expires_at is not None and offer.expires_at <= now:
            await moving.move_claim(session, demand, offer, ClaimAction.EXPIRE, None)
    if demand.ends_at is not None and demand.ends_at <= now:
        await dispatching.complete_posts(session, demand, None)
    await moving.settle(session, demand, now)


DEMANDS = Timer("demands", queries.due, Demand.id, fire)
