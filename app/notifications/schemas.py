"""Request and response bodies of the inbox."""

import uuid
from typing import Self

from pydantic import model_validator

from app.kit.pagination import PageRequest
from app.kit.schema import Input, Output, Time, TimeIn, wrong
from app.notifications.models import MUTABLE, NotificationGroup, NotificationKind, SubjectKind


class NotificationFilter(PageRequest):
    """Which of my messages."""

    unread: bool | None = None
    kind: NotificationKind | None = None


class ReadAllIn(Input):
    """Up to when: what came after the list was loaded stays unread."""

    until: TimeIn


class QuietIn(Input):
    """The groups that I do not want to be told of."""

    muted: list[NotificationGroup]

    @model_validator(mode="after")
    def _can_be_muted(self) -> Self:
        if not set(self.muted) <= set(MUTABLE):
            raise wrong("cannot_be_muted", "此类消息不能关闭", "these messages cannot be muted")
        return self


class QuietOut(Output):
    """What is muted, and what could be."""

    muted: list[NotificationGroup]
    mutable: list[NotificationGroup]


class SubjectOut(Output):
    """What a message opens."""

    kind: SubjectKind
    id: uuid.UUID


class NotificationOut(Output):
    """A message; `subject` is null and `body` holds no details where the reader may no longer see what it is about.

    `actions` is what they may do to the subject now: "can't come" is `decline` for an offer and `withdraw` for a claim.
    """

    id: uuid.UUID
    kind: NotificationKind
    group: NotificationGroup
    title: str
    body: str
    subject: SubjectOut | None
    times: int
    at: Time
    read_at: Time | None
    actions: list[str]


class UnreadOut(Output):
    """How many messages are unread; kinds and groups without any are left out."""

    unread: int
    by_kind: dict[NotificationKind, int]
    by_group: dict[NotificationGroup, int]
