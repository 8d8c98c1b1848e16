"""What stands in a venue's door: nothing, a log-in page, a redirect, silence, or TLS."""

import asyncio
import contextlib
import ssl
from typing import Self

from tests.chaos.pipes import carry


class Doorway:
    """Lets everybody through to ``upstream`` (a port here), or says ``says`` to every request.

    ``says`` may be empty: then nothing is ever answered. ``entered`` counts connections.
    """

    def __init__(self, upstream: int, context: ssl.SSLContext | None = None) -> None:
        self.upstream = upstream
        self.says: bytes | None = None
        self.entered = 0
        self._context = context
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        assert isinstance(port, int)
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._attend, "127.0.0.1", 0, ssl=self._context)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.shut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def shut(self) -> None:
        """End every connection there is."""
        for task in self._tasks:
            task.cancel()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.entered += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if self.says is None:
                    far = await asyncio.open_connection("127.0.0.1", self.upstream)
                    await carry((reader, writer), far)
                else:
                    await self._answer(reader, writer, self.says)
        except asyncio.CancelledError:
            pass  # shut
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, says: bytes
    ) -> None:
        while says:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(says)
            await writer.drain()
        await reader.read(-1)


def answer(status: str, body: str, *headers: str) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers, "", body]
    return "\r\n".join(lines).encode()
