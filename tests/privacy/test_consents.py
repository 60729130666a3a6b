"""Consents: given to one wording, withdrawn at any time, and never rewritten."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Consent, Purpose
from app.privacy.documents import DOCUMENTS
from tests.client import Client, refusal
from tests.demands.world import ok


def said(given: bool, **changes: Any) -> dict[str, Any]:
    """A word on showing that one is a member."""
    return {"purpose": "show_identity", "version": DOCUMENTS[Purpose.SHOW_IDENTITY].version, "given": given} | changes


async def test_the_texts_are_public_and_each_has_a_version(client: Client) -> None:
    items = (await ok(client.get("/privacy/documents")))["items"]
    assert {one["purpose"] for one in items} == set(Purpose)
    assert all(one["version"] and one["title"] and len(one["text"]) > 50 for one in items)


async def test_a_consent_stands_until_it_is_withdrawn_and_the_history_stays(
    client: Client, session: AsyncSession
) -> None:
    alice = await client.signed_in("alice")
    assert (await ok(alice.get("/me/consents")))["items"] == []
    given = await ok(alice.post("/me/consents", said(True)))
    assert given["given_at"]
    assert given["withdrawn_at"] is None
    withdrawn = await ok(alice.post("/me/consents", said(False)))
    assert (withdrawn["given_at"], withdrawn["withdrawn_at"] is None) == (given["given_at"], False)
    assert (await ok(alice.post("/me/consents", said(True))))["withdrawn_at"] is None
    history = (await session.scalars(select(Consent.given).order_by(Consent.id))).all()
    assert history == [True, False, True]


async def test_the_same_word_again_writes_nothing(client: Client, session: AsyncSession) -> None:
    alice = await client.signed_in("alice")
    for _ in range(2):
        await ok(alice.post("/me/consents", said(True)))
    assert len((await session.scalars(select(Consent))).all()) == 1


async def test_consent_to_a_wording_that_is_not_the_present_one_is_refused(client: Client) -> None:
    alice = await client.signed_in("alice")
    answer = await alice.post("/me/consents", said(True, version="2020-01-01"))
    assert refusal(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["code"] == "other_version"
    assert (await ok(alice.post("/me/consents", said(False, version="2020-01-01"))))["given_at"] is None


async def test_the_service_itself_cannot_rewrite_a_consent(client: Client, session: AsyncSession) -> None:
    alice = await client.signed_in("alice")
    await ok(alice.post("/me/consents", said(True)))
    for statement in ("UPDATE consents SET given = false", "DELETE FROM consents"):
        with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
            async with session.begin_nested():
                await session.execute(text(statement))
