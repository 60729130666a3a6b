"""The bounded child process in which uploads are decoded: a fault in a decoder costs one upload, not the service.

Reads the upload from standard input and writes to standard output: the length of a JSON document, the
document, and the variants whose sizes it lists.
"""

import json
import os
import resource
import sys
from typing import Any, BinaryIO

from app.content import photos, voices
from app.content.refused import Fault, Refused
from app.content.sniffing import VOICES, Form

MEMORY = 576 << 20
"""Bytes of address space, the interpreter's own included."""
CPU_SECONDS = 10
MOST_WRITTEN = 16 << 20
"""Bytes that may come out: more is no photo of ours."""
NICE = 5
"""Others' requests go first."""


def bound() -> None:
    """Give up, for the rest of this process, what decoding does not need."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: MOST_WRITTEN,
        resource.RLIMIT_CORE: 0,  # a dump would hold the photo
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    os.nice(NICE)


def work(source: BinaryIO, form: Form, edge: int, thumbnail_edge: int, most_seconds: int) -> tuple[Any, list[bytes]]:
    """What is known of an upload and its variants, or why it is refused."""
    try:
        if form not in VOICES:
            return photos.reencode(source, form, edge, thumbnail_edge)
        clean, seconds = (voices.mp3 if form == Form.MP3 else voices.m4a)(source.read())
        if seconds > most_seconds:
            raise Refused(Fault.TOO_LONG)
    except Refused as refusal:
        return {"refused": refusal.fault}, []
    except MemoryError:
        return {"refused": Fault.TOO_COMPLEX}, []
    except Exception:
        return {"refused": Fault.DAMAGED}, []
    return {"seconds": seconds}, [clean]


def main() -> None:
    """Work under bounds and write the outcome."""
    bound()
    form, edge, thumbnail_edge, most_seconds = sys.argv[1:]
    facts, variants = work(sys.stdin.buffer, Form(form), int(edge), int(thumbnail_edge), int(most_seconds))
    document = json.dumps({**facts, "sizes": [len(variant) for variant in variants]}).encode()
    for part in (len(document).to_bytes(4, "big"), document, *variants):
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    main()
