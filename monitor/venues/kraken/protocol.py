"""Kraken Spot as a venue: which message and which answer goes where."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from monitor.book.side import BadLevel
from monitor.model.events import Event
from monitor.model.instrument import instrument_id, split_instrument_id
from monitor.model.streams import Stream
from monitor.protocol.facts import Facts, load_facts
from monitor.protocol.numbers import NumberError
from monitor.protocol.status import StreamStatus
from monitor.protocol.unreadable import UNREADABLE
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from monitor.venues.kraken import wire
from monitor.venues.kraken.book_sync import BAD_MESSAGE, DEPTHS, BookSync
from monitor.venues.kraken.conversation import Conversation
from monitor.venues.kraken.feeds import candle_of, check_quotes, check_trades, exact_texts
from monitor.venues.kraken.pairs import of_channel
from monitor.venues.kraken.questions import Questions
from monitor.venues.kraken.roster import KrakenRoster
from monitor.venues.kraken.topics import LIST

FACTS: Final = Path(__file__).with_name("kraken.toml")
BOOK_MESSAGE: Final = b'{"channel":"book"'
HEARTBEAT: Final = b'{"channel":"heartbeat"'

UNUSED: Final = frozenset({"level3", "executions", "balances"})
"""Channels that others may have recorded; they need a key, so they are none of ours."""


class Kraken(VenueProtocol):
    """One connection to Kraken Spot. ``depth`` levels a side are asked of each book."""

    def __init__(self, facts: Facts | None = None, *, depth: int | None = None) -> None:
        super().__init__(facts or load_facts(FACTS))
        depth = depth or int(self.facts.extra["book_depth"])
        if depth not in DEPTHS:
            raise ValueError(f"the book depth was {depth}; Kraken offers {DEPTHS}")
        self._roster = KrakenRoster(self)
        self._syncs = self._roster.syncs
        self._questions = Questions(self.facts, self._roster)
        self._conversation = Conversation(
            self.facts, self.link, self._roster, self._questions, depth
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
        self._roster.want(streams)
        self._conversation.want()

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        self._roster.unwant(streams)
        self._conversation.want()

    def ask_instruments(self) -> None:
        self._questions.ask_pairs()

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        symbol = split_instrument_id(instrument)[1]
        self._questions.ask_candles(symbol, interval, end, limit)

    def ask_stats(self, instruments: Iterable[str]) -> None:
        # REST's ticker knows the open of the UTC day only; the channel's first message
        # has the change over 24 hours.
        self._conversation.want_once(split_instrument_id(name)[1] for name in instruments)

    # What happened.

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self.link.opened(now)
        self._roster.connected(now, ts_recv)
        self._conversation.opened(now)

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        self._conversation.closed()
        super().closed(now, reason, next_try)

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._conversation.now = self.link.last_message = now
        try:
            if data.startswith(BOOK_MESSAGE):
                return self._on_book(data, now, ts_recv)
            if data.startswith(HEARTBEAT):
                return []
            return self._on_any(data, now, ts_recv)
        except UNREADABLE as error:
            self._not_understood(data, error, now, ts_recv)
            return []

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        self._conversation.now = now
        try:
            return self._questions.answered(request, response, now, ts_recv)
        except UNREADABLE as error:
            self._count_unreadable(response.body, error)
            return self._questions.failed(request, "the answer could not be read", now, ts_recv)

    def failed(self, request: HttpRequest, reason: str, now: int, ts_recv: int) -> list[Event]:
        self._conversation.now = now
        return self._questions.failed(request, reason, now, ts_recv)

    def sent(self, data: bytes, now: int, ts_recv: int) -> None:
        try:
            request = wire.REQUEST.decode(data)
        except UNREADABLE:
            return
        params = request.params
        if params is None or params.channel != "book" or request.method != "subscribe":
            return
        for symbol in params.symbol:
            self._roster.asked_elsewhere(symbol, params.depth)

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        events = self._questions.tick(now)
        self._conversation.tick(now, ts_recv)
        return events

    # What it wants.

    @property
    def url(self) -> str:
        return self.facts.urls[0]

    @property
    def wants_socket(self) -> bool:
        return bool(self._roster.streams or self._conversation.once)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self._roster.streams.get(stream)

    def messages_to_send(self) -> list[str]:
        return self._conversation.take()

    def requests_to_make(self) -> list[HttpRequest]:
        return self._questions.take()

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
            return self._conversation.answered(envelope, now, ts_recv)
        elif envelope.method in ("ping", "pong"):
            return []
        problem = envelope.error or envelope.error_capital or envelope.error_message
        if problem:
            return self._conversation.complained(problem, ts_recv)
        self.unknown_messages += 1
        return []

    def _on_book(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.BOOK.decode(data)
        if message.type not in ("update", "snapshot"):
            self.unknown_messages += 1
            return []
        events: list[Event] = []
        for row, part in enumerate(message.data):
            sync = self._syncs.get(part.symbol) or self._roster.heard_sync(part.symbol)
            if sync is None:
                continue
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
                self._conversation.flowing("book", sync.symbol)
        except (BadLevel, NumberError, ArithmeticError) as error:
            self.rejected_messages += 1
            sync.status.rejected += 1
            if sync.current:
                sync.distrust(f"a message was refused: {error}", now, ts_recv)
        if sync.broken:
            self._conversation.heal(now)
        return event

    def _on_trades(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TRADES.decode(data)
        check_trades(message.data)
        exact = exact_texts(message, data)
        past = message.type == "snapshot"
        events: list[Event] = []
        for symbol in dict.fromkeys(row.symbol for row in message.data):
            prints = self._roster.prints(symbol)
            mine = [n for n, row in enumerate(message.data) if row.symbol == symbol]
            rows, marks = [message.data[n] for n in mine], [exact[n] for n in mine]
            events += prints.take(rows, marks, past=past, ts_recv=ts_recv)
            prints.heard(now, ts_recv)
        return events

    def _on_ticker(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.TICKER.decode(data)
        check_quotes(message.data)
        events: list[Event] = []
        for row in message.data:
            ticker = self._roster.ticker(row.symbol)
            events += ticker.take(row, ts_recv)
            ticker.heard(now, ts_recv)
            if message.type == "snapshot":
                self._conversation.flowing("ticker", row.symbol)
            self._conversation.ticker_came(row.symbol)
        return events

    def _on_candles(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        venue = self.facts.id
        rows = wire.OHLC.decode(data).data
        return [candle_of(instrument_id(venue, row.symbol), row, ts_recv) for row in rows]

    def _on_instruments(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = wire.INSTRUMENT.decode(data)
        self._conversation.flowing(LIST.channel, LIST.symbol)
        listings = [of_channel(self.facts.id, pair) for pair in message.data.pairs]
        complete = message.type == "snapshot"
        return self._roster.learn([x for x in listings if x], now, ts_recv, complete=complete)

    def _on_status(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        rows = wire.STATUS.decode(data).data
        if rows:
            self._roster.system(rows[-1].system, now, ts_recv)
        return []

    def _not_understood(self, data: bytes, error: Exception, now: int, ts_recv: int) -> None:
        """Count what made no sense; where it was meant for a book, that book lost a message."""
        self._count_unreadable(data, error)
        if data.startswith(BOOK_MESSAGE) or b'"book"' in data[:200]:
            for sync in self._syncs.values():
                if sync.current:
                    sync.status.rejected += 1
                    sync.distrust(BAD_MESSAGE, now, ts_recv)
            self._conversation.heal(now)
