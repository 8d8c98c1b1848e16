"""An Open Feed as a venue: which of its messages goes where."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from monitor.book.side import BadLevel
from monitor.model.events import CandleHistory, Event, InstrumentList, Refusal, StatusChange
from monitor.model.instrument import instrument_id, split_instrument_id
from monitor.model.streams import Stream
from monitor.model.time import MS, SECOND
from monitor.protocol.facts import Facts, load_facts
from monitor.protocol.numbers import NumberError
from monitor.protocol.open_feed import PROTOCOL, VERSION, Subscribe
from monitor.protocol.status import StreamStatus
from monitor.protocol.subscriptions import Topic
from monitor.protocol.unreadable import UNREADABLE
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from monitor.venues.open_feed import wire
from monitor.venues.open_feed.book_sync import BookSync
from monitor.venues.open_feed.conversation import Conversation
from monitor.venues.open_feed.feeds import candle_of, funding_of, past_candle_of, stats_of
from monitor.venues.open_feed.listing import instrument_of, status_of
from monitor.venues.open_feed.roster import OpenFeedRoster

FACTS: Final = Path(__file__).with_name("open_feed.toml")
FREQUENT: Final = ("delta", "trade", "quote")
FIRST_WORDS: Final = len('{"type":"delta"')
SILENT_HEARTBEATS: Final = 3
OF_BOOKS: Final = (b'"delta"', b'"snapshot"')
HEAD: Final = 160
"""Bytes within which a message says its type and its symbol."""


class OpenFeed(VenueProtocol):
    """One connection to an Open Feed, known to its user as ``venue_id``, found at ``url``.

    Or as the ``facts`` say both.
    """

    def __init__(
        self, facts: Facts | None = None, *, venue_id: str = "demo", url: str | None = None
    ) -> None:
        super().__init__(facts or _facts_of(venue_id, url))
        self._feed_time = 0
        self._refused = ""
        self._roster = OpenFeedRoster(self)
        self._syncs = self._roster.syncs
        self._prints, self._quotes = self._roster.prints, self._roster.quotes
        self._conversation = Conversation(self.facts, self.link, self._roster)
        self._questions = self._conversation.questions
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
        self._roster.want(streams)
        self._conversation.want()

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        self._roster.unwant(streams)
        self._conversation.want()

    def ask_instruments(self) -> None:
        self._questions.ask_instruments(self._conversation.now)

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        symbol = split_instrument_id(instrument)[1]
        self._questions.ask_candles(symbol, interval, end, limit, self._conversation.now)

    def ask_stats(self, instruments: Iterable[str]) -> None:
        symbols = [split_instrument_id(name)[1] for name in instruments]
        self._questions.ask_tickers(symbols, self._conversation.now)

    # What happened.

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self._refused = ""
        self.link.opened(now)
        self._roster.connected(now, ts_recv)
        self._conversation.opened(now)

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        self._conversation.silence()
        super().closed(now, reason, next_try)

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._conversation.now = self.link.last_message = now
        try:
            # A server should write the type first (1); who does not is read twice.
            handler = self._frequent.get(data[:FIRST_WORDS])
            if handler is not None:
                return handler(data, now, ts_recv)
            handler = self._handlers.get(wire.KIND.decode(data).type)
            if handler is not None:
                return handler(data, now, ts_recv)
        except UNREADABLE as error:
            self._not_understood(data, error, now, ts_recv)
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
        except UNREADABLE:
            return
        if isinstance(request, Subscribe) and request.channel == "book":
            for symbol in request.symbols:
                # A symbol first heard of is taken on when it is granted.
                if symbol in self._syncs:
                    self._syncs[symbol].asked()

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        return self._conversation.tick(now, ts_recv)

    # What it wants.

    @property
    def url(self) -> str:
        return self.facts.urls[0] if self.facts.urls else ""

    @property
    def wants_socket(self) -> bool:
        return not self._refused and bool(self._roster.streams or self._questions)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self._roster.streams.get(stream)

    def messages_to_send(self) -> list[str]:
        return self._conversation.take()

    # The book.

    def _on_delta(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.DELTA.decode(data)
        sync = self._syncs.get(message.symbol) or self._roster.heard_sync(message.symbol)
        if sync is None:
            return []
        try:
            events = sync.delta(message, data, now, ts_recv)
        except (BadLevel, NumberError, ArithmeticError) as error:
            return self._refuse_levels(sync, error, now, ts_recv)
        if sync.broken:
            self._conversation.heal(now)
        return events

    def _on_snapshot(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.SNAPSHOT.decode(data)
        sync = self._roster.heard_sync(message.symbol)
        if sync is None:
            return []
        self._conversation.flowing(message.symbol)
        try:
            events = sync.snapshot(message, data, now, ts_recv)
        except (BadLevel, NumberError, ArithmeticError) as error:
            return self._refuse_levels(sync, error, now, ts_recv)
        if sync.broken:
            self._conversation.heal(now)
        return events

    def _refuse_levels(
        self, sync: BookSync, error: Exception, now: int, ts_recv: int
    ) -> list[Event]:
        self.rejected_messages += 1
        sync.status.rejected += 1
        sync.distrust(f"a message was refused: {error}", now, ts_recv)
        self._conversation.heal(now)
        return []

    def _not_understood(self, data: bytes, error: Exception, now: int, ts_recv: int) -> None:
        """Count what made no sense; where it was meant for a book, that book lost a message."""
        self._count_unreadable(data, error)
        head = data[:HEAD]
        if not any(kind in head for kind in OF_BOOKS):
            return
        current = [sync for sync in self._syncs.values() if sync.current]
        meant = [sync for sync in current if f'"{sync.symbol}"'.encode() in head]
        for sync in meant or current:
            sync.status.rejected += 1
            sync.distrust("a book message could not be read", now, ts_recv)
        self._conversation.heal(now)

    # The other channels.

    def _on_trade(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TRADE.decode(data)
        feed = self._prints.get(message.symbol)
        if feed is None:
            feed = self._roster.feed(Topic("trades", message.symbol))
        return [feed.trade(message, data, now, ts_recv)]

    def _on_quote(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.QUOTE.decode(data)
        feed = self._quotes.get(message.symbol)
        if feed is None:
            feed = self._roster.feed(Topic("quotes", message.symbol))
        return [feed.quote(message, now, ts_recv)]

    def _on_candle(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.CANDLE.decode(data)
        feed = self._roster.feed(Topic("candles", message.symbol, message.interval_s))
        event = candle_of(feed.instrument, message, ts_recv)
        feed.heard(now, ts_recv)
        return [event]

    def _on_ticker(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TICKER.decode(data)
        feed = self._roster.feed(Topic("ticker", message.symbol))
        event = stats_of(feed.instrument, message, ts_recv)
        feed.heard(now, ts_recv)
        return [event]

    def _on_funding(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.FUNDING.decode(data)
        return [funding_of(instrument_id(self.facts.id, message.symbol), message, ts_recv)]

    def _on_status(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.STATUS.decode(data)
        status = status_of(message.status)
        instrument = instrument_id(self.facts.id, message.symbol)
        self._roster.status_told(message.symbol, status, message.reason, now, ts_recv)
        listed = self.instruments.get(message.symbol)
        if listed is not None:
            self.instruments[message.symbol] = msgspec.structs.replace(listed, status=status)
        return [StatusChange(instrument, status, message.ts, ts_recv)]

    # Hello, heartbeat, answers.

    def _on_hello(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.HELLO.decode(data)
        self._feed_time = message.ts
        if message.protocol != PROTOCOL or message.version != VERSION:
            said = f"{message.protocol} {message.version}"[:40]
            self._refused = f"the server speaks {said}, not {PROTOCOL} {VERSION}"
            self._roster.all_down(self._refused, now, ts_recv)
            self._conversation.silence()
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
        self._conversation.heal(now)
        return []

    def _on_subscribed(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._conversation.subscribed(wire.SUBSCRIBED.decode(data), now, ts_recv)
        return []

    def _on_unsubscribed(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._conversation.unsubscribed(wire.UNSUBSCRIBED.decode(data))
        return []

    def _on_instruments(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.INSTRUMENTS.decode(data)
        self._questions.answered(message.id)
        found = [instrument_of(self.facts.id, info) for info in message.instruments]
        instruments = tuple(one for one in found if one is not None)
        for instrument in instruments:
            self._roster.learn(instrument, now, ts_recv)
        self._conversation.want()
        return [InstrumentList(self.facts.id, instruments, complete=True, ts_recv=ts_recv)]

    def _on_candles(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.CANDLES.decode(data)
        self._questions.answered(message.id)
        instrument = instrument_id(self.facts.id, message.symbol)
        present = self._feed_time or ts_recv
        candles = tuple(
            past_candle_of(instrument, message.interval_s, row, present) for row in message.candles
        )
        return [CandleHistory(instrument, message.interval_s * SECOND, candles, ts_recv)]

    def _on_tickers(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TICKERS.decode(data)
        self._questions.answered(message.id)
        return [
            stats_of(instrument_id(self.facts.id, row.symbol), row, ts_recv)
            for row in message.tickers
        ]

    def _on_error(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        return self._conversation.refused(wire.ERROR.decode(data), now, ts_recv)


def _facts_of(venue_id: str, url: str | None) -> Facts:
    facts = load_facts(FACTS)
    name = facts.name if venue_id == facts.id else venue_id
    return msgspec.structs.replace(
        facts, id=venue_id, name=name, urls=(url,) if url else facts.urls
    )
