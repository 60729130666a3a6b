"""What a file is by its first bytes; names and declared types are only what somebody says."""

from enum import StrEnum

ENOUGH = 64
"""How many first bytes decide."""
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
REFUSED_BRANDS = frozenset({b"avif", b"avis", b"hevc", b"hevx", b"msf1", b"qt  "})
"""Of the same family, but moving, or nothing that a phone makes."""


class Form(StrEnum):
    """The forms that are taken; what is given out is one of `MediaType`."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIF = "HEIF"
    MP3 = "MP3"
    M4A = "M4A"


VOICES = frozenset({Form.MP3, Form.M4A})


def sniff(head: bytes) -> Form | None:
    """The form that the first bytes promise, for its decoder to prove; None for everything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return Form.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Form.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Form.WEBP
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2):
        return Form.MP3  # a tag, or the frame sync of a layer 3
    return None


def _by_brands(head: bytes) -> Form | None:
    """The major brand decides; a file of several kinds says so in those that are compatible."""
    size = int.from_bytes(head[:4], "big")
    brands = [head[at : at + 4] for at in (8, *range(16, min(size, len(head)), 4))]
    if brands[0] in REFUSED_BRANDS or b"avif" in brands:
        return None
    return Form.HEIF if HEIF_BRANDS & set(brands) else Form.M4A
