"""A line between the application and its database that a test can cut, before or after the server got the word."""

import asyncio
import contextlib
import enum
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import make_url

READY = b"Z\x00\x00\x00\x05I"
"""How the server ends an answer outside of any transaction: what came before is committed."""
GOODBYE = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
"""What a server that goes down says on every connection, before it hangs up."""
COMMIT = b"COMMIT;"
"""How the driver ends a transaction."""


class Cut(enum.Enum):
    """Which way of a message is lost."""

    THERE = "the server never hears it"
    BACK = "the server has done it and its answer is lost"


class Wire:
    """A TCP proxy in front of PostgreSQL; `at` says at which of the application's messages it is to be cut."""

    def __init__(self, url: str) -> None:
        self._far = make_url(url)
        self._at: Callable[[bytes, bytes], bool] | None = None
        self._way = Cut.THERE
        self.cuts = 0
        self._near: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The database's address at the near end."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            near = self._far.set(host="127.0.0.1", port=port, query={})
            yield near.render_as_string(hide_password=False)

    def cut(self, way: Cut, at: Callable[[bytes, bytes], bool]) -> None:
        """Cut once, at the next message for which `at` holds, given what opened the connection and the message."""
        self._way, self._at = way, at

    async def goodbye(self) -> None:
        """Say on every connection what a server says that goes down; hanging up comes later."""
        for writer in self._near:
            writer.write(b"E" + (4 + len(GOODBYE)).to_bytes(4, "big") + GOODBYE)
            await writer.drain()
        await asyncio.sleep(0.05)  # until it was read

    def _is_time(self, opening: bytes, message: bytes) -> bool:
        if self._at is None or not self._at(opening, message):
            return False
        self._at = None
        self.cuts += 1
        return True

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder, port = self._far.query.get("host"), self._far.port or 5432
        if isinstance(folder, str):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._far.host, port)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._dial()
        self._near.add(writer)
        both, lost = (writer, far_writer), asyncio.Event()

        async def there() -> None:
            opening = b""
            while data := await reader.read(65_536):
                opening = opening if b"application_name" in opening else data
                if self._is_time(opening, data):
                    if self._way is Cut.THERE:
                        break
                    lost.set()
                far_writer.write(data)
            _hang_up(both)

        async def back() -> None:
            while data := await far_reader.read(65_536):
                if not lost.is_set():
                    writer.write(data)
                elif data.endswith(READY):
                    break
            _hang_up(both)

        with contextlib.suppress(ConnectionError):
            await asyncio.gather(there(), back())
        _hang_up(both)


def _hang_up(ends: tuple[asyncio.StreamWriter, ...]) -> None:
    for end in ends:
        end.close()
