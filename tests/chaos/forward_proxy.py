"""An HTTP and a SOCKS5 proxy on 127.0.0.1 that really carry what they are asked to."""

import asyncio
import base64
import contextlib
import ipaddress
from abc import ABC, abstractmethod
from typing import Self
from urllib.parse import urlsplit

from tests.chaos.pipes import Streams, carry


class ForwardProxy(ABC):
    """Every host that it is asked for is this machine; ``asked`` tells the hosts by name.

    ``user`` and ``password`` are demanded where they are given; ``refused`` counts those
    who had them not. Use it with ``async with``.
    """

    scheme: str

    def __init__(self, user: str = "", password: str = "") -> None:
        self.user, self.password = user, password
        self.asked: list[str] = []
        self.refused = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._far: list[asyncio.StreamWriter] = []
        self._port = 0

    @property
    def port(self) -> int:
        """Where it listens, also once it is gone."""
        return self._port

    @property
    def url(self) -> str:
        """Its address, with the user and the password it demands."""
        account = f"{self.user}:{self.password}@" if self.user else ""
        return f"{self.scheme}://{account}127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after a stop on the same port again."""
        self._server = await asyncio.start_server(self._attend, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone, with every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for writer in self._far:
            writer.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)

    @abstractmethod
    async def handshake(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Streams | None:
        """Find out where the client wants to; None where it was refused."""

    async def reach(self, host: str, port: int) -> Streams:
        """A connection to what is asked for, which is here."""
        self.asked.append(host)
        far = await asyncio.open_connection("127.0.0.1", port)
        self._far.append(far[1])
        return far

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                far = await self.handshake(reader, writer)
                if far is not None:
                    await carry((reader, writer), far)
        except asyncio.CancelledError:
            pass  # the proxy is gone: its clients see their connections end
        finally:
            self._tasks.discard(task)
            writer.transport.abort()


class HttpProxy(ForwardProxy):
    """CONNECT for sockets and TLS, whole addresses for plain HTTP; 407 without an account."""

    scheme = "http"

    async def handshake(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Streams | None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        if self.user and self._account() not in head:
            self.refused += 1
            no = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n"
            writer.write(no + b'Proxy-Authenticate: Basic realm="proxy"\r\n\r\n')
            await writer.drain()
            return None
        tunnel = method == b"CONNECT"
        parts = urlsplit(f"//{target.decode()}" if tunnel else target.decode())
        far = await self.reach(parts.hostname or "", parts.port or 80)
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = f"{parts.path}?{parts.query}".rstrip("?").encode()
            far[1].write(head.replace(target, path, 1))
        return far

    def _account(self) -> bytes:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode())
        return b"Proxy-Authorization: Basic " + pair


class SocksProxy(ForwardProxy):
    """RFC 1928 with RFC 1929's user and password."""

    scheme = "socks5h"

    async def handshake(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Streams | None:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        wanted = 2 if self.user else 0
        if wanted not in offered:
            self.refused += 1
            writer.write(b"\x05\xff")
            await writer.drain()
            return None
        writer.write(bytes([5, wanted]))
        if wanted and not await self._logged_in(reader, writer):
            return None
        host, port = await _destination(reader)
        far = await self.reach(host, port)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        return far

    async def _logged_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        told = []
        await reader.readexactly(1)
        for _ in range(2):
            (length,) = await reader.readexactly(1)
            told.append((await reader.readexactly(length)).decode())
        right = told == [self.user, self.password]
        self.refused += not right
        writer.write(b"\x01\x00" if right else b"\x01\x01")
        await writer.drain()
        return right


async def _destination(reader: asyncio.StreamReader) -> tuple[str, int]:
    """The host and the port of a CONNECT, by name or by number."""
    *_, kind = await reader.readexactly(4)
    if kind == 3:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode()
    else:
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
    return host, int.from_bytes(await reader.readexactly(2))
