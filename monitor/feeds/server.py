"""The Open Feed server: any source of events, served over WebSockets on this machine.

The source is asked a hundred times a second what happened; its events become
messages once, whoever reads them. ``docs/open-feed.md`` says what is sent when.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from monitor.feeds.clock import Clock
from monitor.feeds.feed_source import FeedSource
from monitor.feeds.served_client import Key, ServedClient, text_frame
from monitor.feeds.served_streams import ServedStreams
from monitor.model.events import Event, StatusChange
from monitor.model.instrument import Instrument
from monitor.model.time import MS, SECOND
from monitor.protocol.open_feed import (
    MAX_REQUEST_BYTES,
    PROTOCOL,
    VERSION,
    AskCandles,
    AskInstruments,
    AskTickers,
    Candles,
    Code,
    Error,
    Heartbeat,
    Hello,
    Instruments,
    Request,
    Subscribe,
    Subscribed,
    Tickers,
    Unsubscribe,
    Unsubscribed,
)
from monitor.protocol.open_feed_requests import read_request
from monitor.protocol.open_feed_writer import OpenFeedWriter, instrument_info

TICK_S = 0.01
HEARTBEAT_MS = 1_000
CANDLE_PAUSE = 250 * MS
"""Open Feed 9: the forming candle at most four times a second."""
MOST_UNSENT = 16 * 1024 * 1024
"""A client with more than this unsent is dropped; about 5 s of 20,000 messages a second."""
REQUESTS_A_SECOND = 100
MOST_BAD_REQUESTS = 50
MOST_CLIENTS = 64

log = logging.getLogger(__name__)


class OpenFeedServer:
    """Serves one source until stopped. ``port`` 0 takes any free one; ``url`` tells which.

    ``sent`` counts the messages of streams handed to clients.
    """

    def __init__(
        self,
        source: FeedSource,
        *,
        server: str,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        most_unsent: int = MOST_UNSENT,
    ) -> None:
        self.url = ""
        self.clients: set[ServedClient] = set()
        self.source = source
        self.writer = OpenFeedWriter()
        self._streams = ServedStreams(source, self.writer)
        self._server_name = server
        self._host, self._port = host, port
        self._clock = clock or Clock()
        self._time = _MarketTime(self._clock)
        self._most_unsent = most_unsent
        self._encode = msgspec.json.Encoder().encode
        self._readers: dict[Key, set[ServedClient]] = {}
        self._instruments: dict[str, Instrument] = {}
        self._next_beat = self._next_candles = 0
        self._server: Server | None = None
        self._running: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Listen, and begin to serve; the address. Raises OSError where that is not possible."""
        self._instruments = {one.symbol: one for one in self.source.instruments()}
        now = self._time.now()
        for symbol in self._instruments:
            book = self.source.book(symbol, now)
            if book is not None:
                self.writer.hold(book)
        self._server = await serve(
            self._serve_client,
            self._host,
            self._port,
            compression=None,
            max_size=MAX_REQUEST_BYTES,
            close_timeout=1,
            server_header=self._server_name,
        )
        host, port = next(iter(self._server.sockets)).getsockname()[:2]
        self.url = f"ws://{f'[{host}]' if ':' in host else host}:{port}/"
        self._running = asyncio.create_task(self._run())
        return self.url

    async def stop(self) -> None:
        """Close all connections with 1001, and listen no more."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        clients = list(self.clients)
        await asyncio.gather(*(one.close(1001, "the server goes away") for one in clients))
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def wait(self) -> None:
        """Return when serving ends; raises what ended it, if that was an error."""
        if self._running is not None:
            await self._running

    # What is sent unasked.

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.tick()
            due = max(due + TICK_S, loop.time() - TICK_S)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def tick(self) -> None:
        """Ask the source what happened, and hand it to whoever reads it."""
        now = self._time.now()
        for event in self.source.advance(now):
            self._publish(event)
        if now >= self._next_candles:
            self._next_candles = now + CANDLE_PAUSE
            self._publish_candles(now)
        if now >= self._next_beat:
            self._next_beat += HEARTBEAT_MS * MS
            if self._next_beat <= now:
                self._next_beat = now + HEARTBEAT_MS * MS
            self._publish_each_second(now)
        self._flush(list(self.clients))

    def _publish(self, event: Event) -> None:
        written = self.writer.write(event)
        if written is None:
            return
        channel, symbol, message = written
        if isinstance(event, StatusChange):
            message = self.writer.status(event, self.source.status(symbol)[1])
            readers = {one for one in self.clients if _reads(one, symbol)}
        else:
            readers = self._readers.get((channel, symbol, 0), set())
        if readers:
            _put(readers, message)

    def _publish_candles(self, now: int) -> None:
        for key, readers in self._readers.items():
            if key[0] == "candles":
                for message in self._streams.candles(key, now):
                    _put(readers, message)

    def _publish_each_second(self, now: int) -> None:
        for key, readers in self._readers.items():
            if key[0] in ("ticker", "funding"):
                message = self._streams.figures(key, now)
                if message is not None:
                    _put(readers, message)
        for client in self.clients:
            client.put(text_frame(self._encode(Heartbeat(now, self._book_seqs(client)))))

    def _book_seqs(self, client: ServedClient) -> dict[str, int]:
        seqs = {
            symbol: self.writer.seq(symbol)
            for channel, symbol, _ in client.streams
            if channel == "book"
        }
        return {symbol: seq for symbol, seq in seqs.items() if seq is not None}

    def _flush(self, clients: Iterable[ServedClient]) -> None:
        for client in clients:
            if not client.flush():
                reason = f"the client read too slowly: {client.unsent} bytes were unsent"
                self._dismiss(client, 1013, reason)

    # Clients.

    async def _serve_client(self, connection: ServerConnection) -> None:
        if len(self.clients) >= MOST_CLIENTS:
            await connection.close(1013, f"there were {MOST_CLIENTS} clients already")
            return
        client = ServedClient(connection, self._most_unsent)
        self.clients.add(client)
        log.debug("client %s came", client.name)
        try:
            self._answer(client, self._hello())
            await self._hear(client)
        except ConnectionClosed:
            pass
        finally:
            self._forget(client)
            log.debug("client %s went", client.name)

    async def _hear(self, client: ServedClient) -> None:
        """Answer requests until the client goes or misbehaves."""
        bad = count = 0
        begun = self._clock.monotonic_ns()
        while True:
            data = await client.connection.recv(decode=False)
            now = self._clock.monotonic_ns()
            if now - begun > SECOND:
                begun, count = now, 0
            count += 1
            if count > REQUESTS_A_SECOND:
                await client.close(1008, f"more than {REQUESTS_A_SECOND} requests came in a second")
                return
            request = read_request(bytes(data))
            if isinstance(request, Error):
                self._answer(client, request)
                bad += 1
                if bad > MOST_BAD_REQUESTS:
                    await client.close(1008, f"{bad} requests were not understood")
                    return
            else:
                self._do(client, request)
            self._flush((client,))

    def _do(self, client: ServedClient, request: Request) -> None:
        now = self._time.now()
        match request:
            case Subscribe():
                self._subscribe(client, request, now)
            case Unsubscribe():
                self._unsubscribe(client, request)
            case AskInstruments():
                infos = [instrument_info(one) for one in self.source.instruments()]
                self._answer(client, Instruments(request.id, infos))
            case AskCandles():
                self._answer_candles(client, request, now)
            case AskTickers():
                known = self._known(client, request)
                found = [self.source.stats(symbol, now) for symbol in known]
                tickers = [self.writer.ticker(one) for one in found if one is not None]
                self._answer(client, Tickers(request.id, tickers))

    def _subscribe(self, client: ServedClient, request: Subscribe, now: int) -> None:
        symbols = self._known(client, request)
        interval_s = request.interval_s if request.channel == "candles" else 0
        self._answer(client, Subscribed(request.id, request.channel, symbols, interval_s))
        for symbol in symbols:
            key = (request.channel, symbol, interval_s)
            client.streams.add(key)
            self._readers.setdefault(key, set()).add(client)
            present = self._streams.present(key, now)
            if present is not None:
                client.put(text_frame(present))
            status, reason = self.source.status(symbol)
            if status != "trading":
                event = StatusChange(self._instruments[symbol].id, status, now, now)
                client.put(text_frame(self.writer.status(event, reason)))

    def _unsubscribe(self, client: ServedClient, request: Unsubscribe) -> None:
        symbols = self._known(client, request)
        interval_s = request.interval_s if request.channel == "candles" else 0
        for symbol in symbols:
            self._leave(client, (request.channel, symbol, interval_s))
        self._answer(client, Unsubscribed(request.id, request.channel, symbols, interval_s))

    def _known(
        self, client: ServedClient, request: Subscribe | Unsubscribe | AskTickers
    ) -> list[str]:
        """The symbols that can be served, each once; an error goes out for each other one."""
        channel = "ticker" if isinstance(request, AskTickers) else request.channel
        known = []
        for symbol in dict.fromkeys(request.symbols):
            wrong = self._refusal(channel, symbol)
            if wrong is None:
                known.append(symbol)
            else:
                code, sentence = wrong
                self._answer(client, Error(code, sentence, request.id, channel, symbol[:64]))
        return known

    def _refusal(self, channel: str, symbol: str) -> tuple[Code, str] | None:
        instrument = self._instruments.get(symbol)
        if instrument is None:
            return "unknown_symbol", f"There is no symbol {symbol[:64]!a} here."
        if channel == "funding" and instrument.kind != "perpetual":
            return "not_offered", f"{symbol} is no perpetual and has no funding."
        return None

    def _answer_candles(self, client: ServedClient, request: AskCandles, now: int) -> None:
        wrong = self._refusal("candles", request.symbol)
        if wrong is not None:
            code, sentence = wrong
            error = Error(code, sentence, request.id, symbol=request.symbol[:64])
            self._answer(client, error)
            return
        end = min(request.end or now + 1, now + 1)
        interval = request.interval_s * SECOND
        candles = self.source.candles(request.symbol, interval, end, request.limit, now)
        rows = self.writer.candle_rows(candles)
        self._answer(client, Candles(request.id, request.symbol, request.interval_s, rows))

    def _hello(self) -> Hello:
        source, now = self.source, self._time.now()
        return Hello(
            PROTOCOL, VERSION, self._server_name, source.venue, source.name, HEARTBEAT_MS, now
        )

    def _answer(self, client: ServedClient, message: msgspec.Struct) -> None:
        client.put(text_frame(self._encode(message)))
        self._flush((client,))

    def _leave(self, client: ServedClient, key: Key) -> None:
        client.streams.discard(key)
        readers = self._readers.get(key)
        if readers is not None:
            readers.discard(client)
            if not readers:
                del self._readers[key]
                self._streams.forget(key)

    def _forget(self, client: ServedClient) -> None:
        self.clients.discard(client)
        for key in list(client.streams):
            self._leave(client, key)

    def _dismiss(self, client: ServedClient, code: int, reason: str) -> None:
        log.warning("client %s was dropped: %s", client.name, reason)
        self._forget(client)
        farewell = asyncio.create_task(client.close(code, reason))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)


def _put(readers: Iterable[ServedClient], message: bytes) -> None:
    frame = text_frame(message)
    for client in readers:
        client.put(frame)


class _MarketTime:
    """ns UTC that never go back: the wall clock, save where that was set back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = clock.time_ns() - clock.monotonic_ns()

    def now(self) -> int:
        steady = self._clock.monotonic_ns() + self._offset
        ahead = self._clock.time_ns() - steady
        if ahead > SECOND:  # set forward, or asleep, which the monotonic clock does not count
            self._offset += ahead
            return steady + ahead
        return steady


def _reads(client: ServedClient, symbol: str) -> bool:
    return any(key[1] == symbol for key in client.streams)
