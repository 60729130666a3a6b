"""Request bodies of merging and splitting."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.demands.lifecycle import Closing
from app.demands.schemas import DispatchIn
from app.kit.schema import Id, Input, LongText, PlainText, RegionCode, ShortText


class MergeIn(Input):
    """Into which demand this one goes; the note is for those who were asked."""

    into_id: Id
    note: LongText | None = None


class ChildIn(Input):
    """One part of a demand: what is to be done, and whose desk it goes to where not this one's."""

    description: LongText
    title: Annotated[PlainText, StringConstraints(min_length=1, max_length=60)] | None = None
    category: ShortText | None = None
    region_code: RegionCode | None = None
    dispatch: DispatchIn | None = None


class SplitIn(Input):
    """The parts of a demand, and how they end it: when all are done, when any is, or by hand."""

    children: Annotated[list[ChildIn], Field(min_length=1, max_length=20)]
    closes: Closing = Closing.ALL
    note: LongText | None = None
