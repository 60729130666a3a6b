"""Decoding and writing anew in a child process: few at once, bounded, and without our secrets."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from app.content.errors import refusal
from app.content.models import FileKind, MediaType, Variant
from app.content.refused import Fault
from app.content.sniffing import VOICES, Form
from app.kit import children, log
from app.kit.errors import Unavailable

logger = log.get()
THUMBNAIL_EDGE = 320
WALL_SECONDS = 20.0
"""Longer than its seconds of processor: on a busy machine a good photo waits, and is not refused."""
AT_ONCE, WAITING = 1, 8
"""Per HTTP worker; who comes when so many wait is asked to come again."""
EVIDENCE = ("taken_at", "lng", "lat")
TYPES = {Form.MP3: MediaType.MP3, Form.M4A: MediaType.M4A}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The rule numbers of decoding: the longest edge of a photo in pixels, the longest voice note in seconds."""

    edge: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Clean:
    """What came out of the child."""

    kind: FileKind
    media_type: MediaType
    variants: dict[Variant, bytes]
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    """What a photo says of when and where it was taken, as `File` calls it."""


class Workshop:
    """Where one HTTP worker has its uploads written anew, one after another."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def reencode(self, source: BinaryIO, form: Form, bounds: Bounds) -> Clean:
        """The clean variants of an upload; raises `InvalidRequest`, or `Unavailable` where too many wait."""
        if self._waiting >= WAITING:
            raise Unavailable(retry_after=10)
        self._waiting += 1
        try:
            async with self._places:
                with tempfile.TemporaryFile() as out:
                    code = await _run(source, out, form, bounds)
                    return _clean(form, code, out)
        finally:
            self._waiting -= 1


async def _run(source: BinaryIO, out: BinaryIO, form: Form, bounds: Bounds) -> int | None:
    """The exit code of the child, None where it was ended for its time."""
    source.seek(0)
    os.lseek(source.fileno(), 0, os.SEEK_SET)  # seek() alone moves within what this process has read ahead
    numbers = [str(number) for number in (bounds.edge, THUMBNAIL_EDGE, bounds.seconds)]
    process = children.spawn(
        [sys.executable, "-I", "-m", "app.content.child", form, *numbers],
        on_death=signal.SIGKILL,
        env={},
        stdin=source,
        stdout=out,
        stderr=subprocess.DEVNULL,
    )
    try:
        return await asyncio.to_thread(process.wait, WALL_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    finally:
        process.kill()
        process.wait()


def _clean(form: Form, code: int | None, out: BinaryIO) -> Clean:
    if code != 0:  # it ran out of time, or its decoder fell
        logger.warning("upload.undecodable", form=form, code=code)
        raise refusal(Fault.TOO_COMPLEX)
    out.seek(0)
    facts = json.loads(out.read(int.from_bytes(out.read(4), "big")))
    if "refused" in facts:
        raise refusal(Fault(facts["refused"]))
    return Clean(
        kind=FileKind.VOICE if form in VOICES else FileKind.PHOTO,
        media_type=TYPES.get(form, MediaType.JPEG),
        variants={variant: out.read(size) for variant, size in zip(Variant, facts["sizes"], strict=False)},
        width=facts.get("width"),
        height=facts.get("height"),
        seconds=facts.get("seconds"),
        evidence={name: facts[name] for name in EVIDENCE if name in facts},
    )
