"""Voice notes rewritten so that only sound is left: tags, names, times and places go. Runs in the child only.

An MP3 keeps its audio frames and nothing else. An M4A keeps its length and its offsets: every box that playing
does not need, and every byte of media data that is no sample, becomes zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.content.refused import Fault, Refused

FEWEST_FRAMES = 3
"""Fewer headers in a row could be chance."""
KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates of layer 3, of MPEG-1 and of the halved rates of MPEG-2 and 2.5."""
HERTZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Sampling rates by the two version bits of a frame header."""
NOT_SOUND = (b"Xing", b"Info", b"VBRI")
"""What marks a frame that names the encoder instead of sounding."""


@dataclass(frozen=True, slots=True)
class _Frame:
    start: int
    end: int
    seconds: float
    kind: tuple[int, int]


def mp3(data: bytes) -> tuple[bytes, float]:
    """The audio frames of an MP3, and how many seconds they last; raises `Refused`."""
    frames = list(_frames(data, _after_tags(data)))
    if len(frames) < FEWEST_FRAMES or any(left.kind != right.kind for left, right in pairwise(frames)):
        raise Refused(Fault.DAMAGED)
    sounding = [frame for frame in frames if not _names_encoder(data, frame)]
    return b"".join(data[frame.start : frame.end] for frame in sounding), sum(frame.seconds for frame in sounding)


def _after_tags(data: bytes) -> int:
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
        size = 0
        for part in data[at + 6 : at + 10]:
            size = size << 7 | part & 0x7F
        at += 10 + size
    return at


def _frames(data: bytes, at: int) -> Iterator[_Frame]:
    """Frames as long as one follows another; the first thing that is none ends the sound."""
    while (frame := _frame(data, at)) and frame.end <= len(data):
        yield frame
        at = frame.end


def _frame(data: bytes, at: int) -> _Frame | None:
    head = int.from_bytes(data[at : at + 4], "big")
    version, layer = head >> 19 & 3, head >> 17 & 3
    rate, hertz = head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != 1 or rate in (0, 15) or hertz == 3:
        return None
    full = version == 3
    samples, per_second = (1152 if full else 576), HERTZ[version][hertz]
    length = samples // 8 * KBITS[full][rate] * 1000 // per_second + (head >> 9 & 1)
    return _Frame(at, at + length, samples / per_second, (version, hertz))


def _names_encoder(data: bytes, frame: _Frame) -> bool:
    return any(mark in data[frame.start : min(frame.start + 48, frame.end)] for mark in NOT_SOUND)


CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts"})
NEEDED = frozenset({b"ftyp", b"mdat", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"smhd", b"dref", b"stsd"})
TABLES = frozenset({b"stts", b"stsc", b"stsz", b"stco", b"co64", b"elst"})
OWN_FILE = bytes.fromhex("00000000 00000001 0000000c 75726c20 00000001")
"""A data reference that says "in this file" and carries no address."""
UNDETERMINED = 0x55C4
"""The language code `und`."""
MOST_SAMPLES = 200_000
ENTRY = 28
"""Bytes of a sound entry of `stsd` before its own boxes."""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    body: int
    end: int


class _M4a:
    """One file being blanked; `boxes` are those that were kept."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.boxes: dict[bytes, list[_Box]] = {}

    def blank(self, start: int, end: int) -> None:
        self.data[start:end] = bytes(end - start)

    def boxes_in(self, start: int, end: int) -> Iterator[_Box]:
        at = start
        while at < end:
            if end - at < 8:
                raise Refused(Fault.DAMAGED)
            size, body = int.from_bytes(self.data[at : at + 4], "big"), at + 8
            if size == 1:
                size, body = int.from_bytes(self.data[at + 8 : at + 16], "big"), at + 16
            elif size == 0:
                size = end - at
            if size < body - at or size > end - at:
                raise Refused(Fault.DAMAGED)
            yield _Box(bytes(self.data[at + 4 : at + 8]), at, body, at + size)
            at += size

    def walk(self, start: int, end: int) -> None:
        """Keep what playing needs, free the rest."""
        for box in self.boxes_in(start, end):
            if box.kind in CONTAINERS | NEEDED | TABLES:
                self.boxes.setdefault(box.kind, []).append(box)
            else:
                self.free(box)
            if box.kind in CONTAINERS:
                self.walk(box.body, box.end)

    def free(self, box: _Box) -> None:
        self.data[box.start + 4 : box.start + 8] = b"free"
        self.blank(box.body, box.end)

    def only(self, kind: bytes, least: int) -> _Box:
        """The one box of a kind, with at least so many bytes in it."""
        found = self.boxes.get(kind, [])
        if len(found) != 1 or found[0].end - found[0].body < least:
            raise Refused(Fault.UNSUPPORTED if kind in (b"moov", b"trak") else Fault.DAMAGED)
        return found[0]

    def numbers(self, kind: bytes, skip: int, width: int, columns: int = 1) -> list[tuple[int, ...]]:
        """The rows of a table: a count after `skip` bytes, then that many rows of numbers."""
        box = self.only(kind, skip + 4)
        count = self.number(box.body + skip)
        if count > MOST_SAMPLES or box.body + skip + 4 + count * columns * width > box.end:
            raise Refused(Fault.DAMAGED)
        rows, size = box.body + skip + 4, columns * width
        return [
            tuple(self.number(rows + row * size + column * width, width) for column in range(columns))
            for row in range(count)
        ]

    def number(self, at: int, width: int = 4) -> int:
        return int.from_bytes(self.data[at : at + width], "big")


