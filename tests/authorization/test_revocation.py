"""What is taken back counts from the very next request."""

import uuid

import pytest

from app.access import granting
from app.access.granting import Scope
from app.access.models import Account, Role
from app.members.models import Member
from tests.authorization import asking
from tests.authorization.stage import Stage
from tests.client import refusal
from tests.demands.world import COMMUNITY, DISTRICT, NEIGHBOUR, ok

DISPATCH = "POST /demands/{demand_id}/dispatch"
READ = "GET /demands/{demand_id}"


async def account_of(stage: Stage, role: str) -> uuid.UUID:
    return uuid.UUID((await ok(stage.people[role].get("/me")))["id"])


async def status(stage: Stage, role: str, asked: str, thing: str) -> int:
    """What somebody gets who asks for something, which is undone again."""
    async with stage.scene():
        return (await asking.question(stage, asked, thing).by(stage.people[role])).status_code


@pytest.mark.parametrize(
    ("role", "scope", "asked", "before", "after"),
    [
        ("desk", Scope(Role.DISPATCHER, COMMUNITY), DISPATCH, 200, 404),
        ("district", Scope(Role.DISPATCHER, DISTRICT), DISPATCH, 200, 404),
        ("observer", Scope(Role.OBSERVER, DISTRICT), READ, 200, 404),
        ("chief", Scope(Role.ADMIN, DISTRICT), DISPATCH, 200, 404),
        ("admin", Scope(Role.ADMIN, ""), DISPATCH, 200, 404),
    ],
)
async def test_a_revoked_grant_is_gone_at_the_next_request_and_a_new_one_is_there(
    stage: Stage, role: str, scope: Scope, asked: str, before: int, after: int
) -> None:
    account_id = await account_of(stage, role)
    assert await status(stage, role, asked, "unpublished") == before
    async with stage.scene():
        async with stage.sessions.begin() as session:
            assert await granting.revoke(session, account_id, scope, actor=None)
        assert await status(stage, role, asked, "unpublished") == after
        async with stage.sessions.begin() as session:
            await granting.grant(session, account_id, scope, actor=None)
        assert await status(stage, role, asked, "unpublished") == before


async def test_a_revoked_liaison_speaks_for_nobody_at_the_next_request(stage: Stage) -> None:
    account_id = await account_of(stage, "liaison")
    scope = Scope(Role.LIAISON, organization_id=uuid.UUID(stage.organizations["unit"]))
    assert await status(stage, "liaison", "POST /claims/{claim_id}/contact", "unit's") == 200
    async with stage.scene():
        async with stage.sessions.begin() as session:
            assert await granting.revoke(session, account_id, scope, actor=None)
        assert await status(stage, "liaison", "POST /claims/{claim_id}/contact", "unit's") == 404
        assert await status(stage, "liaison", READ, "ours") == 404
        assert await status(stage, "liaison", "GET /organizations/{organization_id}/hours", "unit") == 404
        assert refusal(await stage.people["liaison"].get("/organizations")) == (403, "forbidden")


async def test_a_grant_for_another_region_opens_nothing_here(stage: Stage) -> None:
    account_id = await account_of(stage, "stranger")
    async with stage.scene():
        async with stage.sessions.begin() as session:
            await granting.grant(session, account_id, Scope(Role.DISPATCHER, NEIGHBOUR), actor=None)
        assert await status(stage, "stranger", DISPATCH, "unpublished") == 404
        assert await status(stage, "stranger", DISPATCH, "next door") == 200


async def test_who_is_no_longer_a_member_holds_nothing_of_the_member(stage: Stage) -> None:
    account_id = await account_of(stage, "claimant")
    async with stage.scene():
        async with stage.sessions.begin() as session:
            account = await session.get_one(Account, account_id)
            member = await session.get_one(Member, account.member_id)
            account.member_id = None
            member.phone = None
        assert await status(stage, "claimant", "GET /claims/{claim_id}", "claimant's") == 404
        assert await status(stage, "claimant", READ, "ours") == 404
        assert await status(stage, "claimant", "GET /members/{member_id}/hours", "claimant's") == 404


async def test_for_whom_it_was_filed_sees_it_only_while_the_phone_is_theirs(stage: Stage) -> None:
    account_id = await account_of(stage, "elder")
    assert await status(stage, "elder", READ, "ours") == 200
    async with stage.scene():
        async with stage.sessions.begin() as session:
            (await session.get_one(Account, account_id)).phone = "13999999999"
        assert await status(stage, "elder", READ, "ours") == 404


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_sign_in_that_was_ended_is_refused_at_the_next_request(stage: Stage, everywhere: bool) -> None:
    async with stage.scene():
        phone = stage.people["desk"]
        tablet = await stage.people["nobody"].signed_in("desk")
        assert (await tablet.post("/auth/sign-out", {"everywhere": everywhere})).status_code == 204
        assert refusal(await tablet.get("/me")) == (401, "token_invalid")
        assert (await phone.get("/me")).status_code == (401 if everywhere else 200)
