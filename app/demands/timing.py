"""What the clock does to a demand: windows pass, silence closes, what nobody took falls to the next."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import alarms, clock_queries, dispatching, moving, queries
from app.demands.lifecycle import Action, ClaimAction, ClaimState, Mode, State
from app.demands.models import Demand, Result
from app.kit.timers import Timer
from app.policies import service as policies
from app.policies.defaults import Key

SILENCE = {State.RETURNED: Result.NO_ANSWER, State.COMPLETED: Result.UNRATED}
"""What a demand is closed with when its filer says nothing."""


async def fire(session: AsyncSession, demand: Demand, now: datetime) -> None:
    """Do what is due to a demand whose `timer_at` has passed; the sweeper holds its row."""
    if demand.alarm_at is not None and demand.timer_at is not None and demand.alarm_at <= demand.timer_at:
        await alarms.sound(session, demand, demand.timer_at)  # what was due before comes before
    if demand.state in SILENCE and not demand.dissatisfied:
        result = SILENCE[demand.state]
        moving.move(demand, Action.EXPIRE)
        await moving.close(session, demand, result, None)
    for offer in await queries.claims_of_round(session, demand, [ClaimState.OFFERED]):
        if offer.expires_at is not None and offer.expires_at <= now:
            await moving.move_claim(session, demand, offer, ClaimAction.EXPIRE, None)
    if demand.ends_at is not None and demand.ends_at <= now:
        await dispatching.complete_posts(session, demand, None)
    if await _nobody_took(session, demand, now):
        await dispatching.fall_back(session, demand)
    await moving.settle(session, demand, now)


async def _nobody_took(session: AsyncSession, demand: Demand, now: datetime) -> bool:
    """Whether it has been open to all for as long as the policy says, nobody is under way and no desk is asked."""
    if demand.state != State.DISPATCHED or demand.mode != Mode.OPEN or demand.awaits_approval:
        return False
    if moving.plan_of(demand).is_over(now):
        return False
    return demand.moved_at + await policies.value(session, Key.CLAIM_WINDOW, demand.region_code) <= now


async def sound(session: AsyncSession, demand: Demand, now: datetime) -> None:
    """Look at the due time and the whistle's clocks of a demand whose `alarm_at` has passed."""
    await alarms.sound(session, demand, now)


ALARMS = Timer("alarms", clock_queries.alarmed, Demand.id, sound)
DEMANDS = Timer("demands", clock_queries.due, Demand.id, fire)
