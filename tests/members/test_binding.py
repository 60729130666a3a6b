"""A verified phone turns an account into a member; where several members have it, a desk decides."""

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit.db import new_id
from app.kit.events import Event
from app.kit.idempotency import IdempotencyKey
from app.members.events import MemberEvent
from app.members.models import Member
from app.policies.defaults import Key
from app.policies.models import Policy
from tests.client import ANSWER, Client, refusal
from tests.factories import COMMUNITY, a_caller, a_member, a_region, an_organization

PHONE = "13800000001"
NEIGHBOUR, ELSEWHERE = "110107003025", "620201001003"


async def bind(client: Client, phone: str = PHONE, **more: str) -> ANSWER:
    return await client.post("/auth/phone", {"code": f"sandbox:{phone}", **more})


async def bound(client: Client, phone: str = PHONE, **more: str) -> Any:
    """Who the account is after binding a phone."""
    answer = await bind(client, phone, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["member"]


async def is_member(client: Client) -> bool:
    return (await client.get("/me")).json()["member"] is not None


async def a_roster(session: AsyncSession, *names: str, phone: str = PHONE) -> list[Member]:
    """Members of one branch who share a phone; the second lives in the neighbouring community."""
    await a_region(session)
    await a_region(session, NEIGHBOUR, name="八角北里社区")
    branch = await an_organization(session)
    homes = [COMMUNITY, NEIGHBOUR]
    return [
        await a_member(session, branch, name=name, phone=phone, home_region_code=home)
        for name, home in zip(names, homes, strict=False)
    ]


async def told(session: AsyncSession, kind: MemberEvent) -> list[tuple[uuid.UUID, dict[str, Any]]]:
    """Subject and payload of the events of a kind, oldest first."""
    found = await session.scalars(select(Event).where(Event.kind == kind).order_by(Event.n))
    return [(event.subject, event.payload) for event in found]


async def test_the_one_member_with_the_phone_is_who_the_account_becomes(session: AsyncSession, client: Client) -> None:
    [member] = await a_roster(session, "王建国")
    alice = await a_caller(session, client, "alice")
    answer = await bind(alice)
    assert answer.json() == (await alice.get("/me")).json()
    assert answer.json()["phone_masked"] == "138****0001"
    assert answer.json()["home_region_code"] == COMMUNITY
    assert answer.json()["member"] == {
        "id": str(member.id),
        "name": "王建国",
        "organization_id": str(member.organization_id),
        "skills": [],
    }
    assert await told(session, MemberEvent.BOUND) == [(member.id, {"account_id": answer.json()["id"]})]


async def test_a_home_that_was_chosen_stays(session: AsyncSession, client: Client) -> None:
    await a_roster(session, "王建国")
    alice = await a_caller(session, client, "alice")
    await alice.put("/me", {"home_region_code": NEIGHBOUR})
    assert (await bind(alice)).json()["home_region_code"] == NEIGHBOUR


async def test_a_phone_that_is_on_no_roster_is_kept(session: AsyncSession, client: Client) -> None:
    await a_roster(session, "王建国")
    alice = await a_caller(session, client, "alice")
    answer = await bind(alice, "13900000009")
    assert (answer.json()["phone_masked"], answer.json()["member"]) == ("139****0009", None)
    assert len(await told(session, MemberEvent.PHONE_VERIFIED)) == 1


@pytest.mark.parametrize("body", [{"code": "sandbox:12345"}, {"code": "real"}])
async def test_a_code_that_wechat_refuses_binds_nothing(
    session: AsyncSession, client: Client, body: dict[str, str]
) -> None:
    alice = await a_caller(session, client, "alice")
    assert refusal(await alice.post("/auth/phone", body)) == (401, "wechat_code_refused")
    assert (await alice.get("/me")).json()["phone_masked"] is None


@pytest.mark.parametrize(
    "body", [{}, {"code": "sandbox:\0"}, {"code": f"sandbox:{PHONE}", "name": ""}, {"phone": PHONE}]
)
async def test_a_malformed_binding_is_refused(session: AsyncSession, client: Client, body: dict[str, str]) -> None:
    alice = await a_caller(session, client, "alice")
    assert refusal(await alice.post("/auth/phone", body)) == (422, "invalid_request")
    assert refusal(await client.post("/auth/phone", body)) == (401, "token_invalid")


async def test_binding_takes_no_idempotency_key(session: AsyncSession, client: Client) -> None:
    await a_roster(session, "王建国")
    alice = await a_caller(session, client, "alice")
    first = await alice.post("/auth/phone", {"code": "sandbox:13900000009"}, key="0123456789abcdef")
    second = await alice.post("/auth/phone", {"code": f"sandbox:{PHONE}"}, key="0123456789abcdef")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["member"]["name"] == "王建国"
    assert await session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


async def test_the_verified_phone_wins_over_the_account_that_was_the_member(
    session: AsyncSession, client: Client
) -> None:
    [member] = await a_roster(session, "王建国")
    old, new = await a_caller(session, client, "old"), await a_caller(session, client, "new")
    await bind(old)
    assert (await bound(new))["id"] == str(member.id)
    assert not await is_member(old)
    loser = (await old.get("/me")).json()["id"]
    assert await told(session, MemberEvent.UNBOUND) == [(member.id, {"account_id": loser})]


async def test_binding_the_same_phone_again_changes_nothing(session: AsyncSession, client: Client) -> None:
    await a_roster(session, "王建国")
    alice = await a_caller(session, client, "alice")
    assert await bound(alice) == await bound(alice)
    assert len(await told(session, MemberEvent.BOUND)) == 1
    assert await told(session, MemberEvent.UNBOUND) == []


async def test_another_phone_makes_somebody_else_of_the_account(session: AsyncSession, client: Client) -> None:
    [first] = await a_roster(session, "王建国")
    organization = await an_organization(session, name="别的支部")
    second = await a_member(session, organization, name="赵敏", phone="13800000002")
    alice = await a_caller(session, client, "alice")
    await bind(alice)
    assert (await bound(alice, "13800000002"))["id"] == str(second.id)
    assert await bound(alice, "13900000009") is None
    assert [subject for subject, _ in await told(session, MemberEvent.UNBOUND)] == [first.id, second.id]


async def test_where_the_rule_asks_for_the_name_it_must_match(session: AsyncSession, client: Client) -> None:
    await a_roster(session, "王建国", "王秀英")
    session.add(
        Policy(
            key=Key.MEMBER_BINDING.key,
            region_code="110107",
            valid_from=(await session.execute(select(func.current_date() - 1))).scalar_one(),
            value="phone_and_name",
            set_at=(await session.execute(select(func.now()))).scalar_one(),
        )
    )
    alice = await a_caller(session, client, "alice")
    assert await bound(alice) is None
    assert await bound(alice, name="王建") is None
    assert (await bound(alice, name=" 王秀英 "))["name"] == "王秀英"
    assert await told(session, MemberEvent.BINDING_REQUESTED) == []


class Desk:
    """Two members with one phone, an account that has it, and the desk of their subdistrict."""

    def __init__(self, members: list[Member], account: Client, desk: Client, session: AsyncSession) -> None:
        self.members, self.account, self.desk, self.session = members, account, desk, session

    async def pending(self, who: Client | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await (who or self.desk).get("/members/bindings")).json()["items"]
        return found

    async def decide(self, member_id: object, who: Client | None = None, binding: str = "") -> ANSWER:
        binding = binding or (await self.pending())[0]["id"]
        body = {"member_id": str(member_id) if member_id else None}
        return await (who or self.desk).post(f"/members/bindings/{binding}/decide", body)


@pytest.fixture
async def waiting(session: AsyncSession, client: Client) -> Desk:
    members = await a_roster(session, "王建国", "王秀英")
    desk = await a_caller(session, client, "desk", Role.DISPATCHER, region_code="110107003")
    alice = await a_caller(session, client, "alice")
    assert await bound(alice) is None
    return Desk(members, alice, desk, session)


async def test_two_members_with_the_phone_are_the_desks_to_tell_apart(waiting: Desk) -> None:
    [shown] = await waiting.pending()
    account = (await waiting.account.get("/me")).json()
    assert (shown["account_id"], shown["region_code"]) == (account["id"], "110107003")
    assert shown["requested_at"].endswith("+08:00")
    assert {one["name"]: one["phone_masked"] for one in shown["candidates"]} == {
        "王建国": "138****0001",
        "王秀英": "138****0001",
    }


async def test_the_desk_says_who_the_account_is(waiting: Desk) -> None:
    answer = await waiting.decide(waiting.members[1].id)
    assert (answer.status_code, answer.json()["member_id"]) == (200, str(waiting.members[1].id))
    me = (await waiting.account.get("/me")).json()
    assert (me["member"]["name"], me["home_region_code"]) == ("王秀英", NEIGHBOUR)
    assert await waiting.pending() == []
    assert (await bound(waiting.account))["name"] == "王秀英"
    assert await waiting.pending() == []


async def test_the_desk_may_say_that_it_is_none_of_them(waiting: Desk) -> None:
    assert (await waiting.decide(None)).json()["member_id"] is None
    assert not await is_member(waiting.account)
    assert await waiting.pending() == []


async def test_a_binding_is_decided_once(waiting: Desk) -> None:
    binding = (await waiting.pending())[0]["id"]
    await waiting.decide(None, binding=binding)
    again = await waiting.decide(waiting.members[0].id, binding=binding)
    assert refusal(again) == (409, "action_not_allowed")
    assert not await is_member(waiting.account)


async def test_only_a_candidate_can_be_chosen(waiting: Desk) -> None:
    for wrong in (new_id(), "x"):
        assert refusal(await waiting.decide(wrong)) == (422, "invalid_request")
    binding = (await waiting.pending())[0]["id"]
    missing = await waiting.desk.post(f"/members/bindings/{binding}/decide", {})
    assert refusal(missing) == (422, "invalid_request")
    assert len(await waiting.pending()) == 1


async def test_only_desks_above_every_candidate_see_a_binding(waiting: Desk, client: Client) -> None:
    session, binding = waiting.session, (await waiting.pending())[0]["id"]
    await a_region(session, ELSEWHERE, name="绿化社区")
    below = await a_caller(session, client, "below", Role.DISPATCHER, region_code=COMMUNITY)
    elsewhere = await a_caller(session, client, "elsewhere", Role.ADMIN, region_code=ELSEWHERE)
    for stranger in (below, elsewhere):
        assert await waiting.pending(stranger) == []
        assert refusal(await waiting.decide(None, stranger, binding)) == (404, "not_found")
    for absent in (str(new_id()), "x"):
        assert refusal(await waiting.decide(None, binding=absent)) == (404, "not_found")


async def test_an_observer_sees_a_binding_and_cannot_decide_it(waiting: Desk, client: Client) -> None:
    observer = await a_caller(waiting.session, client, "observer", Role.OBSERVER, region_code="110107")
    assert len(await waiting.pending(observer)) == 1
    assert refusal(await waiting.decide(None, observer)) == (403, "forbidden")


async def test_residents_see_no_bindings(waiting: Desk) -> None:
    assert refusal(await waiting.account.get("/members/bindings")) == (403, "forbidden")
    assert refusal(await waiting.decide(None, waiting.account)) == (404, "not_found")


async def test_binding_another_phone_withdraws_what_waited(waiting: Desk) -> None:
    binding = (await waiting.pending())[0]["id"]
    await bind(waiting.account, "13900000009")
    assert await waiting.pending() == []
    assert refusal(await waiting.decide(None, binding=binding)) == (409, "action_not_allowed")


async def test_binding_the_same_phone_again_asks_the_desk_once(waiting: Desk) -> None:
    await bind(waiting.account)
    assert len(await waiting.pending()) == 1


async def test_candidates_of_two_provinces_are_for_the_admin_of_everywhere(
    session: AsyncSession, client: Client
) -> None:
    await a_roster(session, "王建国")
    await a_region(session, ELSEWHERE, name="绿化社区")
    unit = await an_organization(session, name="嘉恒物业", region_code=ELSEWHERE)
    await a_member(session, unit, name="王芳", phone=PHONE)
    alice = await a_caller(session, client, "alice")
    desk = await a_caller(session, client, "desk", Role.ADMIN, region_code="11")
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    await bind(alice)
    shown = [len((await who.get("/members/bindings")).json()["items"]) for who in (desk, admin)]
    assert shown == [0, 1]