def m4a(data: bytes) -> tuple[bytes, float]:
    """An M4A with one track of AAC and nothing else in it, and how many seconds it lasts; raises `Refused`."""
    file = _M4a(data)
    file.walk(0, len(data))
    file.only(b"moov", 8)
    file.only(b"trak", 8)
    _forget_names(file)
    _forget_times(file)
    _keep_samples_only(file)
    scale = _scale(file)
    ticks = sum(count * delta for count, delta in file.numbers(b"stts", 4, 4, 2))
    if not scale or not ticks:
        raise Refused(Fault.DAMAGED)
    return bytes(file.data), ticks / scale


def _forget_names(file: _M4a) -> None:
    brands = file.only(b"ftyp", 8)
    length = brands.end - brands.body
    file.data[brands.body : brands.end] = (b"M4A \0\0\0\0" + b"isom" * length)[:length]
    handler = file.only(b"hdlr", 24)
    if file.data[handler.body + 8 : handler.body + 12] != b"soun":
        raise Refused(Fault.UNSUPPORTED)
    file.blank(handler.body + 12, handler.end)
    reference = file.only(b"dref", 20)
    if file.data[reference.body : reference.end] != OWN_FILE:
        raise Refused(Fault.UNSUPPORTED)
    entries = file.only(b"stsd", 16 + ENTRY)
    inner = list(file.boxes_in(entries.body + 8, entries.end))
    if len(inner) != 1 or inner[0].kind != b"mp4a" or inner[0].end - inner[0].body < ENTRY:
        raise Refused(Fault.UNSUPPORTED)
    for box in file.boxes_in(inner[0].body + ENTRY, inner[0].end):
        if box.kind != b"esds":
            file.free(box)


def _forget_times(file: _M4a) -> None:
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        box = file.only(kind, 24)
        long = file.data[box.body] == 1
        file.blank(box.body + 4, box.body + (20 if long else 12))
        if kind == b"mdhd":
            language = box.body + (32 if long else 20)
            file.data[language : language + 2] = UNDETERMINED.to_bytes(2, "big")


def _scale(file: _M4a) -> int:
    """Ticks a second."""
    box = file.only(b"mdhd", 24)
    return file.number(box.body + (20 if file.data[box.body] == 1 else 12))


def _keep_samples_only(file: _M4a) -> None:
    """Blank the media data that no sample refers to."""
    media = file.boxes.get(b"mdat", [])
    kept = sorted(_chunks(file))
    if not kept or any(not any(box.body <= start and end <= box.end for box in media) for start, end in kept):
        raise Refused(Fault.DAMAGED)
    for box in media:
        at = box.body
        for start, end in kept:
            if box.body <= start < box.end:
                file.blank(at, max(at, start))
                at = max(at, end)
        file.blank(at, box.end)


def _chunks(file: _M4a) -> Iterator[tuple[int, int]]:
    """Where each chunk of samples begins and ends."""
    wide = b"co64" in file.boxes
    starts = [row[0] for row in file.numbers(b"co64" if wide else b"stco", 4, 8 if wide else 4)]
    sizes = _sizes(file)
    runs = file.numbers(b"stsc", 4, 4, 3)
    firsts = [run[0] for run in runs[1:]] + [len(starts) + 1]
    sample = 0
    for (first, per_chunk, _), following in zip(runs, firsts, strict=True):
        for number in range(first, min(following, len(starts) + 1)):
            length = sum(sizes[sample : sample + per_chunk])
            sample += per_chunk
            yield starts[number - 1], starts[number - 1] + length
    if sample != len(sizes):
        raise Refused(Fault.DAMAGED)


def _sizes(file: _M4a) -> list[int]:
    box = file.only(b"stsz", 12)
    every, count = file.number(box.body + 4), file.number(box.body + 8)
    if every and count <= MOST_SAMPLES:
        return [every] * count
    return [row[0] for row in file.numbers(b"stsz", 8, 4)]
