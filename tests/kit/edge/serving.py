"""Real HTTP: the app behind uvicorn on a loopback port, and a line to it that loses answers."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The address under which uvicorn serves `app`, in this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, http="httptools", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        assert not task.done(), "uvicorn did not start"
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


class LossyLine:
    """A TCP proxy that hangs up instead of passing on some answers, after the server has written them."""

    def __init__(self, target: str, share_lost: float) -> None:
        self.target = urlsplit(target)
        self.share_lost = share_lost
        self.lost = 0
        self._random = random.Random(20261122)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address of the near end."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self.target.hostname, self.target.port)
        asked = asyncio.Event()

        async def there() -> None:
            while data := await reader.read(65_536):
                asked.set()
                far_writer.write(data)
            far_writer.close()

        async def back() -> None:
            while data := await far_reader.read(65_536):
                first = asked.is_set()
                asked.clear()
                if first and self._random.random() < self.share_lost:
                    self.lost += 1
                    break
                writer.write(data)
            writer.close()

        try:
            await asyncio.gather(there(), back())
        except ConnectionError:
            pass
        finally:
            writer.close()
            far_writer.close()
