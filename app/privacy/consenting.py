"""Consents: given to one wording of one text, withdrawn at any time, never rewritten."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Consent, ConsentChannel, Purpose
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.kit.pagination import Page
from app.privacy import queries
from app.privacy.documents import DOCUMENTS
from app.privacy.events import PrivacyEvent
from app.privacy.schemas import ConsentIn, ConsentOut, DocumentOut


def documents() -> Page[DocumentOut]:
    """The texts as they are now."""
    items = [
        DocumentOut(purpose=purpose, version=one.version, title=one.title, text=one.text)
        for purpose, one in DOCUMENTS.items()
    ]
    return Page(items=items, next_cursor=None)


async def say(session: AsyncSession, caller: Caller, body: ConsentIn) -> ConsentOut:
    """Give a consent or withdraw it; what is said again is not written again. Raises `InvalidRequest`."""
    if body.given and body.version != DOCUMENTS[body.purpose].version:
        raise InvalidRequest.field("version", "other_version", "文本已更新，请重新阅读", "the text has changed since")
    before = await _standing(session, caller, body.purpose)
    if before is None or (before.given, before.version) != (body.given, body.version):
        session.add(
            Consent(
                id=new_id(),
                account_id=caller.account_id,
                purpose=body.purpose,
                version=body.version,
                given=body.given,
                channel=ConsentChannel.SELF,
                at=clock.now(),
            )
        )
        kind = PrivacyEvent.CONSENTED if body.given else PrivacyEvent.WITHDREW
        events.record(
            session,
            kind,
            subject=caller.account_id,
            region_code="",
            actor=caller.account_id,
            purpose=body.purpose,
            version=body.version,
        )
        await session.flush()  # the answer reads it
    return next(one for one in (await mine(session, caller)).items if one.purpose == body.purpose)


async def _standing(session: AsyncSession, caller: Caller, purpose: Purpose) -> Consent | None:
    history = await queries.consents(session, caller.account_id)
    return next((one for one in history if one.purpose == purpose), None)


async def mine(session: AsyncSession, caller: Caller) -> Page[ConsentOut]:
    """How each of the caller's consents stands."""
    history = await queries.consents(session, caller.account_id)
    items = []
    for purpose in Purpose:
        said = [one for one in history if one.purpose == purpose]
        if said:
            given = next((one for one in said if one.given), None)
            items.append(
                ConsentOut(
                    purpose=purpose,
                    version=(given or said[0]).version,
                    given_at=given.at if given else None,
                    withdrawn_at=None if said[0].given else said[0].at,
                )
            )
    return Page(items=items, next_cursor=None)
