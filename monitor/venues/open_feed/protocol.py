"""How an Open Feed is spoken to: who asks for what, what came, which book is fetched anew."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Final, get_args

import msgspec

from monitor.book.side import BadLevel
from monitor.model.events import (
    CandleHistory,
    Event,
    InstrumentList,
    Refusal,
    StatusChange,
)
from monitor.model.instrument import (
    Instrument,
    Kind,
    SizeUnit,
    Status,
    instrument_id,
    split_instrument_id,
)
from monitor.model.streams import Stream
from monitor.model.time import DAY, MS, SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.facts import Facts, load_facts
from monitor.protocol.numbers import NumberError, parse_decimal
from monitor.protocol.open_feed import (
    PROTOCOL,
    VERSION,
    AskCandles,
    AskInstruments,
    AskTickers,
    Error,
    InstrumentInfo,
    Subscribe,
    Unsubscribe,
)
from monitor.protocol.status import StreamStatus
from monitor.protocol.subscriptions import Phase, Subscriptions, Topic, in_batches
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from monitor.venues.open_feed import wire
from monitor.venues.open_feed.book_sync import BookSync
from monitor.venues.open_feed.feeds import (
    BadNumber,
    Feed,
    candle_of,
    check,
    funding_of,
    past_candle_of,
    stats_of,
)

FACTS: Final = Path(__file__).with_name("open_feed.toml")
FREQUENT: Final = ("delta", "trade", "quote")
FIRST_WORDS: Final = len('{"type":"delta"')
SILENT_HEARTBEATS: Final = 3
TRIES: Final = 3
STEPS_OF_LIST: Final = 18
"""A tick or a lot of more digits than this is none."""
BAD: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)

_CHANNELS: Final = {
    "book": "book",
    "trades": "trades",
    "candles": "candles",
    "quotes": "quotes",
    "stats": "ticker",
}
_PROOFS: Final = {
    "trades": (Proof.SEQUENCE, "trade ids"),
    "candles": (Proof.SNAPSHOT, "every message"),
    "quotes": (Proof.SNAPSHOT, "every message"),
    "stats": (Proof.SNAPSHOT, "every message"),
}
_RESTING: Final = {"halted": State.HALTED, "closed": State.CLOSED}

Ask = AskInstruments | AskCandles | AskTickers


class _Pending:
    """A question that waits for its answer, and by when (monotonic ns) it must come."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.at = 0
        self.tries = 0


