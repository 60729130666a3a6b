"""A row of a file, and what was found out about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.rosters.models import RowOutcome


class Wrong(Exception):
    """A row cannot be taken; the message says why, in the language of who typed it."""


@dataclass(slots=True)
class Row:
    """One row: its number in the file, its cells by column, and what became of it."""

    line: int
    cells: dict[str, str]
    outcome: RowOutcome | None = None
    reason: str = ""
    changes: list[str] = field(default_factory=list)
    """The columns that an update would change."""
    thing: Any = None
    """What is to be written."""
    depth: int = 0
    """What is deeper is written later: an organization below another one of the file."""

    def refuse(self, reason: str) -> None:
        """It is left out."""
        self.outcome, self.reason, self.thing = RowOutcome.REFUSED, reason, None

    def decide(self, outcome: RowOutcome, thing: Any = None, changes: Sequence[str] = ()) -> None:
        """It does something."""
        self.outcome, self.thing, self.changes = outcome, thing, list(changes)

    @property
    def is_open(self) -> bool:
        """Whether nothing was found out yet."""
        return self.outcome is None


def required(row: Row, name: str, title: str, longest: int) -> str:
    """The text of a cell that must hold one; raises `Wrong`."""
    text = row.cells[name]
    if not text:
        raise Wrong(f"缺少{title}")
    if len(text) > longest:
        raise Wrong(f"{title}最多 {longest} 个字")
    return text
