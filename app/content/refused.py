"""Why the child process refuses a file; the parent turns the code into a sentence."""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with the content of a file."""

    UNSUPPORTED = "unsupported_file"
    DAMAGED = "damaged_file"
    TOO_MANY_PIXELS = "too_many_pixels"
    ANIMATED = "animated_file"
    TOO_LONG = "voice_too_long"
    TOO_COMPLEX = "too_complex"


class Refused(Exception):
    """The content is refused."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)
