"""记录证明: freeze what stands of one's hours in a period; take a certificate back."""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as accounts
from app.access.caller import DISPATCHERS, Caller
from app.activities.lining_up import SOURCE as ACTIVITY_SOURCE
from app.certificates import queries
from app.certificates.errors import NothingToCertify, TooMuchToCertify
from app.certificates.events import CertificateEvent
from app.certificates.models import Certificate, NamedBy, ServedAs
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


@dataclass(frozen=True, slots=True)
class _Holder:
    """Whose hours: a member, or a resident, who is on no roster."""

    member: Member | None
    account_id: uuid.UUID | None
    home: str | None
    entries: list[uuid.UUID]
    """The ids under which the ledger knows them."""
    own: bool


async def issue(session: AsyncSession, caller: Caller, body: CertificateIn) -> Certificate:
    """Certify one's own hours, or those of somebody of one's desk. Raises `NothingToCertify`, `TooMuchToCertify`."""
    holder, bounds = await _holder(session, caller, body), _bounds(body)
    served = await ledger.minutes_entries(session, holder.entries, bounds, MOST_LINES + 1)
    region_code = holder.home or (served[-1].region_code if served else None)
    if not holder.own and (region_code is None or not caller.covers(region_code, DISPATCHERS)):
        raise Forbidden
    names = await _names(session, holder, body)
    if region_code is None or not served:
        raise NothingToCertify
    if len(served) > MOST_LINES:
        raise TooMuchToCertify
    made = Certificate(
        id=new_id(),
        number=codes.new_number(),
        member_id=holder.member.id if holder.member else None,
        account_id=holder.account_id,
        region_code=region_code,
        since=body.since,
        until=body.until,
        entry_ids=[entry.id for entry in served],
        issued_at=clock.now(),
        issued_by=caller.account_id,
        reason=None if holder.own else body.reason,
        **names,
        **_figures(await _lines(session, served)),
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


async def _holder(session: AsyncSession, caller: Caller, body: CertificateIn) -> _Holder:
    """Whose hours: one's own, or somebody's who is named; raises `Forbidden` where there is nobody."""
    member_id = body.member_id or (None if body.account_id else caller.member_id)
    if member_id is None:
        account = await accounts.standing_account(session, body.account_id or caller.account_id)
        if account is None:
            raise Forbidden
        if account.member_id is None:
            own = account.id == caller.account_id
            return _Holder(None, account.id, account.home_region_code, [account.id], own)
        member_id = account.member_id
    found = await members.member(session, member_id)
    if found is not None and found.merged_into_id:
        found = await members.member(session, found.merged_into_id)
    if found is None:
        raise Forbidden
    entries = await hours.ids_of_member(session, found)
    return _Holder(found, None, found.home_region_code, entries, found.id == caller.member_id)


async def _names(session: AsyncSession, holder: _Holder, body: CertificateIn) -> dict[str, Any]:
    """What the holder is called and by whom: a member as on their roster, a resident as they or the desk say."""
    if not holder.own and body.reason is None:
        raise InvalidRequest.field("reason", "missing", "请填写为何代为开具", "say what it is issued for")
    if holder.member:
        roster = (await organizations.organizations(session, [holder.member.organization_id])).popitem()[1]
        return {"name": holder.member.name, "named_by": NamedBy.ROSTER, "organization_name": roster.name}
    if body.name is None:
        raise InvalidRequest.field("name", "missing", "请填写证明上的姓名", "say whose name it bears")
    return {"name": body.name, "named_by": NamedBy.HOLDER if holder.own else NamedBy.DESK}


def _bounds(body: CertificateIn) -> tuple[datetime, datetime]:
    """The period's days in China; raises `InvalidRequest` where it ends before it begins, or is not over yet."""
    if not body.since <= body.until <= clock.today():
        raise InvalidRequest.field(
            "until", "period", "期间应从早到晚，且不晚于今天", "must not end early, nor after today"
        )
    return _midnight(body.since), _midnight(body.until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def _figures(lines: Sequence[Line]) -> dict[str, Any]:
    """The lines with what they come to."""
    kinds = Counter(line.kind for line in lines)
    minutes = Counter[Provenance]()
    for line in lines:
        minutes[line.provenance] += line.minutes
    return {
        **{one.value: minutes[one] for one in Provenance},
        "activities": kinds[ServedAs.ACTIVITY],
        "services": kinds[ServedAs.DEMAND],
        "lines": json.dumps([line.model_dump(mode="json") for line in lines], ensure_ascii=False),
    }


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
    whose = {"member_id": one.member_id} if one.member_id else {"account_id": one.account_id}
    events.record(session, kind, subject=one.id, region_code=one.region_code, actor=caller.account_id, **whose)
