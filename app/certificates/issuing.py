"""记录证明: freeze what stands of one's hours in a period; take a certificate back."""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities.lining_up import SOURCE as ACTIVITY_SOURCE
from app.certificates import queries
from app.certificates.errors import NothingToCertify, TooMuchToCertify
from app.certificates.events import CertificateEvent
from app.certificates.models import Certificate, ServedAs
from app.certificates.schemas import CertificateIn, Line, RevocationIn
from app.demands.moving import SERVICE_SOURCE
from app.kit import clock, codes, events
from app.kit.clock import CHINA
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest
from app.ledger import hours
from app.ledger import queries as ledger
from app.ledger.models import Entry, Provenance
from app.members import queries as members
from app.members.models import Member
from app.organizations import queries as organizations
from app.policies.defaults import CATEGORIES
from app.regions import queries as regions

MOST_LINES = 1_000
"""Services on one sheet, some thirty pages of them."""


async def issue(session: AsyncSession, caller: Caller, body: CertificateIn) -> Certificate:
    """Certify one's own hours, or those of a member of one's desk. Raises `NothingToCertify`, `TooMuchToCertify`."""
    member = await _member(session, caller, body)
    served = await ledger.minutes_entries(
        session, await hours.ids_of_member(session, member), _bounds(body), MOST_LINES + 1
    )
    if not served:
        raise NothingToCertify
    if len(served) > MOST_LINES:
        raise TooMuchToCertify
    lines = await _lines(session, served)
    kinds = Counter(line.kind for line in lines)
    minutes = Counter[Provenance]()
    for line in lines:
        minutes[line.provenance] += line.minutes
    roster = (await organizations.organizations(session, [member.organization_id]))[member.organization_id]
    made = Certificate(
        id=new_id(),
        number=codes.new_number(),
        member_id=member.id,
        region_code=member.home_region_code,
        name=member.name,
        organization_name=roster.name,
        since=body.since,
        until=body.until,
        **{one.value: minutes[one] for one in Provenance},
        activities=kinds[ServedAs.ACTIVITY],
        services=kinds[ServedAs.DEMAND],
        lines=json.dumps([line.model_dump(mode="json") for line in lines], ensure_ascii=False),
        entry_ids=[entry.id for entry in served],
        issued_at=clock.now(),
        issued_by=caller.account_id,
        reason=None if member.id == caller.member_id else body.reason,
    )
    session.add(made)
    _tell(session, CertificateEvent.ISSUED, made, caller)
    return made


async def revoke(session: AsyncSession, caller: Caller, one: uuid.UUID, body: RevocationIn) -> Certificate:
    """Take a certificate back, also while its hours do not stand; raises `ActionNotAllowed` for one that was."""
    found = await queries.certificate(session, caller, one, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    if found.revoked_at:
        raise ActionNotAllowed
    found.revoked_at, found.revoked_by, found.revoke_reason = clock.now(), caller.account_id, body.reason
    _tell(session, CertificateEvent.REVOKED, found, caller)
    return found


async def _member(session: AsyncSession, caller: Caller, body: CertificateIn) -> Member:
    """Whose hours: one's own, or for a reason those of somebody whose home is one's desk's; raises `Forbidden`."""
    wanted = body.member_id or caller.member_id
    found = await members.member(session, wanted) if wanted else None
    if found is not None and found.merged_into_id:
        found = await members.member(session, found.merged_into_id)
    own = found is not None and found.id == caller.member_id
    if found is None or not (own or caller.covers(found.home_region_code, DISPATCHERS)):
        raise Forbidden
    if not own and body.reason is None:
        raise InvalidRequest.field("reason", "missing", "请填写为何代为开具", "say what it is issued for")
    return found


def _bounds(body: CertificateIn) -> tuple[datetime, datetime]:
    """The period's days in China; raises `InvalidRequest` where it ends before it begins, or is not over yet."""
    if not body.since <= body.until <= clock.today():
        raise InvalidRequest.field(
            "until", "period", "期间应从早到晚，且不晚于今天", "must not end early, nor after today"
        )
    return _midnight(body.since), _midnight(body.until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


async def _lines(session: AsyncSession, served: Sequence[Entry]) -> list[Line]:
    """Each booking as the sheet prints it."""
    places = await regions.names(session, [entry.region_code for entry in served])
    titles = await queries.activities_of(session, _sources(served, ACTIVITY_SOURCE))
    for service, category in (await queries.categories_of(session, _sources(served, SERVICE_SOURCE))).items():
        titles[service] = CATEGORIES[category].zh if category in CATEGORIES else category
    return [
        Line(
            kind=ServedAs.ACTIVITY if entry.source_kind == ACTIVITY_SOURCE else ServedAs.DEMAND,
            title=titles.get(entry.source_id, "志愿服务"),
            place=places.get(entry.region_code, ""),
            on=entry.served_at.astimezone(CHINA).date(),
            minutes=entry.amount,
            provenance=entry.provenance or Provenance.ENTERED,
        )
        for entry in served
    ]


def _sources(served: Sequence[Entry], kind: str) -> list[uuid.UUID]:
    return [entry.source_id for entry in served if entry.source_kind == kind]


def _tell(session: AsyncSession, kind: CertificateEvent, one: Certificate, caller: Caller) -> None:
    where, whose = one.region_code, one.member_id
    events.record(session, kind, subject=one.id, region_code=where, actor=caller.account_id, member_id=whose)
