"""Carry over reports that a desk confirmed before this service was there, thousands at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments.events import EnrollmentEvent
from app.enrollments.lifecycle import EnrollmentState
from app.enrollments.models import Enrollment, MemberKind
from app.kit import codes, events
from app.kit.db import new_id
from app.organizations.models import OrganizationKind
from app.regions.codes import common


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report of an organization, or of one of its members, and when it was confirmed; the only one of theirs."""

    organization_id: uuid.UUID
    unit_kind: OrganizationKind
    region_code: str
    confirmed_at: datetime
    member_id: uuid.UUID | None = None


async def carry_over(session: AsyncSession, desk: uuid.UUID, found: Sequence[Earlier]) -> None:
    """Write reports as they were, by a desk's account.

    Only before the days they lie in are summed up: what was counted already is not counted anew.
    """
    if not found:
        return
    await session.execute(insert(Enrollment), [_row(one, desk) for one in found])
    region_code, count = common(one.region_code for one in found), len(found)
    kind = EnrollmentEvent.CARRIED_OVER
    events.record(session, kind, subject=new_id(), region_code=region_code, actor=desk, count=count)


def _row(one: Earlier, desk: uuid.UUID) -> dict[str, object]:
    return {
        "id": new_id(),
        "number": codes.new_number(),
        "organization_id": one.organization_id,
        "unit_kind": one.unit_kind,
        "member_id": one.member_id,
        "kind": MemberKind.IN_SERVICE if one.member_id else None,
        "region_code": one.region_code,
        "is_primary": True,
        "designated": False,
        "state": EnrollmentState.CONFIRMED,
        "requested_at": one.confirmed_at,
        "requested_by": desk,
        "confirmed_at": one.confirmed_at,
        "confirmed_by": desk,
    }
