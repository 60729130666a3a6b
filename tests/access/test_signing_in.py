"""Signing in, refreshing and signing out."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import signing_in
from app.access.models import Account
from app.kit import clock
from app.kit.db import new_id
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock


async def pair(client: Client, name: str = "alice") -> dict[str, str]:
    answer = await client.post("/auth/wechat", {"code": f"sandbox:{name}"})
    return dict(answer.json())


async def test_the_same_openid_is_the_same_person(client: Client) -> None:
    first, second = await pair(client), await pair(client)
    assert first["account"] == second["account"]
    assert first["refresh_token"] != second["refresh_token"]


async def test_a_code_that_is_not_the_sandboxes_is_refused(client: Client) -> None:
    assert refusal(await client.post("/auth/wechat", {"code": "real"})) == (401, "wechat_code_refused")


async def test_an_access_token_expires_after_a_quarter_of_an_hour(client: Client, settings: Settings) -> None:
    token = (await pair(client))["access_token"]
    move_clock(settings, timedelta(minutes=15, seconds=1))
    assert refusal(await client.as_(token).post("/auth/sign-out")) == (401, "token_expired")


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
async def test_a_token_that_is_not_ours_is_invalid(client: Client, token: str) -> None:
    assert refusal(await client.as_(token).post("/auth/sign-out")) == (401, "token_invalid")


async def test_refreshing_twice_at_once_gives_the_same_pair(client: Client) -> None:
    old = (await pair(client))["refresh_token"]
    first = (await client.post("/auth/refresh", {"refresh_token": old})).json()
    second = (await client.post("/auth/refresh", {"refresh_token": old})).json()
    assert first["refresh_token"] == second["refresh_token"] != old


async def test_a_refresh_token_that_comes_back_late_ends_the_sign_in(client: Client, settings: Settings) -> None:
    old = (await pair(client))["refresh_token"]
    new = (await client.post("/auth/refresh", {"refresh_token": old})).json()
    move_clock(settings, timedelta(seconds=31))
    assert refusal(await client.post("/auth/refresh", {"refresh_token": old})) == (401, "token_invalid")
    assert refusal(await client.post("/auth/refresh", {"refresh_token": new["refresh_token"]}))[0] == 401
    assert refusal(await client.as_(new["access_token"]).post("/auth/sign-out"))[0] == 401


async def test_a_forged_refresh_token_is_refused(client: Client) -> None:
    token = (await pair(client))["refresh_token"]
    forged = token.replace(".0.", ".1.")
    assert refusal(await client.post("/auth/refresh", {"refresh_token": forged})) == (401, "token_invalid")


async def test_signing_out_everywhere_ends_every_device(client: Client) -> None:
    phone, tablet = await pair(client), await pair(client)
    answer = await client.as_(phone["access_token"]).post("/auth/sign-out", {"everywhere": True})
    assert answer.status_code == 204
    assert refusal(await client.as_(tablet["access_token"]).post("/auth/sign-out"))[0] == 401


async def test_signing_out_here_leaves_other_devices(client: Client) -> None:
    phone, tablet = await pair(client), await pair(client)
    await client.as_(phone["access_token"]).post("/auth/sign-out")
    assert (await client.as_(tablet["access_token"]).post("/auth/sign-out")).status_code == 204


async def test_signing_out_takes_no_idempotency_key(client: Client) -> None:
    phone, tablet = await pair(client), await pair(client)
    for device in (phone, tablet):
        answer = await client.as_(device["access_token"]).post("/auth/sign-out", key="0123456789abcdef")
        assert "Idempotency-Replayed" not in answer.headers
    assert refusal(await client.as_(tablet["access_token"]).post("/auth/sign-out"))[0] == 401


@pytest.fixture
async def clerk(session: AsyncSession) -> Account:
    account = Account(
        id=new_id(),
        username="clerk",
        password_hash=signing_in.hasher.hash("correct horse"),
        created_at=clock.now(),
    )
    session.add(account)
    await session.commit()
    return account


async def attempt(client: Client, password: str, username: str = "clerk") -> tuple[int, str]:
    answer = await client.post("/auth/password", {"username": username, "password": password})
    return (200, "") if answer.status_code == 200 else refusal(answer)


async def test_staff_sign_in_with_a_password(client: Client, clerk: Account) -> None:
    assert await attempt(client, "correct horse") == (200, "")


async def test_after_three_failures_each_try_waits_longer(
    client: Client, clerk: Account, settings: Settings, tmp_path: Path
) -> None:
    for _ in range(3):
        assert await attempt(client, "wrong") == (401, "wrong_password")
    assert await attempt(client, "correct horse") == (429, "too_many_attempts")
    move_clock(settings, timedelta(seconds=2))
    assert await attempt(client, "wrong") == (401, "wrong_password")
    move_clock(settings, timedelta(seconds=3))
    assert await attempt(client, "correct horse") == (429, "too_many_attempts")
    move_clock(settings, timedelta(seconds=10))
    assert await attempt(client, "correct horse") == (200, "")


async def test_an_unknown_username_is_refused_like_a_wrong_password(client: Client) -> None:
    assert await attempt(client, "anything", "nobody") == (401, "wrong_password")
