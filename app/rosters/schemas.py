"""Request and response bodies of imports."""

import uuid
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from app.kit.schema import Bool, Id, Input, Output, Time
from app.rosters.models import ImportState, RosterImport, RosterKind, RowOutcome


class CommitIn(Input):
    """`all_or_none` writes nothing while a single row is refused; else the good rows are written."""

    all_or_none: Bool = False


class MergeMemberIn(Input):
    """The entry of the same person that stays."""

    into_id: Id


class RowsWanted(BaseModel):
    """Rows after a line of the file, of one outcome where it is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: RowOutcome | None = None
    after: int = Field(default=0, ge=0, le=2**31 - 1)
    limit: int = Field(default=50, ge=1, le=200)


class ImportOut(Output):
    """How far an import is: `counts` say what its rows would do while it is `checked`, and did once it is `done`.

    It is removed at `expires_at`.
    """

    id: uuid.UUID
    kind: RosterKind
    state: ImportState
    sent_at: Time
    expires_at: Time
    rows: int
    done: int
    counts: Annotated[dict[RowOutcome, int], Field(description="new, changed, unchanged, refused")]

    @classmethod
    def of(cls, found: RosterImport) -> Self:
        """As it stands now."""
        return cls(
            id=found.id,
            kind=found.kind,
            state=found.state,
            sent_at=found.sent_at,
            expires_at=found.expires_at,
            rows=found.row_count,
            done=found.done_count,
            counts={outcome: getattr(found, f"{outcome}_count") for outcome in RowOutcome},
        )


class ImportsOut(Output):
    """One's own imports, the newest first."""

    items: list[ImportOut]


class RowOut(Output):
    """One row as it was sent: its number in the file, and what it does, changes, or is refused for."""

    line: int
    cells: dict[str, str]
    outcome: RowOutcome | None
    reason: str | None
    changes: list[str]


class RowsOut(Output):
    """Some rows; `next_after` is null where no more follow."""

    items: list[RowOut]
    next_after: int | None
