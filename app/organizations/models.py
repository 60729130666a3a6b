"""Organizations: the party line (committee … party group) and the units around it, one tree."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code, Id, one_of


class OrganizationKind(StrEnum):
    """What an organization is; the first seven are the party line."""

    WORKING_COMMITTEE = "working_committee"
    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    FUNCTIONAL_BRANCH = "functional_branch"
    PARTY_GROUP = "party_group"
    ALLIANCE = "alliance"
    DEPARTMENT = "department"
    LOCAL_UNIT = "local_unit"
    ENTERPRISE = "enterprise"
    SOCIAL_ORGANIZATION = "social_organization"
    INSTITUTION = "institution"
    STATE_ENTERPRISE = "state_enterprise"
    UNIVERSITY = "university"
    GARRISON = "garrison"
    RESIDENTS_COMMITTEE = "residents_committee"
    VILLAGE_COMMITTEE = "village_committee"


class Organization(Base):
    """A body that can be whistled for, claim a demand and send its members."""

    __tablename__ = "organizations"
    __table_args__ = (one_of("kind", OrganizationKind), Index(None, "region_code", "id"))

    id: Mapped[Id]
    kind: Mapped[OrganizationKind]
    name: Mapped[str] = mapped_column(index=True)
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    external_code: Mapped[str | None] = mapped_column(unique=True)
    """What the Party's own systems call it, where that is known: by it a file names an organization."""
    path: Mapped[Code] = mapped_column(index=True)
    """The ids from the root to this one, each followed by a dot: "below it" is a prefix."""
    created_at: Mapped[datetime]
