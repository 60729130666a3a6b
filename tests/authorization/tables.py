"""How the tables of who may do what are written."""

import re

Table = dict[str, dict[str, str]]
"""Rows by their names, each with a cell for every role."""


def table(written: str) -> Table:
    """The rows of a written table: a name, at least two blanks, and the cells."""
    head, *lines = written.strip("\n").splitlines()
    rows = {}
    for line in lines:
        name, cells = re.split(r"\s{2,}", line, maxsplit=1)
        rows[name] = dict(zip(head.split(), cells.split(), strict=True))
    return rows
