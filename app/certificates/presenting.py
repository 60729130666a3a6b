"""Certificates as one caller, or anybody with the code, may see them."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.certificates import queries
from app.certificates.models import Certificate, Revocation
from app.certificates.schemas import CertificateBrief, CertificateOut, CertificatesWanted, CertifiedOut
from app.kit import clock, codes
from app.kit.codes import Purpose, Unaccepted
from app.kit.crypto import Keyring
from app.kit.errors import NotFound
from app.kit.pagination import Page
from app.kit.schema import mask_name
from app.ledger import queries as ledger
from app.ledger.models import Provenance
from app.ledger.schemas import ByProvenance
from app.members import looking

SAME = ("name", "named_by", "since", "until", "activities", "services", "issued_at")
OF_THE_SHEET = (*SAME, "id", "member_id", "account_id", "organization_name", "reason", "revoke_reason")


async def certificates(
    session: AsyncSession, caller: Caller, keyring: Keyring, wanted: CertificatesWanted
) -> Page[CertificateBrief]:
    """One page of one's own certificates and those of one's regions."""
    found, cursor = await queries.certificates(session, caller, wanted)
    ended = await ledger.taken_back_at(session, [entry for one in found for entry in one.entry_ids])
    items = [CertificateBrief(**_told(one, ended), **_of_the_sheet(one, keyring)) for one in found]
    _note(session, caller, found)
    return Page(items=items, next_cursor=cursor)


async def certificate(session: AsyncSession, caller: Caller, keyring: Keyring, one: uuid.UUID) -> CertificateOut:
    """One certificate that the caller may see."""
    return await certificate_out(session, caller, keyring, await queries.certificate(session, caller, one))


async def certificate_out(session: AsyncSession, caller: Caller, keyring: Keyring, one: Certificate) -> CertificateOut:
    """A certificate that the caller has just seen or changed."""
    ended = await ledger.taken_back_at(session, one.entry_ids)
    _note(session, caller, [one])
    return CertificateOut(**_told(one, ended), **_of_the_sheet(one, keyring), lines=json.loads(one.lines))


async def certified(session: AsyncSession, keyring: Keyring, code: str) -> CertifiedOut:
    """What a certificate says now to whoever holds its code; a code that is not ours is not found."""
    try:
        read = codes.read(keyring, code, clock.now())
    except Unaccepted as error:
        raise NotFound from error
    found = await queries.by_number(session, read.number) if read.purpose == Purpose.CERTIFICATE else None
    if found is None:
        raise NotFound
    told = _told(found, await ledger.taken_back_at(session, found.entry_ids))
    return CertifiedOut(**told | {"name": mask_name(found.name) or ""})


def _told(one: Certificate, taken_back: dict[uuid.UUID, datetime]) -> dict[str, Any]:
    """What a certificate says, and whether it counts: the first thing that ended it has."""
    ended = [(taken_back[entry], Revocation.HOURS) for entry in one.entry_ids if entry in taken_back]
    if one.revoked_at:
        ended.append((one.revoked_at, Revocation.ISSUER))
    revoked_at, revocation = min(ended, default=(None, None))
    minutes = {provenance.value: getattr(one, provenance) for provenance in Provenance}
    return {name: getattr(one, name) for name in SAME} | {
        "number": codes.in_groups(one.number),
        "minutes": sum(minutes.values()),
        "by_provenance": ByProvenance(**minutes),
        "revoked_at": revoked_at,
        "revocation": revocation,
    }


def _of_the_sheet(one: Certificate, keyring: Keyring) -> dict[str, Any]:
    more = {name: getattr(one, name) for name in OF_THE_SHEET if name not in SAME}
    return more | {"code": codes.make(keyring, Purpose.CERTIFICATE, one.number)}


def _note(session: AsyncSession, caller: Caller, found: Sequence[Certificate]) -> None:
    """That a desk read others' names is on record."""
    looked: dict[str, int] = {}
    for one in found:
        if (one.member_id or one.account_id) not in caller.person_ids:
            looked[one.region_code] = looked.get(one.region_code, 0) + 1
    for region_code, count in looked.items():
        looking.note(session, caller, region_code, count)
