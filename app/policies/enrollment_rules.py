"""The rules of reporting in (报到), beside those of `defaults`."""

from enum import StrEnum

from app.kit.errors import Text
from app.policies.rules import Rule


class EnrollmentChoice(StrEnum):
    """Where an organization may report in, and a member other than at home."""

    DESIGNATED = "designated"
    FREE = "free"
    BOTH = "both"


class EnrollmentConfirmation(StrEnum):
    """Which reports a desk must confirm."""

    ALL = "all"
    FREE = "free"
    NONE = "none"


class EnrollmentKey:
    """The rules, by name."""

    CHOICE = Rule[EnrollmentChoice](
        "enrollment_choice",
        EnrollmentChoice,
        EnrollmentChoice.BOTH,
        Text(
            "报到去向：只限指定社区、自行选择或两者均可",
            "whether one reports in where designated to, or chooses",
        ),
    )
    CONFIRMATION = Rule[EnrollmentConfirmation](
        "enrollment_confirmation",
        EnrollmentConfirmation,
        EnrollmentConfirmation.FREE,
        Text("哪些报到须经社区确认", "which reports the community's desk must confirm"),
    )
