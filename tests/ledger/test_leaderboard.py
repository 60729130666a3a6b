"""Leaderboards over HTTP."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit import clock
from app.ledger import booking
from app.ledger.booking import Holder
from app.ledger.models import HolderKind, Unit
from app.members.models import Member
from app.policies.defaults import Key
from app.policies.models import Policy
from tests import factories
from tests.client import Client, refusal
from tests.ledger.services import (
    SERVED_AT,
    a_source,
    account_id,
    as_member,
    award,
    book,
    count_all,
    serve,
    sign_in_member,
)

OTHER = "110107003025"
PERIOD = clock.quarter(SERVED_AT)


@pytest.fixture
async def place(session: AsyncSession) -> None:
    """Two communities of one subdistrict."""
    await factories.a_region(session, "110107", name="石景山区")
    await factories.a_region(session)
    await factories.a_region(session, OTHER, name="八角北路社区")


async def a_served_member(
    session: AsyncSession, name: str, points: int, *, minutes: int = 90, branch: str = "甲支部"
) -> Member:
    """A member of a branch of their own who served once."""
    organization = await factories.an_organization(session, name=branch)
    member = await factories.a_member(session, organization, name=name)
    await serve(session, as_member(member), points=points, minutes=minutes)
    return member


async def count(session: AsyncSession) -> None:
    await count_all(session)
    await session.commit()


async def allow_ranking(session: AsyncSession, region_code: str) -> None:
    stored = {"region_code": region_code, "valid_from": clock.today(), "value": True}
    session.add(Policy(key=Key.MEMBER_RANKING.key, set_by=None, set_at=clock.now(), **stored))
    await session.commit()


async def board(client: Client, by: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = await client.get("/leaderboard", **{"by": by, "period": PERIOD, **parameters})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def short(items: list[dict[str, Any]]) -> list[tuple[int, str, int]]:
    return [(item["rank"], item["name"], item["points"]) for item in items]


async def test_organizations_are_ranked_by_points(client: Client, session: AsyncSession, place: None) -> None:
    for branch, points in (("甲支部", 10), ("乙支部", 30), ("丙支部", 20)):
        await a_served_member(session, "王建国", points, branch=branch)
    await count(session)
    found = await board(await client.signed_in("anybody"), "organization")
    assert short(found) == [(1, "乙支部", 30), (2, "丙支部", 20), (3, "甲支部", 10)]
    assert found[0].keys() == {"rank", "id", "name", "points", "minutes", "count"}
    assert (found[0]["minutes"], found[0]["count"]) == (90, 1)


async def test_equal_points_share_a_rank_and_stand_by_minutes_then_name(
    client: Client, session: AsyncSession, place: None
) -> None:
    for branch, points, minutes in (("c", 10, 60), ("b", 10, 90), ("a", 10, 60), ("d", 5, 90), ("e", 20, 1)):
        await a_served_member(session, "王建国", points, minutes=minutes, branch=branch)
    await count(session)
    found = await board(await client.signed_in("anybody"), "organization")
    assert short(found) == [(1, "e", 20), (2, "b", 10), (2, "a", 10), (2, "c", 10), (5, "d", 5)]


async def test_a_board_holds_only_what_was_served_in_its_region(
    client: Client, session: AsyncSession, place: None
) -> None:
    holder = as_member(await a_served_member(session, "王建国", 10))
    await award(session, await book(session, a_source(), holder, region_code=OTHER), 15)
    await count(session)
    anybody = await client.signed_in("anybody")
    assert short(await board(anybody, "organization", region="110107")) == [(1, "甲支部", 25)]
    assert short(await board(anybody, "organization", region=OTHER)) == [(1, "甲支部", 15)]
    assert short(await board(anybody, "community")) == [(1, "八角北路社区", 15), (2, "八角南路社区", 10)]
    assert [item["id"] for item in await board(anybody, "community")] == [OTHER, factories.COMMUNITY]


async def test_a_resident_counts_for_the_community_only(client: Client, session: AsyncSession, place: None) -> None:
    resident = await client.signed_in("resident")
    me = Holder(HolderKind.ACCOUNT, await account_id(client, "resident"), None)
    await serve(session, me)
    await count(session)
    assert short(await board(resident, "community")) == [(1, "八角南路社区", 10)]
    assert await board(resident, "organization") == await board(resident, "member") == []


async def test_a_board_is_of_one_quarter(client: Client, session: AsyncSession, place: None) -> None:
    await a_served_member(session, "王建国", 10)
    await count(session)
    assert await board(await client.signed_in("anybody"), "organization", period="2026Q3") == []


async def test_a_board_is_of_this_quarter_unless_another_is_named(
    client: Client, session: AsyncSession, place: None
) -> None:
    member = as_member(await factories.a_member(session, await factories.an_organization(session)))
    await book(session, a_source(), member, served_at=clock.now())
    await count(session)
    answer = await (await client.signed_in("anybody")).get("/leaderboard")
    assert short(answer.json()["items"]) == [(1, "八角南路社区党支部", 0)]


async def test_what_was_wholly_taken_back_is_not_shown(client: Client, session: AsyncSession, place: None) -> None:
    member = await factories.a_member(session, await factories.an_organization(session))
    source = await serve(session, as_member(member))
    for unit in Unit:
        await booking.reverse(session, source, unit, booked_by=None)
    await count(session)
    assert await board(await client.signed_in("anybody"), "organization") == []


async def test_the_limit_cuts_the_board(client: Client, session: AsyncSession, place: None) -> None:
    for branch, points in (("甲支部", 10), ("乙支部", 30)):
        await a_served_member(session, "王建国", points, branch=branch)
    await count(session)
    anybody = await client.signed_in("anybody")
    assert short(await board(anybody, "organization", limit=1)) == [(1, "乙支部", 30)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "2026"},
        {"period": "2026Q5"},
        {"period": "2026Q0"},
        {"period": "2026Q4\n"},
        {"period": ""},
        {"by": "account"},
        {"limit": 0},
        {"limit": 101},
        {"region": "x"},
        {"cursor": "x"},
    ],
)
async def test_a_malformed_question_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    answer = await (await client.signed_in("anybody")).get("/leaderboard", **wrong)
    assert refusal(answer) == (422, "invalid_request")


async def test_an_unknown_region_is_not_found(client: Client, place: None) -> None:
    answer = await (await client.signed_in("anybody")).get("/leaderboard", region="990000")
    assert refusal(answer) == (404, "not_found")


async def test_nobody_reads_a_board_without_signing_in(client: Client) -> None:
    assert refusal(await client.get("/leaderboard")) == (401, "token_invalid")


async def test_members_are_not_ranked_by_default_but_see_themselves(
    client: Client, session: AsyncSession, place: None
) -> None:
    await a_served_member(session, "李红", 30)
    await a_served_member(session, "赵强", 20)
    await a_served_member(session, "孙丽", 20)
    me = await a_served_member(session, "王建国", 10)
    await count(session)
    found = await board(await sign_in_member(client, session, me, "me"), "member")
    assert short(found) == [(4, "王**", 10)]
    assert found[0]["id"] == str(me.id)
    assert await board(await client.signed_in("anybody"), "member") == []


async def test_one_who_has_not_served_finds_no_row(client: Client, session: AsyncSession, place: None) -> None:
    await a_served_member(session, "李红", 30)
    idle = await factories.a_member(session, await factories.an_organization(session))
    await count(session)
    assert await board(await sign_in_member(client, session, idle, "idle"), "member") == []


async def test_members_are_ranked_where_the_policy_allows_it(
    client: Client, session: AsyncSession, place: None
) -> None:
    await a_served_member(session, "李红", 30)
    me = await a_served_member(session, "王建国", 10)
    await count(session)
    await allow_ranking(session, "110107")
    mine = await sign_in_member(client, session, me, "me")
    assert short(await board(mine, "member", region="110107")) == [(1, "李**", 30), (2, "王**", 10)]
    assert short(await board(mine, "member")) == [(2, "王**", 10)]
    assert len(await board(await client.signed_in("anybody"), "member", region="110107")) == 2


async def test_one_who_is_not_among_the_best_finds_their_own_row_below(
    client: Client, session: AsyncSession, place: None
) -> None:
    await a_served_member(session, "李红", 30)
    await a_served_member(session, "赵强", 20)
    me = await a_served_member(session, "王建国", 10)
    await count(session)
    await allow_ranking(session, "")
    found = await board(await sign_in_member(client, session, me, "me"), "member", limit=1)
    assert short(found) == [(1, "李**", 30), (3, "王**", 10)]


async def test_staff_of_the_region_read_whole_names(client: Client, session: AsyncSession, place: None) -> None:
    await a_served_member(session, "李红", 30)
    await count(session)
    await allow_ranking(session, "")
    here, elsewhere = await client.signed_in("here"), await client.signed_in("elsewhere")
    for name, code in (("here", "110107"), ("elsewhere", "620201")):
        await factories.a_grant(session, await account_id(client, name), Role.OBSERVER, region_code=code)
    await session.commit()
    assert short(await board(here, "member", region=factories.COMMUNITY)) == [(1, "李红", 30)]
    assert short(await board(elsewhere, "member", region=factories.COMMUNITY)) == [(1, "李**", 30)]
