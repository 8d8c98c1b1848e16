"""How Kraken is spoken to: who asks for what, what came, and which book must be fetched anew."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from monitor.book.side import BadLevel
from monitor.model.events import (
    CandleHistory,
    Event,
    InstrumentList,
    Refusal,
    StatusChange,
)
from monitor.model.instrument import instrument_id, split_instrument_id
from monitor.model.streams import Stream
from monitor.model.time import SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.checksum import Digits
from monitor.protocol.facts import Facts, load_facts
from monitor.protocol.numbers import NumberError
from monitor.protocol.status import StreamStatus
from monitor.protocol.subscriptions import Phase, Subscriptions, Topic, in_batches
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from monitor.venues.kraken import rest, wire
from monitor.venues.kraken.book_sync import BAD_MESSAGE, DEPTHS, BookSync
from monitor.venues.kraken.feeds import ABSURD, Feed, Prints, Ticker, candle_of, exact_texts
from monitor.venues.kraken.pairs import NEW_NAMES, Listing, of_channel, of_rest, rest_name

FACTS: Final = Path(__file__).with_name("kraken.toml")
BOOK_MESSAGE: Final = b'{"channel":"book"'
HEARTBEAT: Final = b'{"channel":"heartbeat"'
PING: Final = '{"method":"ping"}'
LIST: Final = Topic("instrument", "")
"""The one channel that has no symbol: digits, steps and states of every pair, and their changes."""
DOUBTS_BEFORE_LIST: Final = 2
"""Failed checksums in a row after which the digits themselves are suspected."""

UNUSED: Final = frozenset({"level3", "executions", "balances"})
"""Channels that others may have recorded; they need a key, so they are none of ours."""
UNANSWERED: Final = "Kraken did not answer the subscription; asking again"

_CHANNELS: Final = {
    "book": "book",
    "trades": "trade",
    "candles": "trade",
    "quotes": "ticker",
    "stats": "ticker",
}
_PROOFS: Final = {
    "trades": (Proof.SEQUENCE, "trade ids"),
    "candles": (Proof.SEQUENCE, "trade ids"),
    "quotes": (Proof.SNAPSHOT, "every message"),
    "stats": (Proof.SNAPSHOT, "every message"),
}
_SYSTEM_HALTS: Final = {
    "maintenance": "Kraken is under maintenance",
    "cancel_only": "Kraken only lets orders be cancelled",
}


class Kraken(VenueProtocol):
    """One connection to Kraken Spot. ``depth`` levels a side are asked of each book."""

    def __init__(self, facts: Facts | None = None, *, depth: int | None = None) -> None:
        super().__init__(facts or load_facts(FACTS))
        self._depth = depth or int(self.facts.extra["book_depth"])
        if self._depth not in DEPTHS:
            raise ValueError(f"the book depth was {self._depth}; Kraken offers {DEPTHS}")
        self._now = 0
        self._system_halt = ""
        self._list_refused = False
        self._streams: dict[Stream, StreamStatus] = {}
        self._once: set[str] = set()
        self._syncs: dict[str, BookSync] = {}
        self._given_up: set[str] = set()
        self._said_depths: dict[str, int] = {}
        self._prints: dict[str, Prints] = {}
        self._tickers: dict[str, Ticker] = {}
        self._digits: dict[str, Digits] = {}
        self._pair_halts: dict[str, str] = {}
        self._rest_names: dict[str, str] = {}
        self._symbols: dict[str, str] = {}
        self._later: list[Event] = []
        self._retries: list[tuple[int, HttpRequest]] = []
        self._tries: dict[str, int] = {}
        self._asked: dict[int, tuple[str, str]] = {}
        self._request_id = 0
        self._pinged = 0
        self._candle_ends: dict[str, tuple[int, int]] = {}
        self._subscriptions = Subscriptions(
            int(self.facts.ack_timeout_s * SECOND),
            int(self.facts.first_message_timeout_s * SECOND),
            quiet=frozenset({"trade"}),
        )
        self._channels: dict[str, Callable[[bytes, int, int], list[Event]]] = {
            "book": self._on_book,
            "trade": self._on_trades,
            "ticker": self._on_ticker,
            "ohlc": self._on_candles,
            "instrument": self._on_instruments,
            "status": self._on_status,
        }

    # What the user wants.

    def subscribe(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            symbol = split_instrument_id(stream.instrument)[1]
            if stream in self._streams:
                continue
            if stream.kind == "book":
                self._given_up.discard(symbol)
                self._streams[stream] = self._sync(symbol).status
            else:
                status = StreamStatus(self.link, *_PROOFS[stream.kind])
                self._streams[stream] = status
                self._feed(_CHANNELS[stream.kind], symbol).statuses.append(status)
        self._want()

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            status = self._streams.pop(stream, None)
            symbol = split_instrument_id(stream.instrument)[1]
            if status is None:
                continue
            if stream.kind == "book":
                self._syncs.pop(symbol, None)
                self.books.pop(symbol, None)
                self._given_up.add(symbol)
            else:
                self._feed(_CHANNELS[stream.kind], symbol).statuses.remove(status)
        self._want()

    def ask_instruments(self) -> None:
        self._requests.append(rest.pairs_request(self._rest_url))

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        symbol = split_instrument_id(instrument)[1]
        if str(interval // SECOND) not in self.facts.intervals or interval % SECOND:
            # Kraken has no such candles; those of the present come from trades all the same.
            self._later.append(CandleHistory(instrument, interval, (), 0))
            return
        pair = self._rest_names.get(symbol) or rest_name(symbol)
        self._symbols[pair] = symbol
        since = end - (min(limit, rest.MOST_CANDLES) + 1) * interval
        request = rest.candles_request(self._rest_url, pair, interval, since)
        self._candle_ends[request.url] = (end, limit)
        self._requests.append(request)

    def ask_stats(self, instruments: Iterable[str]) -> None:
        # REST's ticker knows the open of the UTC day only; the channel's first message
        # has the change over 24 hours.
        self._once.update(split_instrument_id(name)[1] for name in instruments)
        self._want()

    # What happened.

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self._now = self._pinged = now
        self.link.opened(now)
        self._system_halt = ""
        self._list_refused = False
        for sync in self._syncs.values():
            sync.connected(now, ts_recv)
        for feed in self._feeds():
            feed.connected(now, ts_recv)
        self._subscriptions.connected()
        self._asked.clear()
        self._speak()

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        self._outbox.clear()
        super().closed(now, reason, next_try)

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._now = self.link.last_message = now
        try:
            if data.startswith(BOOK_MESSAGE):
                return self._on_book(data, now, ts_recv)
            if data.startswith(HEARTBEAT):
                return []
            return self._on_any(data, now, ts_recv)
        except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
            self._not_understood(data, error, now, ts_recv)
            return []

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        self._now = now
        asked = rest.read_request(response.url or request.url)
        try:
            if asked.method == "AssetPairs":
                events = self._on_asset_pairs(asked.pair, response, ts_recv)
            elif asked.method == "OHLC":
                events = self._on_history(request, asked, response, ts_recv)
            else:
                return []
        except rest.Troubled as trouble:
            return self._again(request, str(trouble), ts_recv, again=trouble.again)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self._count_bad(response.body, error)
            return self._again(request, "the answer could not be read", ts_recv, again=True)
        self._tries.pop(request.url, None)
        return events

    def failed(self, request: HttpRequest, reason: str, now: int, ts_recv: int) -> list[Event]:
        self._now = now
        return self._again(request, reason, ts_recv, again=True)

    def sent(self, data: bytes, now: int, ts_recv: int) -> None:
        try:
            request = wire.REQUEST.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return
        params = request.params
        if params is None or params.channel != "book" or request.method != "subscribe":
            return
        for symbol in params.symbol:
            # A symbol first heard of is taken on when it is granted.
            self._said_depths[symbol] = params.depth
            if (sync := self._syncs.get(symbol)) is not None:
                sync.keep(params.depth)
                sync.expecting = True

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        self._now = now
        events, self._later = self._later, []
        for topic in self._subscriptions.late(now):
            self._subscriptions.renew(topic, now)
            if (sync := self._syncs.get(topic.symbol)) and topic.channel == "book":
                sync.status.become(State.SYNCING, now, ts_recv, UNANSWERED)
        due = [request for at, request in self._retries if at <= now]
        self._retries = [(at, request) for at, request in self._retries if at > now]
        self._requests += due
        self._heal(now)
        if self.link.phase is State.LIVE:
            self._speak()
            self._keep_awake(now)
        return events

    # What it wants.

    @property
    def url(self) -> str:
        return self.facts.urls[0]

    @property
    def wants_socket(self) -> bool:
        return bool(self._streams or self._once)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self._streams.get(stream)

    # Speaking.

    def _want(self) -> None:
        """Have the venue asked for what the streams need, and for nothing else."""
        quoted = {s.instrument for s in self._streams if s.kind == "quotes"}
        topics = {self._topic(stream, quoted) for stream in self._streams}
        watched = {topic.symbol for topic in topics if topic.channel == "ticker"}
        topics |= {Topic("ticker", symbol, "trades") for symbol in self._once - watched}
        if topics and not self._list_refused:
            topics.add(LIST)
        self._subscriptions.want_exactly(topics)
        if self.link.phase is State.LIVE:
            self._speak()

    def _topic(self, stream: Stream, quoted: set[str]) -> Topic:
        symbol = split_instrument_id(stream.instrument)[1]
        channel = _CHANNELS[stream.kind]
        if channel == "book":
            return Topic(channel, symbol, self._depth)
        if channel == "ticker":
            # Without "bbo" a message comes only with a trade: enough for 24 h figures.
            return Topic(channel, symbol, "bbo" if stream.instrument in quoted else "trades")
        return Topic(channel, symbol)

    def _speak(self) -> None:
        leaving, asking = self._subscriptions.due(self._now)
        # The list is large: books first, so that they don't wait for it.
        asking.sort(key=lambda topic: (topic == LIST, topic.channel != "book"))
        size = int(self.facts.extra["symbols_per_message"])
        for method, topics in (("unsubscribe", leaving), ("subscribe", asking)):
            for batch in in_batches(topics, size):
                self._say(method, batch)
        for topic in asking:
            if topic.channel == "book" and (sync := self._syncs.get(topic.symbol)):
                sync.keep(self._depth)
                sync.asked()

    def _say(self, method: str, batch: list[Topic]) -> None:
        channel, option = batch[0].channel, batch[0].option
        params: dict[str, object] = {"channel": channel}
        if channel != "instrument":
            params["symbol"] = [topic.symbol for topic in batch]
        if channel == "book":
            params["depth"] = option
        if channel == "ticker":
            params["event_trigger"] = option
        if method == "subscribe":
            params["snapshot"] = True
        self._request_id += 1
        self._asked[self._request_id] = (method, channel)
        message = {"method": method, "params": params, "req_id": self._request_id}
        self._outbox.append(msgspec.json.encode(message).decode())

    def _keep_awake(self, now: int) -> None:
        """With nothing subscribed there is no heartbeat, and the server closes after a minute."""
        interval = int(self.facts.ping_interval_s * SECOND)
        if (
            not len(self._subscriptions)
            and now - max(self._pinged, self.link.last_message) > interval
        ):
            self._pinged = now
            self._outbox.append(PING)

    # Messages.

    def _on_any(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """A message of whatever layout, by what it says it is."""
        envelope = wire.ENVELOPE.decode(data)
        if envelope.channel:
            handler = self._channels.get(envelope.channel)
            if handler is not None:
                return handler(data, now, ts_recv)
            if envelope.channel == "heartbeat" or envelope.channel in UNUSED:
                return []
        elif envelope.method in ("subscribe", "unsubscribe"):
            return self._on_answer(envelope, now, ts_recv)
        elif envelope.method in ("ping", "pong"):
            return []
        problem = envelope.error or envelope.error_capital or envelope.error_message
        if problem:
            return self._on_problem(problem, ts_recv)
        self.unknown_messages += 1
        return []

    def _on_book(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.BOOK.decode(data)
        if message.type not in ("update", "snapshot"):
            self.unknown_messages += 1
            return []
        events: list[Event] = []
        for row, part in enumerate(message.data):
            sync = self._syncs.get(part.symbol)
            if sync is None:
                if part.symbol in self._given_up:
                    continue
                sync = self._sync(part.symbol)
            event = self._put(sync, message.type, part, data, row, now, ts_recv)
            if event is not None:
                events.append(event)
        return events

    def _put(
        self,
        sync: BookSync,
        kind: str,
        part: wire.BookData,
        data: bytes,
        row: int,
        now: int,
        ts_recv: int,
    ) -> Event | None:
        """Put one book's part of a message into that book."""
        event: Event | None = None
        try:
            if kind == "update":
                event = sync.update(part, data, now, ts_recv, row)
            else:
                event = sync.snapshot(part, data, now, ts_recv, row)
                self._flowing("book", sync.symbol)
        except (BadLevel, NumberError, ArithmeticError) as error:
            self.rejected_messages += 1
            sync.status.rejected += 1
            sync.distrust(f"a message was refused: {error}", now, ts_recv)
        if sync.broken:
            self._heal(now)
        return event

    def _on_trades(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TRADES.decode(data)
        if not all(0 < row.price < ABSURD and 0 < row.qty < ABSURD for row in message.data):
            raise NumberError("a trade's price or size is none that a market has")
        exact = exact_texts(message, data)
        past = message.type == "snapshot"
        events: list[Event] = []
        for symbol in dict.fromkeys(row.symbol for row in message.data):
            prints = self._prints_of(symbol)
            mine = [n for n, row in enumerate(message.data) if row.symbol == symbol]
            rows, marks = [message.data[n] for n in mine], [exact[n] for n in mine]
            events += prints.take(rows, marks, past=past, ts_recv=ts_recv)
            prints.heard(now, ts_recv)
        return events

    def _on_ticker(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TICKER.decode(data)
        if not all(0 <= number < ABSURD for row in message.data for number in (row.bid, row.ask)):
            raise NumberError("a quote is none that a market has")
        events: list[Event] = []
        for row in message.data:
            ticker = self._ticker_of(row.symbol)
            events += ticker.take(row, ts_recv)
            ticker.heard(now, ts_recv)
            if message.type == "snapshot":
                self._flowing("ticker", row.symbol)
            self._done_once(row.symbol)
        return events

    def _on_candles(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        venue = self.facts.id
        rows = wire.OHLC.decode(data).data
        return [candle_of(instrument_id(venue, row.symbol), row, ts_recv) for row in rows]

    def _on_instruments(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.INSTRUMENT.decode(data)
        self._flowing(LIST.channel, LIST.symbol)
        listings = [of_channel(self.facts.id, pair) for pair in message.data.pairs]
        complete = message.type == "snapshot"
        return self._learn([x for x in listings if x], now, ts_recv, complete=complete)

    def _on_status(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        for row in wire.STATUS.decode(data).data:
            self._system_halt = _SYSTEM_HALTS.get(row.system, "")
        self._settle_all(now, ts_recv)
        return []

    # Answers.

    def _on_answer(self, envelope: wire.Envelope, now: int, ts_recv: int) -> list[Event]:
        result = envelope.result or wire.Result()
        channel = result.channel or self._asked.get(envelope.req_id or 0, ("", ""))[1]
        symbol = result.symbol or envelope.symbol
        topic = self._subscriptions.find(channel, symbol)
        if envelope.success is False or envelope.error:
            return self._on_refusal(envelope, topic, symbol, now, ts_recv)
        if envelope.method == "subscribe" and topic is not None:
            self._subscriptions.confirmed(topic, now)
        if channel == "book":
            self._on_book_answer(envelope.method, symbol, result.depth)
        elif envelope.method == "subscribe" and channel == "trade":
            self._prints_of(symbol).acknowledged(now, ts_recv)
        return []

    def _on_book_answer(self, method: str, symbol: str, depth: int) -> None:
        if symbol in self._given_up:
            return
        sync = self._sync(symbol)
        if method == "unsubscribe":
            sync.given_up()
        else:
            sync.keep(depth)
            sync.acknowledged()

    def _on_refusal(
        self, envelope: wire.Envelope, topic: Topic | None, symbol: str, now: int, ts_recv: int
    ) -> list[Event]:
        said = envelope.error or "no reason given"
        if envelope.method == "unsubscribe" or said.startswith("Already subscribed"):
            # Nothing is wrong with the stream that is there.
            return []
        if topic == LIST:
            self._list_refused = True
            self._subscriptions.refused(LIST)
            self.ask_instruments()
            return []
        if topic is not None:
            self._subscriptions.refused(topic)
            self._mark_refused(topic, said, now, ts_recv)
            self._done_once(symbol)
        sentence = f"Kraken refused {symbol or 'a subscription'}: {said}"
        base, slash, quoted = symbol.partition("/")
        if slash and (base in NEW_NAMES or quoted in NEW_NAMES):
            name = f"{NEW_NAMES.get(base, base)}/{NEW_NAMES.get(quoted, quoted)}"
            sentence += f". Its name here is {name}"
        instrument = instrument_id(self.facts.id, symbol) if symbol else ""
        return [Refusal(instrument, sentence, ts_recv)]

    def _mark_refused(self, topic: Topic, reason: str, now: int, ts_recv: int) -> None:
        for stream, status in self._streams.items():
            symbol = split_instrument_id(stream.instrument)[1]
            if symbol == topic.symbol and _CHANNELS[stream.kind] == topic.channel:
                status.become(State.DOWN, now, ts_recv, f"refused by Kraken: {reason}")

    def _on_problem(self, problem: str, ts_recv: int) -> list[Event]:
        sentence = f"Kraken said: {problem[:200]}"
        if "msg rate" in problem:
            pause_s = float(self.facts.extra["rate_pause_s"])
            self._subscriptions.hold(self._now + int(pause_s * SECOND))
            sentence = f"Kraken takes no more messages for now; asking again in {pause_s:.0f} s"
        return [Refusal("", sentence, ts_recv)]

    def _on_asset_pairs(self, pair: str, response: HttpResponse, ts_recv: int) -> list[Event]:
        listings = []
        for row in rest.read_pairs(response).values():
            listing = of_rest(self.facts.id, row)
            if listing is not None:
                self._rest_names[listing.instrument.symbol] = row.altname
                self._symbols[row.altname] = listing.instrument.symbol
                listings.append(listing)
        return self._learn(listings, self._now, ts_recv, complete=not pair)

    def _on_history(
        self, request: HttpRequest, asked: rest.Asked, response: HttpResponse, ts_recv: int
    ) -> list[Event]:
        instrument = instrument_id(self.facts.id, self._symbols.get(asked.pair, asked.pair))
        candles = rest.read_candles(response, instrument, asked.interval, ts_recv)
        end, limit = self._candle_ends.pop(request.url, (0, len(candles)))
        if end:
            candles = [candle for candle in candles if candle.ts_open < end]
        latest = tuple(candles[max(0, len(candles) - limit) :])
        return [CandleHistory(instrument, asked.interval, latest, ts_recv)]

    def _again(
        self, request: HttpRequest, reason: str, ts_recv: int, *, again: bool
    ) -> list[Event]:
        """Ask once more, each time later; then say that it was in vain."""
        tries = self._tries[request.url] = self._tries.get(request.url, 0) + 1
        if again and tries < rest.TRIES:
            pause = min(SECOND << tries, rest.LONGEST_PAUSE)
            self._retries.append((self._now + pause, request))
            return []
        del self._tries[request.url]
        asked = rest.read_request(request.url)
        symbol = self._symbols.get(asked.pair, asked.pair)
        instrument = instrument_id(self.facts.id, symbol) if symbol else ""
        what = {"OHLC": f"past candles of {symbol}"}.get(asked.method, "the list of pairs")
        return [Refusal(instrument, f"Kraken did not give {what}: {reason}", ts_recv)]

    # What is known.

    def _learn(
        self, listings: list[Listing], now: int, ts_recv: int, *, complete: bool
    ) -> list[Event]:
        """Take pairs on: steps, digits and states."""
        events: list[Event] = []
        for listing in listings:
            instrument = listing.instrument
            symbol = instrument.symbol
            known = self.instruments.get(symbol)
            self.instruments[symbol] = instrument
            self._digits[symbol] = listing.digits
            self._pair_halts[symbol] = (
                "" if instrument.status == "trading" else f"Kraken has {symbol} on {listing.status}"
            )
            if (sync := self._syncs.get(symbol)) is not None:
                sync.declare(listing.digits)
                sync.book.declare(instrument.tick_size, instrument.lot_size)
            if known is not None and known.status != instrument.status:
                events.append(StatusChange(instrument.id, instrument.status, 0, ts_recv))
        self._settle_all(now, ts_recv)
        instruments = tuple(listing.instrument for listing in listings)
        events.append(InstrumentList(self.facts.id, instruments, complete, ts_recv))
        return events

    def _settle_all(self, now: int, ts_recv: int) -> None:
        for sync in self._syncs.values():
            sync.halted = self._halt_of(sync.symbol)
            sync.settle(now, ts_recv)
        for feed in self._feeds():
            feed.halted = self._halt_of(feed.symbol)
            feed.settle(now, ts_recv)

    def _halt_of(self, symbol: str) -> str:
        return self._system_halt or self._pair_halts.get(symbol, "")

    def _heal(self, now: int) -> None:
        """Ask anew for every book that broke; where digits are in doubt, for those too."""
        for symbol, sync in self._syncs.items():
            if not sync.broken:
                continue
            topic = Topic("book", symbol, self._depth)
            if self._subscriptions.phase(topic) in (None, Phase.WAITING):
                continue
            if sync.doubts == DOUBTS_BEFORE_LIST:
                sync.undeclare()
                self._requests.append(rest.pairs_request(self._rest_url, rest_name(symbol)))
            sync.expecting = True
            self._subscriptions.renew(topic, now)
        if self.link.phase is State.LIVE:
            self._speak()

    def _flowing(self, channel: str, symbol: str) -> None:
        topic = self._subscriptions.find(channel, symbol)
        if topic is not None:
            self._subscriptions.flowing(topic)

    def _done_once(self, symbol: str) -> None:
        if symbol in self._once:
            self._once.discard(symbol)
            self._want()

    def _not_understood(self, data: bytes, error: Exception, now: int, ts_recv: int) -> None:
        """Count what made no sense; where it was meant for a book, that book lost a message."""
        self._count_bad(data, error)
        if data.startswith(BOOK_MESSAGE) or b'"book"' in data[:200]:
            for sync in self._syncs.values():
                if sync.current:
                    sync.status.rejected += 1
                    sync.distrust(BAD_MESSAGE, now, ts_recv)
            self._heal(now)

    def _count_bad(self, data: bytes, error: Exception) -> None:
        """Rejected: no valid JSON, or a number no market has; unknown: all else."""
        try:
            msgspec.json.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.rejected_messages += 1
            return
        if "out of range" in str(error) or isinstance(error, (NumberError, ArithmeticError)):
            self.rejected_messages += 1
        else:
            self.unknown_messages += 1

    # What is held by symbol.

    @property
    def _rest_url(self) -> str:
        return self.facts.rest_urls[0]

    def _sync(self, symbol: str) -> BookSync:
        sync = self._syncs.get(symbol)
        if sync is None:
            listed = self.instruments.get(symbol)
            tick, lot = (listed.tick_size, listed.lot_size) if listed else (None, None)
            instrument = instrument_id(self.facts.id, symbol)
            sync = BookSync(symbol, instrument, self.link, tick, lot)
            sync.halted = self._halt_of(symbol)
            sync.keep(self._said_depths.get(symbol, 0))
            if symbol in self._digits:
                sync.declare(self._digits[symbol])
            self._syncs[symbol] = self.books[symbol] = sync
        return sync

    def _feeds(self) -> Iterable[Feed]:
        yield from self._prints.values()
        yield from self._tickers.values()

    def _feed(self, channel: str, symbol: str) -> Feed:
        return self._prints_of(symbol) if channel == "trade" else self._ticker_of(symbol)

    def _prints_of(self, symbol: str) -> Prints:
        if symbol not in self._prints:
            self._prints[symbol] = Prints(symbol, instrument_id(self.facts.id, symbol))
            self._prints[symbol].halted = self._halt_of(symbol)
        return self._prints[symbol]

    def _ticker_of(self, symbol: str) -> Ticker:
        if symbol not in self._tickers:
            self._tickers[symbol] = Ticker(symbol, instrument_id(self.facts.id, symbol))
            self._tickers[symbol].halted = self._halt_of(symbol)
        return self._tickers[symbol]
