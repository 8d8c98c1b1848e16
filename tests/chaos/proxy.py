"""A TCP proxy on 127.0.0.1 that understands WebSocket and does to it what networks do, seeded."""

import asyncio
import contextlib
import random
import socket
import struct
from collections import deque
from typing import Literal, Self

import msgspec

from tests.chaos.frames import Frame, FrameReader

Meddling = Literal["drop", "duplicate", "reorder", "delay", "truncate", "corrupt"]
CHUNK = 64 * 1024
_LINGER_ZERO = struct.pack("ii", 1, 0)


class Chances(msgspec.Struct, kw_only=True):
    """How likely each meddling is, a message; ``delay_s`` is how long a delay lasts."""

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    truncate: float = 0.0
    corrupt: float = 0.0
    delay_s: float = 0.02


class ChaosProxy:
    """Stands between a client and ``upstream`` (a port here); use it with ``async with``.

    ``chances`` befall the server's text messages; HTTP passes untouched. ``done``
    counts what was done. ``accepted`` counts connections.
    """

    def __init__(self, upstream: int, seed: int = 1) -> None:
        self.upstream = upstream
        self.chances = Chances()
        self.done: dict[str, int] = {}
        self.accepted = 0
        self.reset_after: int | None = None
        """Bytes of the next WebSocket's answers after which it is reset."""
        self.drip_bytes_per_s = 0
        """Above 0: answers come so slowly, a few bytes at a time."""
        self.accept_then_drop = False
        self._random = random.Random(seed)
        self._planned: deque[Meddling] = deque()
        self._muted = False
        self._black_hole = False
        self._server: asyncio.Server | None = None
        self._port = 0
        self._links: set[_Link] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after a stop or a refusal on the same port again."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections and cut those there are: nobody listens here."""
        if self._server is not None:
            self._server.close()
        links = list(self._links)
        for link in links:
            link.reset()
        await asyncio.gather(*(link.ended.wait() for link in links))
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    @property
    def port(self) -> int:
        """Where it listens, also while it refuses."""
        return self._port

    def moved(self, url: str) -> str:
        """An address at ``upstream``, by way of this proxy."""
        return url.replace(f":{self.upstream}", f":{self._port}")

    # What a test may do.

    def next(self, meddling: Meddling) -> None:
        """Do this to the next text message."""
        self._planned.append(meddling)

    def mute(self, muted: bool = True) -> None:
        """Let pings and pongs pass and nothing else: connected, alive, and silent."""
        self._muted = muted

    def black_hole(self, swallowing: bool = True) -> None:
        """Swallow every byte either way and answer nothing: a cable was pulled."""
        self._black_hole = swallowing

    def reset(self) -> None:
        """Reset every connection now (RST)."""
        for link in list(self._links):
            link.reset()

    # What links ask.

    @property
    def swallowing(self) -> bool:
        """True where bytes vanish."""
        return self._black_hole

    def meddle(self, frame: Frame) -> tuple[list[Frame], bool, float]:
        """The frames to send in place of one, whether to hold it back, and a delay first."""
        if not frame.is_text:
            return [frame], False, 0.0
        if self._muted:
            return [], False, 0.0
        meddling = self._choose()
        if meddling:
            self.done[meddling] = self.done.get(meddling, 0) + 1
        if meddling == "drop":
            return [], False, 0.0
        if meddling == "duplicate":
            return [frame, frame], False, 0.0
        if meddling == "truncate":
            return [Frame(frame.head, frame.payload[: len(frame.payload) // 2])], False, 0.0
        if meddling == "corrupt":
            return [Frame(frame.head, self._corrupted(frame.payload))], False, 0.0
        return [frame], meddling == "reorder", self.chances.delay_s if meddling == "delay" else 0.0

    def _choose(self) -> Meddling | None:
        if self._planned:
            return self._planned.popleft()
        dice = self._random.random()
        meddlings: tuple[Meddling, ...] = (
            "drop",
            "duplicate",
            "reorder",
            "delay",
            "truncate",
            "corrupt",
        )
        for meddling in meddlings:
            dice -= getattr(self.chances, meddling)
            if dice < 0:
                return meddling
        return None

    def _corrupted(self, payload: bytes) -> bytes:
        """One byte is another, still ASCII so that the frame itself stays sound."""
        place = self._random.randrange(len(payload))
        other = (payload[place] ^ (1 << self._random.randrange(5))) & 0x7F
        return payload[:place] + bytes([other]) + payload[place + 1 :]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        link = _Link(self, reader, writer)
        if self.accept_then_drop:
            link.reset()
            return
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)
            link.ended.set()


class _Link:
    """One client's connection and its twin to the venue."""

    def __init__(
        self, proxy: ChaosProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.ended = asyncio.Event()
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._venue: asyncio.StreamWriter | None = None
        self._held: Frame | None = None
        self._sent = 0

    async def run(self) -> None:
        """Carry bytes both ways until one side ends."""
        try:
            venue_reader, self._venue = await asyncio.open_connection(
                "127.0.0.1", self._proxy.upstream
            )
        except OSError:
            self.reset()
            return
        up = asyncio.create_task(self._up(self._venue))
        down = asyncio.create_task(self._down(venue_reader))
        await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
        self._venue.transport.abort()
        with contextlib.suppress(OSError):
            self._writer.close()

    def reset(self) -> None:
        """End the client's connection with RST, no farewell."""
        transport_socket = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            transport_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._writer.transport.abort()
        if self._venue is not None:
            self._venue.transport.abort()

    async def _up(self, venue: asyncio.StreamWriter) -> None:
        while data := await self._reader.read(CHUNK):
            if not self._proxy.swallowing:
                venue.write(data)
                await venue.drain()

    async def _down(self, venue: asyncio.StreamReader) -> None:
        head = await venue.readuntil(b"\r\n\r\n")
        upgraded = head.split(b" ", 2)[1] == b"101"
        await self._pass(head)
        frames = FrameReader()
        while data := await venue.read(CHUNK):
            if not upgraded:
                await self._pass(data)
                continue
            for frame in frames.feed(data):
                await self._carry(frame)

    async def _carry(self, frame: Frame) -> None:
        sent, hold, delay = self._proxy.meddle(frame)
        if delay:
            await asyncio.sleep(delay)
        held, self._held = self._held, None
        if hold and held is None:
            self._held = frame
            return
        for each in [*sent, *([held] if held else [])]:
            await self._pass(each.encode(), counted=True)

    async def _pass(self, data: bytes, *, counted: bool = False) -> None:
        proxy = self._proxy
        if proxy.swallowing:
            return
        if counted and proxy.reset_after is not None:
            room = proxy.reset_after - self._sent
            if room <= len(data):
                proxy.reset_after = None
                self._writer.write(data[: max(0, room)])
                self.reset()
                return
        self._sent += len(data) if counted else 0
        if proxy.drip_bytes_per_s:
            await self._drip(data)
        else:
            self._writer.write(data)
            await self._writer.drain()

    async def _drip(self, data: bytes) -> None:
        pace = self._proxy.drip_bytes_per_s
        step = max(1, pace // 50)
        for start in range(0, len(data), step):
            self._writer.write(data[start : start + step])
            await self._writer.drain()
            await asyncio.sleep(step / pace)
