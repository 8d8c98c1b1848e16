"""What every emulated venue is: one port for WebSocket and HTTP, a market that moves, faults."""

import asyncio
import logging
import re
import time
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event

from tests.emulators.faults import Faults
from tests.emulators.listening import Listening
from tests.emulators.truth import CHEAP, DEAR, Change, Level, Levels, Listing, Market, Picture

KEPT_PICTURES = 400
NEAR = 10
"""Best levels a side within which a change must be noticed."""

log = logging.getLogger(__name__)


class Refused(msgspec.Struct, frozen=True):
    """An HTTP status that requests, or handshakes, are answered with."""

    status: int
    retry_after: str = ""
    body: str = ""
    path: str = ""


class Query(msgspec.Struct, frozen=True):
    """One HTTP request: its path, its parameters, and when it came (monotonic seconds)."""

    path: str
    params: dict[str, str]
    at: float = 0.0


class Answer(msgspec.Struct, frozen=True):
    """What an HTTP request is answered with."""

    body: str
    status: int = 200
    headers: dict[str, str] = {}


class CountingConnection(ServerConnection):
    """A server's connection that also counts the pings and pongs of its client."""

    control_frames = 0

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode in (Opcode.PING, Opcode.PONG):
            self.control_frames += 1
        super().process_event(event)


class Client:
    """One connection to the emulator: what it asked for, and how it is spoken to."""

    def __init__(self, connection: CountingConnection, path: str) -> None:
        self.connection = connection
        self.path = path
        self.said = 0
        self.muted = False
        self.asked: dict[Any, Any] = {}
        self.control_at: deque[tuple[float, int]] = deque()

    def say(self, text: str) -> None:
        """Send a message, at once, unless muted or gone."""
        if not self.muted:
            broadcast([self.connection], text)
            self.said += 1


class Series:
    """One symbol as the emulator tells it: the market, its ids, and what it looked like."""

    def __init__(self, market: Market, first_id: int) -> None:
        self.market = market
        self.id = first_id
        self.first = first_id, market.picture()
        self.pictures: OrderedDict[int, Picture] = OrderedDict([self.first])
        self.trade_id = 1000

    def note(self, new_id: int) -> None:
        """The book now stands at ``new_id``."""
        self.id = new_id
        self.pictures[new_id] = self.market.picture()
        while len(self.pictures) > KEPT_PICTURES:
            self.pictures.popitem(last=False)


