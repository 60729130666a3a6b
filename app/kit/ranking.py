"""Pages of a list whose order moves: a cursor carries what was shown, so nothing comes twice and nothing is left out.

A list is ranked in windows, the newest ids first. A window's bounds stand in the cursor, so what is in it does not
change as rows come; within it the best that was not shown yet comes next, whatever the scores have become.
"""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.kit import pagination
from app.kit.errors import InvalidRequest

TAIL = 6
"""So many bytes of an id stand for it among those that were shown: of 500, two alike are one case in a billion."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader has come."""

    below: uuid.UUID | None = None
    """Where the next window begins: with the ids below this one."""
    newest: uuid.UUID | None = None
    oldest: uuid.UUID | None = None
    """The bounds of a window that is being read; without an oldest it goes to the end."""
    seen: frozenset[bytes] = frozenset()

    @property
    def is_fresh(self) -> bool:
        """Whether nothing of the window was shown, so that its bounds are still to be found."""
        return self.newest is None


def read(cursor: str | None) -> Position:
    """The position that a cursor tells; raises `InvalidRequest` for one that we did not make."""
    if cursor is None:
        return Position()
    try:
        below, newest, oldest, seen = json.loads(pagination.unpack(cursor))
        tails = base64.b64decode(seen, validate=True)
        below, newest, oldest = (None if one is None else uuid.UUID(one) for one in (below, newest, oldest))
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest.field("cursor", "cursor", "游标无效", "This cursor is not ours") from error
    return Position(below, newest, oldest, frozenset(tails[at : at + TAIL] for at in range(0, len(tails), TAIL)))


def write(position: Position) -> str:
    """A position as a cursor."""
    bounds = (position.below, position.newest, position.oldest)
    seen = base64.b64encode(b"".join(sorted(position.seen))).decode()
    plain = json.dumps([*(one and str(one) for one in bounds), seen])
    return base64.urlsafe_b64encode(plain.encode()).decode()


def turn(
    position: Position, ranked: Sequence[uuid.UUID], limit: int, *, is_full: bool
) -> tuple[list[uuid.UUID], str | None]:
    """The next `limit` of a window ranked best first, and the cursor after them.

    `is_full` says of a fresh window that it holds as many as a window can, so that another one comes after it.
    """
    waiting = [one for one in ranked if one.bytes[-TAIL:] not in position.seen]
    shown = waiting[:limit]
    newest, oldest = position.newest, position.oldest
    if position.is_fresh and ranked:
        newest, oldest = max(ranked), min(ranked) if is_full else None
    if len(waiting) > limit:
        seen = position.seen | {one.bytes[-TAIL:] for one in shown}
        return shown, write(Position(None, newest, oldest, seen))
    return shown, write(Position(below=oldest)) if oldest else None
