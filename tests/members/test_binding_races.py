"""Binding phones where commits, connections and retries count."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.access.models import Account
from app.gateways.wechat import CodeRefused, SandboxWeChat
from app.kit import db
from app.kit.db import Sessions, transaction
from app.main import create_app
from app.settings import Settings
from tests.client import ANSWER, Client
from tests.conftest import KEYRING
from tests.factories import a_member, a_region, an_organization

PHONE = "13800000001"
FAIL_ONCE = """
CREATE SEQUENCE tries;
CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('tries') = 1 THEN RAISE EXCEPTION 'once more' USING ERRCODE = '40001'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fail_once BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION fail_once();
"""


class OneUseWeChat(SandboxWeChat):
    """As the real one, takes each phone code once; notes how many connections were held meanwhile."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.used, self.held = engine, set[str](), list[str]()

    async def phone_number(self, code: str) -> str:
        if code in self.used:
            raise CodeRefused
        self.used.add(code)
        self.held.append(self.engine.pool.status())
        return await super().phone_number(code)


@pytest.fixture
async def engine(committing: Settings) -> AsyncIterator[AsyncEngine]:
    made = db.connect(str(committing.database_url), pool_size=8, keyring=KEYRING)
    yield made
    await made.dispose()


@pytest.fixture
async def committed(engine: AsyncEngine) -> Sessions:
    return db.sessions(engine)


@pytest.fixture
async def app(committing: Settings, committed: Sessions) -> AsyncIterator[FastAPI]:
    """The app on a database of its own, with one member on a roster."""
    async with transaction(committed) as session:
        await a_region(session)
        await a_member(session, await an_organization(session), phone=PHONE)
    made = create_app(committing, committed)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://yihu.test") as client:
        yield client


async def bind(client: Client) -> ANSWER:
    return await client.post("/auth/phone", {"code": f"sandbox:{PHONE}"})


async def test_of_accounts_that_bind_one_phone_at_once_one_is_the_member(
    http: httpx2.AsyncClient, committed: Sessions
) -> None:
    people = [await Client(http).signed_in(f"person{number}") for number in range(6)]
    answers = await asyncio.gather(*(bind(person) for person in people))
    assert [answer.status_code for answer in answers] == [200] * 6
    async with committed() as session:
        holders = await session.scalars(select(Account).where(Account.member_id.is_not(None)))
        assert len(holders.all()) == 1


async def test_no_connection_is_held_while_wechat_is_asked(
    app: FastAPI, http: httpx2.AsyncClient, engine: AsyncEngine
) -> None:
    app.state.wechat = wechat = OneUseWeChat(engine)
    assert (await bind(await Client(http).signed_in("alice"))).status_code == 200
    assert ["Current Checked out connections: 0" in status for status in wechat.held] == [True]


async def test_a_transaction_that_runs_again_does_not_use_the_code_again(
    app: FastAPI, http: httpx2.AsyncClient, engine: AsyncEngine, committing: Settings
) -> None:
    app.state.wechat = OneUseWeChat(engine)
    alice = await Client(http).signed_in("alice")
    owner = await asyncpg.connect(committing.owner_database_url)
    await owner.execute(FAIL_ONCE)
    await owner.close()
    answer = await bind(alice)
    assert answer.status_code == 200, answer.text
    assert answer.json()["member"]["name"] == "王建国"
