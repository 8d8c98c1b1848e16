"""Binance Spot as a venue: which stream, answer or refusal goes where."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from monitor.model.events import Event, InstrumentList, Refusal
from monitor.model.instrument import instrument_id
from monitor.model.streams import Stream
from monitor.model.time import SECOND
from monitor.protocol.facts import Facts, load_facts
from monitor.protocol.status import StreamStatus
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from monitor.venues.binance import rest
from monitor.venues.binance.answers import Answers
from monitor.venues.binance.book_sync import BookSync
from monitor.venues.binance.desk import Desk
from monitor.venues.binance.dispatch import name_of, wrap
from monitor.venues.binance.known_symbols import KnownSymbols
from monitor.venues.binance.names import (
    SHUTDOWN,
    bare_name,
    is_futures,
    raw_names,
    stream_name,
)
from monitor.venues.binance.refusals import NoSuchSymbol, refused, unknown_symbol
from monitor.venues.binance.roster import Roster, ignore, symbol_of, symbol_part
from monitor.venues.binance.streams import interval_names
from monitor.venues.binance.subscriptions import HEARTBEAT_ID, Subscriptions
from monitor.venues.binance.unreadable import is_foreign
from monitor.venues.binance.wire import ENVELOPE, Envelope, Problem

FACTS: Final = Path(__file__).with_name("binance.toml")
REJOIN_LIMIT: Final = 10 * SECOND
"""How long after a new subscription its stream may begin elsewhere."""


class Binance(VenueProtocol):
    """One connection's worth of Binance Spot."""

    def __init__(self, facts: Facts | None = None) -> None:
        super().__init__(facts or load_facts(FACTS))
        extra = self.facts.extra
        self._subscriptions = Subscriptions(
            str(extra["heartbeat_stream"]), self.facts.send_limit, int(extra["subscribe_bytes"])
        )
        self._desk = Desk(int(extra["weight_per_minute"]))
        self._known = KnownSymbols()
        self._intervals = interval_names(self.facts.intervals)
        self._roster = Roster(
            self.facts.id, self.link, self.books, self.instruments, self._intervals
        )
        self._handlers = self._roster.handlers
        self._find = self._handlers.find
        self._syncs = self._roster.syncs
        self._answers = Answers(
            self.facts,
            self._roster,
            self._desk,
            self._known,
            self.instruments,
            self._intervals,
        )
        self._now = self._wall = 0
        self._due: list[Event] = []
        self._raw_names: tuple[str, ...] = ()
        self._own_heartbeat = self._futures = False
        self._told = False
        """True where a recording tells what its client said."""

    @classmethod
    def from_facts(cls) -> "Binance":
        """Binance as its own facts have it."""
        return cls(load_facts(FACTS))

    # What the user wants.

    def subscribe(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            symbol = symbol_part(stream.instrument)
            if self._known.lacks(symbol):
                self._refuse(stream.instrument, unknown_symbol(symbol))
                continue
            self._subscriptions.want(self._roster.want(stream))
        self._flush(self._now)

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            name = self._roster.unwant(stream)
            if name:
                self._forget(name, symbol_part(stream.instrument))
        self._flush(self._now)

    def ask_instruments(self) -> None:
        self._desk.plan(rest.info_query())
        self._flush(self._now)

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        name = self.facts.intervals.get(str(interval // SECOND)) if interval % SECOND == 0 else None
        if name is None:
            seconds = f"{interval / SECOND:g}"
            self._refuse(instrument, f"Binance has no past candles of {seconds} s")
            return
        self._desk.plan(rest.klines_query(symbol_part(instrument), name, end, limit))
        self._flush(self._now)

    def ask_stats(self, instruments: Iterable[str]) -> None:
        symbols = [symbol_part(instrument) for instrument in instruments]
        symbols = [symbol for symbol in symbols if not self._known.lacks(symbol)]
        for query in rest.ticker_queries(symbols):
            self._desk.plan(query)
        self._flush(self._now)

    # What happened.

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        self.link.opened(now)
        self._now, self._wall = now, ts_recv
        self._raw_names = raw_names(url)
        self._futures = is_futures(url) or self._roster.futures
        self._own_heartbeat = False
        self.renew_reason = ""
        self._desk.overtake(rest.DEPTH)
        self._roster.opened(now, ts_recv)
        self._subscriptions.opened()
        self._outbox.clear()
        self._flush(now)

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self.link.last_message = now
        handler = self._find(data)
        try:
            if handler is not None:
                return handler(data, now, ts_recv)
            return self._receive_slowly(data, now, ts_recv)
        except (ValueError, RecursionError, OverflowError) as error:
            return self._rejected(data, error, now, ts_recv)

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        if self._desk.was_overtaken(request):
            return []
        asked = rest.asked_by(request.url)
        plan = self._desk.closed(request.url)
        try:
            events = self._answers.answered(asked, plan, response, now, ts_recv)
        except NoSuchSymbol as refusal:
            return self._no_such_symbol(refusal.symbol, ts_recv)
        except (ValueError, RecursionError, OverflowError) as error:
            self.rejected_messages += 1
            self._answers.no_snapshot(asked, f"the snapshot was bad data: {error}", now)
            return []
        if any(isinstance(event, InstrumentList) and event.complete for event in events):
            self._refuse_unlisted()
        return events

    def failed(self, request: HttpRequest, reason: str, now: int, ts_recv: int) -> list[Event]:
        if self._desk.was_overtaken(request):
            return []
        asked, plan = rest.asked_by(request.url), self._desk.closed(request.url)
        return self._answers.try_again(asked, plan, reason, now, ts_recv)

    def sent(self, data: bytes, now: int, ts_recv: int) -> None:
        self._told = True
        asked = self._subscriptions.seen_sent(data, now)
        if asked is None:
            return
        if (
            self._subscriptions.heartbeat in asked.names
            and HEARTBEAT_ID in self._subscriptions.asked
        ):
            self._own_heartbeat = True
            self._handlers.drop(self._subscriptions.heartbeat)
        for name in asked.names:
            if asked.method == "SUBSCRIBE":
                self._roster.asked(name, now + REJOIN_LIMIT)
            else:
                self._roster.left(name)

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        super().closed(now, reason, next_try)
        self._subscriptions.closed()
        self._outbox.clear()

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        self._now, self._wall = now, ts_recv
        limit = int(self.facts.ack_timeout_s * SECOND)
        for asked in self._subscriptions.late(now, limit):
            for name in asked.names:
                self._explain(name, f"Binance did not acknowledge {asked.method}; said again")
        for name in self._subscriptions.silent(
            now, int(self.facts.first_message_timeout_s * SECOND)
        ):
            self._doubt(name, now)
        self._judge_doubted(now)
        self._roster.trust(self._subscriptions.carries, self._known, now, ts_recv)
        for sync in self._syncs.values():
            sync.tick(now, ts_recv)
            carried = self._subscriptions.carries(stream_name(sync.symbol, "book"))
            if sync.wanted and carried and not sync.timing.acknowledged_at:
                sync.acknowledged(now)
            if sync.wants_snapshot(now):
                self._ask_snapshot(sync, now)
        self._flush(now)
        held = self._desk.held(rest.DEPTH, now)
        for symbol, sync in self._syncs.items():
            sync.held(held[symbol] - now if symbol in held else 0)
        due, self._due = self._due, []
        return due

    # What it wants.

    @property
    def url(self) -> str:
        return self.facts.urls[0]

    @property
    def wants_socket(self) -> bool:
        return bool(self._roster.wanted)

    def status(self, stream: Stream) -> StreamStatus | None:
        return self._roster.status(stream)

    # Messages.

    def _receive_slowly(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """Anything but the usual layout of a known stream: brought into that layout."""
        if data[:1] not in (b"{", b"["):
            data = data.lstrip(b" \t\r\n")
        if data[:1] == b"[":
            return self._wrapped("!miniTicker@arr", data, now, ts_recv)
        message = ENVELOPE.decode(data)
        if self._futures and (message.stream is not None or message.event):
            return self._of_futures()
        if message.stream is not None and bytes(message.data):
            return self._wrapped(message.stream, bytes(message.data), now, ts_recv)
        if message.event or message.symbol or message.snapshot_id is not None:
            name = bare_name(message, self._raw_names)
            if name:
                return self._wrapped(name, data, now, ts_recv, bare=True)
        elif bytes(message.error) or message.code is not None:
            return self._control_error(message, ts_recv)
        elif bytes(message.result):
            return self._acknowledged(message, now)
        return self._unknown()

    def _wrapped(
        self, name: str, payload: bytes, now: int, ts_recv: int, *, bare: bool = False
    ) -> list[Event]:
        if name == SHUTDOWN:
            return self._shutdown()
        message = wrap(name, payload)
        handler = self._handlers.named(name)
        if handler is None:
            subscriptions = self._subscriptions
            ours = self._own_heartbeat or subscriptions.heartbeat_said
            if ours and name == subscriptions.heartbeat:
                handler = ignore
            else:
                handler = self._roster.handler(name, payload, bare=bare)
            if handler is None:
                return self._of_futures() if self._roster.futures else self._unknown()
            self._handlers.put(name, handler, message)
            self._subscriptions.mute.pop(name, None)
        try:
            return handler(message, now, ts_recv)
        except (ValueError, RecursionError, OverflowError) as error:
            return self._rejected(message, error, now, ts_recv)  # by the name it has here

    def _acknowledged(self, message: Envelope, now: int) -> list[Event]:
        number = message.id
        asked = self._subscriptions.acknowledged(number, now) if number is not None else None
        if asked is None:
            # A list of subscriptions or a property is no acknowledgement; of a recording
            # without its client's messages nobody knows which streams it is about.
            if bytes(message.result) == b"null" and not self._told:
                self._roster.may_begin_anew(self._subscriptions.wanted)
            return []
        for name in asked.names if asked.method == "SUBSCRIBE" else ():
            if "@depth" in name:
                self._desk.overtake(rest.DEPTH, symbol_of(name).upper())
            self._roster.answered(name, now)
        for sync in self._syncs.values():
            if sync.wants_snapshot(now):
                self._ask_snapshot(sync, now)
        self._flush(now)
        return []

    def _control_error(self, message: Envelope, ts_recv: int) -> list[Event]:
        problem = Problem(message.code or 0, message.msg)
        if bytes(message.error):
            problem = msgspec.json.decode(message.error, type=Problem)
        asked = self._subscriptions.refused(message.id)
        sentence = refused(problem, f"code {problem.code}")
        if asked is None or asked.method != "SUBSCRIBE":
            return [Refusal("", sentence, ts_recv)]
        refusals: list[Event] = []
        for name in asked.names:
            refusals += self._give_up(name, sentence)
        return refusals or [Refusal("", sentence, ts_recv)]

    def _shutdown(self) -> list[Event]:
        self.renew_reason = "Binance announced that this server shuts down"
        return []

    def _of_futures(self) -> list[Event]:
        """Another venue that spells its streams like this one: none of it is taken for spot."""
        self._futures = True
        self._handlers.clear()
        self.foreign = "its messages are of Binance's futures, which are not the spot market"
        return self._unknown()

    def _unknown(self) -> list[Event]:
        self.unknown_messages += 1
        return []

    def _rejected(self, data: bytes, error: Exception, now: int, ts_recv: int) -> list[Event]:
        """Count what was wrong: no JSON or no number (rejected), or not understood (unknown).

        A book whose update could not be read has lost it.
        """
        if is_foreign(data, error):
            self.unknown_messages += 1
        else:
            self.rejected_messages += 1
        name = name_of(data) or (self._raw_names[0] if len(self._raw_names) == 1 else "")
        symbol = name.partition("@")[0].upper()
        if symbol in self._syncs and "@depth" in name:
            self._syncs[symbol].lost(now, ts_recv)
        elif name in self._roster.feeds:
            self._roster.feeds[name].status.rejected += 1
        return []

    # Silence after an acknowledgement: Binance acknowledges nonsense.

    def _doubt(self, name: str, now: int) -> None:
        """A stream was acknowledged and stays silent: a thin market, or no such symbol?"""
        users = self._roster.wanted.get(name)
        symbol = symbol_part(next(iter(users)).instrument) if users else ""
        if users and self._known.doubt(symbol, now):
            self._desk.plan(rest.info_query(symbol))

    def _judge_doubted(self, now: int) -> None:
        limit = int(self.facts.first_message_timeout_s * SECOND)
        for symbol in self._known.given_up(now, limit):
            heard = f"nothing came from Binance for '{symbol}'"
            for name in self._roster.named(symbol):
                if name not in self._handlers:
                    sentence = f"{heard} in {2 * limit / SECOND:g} s; is the symbol right?"
                    self._due += self._give_up(name, sentence)

    def _no_such_symbol(self, symbol: str, ts_recv: int) -> list[Event]:
        sentence = unknown_symbol(symbol)
        events: list[Event] = []
        for name in self._roster.named(symbol):
            events += self._give_up(name, sentence)
        return events or [Refusal(instrument_id(self.facts.id, symbol), sentence, ts_recv)]

    def _refuse_unlisted(self) -> None:
        for name in list(self._roster.wanted):
            symbol = symbol_of(name).upper()
            if self._known.lacks(symbol):
                self._due += self._give_up(name, unknown_symbol(symbol))

    # Small things.

    def _flush(self, now: int) -> None:
        self._outbox += self._subscriptions.flush(now)
        for request in self._desk.release(now, self.facts.rest_urls[0]):
            self._requests.append(request)
            asked = rest.asked_by(request.url)
            if asked.path == rest.DEPTH and asked.symbol in self._syncs:
                self._syncs[asked.symbol].asked(now)

    def _ask_snapshot(self, sync: BookSync, now: int) -> None:
        extra = self.facts.extra
        wanted = sum(1 for other in self._syncs.values() if other.wanted)
        many = "_many" if wanted > int(extra["many_books"]) else ""
        levels, weight = extra["snapshot_levels" + many], extra["snapshot_weight" + many]
        self._desk.plan(rest.depth_query(sync.symbol, int(levels), int(weight)))
        # Again when it leaves, where the request limit holds it back.
        sync.asked(now)

    def _forget(self, name: str, symbol: str) -> None:
        self._subscriptions.drop(name)
        self._roster.forget(name, symbol)

    def _give_up(self, name: str, sentence: str) -> list[Event]:
        """A stream that the venue won't serve: no longer wanted, and the user is told once."""
        users = self._roster.wanted.get(name, set())
        instruments = sorted({stream.instrument for stream in users})
        for instrument in instruments:
            self._forget(name, symbol_part(instrument))
        return [Refusal(instrument, sentence, self._wall) for instrument in instruments]

    def _refuse(self, instrument: str, sentence: str) -> None:
        self._due.append(Refusal(instrument, sentence, self._wall))

    def _explain(self, name: str, reason: str) -> None:
        for stream in self._roster.wanted.get(name, ()):
            status = self.status(stream)
            if status is not None:
                status.reason = reason
