"""What a table's columns are called, and what people write into their cells."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
HINT = re.compile(r"\(.*\)$")
UNSAID = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Kinds of characters that nobody types on purpose: controls, marks of direction, halves of pairs."""
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?")
DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how the program calls it, and what its header says; `choices` are all that a cell may hold."""

    name: str
    title: str
    required: bool = False
    hint: str = ""
    choices: Sequence[str] = ()
    also: Sequence[str] = ()
    """Other titles by which it is known."""


def header(cell: str) -> str:
    """A header without its red star, blanks, case, and a hint in brackets."""
    plain = BLANKS.sub("", unicodedata.normalize("NFKC", cell)).strip("*").casefold()
    return HINT.sub("", plain).strip("*")


def tidy(cell: str) -> str:
    """A cell in one line, without blanks around it and without characters that cannot be seen."""
    if cell.isprintable():  # as nearly every one is, and then a plain blank is the only one it may hold
        return " ".join(cell.split())
    seen = "".join(one if one.isprintable() or unicodedata.category(one) not in UNSAID else " " for one in cell)
    return BLANKS.sub(" ", seen).strip()


def narrow(cell: str) -> str:
    """A code or a number: full-width characters made narrow, and no blanks at all."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", cell))


def day(cell: str) -> date | None:
    """The day of `1999/7/1`, `19990701`, `1999年7月1日` and the like, the first of a month where it says no day.

    None where it is no day at all.
    """
    written = narrow(cell)
    found = DAY.fullmatch(written) or DIGITS.fullmatch(written)
    if not found:
        return None
    year, month, of_month = found.groups()
    try:
        return date(int(year), int(month), int(of_month or 1))
    except ValueError:
        return None
