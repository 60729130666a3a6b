"""Where uploaded files lie: a folder of ours, behind the few verbs that any object storage has."""

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.kit import clock

NAME = re.compile(r"[0-9a-f]{32}\.[a-z]+")


class Storage(Protocol):
    """What we ask of a storage. A name is made by us, at random, and written once."""

    async def put(self, name: str, data: bytes) -> None:
        """Keep `data`; after this a crash of the machine does not lose it."""
        ...

    async def local(self, name: str) -> Path:
        """A file on this machine with what was put; raises `FileNotFoundError`."""
        ...

    async def remove(self, name: str) -> None:
        """Forget a name, known or not."""
        ...

    async def older_than(self, moment: datetime) -> list[str]:
        """The names that were put before `moment`."""
        ...


class FolderStorage:
    """Files in 256 folders; each appears whole, by a rename, or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, data: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(name), data)

    async def local(self, name: str) -> Path:
        path = self._path(name)
        if not await asyncio.to_thread(path.is_file):
            raise FileNotFoundError(path)
        return path

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def older_than(self, moment: datetime) -> list[str]:
        return await asyncio.to_thread(lambda: list(self._older_than(moment.timestamp())))

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError("a name that is not ours")
        return self._folder / name[:2] / name

    def _put(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        at = clock.now().timestamp()  # the clock that `older_than` is asked by
        os.utime(draft, (at, at))
        draft.rename(path)
        _sync(path.parent)

    def _older_than(self, moment: float) -> Iterator[str]:
        """A draft that a crash left behind is named too, and goes the same way."""
        for shard in self._folder.glob("[0-9a-f][0-9a-f]"):
            for entry in os.scandir(shard):
                if NAME.fullmatch(entry.name) and entry.stat().st_mtime < moment:
                    yield entry.name


def _sync(folder: Path) -> None:
    """A rename outlives a power cut only once its folder is written."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
