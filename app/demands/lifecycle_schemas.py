"""What `GET /lifecycle` answers."""

from pydantic import Field

from app.kit.schema import Output


class Move(Output):
    """From one state by one action to another; `who` may ask for it, nobody where it follows by itself."""

    state: str
    action: str
    to: str
    who: list[str]


class Table(Output):
    """One lifecycle."""

    moves: list[Move]
    ends: list[str] = Field(default_factory=list)
    live: list[str] = Field(default_factory=list)


class LifecycleOut(Output):
    """Both lifecycles."""

    demand: Table
    claim: Table