class OpenFeed(VenueProtocol):
    """One connection to an Open Feed, known to its user as ``venue_id``, found at ``url``.

    Or as the ``facts`` say both.
    """

    def __init__(
        self, facts: Facts | None = None, *, venue_id: str = "demo", url: str | None = None
    ) -> None:
        super().__init__(facts or _facts_of(venue_id, url))
        self._now = 0
        self._feed_time = 0
        self._refused = ""
        self._streams: dict[Stream, StreamStatus] = {}
        self._syncs: dict[str, BookSync] = {}
        self._given_up: set[str] = set()
        self._feeds: dict[Topic, Feed] = {}
        self._prints: dict[str, Feed] = {}
        self._quotes: dict[str, Feed] = {}
        self._rests: dict[str, tuple[State, str]] = {}
        self._pending: dict[int, _Pending] = {}
        self._asked: dict[int, tuple[str, int]] = {}
        self._request_id = 0
        self._subscriptions = Subscriptions(
            int(self.facts.ack_timeout_s * SECOND),
            int(self.facts.first_message_timeout_s * SECOND),
            quiet=frozenset({"trades", "quotes", "candles", "ticker", "funding"}),
        )
        self._handlers: dict[str, Callable[[bytes, int, int], list[Event]]] = {
            "delta": self._on_delta,
            "snapshot": self._on_snapshot,
            "trade": self._on_trade,
            "quote": self._on_quote,
            "candle": self._on_candle,
            "ticker": self._on_ticker,
            "funding": self._on_funding,
            "status": self._on_status,
            "heartbeat": self._on_heartbeat,
            "hello": self._on_hello,
            "subscribed": self._on_subscribed,
            "unsubscribed": self._on_unsubscribed,
            "instruments": self._on_instruments,
            "candles": self._on_candles,
            "tickers": self._on_tickers,
            "error": self._on_error,
        }
        self._frequent = {
            b'{"type":"%s"' % kind.encode(): self._handlers[kind] for kind in FREQUENT
        }

    # What the user wants.

    def subscribe(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            if stream in self._streams:
                continue
            symbol = split_instrument_id(stream.instrument)[1]
            if stream.kind == "book":
                self._given_up.discard(symbol)
                self._streams[stream] = self._sync(symbol).status
            else:
                status = StreamStatus(self.link, *_PROOFS[stream.kind])
                self._streams[stream] = status
                self._feed(_topic(stream)).statuses.append(status)
        self._want()

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            status = self._streams.pop(stream, None)
            if status is None:
                continue
            symbol = split_instrument_id(stream.instrument)[1]
            if stream.kind == "book":
                self._syncs.pop(symbol, None)
                self.books.pop(symbol, None)
                self._given_up.add(symbol)
            else:
                self._feed(_topic(stream)).statuses.remove(status)
        self._want()

    def ask_instruments(self) -> None:
        if not any(isinstance(p.ask, AskInstruments) for p in self._pending.values()):
            self._ask(AskInstruments(self._next_id()))

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        symbol = split_instrument_id(instrument)[1]
        most = int(self.facts.extra["most_candles"])
        number = self._next_id()
        self._ask(
            AskCandles(number, symbol, interval // SECOND, max(0, end), max(1, min(limit, most)))
        )

    def ask_stats(self, instruments: Iterable[str]) -> None:
        symbols = [split_instrument_id(name)[1] for name in instruments]
        size = int(self.facts.extra["symbols_per_message"])
        for start in range(0, len(symbols), size):
            self._ask(AskTickers(self._next_id(), symbols[start : start + size]))

    # What happened.

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self._now = now
        self._refused = ""
        self.link.opened(now)
        for sync in self._syncs.values():
            sync.connected(now, ts_recv)
        for feed in self._feeds.values():
            feed.connected(now, ts_recv)
        self._subscriptions.connected()
        self._asked.clear()
        for pending in self._pending.values():
            self._put(pending)
        if self._streams:
            # The list comes before the books it has the steps of.
            self.ask_instruments()
        self._speak()

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        self._outbox.clear()
        super().closed(now, reason, next_try)

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._now = self.link.last_message = now
        try:
            # A server should write the type first (1); who does not is read twice.
            handler = self._frequent.get(data[:FIRST_WORDS])
            if handler is not None:
                return handler(data, now, ts_recv)
            handler = self._handlers.get(wire.KIND.decode(data).type)
            if handler is not None:
                return handler(data, now, ts_recv)
        except BAD as error:
            self._count_bad(data, error)
            return []
        self.unknown_messages += 1
        return []

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        return []

    def sent(self, data: bytes, now: int, ts_recv: int) -> None:
        try:
            request = wire.REQUEST.decode(data)
        except BAD:
            return
        if isinstance(request, Subscribe) and request.channel == "book":
            for symbol in request.symbols:
                # A symbol first heard of is taken on when it is granted.
                if symbol in self._syncs:
                    self._syncs[symbol].asked()

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        self._now = now
        if self.link.phase is not State.LIVE:
            return []
        for topic in self._subscriptions.late(now):
            self._subscriptions.renew(topic, now, leave_first=False)
            if topic.channel == "book" and (sync := self._syncs.get(topic.symbol)):
                reason = f"{self.facts.name} did not answer the subscription; asking again"
                sync.status.become(State.SYNCING, now, ts_recv, reason)
        self._heal(now)
        return self._overdue(now, ts_recv)

    # What it wants.

    @property
    def url(self) -> str:
        return self.facts.urls[0] if self.facts.urls else ""

    @property
    def wants_socket(self) -> bool:
        return not self._refused and bool(self._streams or self._pending)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self._streams.get(stream)

    # Speaking.

    def _want(self) -> None:
        """Have the feed asked for what the streams need, and for nothing else."""
        topics = {_topic(stream) for stream in self._streams}
        for stream in self._streams:
            listed = self.instruments.get(split_instrument_id(stream.instrument)[1])
            if stream.kind == "stats" and listed is not None and listed.kind == "perpetual":
                topics.add(Topic("funding", listed.symbol))
        self._subscriptions.want_exactly(topics)
        if self.link.phase is State.LIVE:
            self._speak()

    def _speak(self) -> None:
        leaving, asking = self._subscriptions.due(self._now)
        size = int(self.facts.extra["symbols_per_message"])
        asking.sort(key=lambda topic: topic.channel != "book")
        for kind, topics in ((Unsubscribe, leaving), (Subscribe, asking)):
            for batch in in_batches(topics, size):
                channel, interval_s = batch[0].channel, int(batch[0].option)
                number = self._next_id()
                self._asked[number] = (channel, interval_s)
                symbols = [topic.symbol for topic in batch]
                self._say(kind(number, channel, symbols, interval_s))
        for topic in asking:
            if topic.channel == "book" and (sync := self._syncs.get(topic.symbol)):
                sync.asked()

    def _ask(self, ask: Ask) -> None:
        pending = self._pending[int(ask.id)] = _Pending(ask)
        if self.link.phase is State.LIVE:
            self._put(pending)

    def _put(self, pending: _Pending) -> None:
        pending.at = self._now + int(self.facts.ack_timeout_s * SECOND)
        self._say(pending.ask)

    def _say(self, message: msgspec.Struct) -> None:
        self._outbox.append(msgspec.json.encode(message).decode())

    def _next_id(self) -> int:
        self._request_id += 1
        return self._request_id

    def _overdue(self, now: int, ts_recv: int) -> list[Event]:
        """Ask again what got no answer; after three times say so."""
        events: list[Event] = []
        for number, pending in list(self._pending.items()):
            if now <= pending.at:
                continue
            pending.tries += 1
            if pending.tries < TRIES:
                self._put(pending)
            else:
                del self._pending[number]
                what = _what(pending.ask)
                sentence = f"{self.facts.name} did not answer the question for {what}"
                events.append(Refusal(self._instrument_of(pending.ask), sentence, ts_recv))
        return events

    # The book.

    def _on_delta(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.DELTA.decode(data)
        sync = self._syncs.get(message.symbol)
        if sync is None:
            if message.symbol in self._given_up:
                return []
            sync = self._sync(message.symbol)
        try:
            events = sync.delta(message, data, now, ts_recv)
        except (BadLevel, NumberError, ArithmeticError) as error:
            return self._refuse_levels(sync, error, now, ts_recv)
        if sync.broken:
            self._heal(now)
        return events

    def _on_snapshot(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.SNAPSHOT.decode(data)
        if message.symbol in self._given_up:
            return []
        sync = self._sync(message.symbol)
        self._subscriptions.flowing(Topic("book", message.symbol))
        try:
            events = sync.snapshot(message, data, now, ts_recv)
        except (BadLevel, NumberError, ArithmeticError) as error:
            return self._refuse_levels(sync, error, now, ts_recv)
        if sync.broken:
            self._heal(now)
        return events

    def _refuse_levels(
        self, sync: BookSync, error: Exception, now: int, ts_recv: int
    ) -> list[Event]:
        self.rejected_messages += 1
        sync.status.rejected += 1
        sync.distrust(f"a message was refused: {error}", now, ts_recv)
        self._heal(now)
        return []

    def _heal(self, now: int) -> None:
        """Subscribe anew to every book that broke: its snapshot repairs it."""
        for symbol, sync in self._syncs.items():
            topic = Topic("book", symbol)
            phase = self._subscriptions.phase(topic)
            if sync.broken and phase not in (None, Phase.WAITING, Phase.REFUSED):
                sync.expecting = True
                self._subscriptions.renew(topic, now, leave_first=False)
        if self.link.phase is State.LIVE:
            self._speak()

    # The other channels.

    def _on_trade(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TRADE.decode(data)
        feed = self._prints.get(message.symbol)
        if feed is None:
            feed = self._prints[message.symbol] = self._feed(Topic("trades", message.symbol))
        return [feed.trade(message, data, now, ts_recv)]

    def _on_quote(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.QUOTE.decode(data)
        feed = self._quotes.get(message.symbol)
        if feed is None:
            feed = self._quotes[message.symbol] = self._feed(Topic("quotes", message.symbol))
        return [feed.quote(message, now, ts_recv)]

    def _on_candle(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.CANDLE.decode(data)
        feed = self._feed(Topic("candles", message.symbol, message.interval_s))
        event = candle_of(feed.instrument, message, ts_recv)
        feed.heard(now, ts_recv)
        return [event]

    def _on_ticker(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TICKER.decode(data)
        feed = self._feed(Topic("ticker", message.symbol))
        event = stats_of(feed.instrument, message, ts_recv)
        feed.heard(now, ts_recv)
        return [event]

    def _on_funding(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.FUNDING.decode(data)
        return [funding_of(instrument_id(self.facts.id, message.symbol), message, ts_recv)]

    def _on_status(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.STATUS.decode(data)
        status = _status(message.status)
        instrument = instrument_id(self.facts.id, message.symbol)
        self._rest(message.symbol, status, message.reason, now, ts_recv)
        listed = self.instruments.get(message.symbol)
        if listed is not None:
            self.instruments[message.symbol] = msgspec.structs.replace(listed, status=status)
        return [StatusChange(instrument, status, message.ts, ts_recv)]

    def _rest(self, symbol: str, status: Status, reason: str, now: int, ts_recv: int) -> None:
        """Show on every stream of a symbol that it does not trade, or does again."""
        state = _RESTING.get(status, State.LIVE)
        words = (reason or f"{symbol} is {status}")[:200] if state is not State.LIVE else ""
        self._rests[symbol] = (state, words)
        resting: list[Feed | BookSync] = [
            feed for feed in self._feeds.values() if feed.symbol == symbol
        ]
        if (sync := self._syncs.get(symbol)) is not None:
            resting.append(sync)
        for one in resting:
            one.rest, one.rest_reason = state, words
            one.settle(now, ts_recv)

    # Hello, heartbeat, answers.

    def _on_hello(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.HELLO.decode(data)
        self._feed_time = message.ts
        if message.protocol != PROTOCOL or message.version != VERSION:
            said = f"{message.protocol} {message.version}"[:40]
            self._refused = f"the server speaks {said}, not {PROTOCOL} {VERSION}"
            for status in self._streams.values():
                status.become(State.DOWN, now, ts_recv, self._refused)
            self._outbox.clear()
            return [Refusal("", f"{self.facts.name}: {self._refused}", ts_recv)]
        pace = min(max(message.heartbeat_ms, 1), 60_000) * MS
        self.link.stale_after = SILENT_HEARTBEATS * pace
        return []

    def _on_heartbeat(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.HEARTBEAT.decode(data)
        self._feed_time = message.ts
        for symbol, seq in message.books.items():
            sync = self._syncs.get(symbol)
            if sync is not None:
                sync.heartbeat(seq, now, ts_recv)
        self._heal(now)
        return []

    def _on_subscribed(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.SUBSCRIBED.decode(data)
        for symbol in message.symbols:
            topic = Topic(message.channel, symbol, message.interval_s)
            self._subscriptions.confirmed(topic, now)
            if message.channel == "book":
                if symbol not in self._given_up:
                    self._sync(symbol).acknowledged()
            else:
                self._feed(topic).acknowledged(now, ts_recv)
        return []

    def _on_unsubscribed(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.UNSUBSCRIBED.decode(data)
        for symbol in message.symbols if message.channel == "book" else ():
            if (sync := self._syncs.get(symbol)) and Topic("book", symbol) not in (
                self._subscriptions
            ):
                sync.given_up()
        return []

    def _on_instruments(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.INSTRUMENTS.decode(data)
        self._forget(message.id)
        found = [self._instrument(info) for info in message.instruments]
        instruments = tuple(one for one in found if one is not None)
        for instrument in instruments:
            symbol = instrument.symbol
            self.instruments[symbol] = instrument
            if (sync := self._syncs.get(symbol)) is not None:
                sync.book.declare(instrument.tick_size, instrument.lot_size)
            for topic, feed in self._feeds.items():
                if topic.symbol == symbol:
                    feed.declare(instrument.tick_size, instrument.lot_size)
            if instrument.status != "trading" or symbol in self._rests:
                self._rest(symbol, instrument.status, "", now, ts_recv)
        self._want()
        return [InstrumentList(self.facts.id, instruments, complete=True, ts_recv=ts_recv)]

    def _on_candles(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.CANDLES.decode(data)
        self._forget(message.id)
        instrument = instrument_id(self.facts.id, message.symbol)
        present = self._feed_time or ts_recv
        candles = tuple(
            past_candle_of(instrument, message.interval_s, row, present) for row in message.candles
        )
        return [CandleHistory(instrument, message.interval_s * SECOND, candles, ts_recv)]

    def _on_tickers(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TICKERS.decode(data)
        self._forget(message.id)
        return [
            stats_of(instrument_id(self.facts.id, row.symbol), row, ts_recv)
            for row in message.tickers
        ]

    def _on_error(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.ERROR.decode(data)
        number = message.id if isinstance(message.id, int) else -1
        pending = self._pending.get(number)
        if message.code == "too_many":
            pause_s = float(self.facts.extra["busy_pause_s"])
            self._subscriptions.hold(now + int(pause_s * SECOND))
        elif pending is not None and not isinstance(pending.ask, AskTickers):
            # Of tickers, the answer comes all the same, without this symbol.
            del self._pending[number]
        elif number in self._asked and message.symbol:
            channel, interval_s = self._asked[number]
            topic = Topic(channel, message.symbol, interval_s)
            self._subscriptions.refused(topic)
            if channel == "funding":
                return []
            self._mark_refused(topic, message, now, ts_recv)
        instrument = self._instrument_of(pending.ask) if pending else ""
        if message.symbol:
            instrument = instrument_id(self.facts.id, message.symbol[:64])
        sentence = f"{self.facts.name}: {message.reason[:200]}"
        return [Refusal(instrument, sentence, ts_recv)]

    def _mark_refused(self, topic: Topic, message: Error, now: int, ts_recv: int) -> None:
        for stream, status in self._streams.items():
            if _topic(stream) == topic:
                status.become(State.DOWN, now, ts_recv, message.reason[:200])

    def _forget(self, number: int | str) -> None:
        self._pending.pop(number if isinstance(number, int) else -1, None)

    def _count_bad(self, data: bytes, error: Exception) -> None:
        """Rejected: no valid JSON, or a number no market has; unknown: all else."""
        try:
            msgspec.json.decode(data)
        except BAD:
            self.rejected_messages += 1
            return
        numbers = (BadNumber, NumberError, ArithmeticError)
        if "out of range" in str(error) or isinstance(error, numbers):
            self.rejected_messages += 1
        else:
            self.unknown_messages += 1

    # What is held by symbol.

    def _sync(self, symbol: str) -> BookSync:
        sync = self._syncs.get(symbol)
        if sync is None:
            listed = self.instruments.get(symbol)
            tick, lot = (listed.tick_size, listed.lot_size) if listed else (None, None)
            instrument = instrument_id(self.facts.id, symbol)
            sync = BookSync(symbol, instrument, self.link, tick, lot)
            sync.rest, sync.rest_reason = self._rests.get(symbol, (State.LIVE, ""))
            self._syncs[symbol] = self.books[symbol] = sync
        return sync

    def _feed(self, topic: Topic) -> Feed:
        feed = self._feeds.get(topic)
        if feed is None:
            feed = Feed(topic.symbol, instrument_id(self.facts.id, topic.symbol))
            feed.rest, feed.rest_reason = self._rests.get(topic.symbol, (State.LIVE, ""))
            if (listed := self.instruments.get(topic.symbol)) is not None:
                feed.declare(listed.tick_size, listed.lot_size)
            self._feeds[topic] = feed
        return feed

    def _instrument(self, info: InstrumentInfo) -> Instrument | None:
        """An instrument in our words; None where its name or its steps are none."""
        symbol = info.symbol
        if not (0 < len(symbol) <= 64 and symbol.isascii() and symbol.isprintable()):
            return None
        try:
            tick, lot = _step(info.tick_size), _step(info.lot_size)
            contract = _step(info.contract_size)
        except (NumberError, BadNumber):
            return None
        return Instrument(
            id=instrument_id(self.facts.id, symbol),
            venue=self.facts.id,
            symbol=symbol,
            base=info.base[:32],
            quote=info.quote[:32],
            kind=_kind(info.kind),
            tick_size=tick,
            lot_size=lot,
            contract_size=contract,
            size_unit=_size_unit(info.size_unit),
            inverse=info.inverse,
            expiry=info.expiry_ts or None,
            status=_status(info.status),
            name=info.name[:100],
            aliases=tuple(alias[:64] for alias in info.aliases[:20]),
        )

    def _instrument_of(self, ask: Ask) -> str:
        return instrument_id(self.facts.id, ask.symbol) if isinstance(ask, AskCandles) else ""


def _facts_of(venue_id: str, url: str | None) -> Facts:
    facts = load_facts(FACTS)
    name = facts.name if venue_id == facts.id else venue_id
    return msgspec.structs.replace(
        facts, id=venue_id, name=name, urls=(url,) if url else facts.urls
    )


def _topic(stream: Stream) -> Topic:
    """What is to be asked for a stream."""
    symbol = split_instrument_id(stream.instrument)[1]
    if stream.kind != "candles":
        return Topic(_CHANNELS[stream.kind], symbol)
    if stream.interval % SECOND or not 0 < stream.interval <= DAY or DAY % stream.interval:
        # No such candles are offered; whoever shows them makes them of trades.
        return Topic("trades", symbol)
    return Topic("candles", symbol, stream.interval // SECOND)


def _what(ask: Ask) -> str:
    if isinstance(ask, AskCandles):
        return f"past candles of {ask.symbol}"
    return "24 h figures" if isinstance(ask, AskTickers) else "its instruments"


def _step(text: str) -> Decimal:
    step = parse_decimal(text)
    check(float(step), above=True)
    if abs(step.adjusted()) > STEPS_OF_LIST:
        raise BadNumber(f"{text} is no step")
    return step


def _status(text: str) -> Status:
    return next((one for one in get_args(Status) if one == text), "unknown")


def _kind(text: str) -> Kind:
    return next((one for one in get_args(Kind) if one == text), "spot")


def _size_unit(text: str) -> SizeUnit:
    return next((one for one in get_args(SizeUnit) if one == text), "base")
