"""Nobody judges themselves: a member who is a dispatcher too neither vouches for nor rates what they served."""

from collections.abc import AsyncIterator

import pytest

from app.access import granting
from app.access.granting import Scope
from app.access.models import Role
from tests.authorization.moments import a_dispatched_demand
from tests.authorization.stage import Stage
from tests.authorization.test_revocation import account_of
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, claimed, ids, ok

CALLBACK = {"stars": 5, "resolved": True, "channel": "callback"}


@pytest.fixture
async def double(stage: Stage, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A person of the stage who is a dispatcher of the handler as well."""
    async with stage.scene():
        account_id = await account_of(stage, request.param)
        async with stage.sessions.begin() as session:
            await granting.grant(session, account_id, Scope(Role.DISPATCHER, COMMUNITY), actor=None)
        yield stage.people[request.param]


@pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "not arrived"])
@pytest.mark.parametrize("double", ["claimant"], indirect=True)
async def test_a_dispatcher_does_not_judge_what_they_served(stage: Stage, double: Client, arrives: bool) -> None:
    demand = await a_dispatched_demand(stage)
    claim = await claimed(double, demand)
    if arrives:
        await ok(double.post(f"/claims/{claim['id']}/arrive"))
    done = await ok(double.post(f"/claims/{claim['id']}/complete", {"minutes": 60}))
    assert done["provenance"] == "entered"
    await neither_vouches_nor_rates(stage, double, done)


@pytest.mark.parametrize("double", ["serving", "liaison"], indirect=True)
async def test_a_dispatcher_does_not_judge_what_they_served_for_an_organization(stage: Stage, double: Client) -> None:
    demand = await a_dispatched_demand(stage)
    liaison = stage.people["liaison"]
    claim = await claimed(liaison, demand, organization_id=stage.organizations["unit"])
    await ok(liaison.put(f"/claims/{claim['id']}/members", {"member_ids": ids([stage.world.members[6]])}))
    done = await ok(liaison.post(f"/claims/{claim['id']}/complete", {"minutes": 60}))
    await neither_vouches_nor_rates(stage, double, done)


async def neither_vouches_nor_rates(stage: Stage, double: Client, claim: dict[str, str]) -> None:
    """Refused to who served, and done by the desk that did not."""
    confirm, rate = f"/claims/{claim['id']}/confirm", f"/demands/{claim['demand_id']}/evaluation"
    assert refusal(await double.post(confirm)) == (403, "forbidden")
    assert refusal(await double.post(rate, CALLBACK)) == (403, "forbidden")
    await ok(stage.people["desk"].post(confirm))
    await ok(stage.people["desk"].post(rate, CALLBACK), 201)
