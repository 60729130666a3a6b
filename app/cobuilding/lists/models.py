"""CommunityList with its items and versions, and the demands that items became."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import APPEND_ONLY, Base, Code, Id, one_of


class ListKind(StrEnum):
    """What a list says: what is served, needed, shared, or to be built."""

    SERVICE = "service"
    NEEDS = "needs"
    RESOURCE = "resource"
    PROJECT = "project"


class ItemMode(StrEnum):
    """Whether whoever wants takes an item on, or its owner is asked to."""

    OPEN = "open"
    ASSIGNED = "assigned"


class ResourceForm(StrEnum):
    """What is shared: a place by the hour, things by the piece, people or money."""

    VENUE = "venue"
    GOODS = "goods"
    PEOPLE = "people"
    MONEY = "money"


class CommunityList(Base):
    """One list of a region and a year, as it is being written; its versions are what was published."""

    __tablename__ = "lists"
    __table_args__ = (
        one_of("kind", ListKind),
        CheckConstraint("(version = 0) = (published_at IS NULL)", "published_has_time"),
        UniqueConstraint("region_code", "kind", "year"),
    )

    id: Mapped[Id]
    kind: Mapped[ListKind]
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    year: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int]
    """The number of the newest version; 0 before the first."""
    published_at: Mapped[datetime | None]
    """When the newest version was published."""
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]


class ListItem(Base):
    """One line of a list: what, of whose, and how much or for how many."""

    __tablename__ = "list_items"
    __table_args__ = (
        one_of("kind", ListKind),
        one_of("mode", ItemMode),
        one_of("form", ResourceForm),
        CheckConstraint("(kind = 'resource') = (form IS NOT NULL)", "resources_have_a_form"),
        CheckConstraint("mode = 'open' OR owner_id IS NOT NULL", "assigned_has_owner"),
        CheckConstraint("slots > 0 AND quantity > 0", "counts_positive"),
        CheckConstraint("form <> 'goods' OR quantity IS NOT NULL", "goods_are_counted"),
        CheckConstraint("(withdrawn_at IS NULL) = (reason IS NULL)", "withdrawn_for_a_reason"),
        Index(None, "list_id", "id"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[Id]
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lists.id"))
    kind: Mapped[ListKind]
    region_code: Mapped[Code]
    """Both as its list's, which never change."""
    title: Mapped[str]
    detail: Mapped[str | None]
    category: Mapped[str]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    """Whose it is, or who is to do it; the community itself where nobody is named."""
    mode: Mapped[ItemMode]
    form: Mapped[ResourceForm | None]
    """Of a resource."""
    slots: Mapped[int]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    quantity: Mapped[int | None]
    unit: Mapped[str | None]
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    """When a version first held it: from then on everybody may read it."""
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was withdrawn, for everybody to read."""


class ListVersion(Base):
    """A list as it was published: numbered, dated, and never written again."""

    __tablename__ = "list_versions"
    __table_args__ = (UniqueConstraint("list_id", "number"), {"info": APPEND_ONLY})

    id: Mapped[Id]
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lists.id"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by: Mapped[uuid.UUID]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Each line as `ListLine` reads it."""


class ItemDemand(Base):
    """A demand that an item of a list became."""

    __tablename__ = "item_demands"

    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), primary_key=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"), index=True)
