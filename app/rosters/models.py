"""Files that were sent to be taken over, and the rows in them until that is done or a day has passed."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import PERSONAL, Base, Id, one_of
from app.kit.sealing import Sealed


class RosterKind(StrEnum):
    """What the rows of a file are."""

    MEMBERS = "members"
    ORGANIZATIONS = "organizations"
    STAFF = "staff"
    ENROLLMENTS = "enrollments"


class ImportState(StrEnum):
    """The worker checks what is CHECKING and writes what is WRITING; the others wait for a person, or are over."""

    CHECKING = "checking"
    CHECKED = "checked"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"


WORKED_ON = (ImportState.CHECKING, ImportState.WRITING)


class RowOutcome(StrEnum):
    """What a row would do, or did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RosterImport(Base):
    """One file that somebody sent; how many of its rows would do what, and then did."""

    __tablename__ = "roster_imports"
    __table_args__ = (
        one_of("kind", RosterKind),
        one_of("state", ImportState),
        Index("ix_roster_imports_state", "state", postgresql_where=text("state IN ('checking', 'writing')")),
    )

    id: Mapped[Id]
    kind: Mapped[RosterKind]
    state: Mapped[ImportState]
    all_or_none: Mapped[bool]
    """Whether one refused row keeps all others from being written."""
    row_count: Mapped[int]
    done_count: Mapped[int]
    """How far the worker is; written beside its transaction, so that it can be watched."""
    new_count: Mapped[int]
    changed_count: Mapped[int]
    unchanged_count: Mapped[int]
    refused_count: Mapped[int]
    sent_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """When it is removed with all its rows."""


class RosterPage(Base):
    """So many rows of a file in their order, sealed like every other roster."""

    __tablename__ = "roster_pages"

    id: Mapped[Id]
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("roster_imports.id", ondelete="CASCADE"), index=True)
    rows: Mapped[str] = mapped_column(Sealed("roster_pages.rows"), info=PERSONAL)
    """JSON: each row's number and its cells."""
    outcomes: Mapped[str | None] = mapped_column(Sealed("roster_pages.outcomes"), info=PERSONAL)
    """JSON: what each row does, which columns it changes, and why it is refused."""