class Emulator(Listening, ABC):
    """A venue on 127.0.0.1. Use it with ``async with``; addresses are known from then on.

    ``interval_s`` is the pace of book messages; 0 lets nothing happen but by ``pulse``.
    ``second_s`` is the length of what the venue calls a second (heartbeats, 1 s streams).
    ``faults`` spoils the next book messages; ``muted`` silences every connection while
    pings are still answered; ``refusals`` are answered to HTTP requests, and
    ``handshake_refusals`` to handshakes, one each. HTTP answers wait while ``answering``
    is clear; the next ``withheld_snapshots`` snapshots on the socket are lost.
    """

    NUMBERS: ClassVar[dict[str, re.Pattern[str]]]

    def __init__(
        self,
        listings: Iterable[Listing] = (DEAR, CHEAP),
        seed: int = 1,
        *,
        interval_s: float = 0.1,
        second_s: float = 1.0,
        levels: int = 300,
        clock_offset_ns: int = 0,
    ) -> None:
        self.listings = {listing.symbol: listing for listing in listings}
        self.interval_s, self.second_s = interval_s, second_s
        self.clock_offset_ns = clock_offset_ns
        self.faults = Faults(self.NUMBERS)
        self.clients: list[Client] = []
        self.heard: list[str] = []
        self.queries: list[Query] = []
        self.handshakes = 0
        self.refusals: deque[Refused] = deque()
        self.handshake_refusals: deque[Refused] = deque()
        self.paused = False
        self.answering = asyncio.Event()
        self.answering.set()
        self.withheld_snapshots = 0
        self.errors: list[BaseException] = []
        self._muted = False
        self.series = {
            symbol: Series(Market(listing, seed, levels), self.first_id(number))
            for number, (symbol, listing) in enumerate(self.listings.items())
        }
        self._server: Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._beats = 0

    # The truth.

    def book(self, symbol: str, at: int | None = None, limit: int | None = None) -> Picture:
        """The exact book of a symbol, now or at a sequence id. Raises KeyError for a lost id."""
        series = self.series[symbol]
        return series.market.picture() if at is None else series.pictures[at]

    def last_id(self, symbol: str) -> int:
        """The id of the present book."""
        return self.series[symbol].id

    # Its life.

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen, and let the market move."""
        self._server = await serve(
            self._attend,
            "127.0.0.1",
            port,
            process_request=self._request,
            create_connection=CountingConnection,
            compression=None,
            ping_interval=20 * self.second_s,
            ping_timeout=60 * self.second_s,
            close_timeout=0.5,
            max_queue=None,
        )
        loop = asyncio.get_running_loop()
        if self.interval_s:
            self._tasks.append(loop.create_task(self._move()))
        self._tasks.append(loop.create_task(self._beat()))

    async def stop(self) -> None:
        """Leave no socket and no task behind. Raises what went wrong in the emulator itself."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self.clients:
            client.connection.transport.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._tasks.clear()
        if self.errors:
            raise self.errors[0]

    # What a test may do to it, beside ``faults``.

    def pulse(self, steps: int = 1) -> None:
        """Let ``steps`` things happen in every market, then send the book messages."""
        for series in self.series.values():
            for _ in range(steps):
                self.advance(series, series.market.step())
            self.flush(series)

    def mute(self, muted: bool = True) -> None:
        """Say nothing more on any connection, present or to come; pings are still answered."""
        self._muted = muted
        for client in self.clients:
            client.muted = muted

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close every connection politely."""
        for client in list(self.clients):
            await client.connection.close(code, reason)

    def crossed(self, symbol: str) -> None:
        """From the next book message on clients hold a bid above the asks, until a snapshot."""
        raise NotImplementedError

    # What a venue says; ``advance`` and ``flush`` are the hooks of its book.

    def first_id(self, number: int) -> int:
        """The id of a symbol's first book."""
        return 1_000_000 * (number + 1)

    @abstractmethod
    def advance(self, series: Series, change: Change) -> None:
        """One step happened in a market: note it, and say what is said at once."""

    @abstractmethod
    def flush(self, series: Series) -> None:
        """Say what is said once an interval."""

    @abstractmethod
    def greet(self, client: Client) -> None:
        """A connection was opened."""

    @abstractmethod
    def hear(self, client: Client, text: str) -> None:
        """A client said something."""

    @abstractmethod
    def answer(self, query: Query) -> Answer:
        """An HTTP request came."""

    @abstractmethod
    def beat(self, number: int) -> None:
        """A second passed."""

    def welcome(self, path: str) -> bool:
        """True where a WebSocket may be opened at a path."""
        return path == self.SOCKET_PATH

    def say_book(self, client: Client, text: str, *, telling: bool) -> None:
        """Send a book message, or what the faults make of it."""
        if client.muted:
            return
        for message in self.faults.befall(text, telling=telling):
            client.say(message)

    def withholds_snapshot(self) -> bool:
        """True where the snapshot that is due now is to be lost."""
        lost = self.withheld_snapshots > 0
        self.withheld_snapshots -= lost
        return lost

    def now_ns(self) -> int:
        """The venue's clock."""
        return time.time_ns() + self.clock_offset_ns

    # The loop of the market, and the sockets.

    async def _move(self) -> None:
        steps = 3
        while True:
            for _ in range(steps):
                await asyncio.sleep(self.interval_s / steps)
                if not self.paused:
                    self._guard(self._advance_all)
            if not self.paused:
                self._guard(self._flush_all)

    def _advance_all(self) -> None:
        for series in self.series.values():
            self.advance(series, series.market.step())

    def _flush_all(self) -> None:
        for series in self.series.values():
            self.flush(series)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.second_s)
            self._beats += 1
            self._guard(lambda: self.beat(self._beats))

    def _guard(self, act: Callable[[], None]) -> None:
        """An error of the emulator itself must fail its test, not fall silent."""
        try:
            act()
        except Exception as error:
            self.errors.append(error)
            raise

    async def _attend(self, connection: ServerConnection) -> None:
        assert isinstance(connection, CountingConnection)
        assert connection.request is not None
        client = Client(connection, connection.request.path)
        client.muted = self._muted
        self.clients.append(client)
        try:
            self.greet(client)
            async for message in connection:
                text = message if isinstance(message, str) else message.decode()
                self.heard.append(text)
                self._guard(partial(self.hear, client, text))
        except ConnectionClosed:
            pass
        finally:
            self.clients.remove(client)

    async def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            self.handshakes += 1
            if self.handshake_refusals:
                return http_response(_refusal(self.handshake_refusals.popleft()))
            return None if self.welcome(request.path) else http_response(Answer("not found", 404))
        parts = urlsplit(request.path)
        query = Query(parts.path, dict(parse_qsl(parts.query)), time.monotonic())
        self.queries.append(query)
        await self.answering.wait()
        if self.refusals and self.refusals[0].path in query.path:
            return http_response(_refusal(self.refusals.popleft()))
        try:
            return http_response(self.answer(query))
        except Exception as error:
            self.errors.append(error)
            raise


def is_telling(changed: Levels, best: Levels) -> bool:
    """True where the first changed level now rests among the best, so that its loss shows."""
    return bool(changed) and changed[0] in best[:NEAR]


def best_first(levels: Levels, *, bids: bool) -> Levels:
    """Levels in the order of a book's side."""
    return sorted(levels, key=_price, reverse=bids)


def http_response(answer: Answer) -> Response:
    """An answer as HTTP has it."""
    body = answer.body.encode()
    is_json = answer.body.startswith(("{", "["))
    kind = "application/json;charset=UTF-8" if is_json else "text/plain"
    headers = Headers(
        {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    )
    for name, value in answer.headers.items():
        headers[name] = value
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Refused"
    return Response(answer.status, phrase, headers, body)


def _price(level: Level) -> Any:
    return level[0]


def _refusal(refused: Refused) -> Answer:
    headers = {"Retry-After": refused.retry_after} if refused.retry_after else {}
    return Answer(refused.body or "refused", refused.status, headers)
