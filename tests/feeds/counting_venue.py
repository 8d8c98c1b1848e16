"""The smallest honest venue: it counts aloud, and its protocol hears whether a number is missing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from websockets.asyncio.server import Server, ServerConnection, serve

from monitor.book.book import Book
from monitor.model.events import Event, Trade
from monitor.model.streams import Stream
from monitor.protocol.facts import Facts
from monitor.protocol.status import StreamStatus
from monitor.protocol.venue import BookStream, HttpRequest, HttpResponse, VenueProtocol

BOOK = Stream("counting:ONE", "book")
TRADES = Stream("counting:ONE", "trades")


def counting_facts(*urls: str, **others: object) -> Facts:
    settings: dict[str, object] = {
        "id": "counting",
        "name": "Counting",
        "urls": urls,
        "sources": ("tests/feeds/counting_venue.py",),
        "send_limit": 100.0,
        "request_interval_s": 0.0,
        "ping_interval_s": 0.0,
        **others,
    }
    return Facts(**settings)  # type: ignore[arg-type]  # fields by name, checked by their use


class CountingProtocol(VenueProtocol):
    """Hears ``{"n": 1}``, ``{"n": 2}`` …; each is a trade. What is no JSON is rejected."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.wanted: set[Stream] = set()
        self.openings = 0
        self.heard: list[int] = []
        self.gaps = 0
        self.ticks = 0
        self.closings: list[tuple[str, int]] = []
        self.answers: list[HttpResponse] = []
        self.failures: list[str] = []
        self._next = 1
        self.books["ONE"] = BookStream(Book(), StreamStatus(self.link))

    def subscribe(self, streams: Iterable[Stream]) -> None:
        new = set(streams)
        self.wanted |= new
        self._outbox += [f"count {stream.kind}" for stream in sorted(new)]

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        self.wanted -= set(streams)

    def ask_instruments(self) -> None:
        self.fetch(f"{self.facts.rest_urls[0]}/instruments")

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        self.fetch(f"{self.facts.rest_urls[0]}/candles?i={instrument}")

    def ask_stats(self, instruments: Iterable[str]) -> None:
        self.fetch(f"{self.facts.rest_urls[0]}/stats")

    def fetch(self, url: str) -> None:
        self._requests.append(HttpRequest(url))

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self.link.opened(now)
        self.openings += 1
        self._next = 1
        self.books["ONE"].book.clear()

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self.link.last_message = now
        try:
            number = int(json.loads(data)["n"])
        except (ValueError, KeyError, TypeError):
            self.rejected_messages += 1
            return []
        self.gaps += number != self._next
        self._next = number + 1
        self.heard.append(number)
        return [Trade("counting:ONE", 1.0, 1.0, "buy", number, 0, ts_recv)]

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        self.answers.append(response)
        return []

    def failed(self, request: HttpRequest, reason: str, now: int, ts_recv: int) -> list[Event]:
        self.failures.append(reason)
        return []

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        super().closed(now, reason, next_try)
        self.closings.append((reason, next_try - now))

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        self.ticks += 1
        return []

    @property
    def url(self) -> str:
        return self.facts.urls[0]

    @property
    def wants_socket(self) -> bool:
        return bool(self.wanted)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self.books["ONE"].status if stream in self.wanted else None


Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def counting_server(handler: Handler) -> AsyncIterator[str]:
    """A real WebSocket server on this machine; yields its address."""
    async with serve(handler, "127.0.0.1", 0, close_timeout=0.2) as server:
        yield address_of(server)


@asynccontextmanager
async def raw_server(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A TCP server whose handler says whatever bytes it likes; yields its port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


def address_of(server: Server) -> str:
    return f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds; fails after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is anything, not our event
            await asyncio.sleep(0.005)


async def count_on(connection: ServerConnection, start: int = 1) -> None:
    """Count aloud until the other side is gone."""
    number = start
    while True:
        await connection.send(json.dumps({"n": number}))
        number += 1
        await asyncio.sleep(0.002)
