"""What somebody's files may write: the same that their roles let them see, where these let them act."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import DISPATCHERS
from app.access.models import Role
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.rosters.models import RosterKind


@dataclass(frozen=True, slots=True)
class Reach:
    """The regions that one dispatches for, those that one administers, and the organizations that one speaks for."""

    regions: tuple[str, ...] = ()
    administered: tuple[str, ...] = ()
    organization_paths: tuple[str, ...] = ()

    def may(self, kind: RosterKind) -> bool:
        """Whether files of a kind are taken at all."""
        match kind:
            case RosterKind.STAFF:
                return bool(self.administered)
            case RosterKind.ORGANIZATIONS:
                return bool(self.regions)
            case RosterKind.MEMBERS | RosterKind.ENROLLMENTS:
                return bool(self.regions or self.organization_paths)

    def covers(self, region_code: str) -> bool:
        """Whether a region is one of one's own."""
        return region_code.startswith(self.regions)

    def administers(self, region_code: str) -> bool:
        """Whether one may say who acts in a region."""
        return region_code.startswith(self.administered)

    def holds(self, organization: Organization) -> bool:
        """Whether an organization's roster is one's own."""
        return self.covers(organization.region_code) or self.speaks_for(organization)

    def speaks_for(self, organization: Organization) -> bool:
        """Whether one is the liaison of an organization or of one above it."""
        return organization.path.startswith(self.organization_paths)


EVERYWHERE = Reach(regions=("",), administered=("",))
"""The reach of whoever runs the program."""


async def of_account(session: AsyncSession, account_id: uuid.UUID) -> Reach:
    """What an account may write now."""
    grants = await access.grants_of(session, account_id)
    spoken_for = [one.organization_id for one in grants if one.organization_id]
    regions = [(one.role, one.region_code) for one in grants if one.region_code is not None]
    return Reach(
        regions=tuple(code for role, code in regions if role in DISPATCHERS),
        administered=tuple(code for role, code in regions if role == Role.ADMIN),
        organization_paths=tuple(await organizations.paths(session, spoken_for)),
    )
