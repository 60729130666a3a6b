"""What people see and say of themselves."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.regions.models import Level
from tests.client import Client, refusal
from tests.factories import COMMUNITY, a_caller, a_region, an_organization


@pytest.fixture
async def resident(session: AsyncSession, client: Client) -> Client:
    """Somebody without a role, in a community of a subdistrict, whose grid is known."""
    await a_region(session, "110107003", name="八角街道", level=Level.SUBDISTRICT)
    await a_region(session, parent_code="110107003")
    await a_region(session, f"{COMMUNITY}-03", name="第三网格", level=Level.GRID, parent_code=COMMUNITY)
    return await a_caller(session, client, "resident")


async def me(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/me")).json()
    return found


async def test_somebody_new_is_nobody_yet(resident: Client) -> None:
    found = await me(resident)
    assert found.pop("id")
    assert found == {
        "nickname": None,
        "phone_masked": None,
        "home_region_code": None,
        "roles": [],
        "member": None,
    }


async def test_roles_carry_what_they_hold_for_and_nothing_else(
    session: AsyncSession, client: Client, resident: Client
) -> None:
    organization = await an_organization(session)
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    liaison = await a_caller(session, client, "liaison", Role.LIAISON, organization=organization)
    assert (await me(admin))["roles"] == [{"role": "admin", "region_code": ""}]
    assert (await me(liaison))["roles"] == [{"role": "liaison", "organization_id": str(organization.id)}]


async def test_a_profile_is_changed_and_cleared(resident: Client) -> None:
    changed = await resident.put("/me", {"nickname": " 王女士 ", "home_region_code": f"{COMMUNITY}-03"})
    assert changed.json() == await me(resident)
    assert changed.json()["nickname"] == "王女士"
    assert changed.json()["home_region_code"] == f"{COMMUNITY}-03"
    cleared = (await resident.put("/me", {"nickname": None, "home_region_code": None})).json()
    assert (cleared["nickname"], cleared["home_region_code"]) == (None, None)


async def test_a_field_that_is_left_out_stays(resident: Client) -> None:
    await resident.put("/me", {"nickname": "王女士"})
    changed = (await resident.put("/me", {"home_region_code": COMMUNITY})).json()
    assert (changed["nickname"], changed["home_region_code"]) == ("王女士", COMMUNITY)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"home_region_code": "110107003099"}, "home_region_code", "unknown_region"),
        ({"home_region_code": "110107003"}, "home_region_code", "home_level"),
        ({"home_region_code": "八角"}, "home_region_code", "string_pattern_mismatch"),
        ({"nickname": "王\0"}, "nickname", "nul_byte"),
        ({"nickname": 7}, "nickname", "string_type"),
        ({"member_id": None}, "member_id", "extra_forbidden"),
        ({"phone": "13800000001"}, "phone", "extra_forbidden"),
    ],
)
async def test_a_profile_that_makes_no_sense_is_refused(
    resident: Client, body: dict[str, Any], field: str, code: str
) -> None:
    before = await me(resident)
    answer = await resident.put("/me", {"nickname": "王女士", **body})
    assert refusal(answer) == (422, "invalid_request")
    assert [(wrong["field"], wrong["code"]) for wrong in answer.json()["errors"]] == [(field, code)]
    assert await me(resident) == before


async def test_an_overlong_nickname_is_refused(resident: Client) -> None:
    assert refusal(await resident.put("/me", {"nickname": "王" * 65})) == (422, "invalid_request")


async def test_nobody_has_a_profile_without_signing_in(client: Client) -> None:
    assert refusal(await client.get("/me")) == (401, "token_invalid")
    assert refusal(await client.put("/me", {"phone": 1})) == (401, "token_invalid")
