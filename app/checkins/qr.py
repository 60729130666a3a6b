"""QR codes of addresses: error correction Q, so that a quarter of one may be dirty, and a quiet zone of four."""

from functools import lru_cache

import segno

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004)."""


def _code(url: str) -> segno.QRCode:
    return segno.make_qr(url, error="q")


def modules(url: str) -> list[list[bool]]:
    """The dark modules of each row, without the quiet zone."""
    return [[bool(module) for module in row] for row in _code(url).matrix]


@lru_cache(maxsize=256)
def svg(url: str) -> str:
    """A picture that stands in a page and grows with its place there, black on white."""
    return _code(url).svg_inline(border=QUIET, omitsize=True, light="#fff", title="二维码")
