"""How Kraken is spoken to: who asks for what, what came, and which book must be fetched anew."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from monitor.book.side import BadLevel
from monitor.model.events import Event, Refusal
from monitor.model.instrument import instrument_id, split_instrument_id
from monitor.model.streams import Stream
from monitor.model.time import SECOND
from monitor.model.verdict import State
from monitor.protocol.facts import Facts, load_facts
from monitor.protocol.numbers import NumberError
from monitor.protocol.status import StreamStatus
from monitor.protocol.subscriptions import Phase, Subscriptions, Topic, in_batches
from monitor.protocol.unreadable import UNREADABLE, is_broken
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from monitor.venues.kraken import wire
from monitor.venues.kraken.book_sync import BAD_MESSAGE, DEPTHS, BookSync
from monitor.venues.kraken.feeds import candle_of, check_quotes, check_trades, exact_texts
from monitor.venues.kraken.pairs import new_name, of_channel
from monitor.venues.kraken.questions import Questions
from monitor.venues.kraken.roster import KrakenRoster
from monitor.venues.kraken.topics import LIST, message_of, topics_of

FACTS: Final = Path(__file__).with_name("kraken.toml")
BOOK_MESSAGE: Final = b'{"channel":"book"'
HEARTBEAT: Final = b'{"channel":"heartbeat"'
PING: Final = '{"method":"ping"}'
DOUBTS_BEFORE_LIST: Final = 2
"""Failed checksums in a row after which the digits themselves are suspected."""

UNUSED: Final = frozenset({"level3", "executions", "balances"})
"""Channels that others may have recorded; they need a key, so they are none of ours."""
UNANSWERED: Final = "Kraken did not answer the subscription; asking again"


class Kraken(VenueProtocol):
    """One connection to Kraken Spot. ``depth`` levels a side are asked of each book."""

    def __init__(self, facts: Facts | None = None, *, depth: int | None = None) -> None:
        super().__init__(facts or load_facts(FACTS))
        self._depth = depth or int(self.facts.extra["book_depth"])
        if self._depth not in DEPTHS:
            raise ValueError(f"the book depth was {self._depth}; Kraken offers {DEPTHS}")
        self._now = 0
        self._list_refused = False
        self._once: set[str] = set()
        self._asked: dict[int, str] = {}
        self._request_id = 0
        self._pinged = 0
        self._roster = KrakenRoster(self)
        self._syncs = self._roster.syncs
        self._questions = Questions(self.facts, self._roster)
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
        self._roster.want(streams)
        self._want()

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        self._roster.unwant(streams)
        self._want()

    def ask_instruments(self) -> None:
        self._questions.ask_pairs()

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        symbol = split_instrument_id(instrument)[1]
        self._questions.ask_candles(symbol, interval, end, limit)

    def ask_stats(self, instruments: Iterable[str]) -> None:
        # REST's ticker knows the open of the UTC day only; the channel's first message
        # has the change over 24 hours.
        self._once.update(split_instrument_id(name)[1] for name in instruments)
        self._want()

    # What happened.

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self._now = self._pinged = now
        self.link.opened(now)
        self._list_refused = False
        self._roster.connected(now, ts_recv)
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
        except UNREADABLE as error:
            self._not_understood(data, error, now, ts_recv)
            return []

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        self._now = now
        try:
            return self._questions.answered(request, response, now, ts_recv)
        except UNREADABLE as error:
            self._count_bad(response.body, error)
            return self._questions.failed(request, "the answer could not be read", now, ts_recv)

    def failed(self, request: HttpRequest, reason: str, now: int, ts_recv: int) -> list[Event]:
        self._now = now
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
        self._now = now
        events = self._questions.tick(now)
        for topic in self._subscriptions.late(now):
            self._subscriptions.renew(topic, now)
            if (sync := self._syncs.get(topic.symbol)) and topic.channel == "book":
                sync.status.become(State.SYNCING, now, ts_recv, UNANSWERED)
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
        return bool(self._roster.streams or self._once)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self._roster.streams.get(stream)

    def requests_to_make(self) -> list[HttpRequest]:
        return self._questions.take()

    # Speaking.

    def _want(self) -> None:
        """Have the venue asked for what the streams need, and for nothing else."""
        topics = topics_of(self._roster.streams, self._once, self._depth)
        if topics and not self._list_refused:
            topics.add(LIST)
        self._subscriptions.want_exactly(topics)
        if self.link.phase is State.LIVE:
            self._speak()

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
        self._request_id += 1
        self._asked[self._request_id] = batch[0].channel
        self._outbox.append(message_of(method, batch, self._request_id))

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
        return self._roster.learn([x for x in listings if x], now, ts_recv, complete=complete)

    def _on_status(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        rows = wire.STATUS.decode(data).data
        if rows:
            self._roster.system(rows[-1].system, now, ts_recv)
        return []

    # Answers.

    def _on_answer(self, envelope: wire.Envelope, now: int, ts_recv: int) -> list[Event]:
        result = envelope.result or wire.Result()
        channel = result.channel or self._asked.get(envelope.req_id or 0, "")
        symbol = result.symbol or envelope.symbol
        topic = self._subscriptions.find(channel, symbol)
        if envelope.success is False or envelope.error:
            return self._on_refusal(envelope, topic, symbol, now, ts_recv)
        if envelope.method == "subscribe" and topic is not None:
            self._subscriptions.confirmed(topic, now)
        if channel == "book":
            self._on_book_answer(envelope.method, symbol, result.depth)
        elif envelope.method == "subscribe" and channel == "trade":
            self._roster.prints(symbol).acknowledged(now, ts_recv)
        return []

    def _on_book_answer(self, method: str, symbol: str, depth: int) -> None:
        sync = self._roster.heard_sync(symbol)
        if sync is None:
            return
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
            topic = Topic(topic.channel, topic.symbol)
            self._roster.refused(topic, f"refused by Kraken: {said}", now, ts_recv)
            self._done_once(symbol)
        sentence = f"Kraken refused {symbol or 'a subscription'}: {said}"
        if (name := new_name(symbol)) != symbol:
            sentence += f". Its name here is {name}"
        instrument = instrument_id(self.facts.id, symbol) if symbol else ""
        return [Refusal(instrument, sentence, ts_recv)]

    def _on_problem(self, problem: str, ts_recv: int) -> list[Event]:
        sentence = f"Kraken said: {problem[:200]}"
        if "msg rate" in problem:
            pause_s = float(self.facts.extra["rate_pause_s"])
            self._subscriptions.hold(self._now + int(pause_s * SECOND))
            sentence = f"Kraken takes no more messages for now; asking again in {pause_s:.0f} s"
        return [Refusal("", sentence, ts_recv)]

    # Repairing.

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
                self._questions.ask_pairs(symbol)
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
        if is_broken(data, error):
            self.rejected_messages += 1
        else:
            self.unknown_messages += 1
