"""A demand in every state and a claim in every state, each made the way it happens where there is a way."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from tests.authorization.stage import Stage
from tests.demands.world import claimed, filed, ids, ok

Body = dict[str, Any]
REASON = {"reason": "原因如此"}


async def _set(stage: Stage, table: str, one: Body, state: str) -> Body:
    """Put a row where no request of this version brings it."""
    await stage.connection.execute(text(f"UPDATE {table} SET state = '{state}' WHERE id = '{one['id']}'"))
    return one


async def a_filed_demand(stage: Stage, **more: Any) -> Body:
    return await filed(stage.people["filer"], **more)


async def a_dispatched_demand(stage: Stage, **more: Any) -> Body:
    return await _at_the_desk(stage, await a_filed_demand(stage), "dispatch", {"mode": "open", "slots": 2, **more})


async def a_returned_demand(stage: Stage) -> Body:
    return await _at_the_desk(stage, await a_filed_demand(stage), "return", REASON)


async def a_rejected_demand(stage: Stage) -> Body:
    return await _at_the_desk(stage, await a_filed_demand(stage), "reject", REASON)


async def _at_the_desk(stage: Stage, demand: Body, action: str, body: Body) -> Body:
    return await ok(stage.people["desk"].post(f"/demands/{demand['id']}/{action}", body))


async def a_cancelled_demand(stage: Stage) -> Body:
    demand = await a_dispatched_demand(stage)
    return await ok(stage.people["filer"].post(f"/demands/{demand['id']}/cancel", REASON))


async def a_merged_demand(stage: Stage) -> Body:
    demand = await a_dispatched_demand(stage)
    return await _at_the_desk(stage, demand, "merge", {"into_id": stage.target})


async def a_claimed_demand(stage: Stage) -> Body:
    return await _of(await an_accepted_claim(stage))


async def a_serving_demand(stage: Stage) -> Body:
    return await _of(await an_arrived_claim(stage))


async def a_completed_demand(stage: Stage) -> Body:
    return await _of(await a_completed_claim(stage))


async def a_closed_demand(stage: Stage) -> Body:
    demand = await a_dispatched_demand(stage)
    return await _at_the_desk(stage, demand, "close", REASON | {"result": "handled"})


async def _of(claim: Body) -> Body:
    return {"id": claim["demand_id"]}


async def an_offered_claim(stage: Stage) -> Body:
    demand = await a_filed_demand(stage)
    plan = {"mode": "assigned", "member_ids": ids([stage.world.members[1]])}
    await _at_the_desk(stage, demand, "dispatch", plan)
    found: Body = (await ok(stage.people["claimant"].get(f"/demands/{demand['id']}")))["my_claim"]
    return found


async def an_accepted_claim(stage: Stage) -> Body:
    return await claimed(stage.people["claimant"], await a_dispatched_demand(stage))


async def _by_the_claimant(stage: Stage, claim: Body, action: str, body: Body | None = None) -> Body:
    return await ok(stage.people["claimant"].post(f"/claims/{claim['id']}/{action}", body))


async def an_arrived_claim(stage: Stage) -> Body:
    return await _by_the_claimant(stage, await an_accepted_claim(stage), "arrive")


async def a_completed_claim(stage: Stage) -> Body:
    return await _by_the_claimant(stage, await an_arrived_claim(stage), "complete")


async def a_confirmed_claim(stage: Stage) -> Body:
    claim = await a_completed_claim(stage)
    return await ok(stage.people["filer"].post(f"/claims/{claim['id']}/confirm"))


async def a_declined_claim(stage: Stage) -> Body:
    return await _by_the_claimant(stage, await an_offered_claim(stage), "decline", REASON)


async def an_expired_claim(stage: Stage) -> Body:
    return await _set(stage, "claims", await an_offered_claim(stage), "expired")


async def a_withdrawn_claim(stage: Stage) -> Body:
    return await _by_the_claimant(stage, await an_accepted_claim(stage), "withdraw", REASON)


async def a_released_claim(stage: Stage) -> Body:
    return await _released(stage, await an_accepted_claim(stage))


async def a_claim_released_after_arrival(stage: Stage) -> Body:
    return await _released(stage, await an_arrived_claim(stage))


async def _released(stage: Stage, claim: Body) -> Body:
    await _at_the_desk(stage, await _of(claim), "close", REASON | {"result": "handled"})
    return claim


async def a_no_show(stage: Stage) -> Body:
    claim = await an_accepted_claim(stage)
    return await ok(stage.people["desk"].post(f"/claims/{claim['id']}/no-show", REASON))


async def a_posts_claim_with_a_service(stage: Stage) -> Body:
    post = await filed(stage.people["desk"], kind="post", dispatch={"mode": "open", "slots": 2})
    return await _by_the_claimant(stage, await claimed(stage.people["claimant"], post), "complete", {"minutes": 30})


Made = Callable[[Stage], Awaitable[Body]]
DEMANDS: dict[str, Made] = {
    "filed": a_filed_demand,
    "dispatched": a_dispatched_demand,
    "returned": a_returned_demand,
    "claimed": a_claimed_demand,
    "serving": a_serving_demand,
    "completed": a_completed_demand,
    "closed": a_closed_demand,
    "rejected": a_rejected_demand,
    "merged": a_merged_demand,
    "cancelled": a_cancelled_demand,
}
CLAIMS: dict[str, Made] = {
    "offered": an_offered_claim,
    "accepted": an_accepted_claim,
    "arrived": an_arrived_claim,
    "completed": a_completed_claim,
    "confirmed": a_confirmed_claim,
    "declined": a_declined_claim,
    "expired": an_expired_claim,
    "withdrawn": a_withdrawn_claim,
    "released": a_released_claim,
    "released arrived": a_claim_released_after_arrival,
    "no_show": a_no_show,
    "accepted post": a_posts_claim_with_a_service,
}
"""The state, and a word more where the same state has another past."""
