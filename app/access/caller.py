"""Who calls, what they were granted, and how a route says that it needs somebody signed in."""

import uuid
from dataclasses import dataclass, field

from app.access.models import Role
from app.kit.errors import Forbidden

STAFF = frozenset({Role.ADMIN, Role.DISPATCHER, Role.OBSERVER})
DISPATCHERS = frozenset({Role.ADMIN, Role.DISPATCHER})


@dataclass(frozen=True, slots=True)
class Caller:
    """One signed-in person with everything they are: resident, member, staff and liaison at once."""

    account_id: uuid.UUID
    sign_in_id: uuid.UUID
    member_id: uuid.UUID | None = None
    phone: str | None = field(default=None, repr=False)
    home_region_code: str | None = None
    regions: dict[Role, tuple[str, ...]] = field(default_factory=dict)
    """The region codes of each staff role; a role holds for everything whose code begins so."""
    organization_ids: tuple[uuid.UUID, ...] = ()
    """The organizations that the caller is a liaison of."""

    @property
    def is_staff(self) -> bool:
        """Whether any region was granted."""
        return any(self.regions.get(role) for role in STAFF)

    @property
    def is_liaison(self) -> bool:
        """Whether the caller speaks for an organization."""
        return bool(self.organization_ids)

    @property
    def person_ids(self) -> list[uuid.UUID]:
        """By which ids the caller is booked: the account and, once they are one, the member."""
        return [self.account_id, *([self.member_id] if self.member_id else [])]

    def reach(self, roles: frozenset[Role] = STAFF) -> tuple[str, ...]:
        """The region codes below which the caller holds one of `roles`."""
        return tuple(code for role in roles for code in self.regions.get(role, ()))

    def covers(self, region_code: str, roles: frozenset[Role] = STAFF) -> bool:
        """Whether the caller holds one of `roles` over a region."""
        return bool(self.regions) and region_code.startswith(self.reach(roles))

    def require(self, roles: frozenset[Role], region_code: str | None = None) -> None:
        """Raise `Forbidden` unless the caller holds one of `roles`, over `region_code` where it is given."""
        held = self.reach(roles) if region_code is None else self.covers(region_code, roles)
        if not held:
            raise Forbidden
