"""Many reports at once, as a file brings them: the rules of `enrolling`, asked of a whole file with few statements."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments import designation_queries, moving, queries
from app.enrollments.enrolling import HOMES, PLACES
from app.enrollments.events import EnrollmentEvent
from app.enrollments.lifecycle import EnrollmentState
from app.enrollments.models import Enrollment, MemberKind
from app.kit import clock, codes, events
from app.kit.db import new_id
from app.kit.events import Event
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.policies import service as policies
from app.policies.enrollment_rules import EnrollmentChoice, EnrollmentConfirmation, EnrollmentKey
from app.regions import queries as regions


@dataclass(slots=True)
class Report:
    """Who reports in where: an organization, or one of its members; `at_desk` where the place's desk enters it."""

    organization: Organization
    region_code: str
    member: Member | None = None
    kind: MemberKind | None = None
    head_count: int | None = None
    at_desk: bool = False
    is_primary: bool = False

    @property
    def subject_id(self) -> uuid.UUID:
        """Whose it is."""
        return self.member.id if self.member else self.organization.id


class Standing:
    """What a file must know: the rules of its places, who is designated to them, and what stands already."""

    def __init__(
        self,
        levels: dict[str, str],
        choices: dict[str, EnrollmentChoice],
        confirmations: dict[str, EnrollmentConfirmation],
        designated: set[tuple[uuid.UUID, str]],
        live: Iterable[Enrollment],
    ) -> None:
        self._levels, self._choices, self._confirmations = levels, choices, confirmations
        self._designated = designated
        self.live: dict[tuple[uuid.UUID, str], Enrollment] = {}
        self.primaries: set[uuid.UUID] = set()
        self.by_heads: set[uuid.UUID] = set()
        for one in live:
            self.live[one.subject_id, one.region_code] = one
            if one.is_primary:
                self.primaries.add(one.subject_id)
            if one.head_count:
                self.by_heads.add(one.organization_id)

    def takes(self, report: Report) -> bool:
        """Whether somebody of this kind reports in to a place of this level."""
        return self._levels[report.region_code] in (HOMES if report.member else PLACES)

    def tells_no_names(self, organization: Organization) -> bool:
        """Whether an organization reports a number of people only."""
        return organization.kind == OrganizationKind.GARRISON or organization.id in self.by_heads

    def is_designated(self, report: Report) -> bool:
        """Whether a place, where that means anything, is designated to an organization or to one above it."""
        above = designation_queries.line(report.organization.path)
        choice = self._choices[report.region_code]
        return choice != EnrollmentChoice.FREE and any((one, report.region_code) in self._designated for one in above)

    def lets_in(self, report: Report) -> bool:
        """Whether a place takes them: where it takes the designated only, those who live there and whom it enters."""
        at_home = report.member is not None and report.member.home_region_code.startswith(report.region_code)
        only = self._choices[report.region_code] == EnrollmentChoice.DESIGNATED
        return not only or at_home or report.at_desk or self.is_designated(report)

    def confirms(self, report: Report) -> bool:
        """Whether nobody need look at it."""
        rule = self._confirmations[report.region_code]
        by_rule = rule == EnrollmentConfirmation.FREE and self.is_designated(report)
        return report.at_desk or by_rule or rule == EnrollmentConfirmation.NONE


async def standing(session: AsyncSession, reports: Sequence[Report]) -> Standing:
    """Everything that is to be known about some reports, in six statements."""
    places = list({one.region_code for one in reports})
    subjects = {one.subject_id for one in reports} | {one.organization.id for one in reports}
    return Standing(
        {code: one.level for code, one in (await regions.stored(session, places)).items()},
        await policies.value_in_each(session, EnrollmentKey.CHOICE, places),
        await policies.value_in_each(session, EnrollmentKey.CONFIRMATION, places),
        await designation_queries.designated_to(session, places),
        await queries.live_of_many(session, subjects),
    )


async def report_many(
    session: AsyncSession, found: Sequence[tuple[Report, bool, bool]], actor: uuid.UUID | None
) -> None:
    """Write reports, each with whether its place is designated to it, and whether it is confirmed at once."""
    made: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for report, designated, stands in found:
        made.append(_row(report, designated, stands, actor))
        for kind in (EnrollmentEvent.REQUESTED, EnrollmentEvent.CONFIRMED)[: 1 + stands]:
            told.append(_told(kind, made[-1], actor))
    if made:  # not one by one: a file brings thousands
        await session.execute(insert(Enrollment), made)
        await session.execute(insert(Event), told)


def _row(report: Report, designated: bool, stands: bool, actor: uuid.UUID | None) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": new_id(),
        "number": codes.new_number(),
        "organization_id": report.organization.id,
        "unit_kind": report.organization.kind,
        "member_id": report.member.id if report.member else None,
        "kind": report.kind,
        "head_count": report.head_count,
        "region_code": report.region_code,
        "is_primary": report.is_primary,
        "designated": designated,
        "state": EnrollmentState.CONFIRMED if stands else EnrollmentState.REQUESTED,
        "requested_at": now,
        "requested_by": actor,
        "confirmed_at": now if stands else None,
        "confirmed_by": actor if stands and report.at_desk else None,
    }


def _told(kind: EnrollmentEvent, made: dict[str, Any], actor: uuid.UUID | None) -> dict[str, Any]:
    return events.row(
        kind,
        subject=made["id"],
        region_code=made["region_code"],
        actor=actor,
        organization_id=made["organization_id"],
        member_id=made["member_id"],
        succeeds_id=None,
    )


async def confirm_many(session: AsyncSession, ids: Sequence[uuid.UUID], actor: uuid.UUID | None) -> None:
    """Confirm what its desk's file names too, where it still waits."""
    for one in sorted(ids):
        found = await queries.locked_one(session, one)
        if found.state == EnrollmentState.REQUESTED:
            await moving.begin(session, found, actor, by_the_desk=True)
