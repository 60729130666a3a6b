"""Request and response bodies of consent, export and leaving."""

from typing import Any

from app.access.models import Purpose
from app.kit.schema import Bool, Input, Output, ShortText, Time


class DocumentOut(Output):
    """A text to consent to."""

    purpose: Purpose
    version: str
    title: str
    text: str


class ConsentIn(Input):
    """A consent to the text of that `version`, or, with `given` false, its withdrawal."""

    purpose: Purpose
    version: ShortText
    given: Bool


class ConsentOut(Output):
    """How a consent stands: given where `withdrawn_at` is null, and to which text."""

    purpose: Purpose
    version: str
    given_at: Time | None
    withdrawn_at: Time | None


class ExportOut(Output):
    """Everything that is kept about the caller: the rows of each table, as they are."""

    made_at: Time
    tables: dict[str, list[dict[str, Any]]]


class LeavingOut(Output):
    """When the account is erased, unless its person signs in before."""

    erases_at: Time
