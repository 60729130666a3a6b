"""Suggestion: what somebody would have on a list, and what the desk made of it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.cobuilding.lists.lifecycle import SuggestionState
from app.kit.db import PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed


class Suggestion(Base):
    """Raised by anybody, or noted down by the desk at a forum; it is answered, or becomes a line, or neither."""

    __tablename__ = "suggestions"
    __table_args__ = (
        one_of("state", SuggestionState),
        CheckConstraint("(state = 'raised') = (ended_at IS NULL)", "raised_has_no_end"),
        CheckConstraint("(state = 'accepted') = (item_id IS NOT NULL)", "accepted_has_item"),
        CheckConstraint("(state = 'raised') >= (timer_at IS NOT NULL)", "only_raised_is_due"),
        Index(None, "region_code", "id"),
        Index(None, "author_id", "id", postgresql_where=text("author_id IS NOT NULL")),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    text: Mapped[str] = mapped_column(Sealed("suggestions.text"), info=PERSONAL)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """Whose it is: they see it and are told. Nobody where the desk noted it of somebody without an account."""
    author_name: Mapped[str | None] = mapped_column(Sealed("suggestions.author_name"), info=PERSONAL)
    activity_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("activities.id"), index=True)
    """The forum at which it was raised."""
    noted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    timer_at: Mapped[datetime | None]
    """When the desk is called again for want of a word."""
    state: Mapped[SuggestionState]
    answer: Mapped[str | None] = mapped_column(Sealed("suggestions.answer"), info=PERSONAL)
    item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("list_items.id"), index=True)
    """The line that it became."""
    ended_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[datetime | None]
