"""Why something is not done: closed lists that statistics can count, beside the words that people write."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a demand is not done, beside the words that say it: what statistics can count."""

    NOT_OUR_DUTY = "not_our_duty"
    NO_RULE = "no_rule"
    NO_MEANS = "no_means"
    THIRD_PARTY = "third_party"
    PRIVATE_DISPUTE = "private_dispute"
    PLANNED = "planned"
    CONDITIONS = "conditions"
    UNFOUNDED = "unfounded"
    UNREACHABLE = "unreachable"
    NOT_NEEDED = "not_needed"
    OTHER = "other"


class ClaimCause(StrEnum):
    """Why somebody does not serve; no word on anybody's health."""

    BUSY = "busy"
    PERSONAL = "personal"
    TOO_FAR = "too_far"
    LACKS_SKILL = "lacks_skill"
    NOT_OUR_DUTY = "not_our_duty"
    FILER_UNREACHABLE = "filer_unreachable"
    CONDITIONS = "conditions"
    NO_WORD = "no_word"
    OTHER = "other"
