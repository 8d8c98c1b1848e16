"""Who takes which stream's messages: the books and feeds of one connection, and who wants them."""

from collections.abc import Callable, Container, Mapping
from typing import Final

from monitor.book.book import Book
from monitor.model.events import Event
from monitor.model.instrument import Instrument, instrument_id, split_instrument_id
from monitor.model.streams import Stream
from monitor.model.verdict import Proof, State
from monitor.protocol.status import Link, StreamStatus
from monitor.protocol.venue import BookStream
from monitor.venues.binance.book_sync import BookSync
from monitor.venues.binance.dispatch import Dispatch
from monitor.venues.binance.names import ALL_DAYS, is_unused, stamp_of, stream_name, unit_of
from monitor.venues.binance.rest import showable
from monitor.venues.binance.streams import AllDays, Days, Feed, Handler, Klines, Prints, Quotes

MOST_HANDLERS: Final = 4096
"""Four times what a connection can carry: more names than that are nobody's streams."""
PARTIAL_LEVELS: Final = ("5", "10", "20")


class Roster:
    """Books and feeds by symbol and stream; made when first wanted or first heard of.

    ``handlers`` knows who takes the messages of each stream heard of on this
    connection. ``wanted`` holds the streams that users asked for, by Binance's name.
    ``books`` is the protocol's own table of books, kept in step with ``syncs``.
    """

    def __init__(
        self,
        venue: str,
        link: Link,
        books: dict[str, BookStream],
        instruments: Mapping[str, Instrument],
        intervals: Mapping[str, int],
    ) -> None:
        self.syncs: dict[str, BookSync] = {}
        self.feeds: dict[str, Feed] = {}
        self.handlers = Dispatch()
        self.wanted: dict[str, set[Stream]] = {}
        self.futures = False
        """True where an update was one of Binance's futures, which are another venue."""
        self._venue = venue
        self._link = link
        self._books = books
        self._instruments = instruments
        self._intervals = intervals

    def opened(self, now: int, wall: int) -> None:
        """A new connection: every stream is bound anew when it is first heard of."""
        self.handlers.clear()
        for sync in self.syncs.values():
            sync.opened(now, wall)
        for feed in self.feeds.values():
            feed.opened(now, wall)

    def want(self, stream: Stream) -> str:
        """Someone wants a stream; its name."""
        symbol = symbol_part(stream.instrument)
        name = stream_name(symbol, stream.kind)
        if name not in self.wanted:
            self.handlers.drop(name)
        self.wanted.setdefault(name, set()).add(stream)
        if stream.kind == "book":
            self.sync(symbol).wanted = True
        else:
            self.feed(name, symbol)
        return name

    def unwant(self, stream: Stream) -> str:
        """Someone gives a stream up; its name where nobody wants it any more."""
        name = stream_name(symbol_part(stream.instrument), stream.kind)
        users = self.wanted.get(name)
        if users is None:
            return ""
        users.discard(stream)
        return "" if users else name

    def forget(self, name: str, symbol: str) -> None:
        """Nobody wants a stream any more; what still comes of it is left unread."""
        self.wanted.pop(name, None)
        self.feeds.pop(name, None)
        self.handlers.put(name, ignore)
        if name == stream_name(symbol, "book"):
            self.syncs.pop(symbol, None)
            self._books.pop(symbol, None)
            self._check_quotes(symbol, None)

    def status(self, stream: Stream) -> StreamStatus | None:
        """How a wanted stream stands."""
        symbol = symbol_part(stream.instrument)
        name = stream_name(symbol, stream.kind)
        if name not in self.wanted:
            return None
        if stream.kind == "book":
            return self.syncs[symbol].status if symbol in self.syncs else None
        return self.feeds[name].status if name in self.feeds else None

    def named(self, symbol: str) -> list[str]:
        """The wanted streams of one symbol."""
        return [name for name in self.wanted if symbol_of(name) == symbol.lower()]

    def sync(self, symbol: str) -> BookSync:
        """The book of a symbol."""
        sync = self.syncs.get(symbol)
        if sync is None:
            known = self._instruments.get(self._id(symbol))
            book = Book(known.tick_size, known.lot_size) if known is not None else Book()
            status = StreamStatus(self._link, Proof.SEQUENCE)
            sync = BookSync(symbol, self._id(symbol), book, status)
            self.syncs[symbol] = self._books[symbol] = sync
            self._check_quotes(symbol, sync)
        return sync

    def feed(self, name: str, symbol: str) -> Feed | None:
        """What takes a stream beside the book; None where there is no such stream."""
        feed = self.feeds.get(name) or self._new_feed(name, symbol)
        if feed is not None:
            self.feeds[name] = feed
        return feed

    def handler(self, name: str, payload: bytes, *, bare: bool) -> Handler | None:
        """Who takes a stream not yet heard of on this connection, by its first payload.

        ``bare``: it came without its name.
        """
        if is_unused(name):
            return ignore
        if len(self.handlers) >= MOST_HANDLERS:
            return None
        stamp = stamp_of(payload)
        said, _, suffix = name.partition("@")
        symbol = stamp.symbol or said.upper()
        if name not in ALL_DAYS and not (showable(symbol) and symbol.lower() == said.lower()):
            return None
        if stamp.previous is not None:
            self.futures = True
            return None
        if suffix.startswith("depth"):
            return self._depth_handler(name, symbol, suffix, unit_of(stamp), bare=bare)
        feed = self.feed(name, symbol)
        if feed is None:
            return None
        feed.unit = unit_of(stamp)
        return feed.take

    def trust(
        self, carried: Callable[[str], bool], symbols: Container[str], now: int, wall: int
    ) -> None:
        """No print of a real symbol since the acknowledgement is no sign of anything wrong."""
        for name in self.wanted:
            feed = self.feeds.get(name)
            if (
                isinstance(feed, Prints)
                and feed.status.state is State.SYNCING
                and feed.symbol in symbols
                and carried(name)
            ):
                feed.status.become(State.LIVE, now, wall)

    # What a recording's client had said, and the venue had answered.

    def left(self, name: str) -> None:
        """A stream was unsubscribed: where it fed a book, another may, from another place on."""
        sync = self._fed_by(name)
        if sync is not None:
            sync.rejoin.left()
            self._let_others_feed(sync)

    def asked(self, name: str, until: int) -> None:
        """A stream was subscribed: if it isn't answered, it begins up to ``until``."""
        sync = self._book_of(name)
        if sync is not None and (sync.loose or sync is self._fed_by(name)):
            sync.rejoin.asked(until)

    def answered(self, name: str, now: int) -> None:
        """The venue answered the subscription of a stream."""
        sync = self._book_of(name)
        if sync is not None and (sync.wanted or sync.loose or sync is self._fed_by(name)):
            sync.subscribed(now)

    def may_begin_anew(self, unless: Container[str]) -> None:
        """The venue answered something unknown: books' streams may have been subscribed anew.

        Not those of ``unless``, of which it is known.
        """
        for sync in self.syncs.values():
            if sync.splice.window and stream_name(sync.symbol, "book") not in unless:
                sync.may_begin_anew()
                if len(self.handlers.starting(f"{sync.symbol.lower()}@depth")) == 1:
                    self._let_others_feed(sync)

    def _let_others_feed(self, sync: BookSync) -> None:
        sync.loose = True
        for name in self.handlers.starting(f"{sync.symbol.lower()}@depth"):
            self.handlers.drop(name)

    def _book_of(self, name: str) -> BookSync | None:
        lower, _, suffix = name.partition("@")
        return self.syncs.get(lower.upper()) if suffix.startswith("depth") else None

    def _fed_by(self, name: str) -> BookSync | None:
        """The book that a stream feeds; without names in its payloads, at whatever pace."""
        sync = self._book_of(name)
        if sync is None:
            return None
        told = name.removesuffix("@100ms") if sync.bare else name
        return sync if sync.feeder == told else None

    def _depth_handler(
        self, name: str, symbol: str, suffix: str, unit: int, *, bare: bool
    ) -> Handler | None:
        """[1] of a book's procedure; one stream feeds a book, a second one is not used."""
        levels = suffix.removeprefix("depth").partition("@")[0]
        if levels and levels not in PARTIAL_LEVELS:
            return None
        sync = self.sync(symbol)
        if sync.feeder not in ("", name) and not sync.loose and (sync.diff or levels):
            return ignore
        sync.feed_by(name, unit, levels, bare=bare)
        return sync.partial if levels else sync.depth

    def _check_quotes(self, symbol: str, sync: BookSync | None) -> None:
        """Let the symbol's quotes be compared with its book."""
        quotes = self.feeds.get(stream_name(symbol, "quotes"))
        if isinstance(quotes, Quotes):
            quotes.book = sync

    def _new_feed(self, name: str, symbol: str) -> Feed | None:
        suffix = name.partition("@")[2]
        instrument = self._id(symbol)
        if suffix in ("trade", "aggTrade"):
            status = StreamStatus(self._link, Proof.SEQUENCE)
            return Prints(symbol, instrument, status, aggregate=suffix == "aggTrade")
        # Each message of the others tells all there is to know.
        status = StreamStatus(self._link, Proof.SNAPSHOT)
        if name in ALL_DAYS:
            return AllDays(status, self._id(""))
        if suffix == "bookTicker":
            quotes = Quotes(symbol, instrument, status)
            quotes.book = self.syncs.get(symbol)
            return quotes
        if suffix in ("ticker", "miniTicker"):
            return Days(symbol, instrument, status)
        if suffix.startswith("kline_"):
            return Klines(symbol, instrument, status, self._intervals)
        return None

    def _id(self, symbol: str) -> str:
        return instrument_id(self._venue, symbol)


def ignore(data: bytes, now: int, ts_recv: int) -> list[Event]:  # noqa: ARG001 - a Handler
    """Take a message that is understood and not used."""
    return []


def symbol_part(instrument: str) -> str:
    """The venue's spelling in an instrument's id."""
    return split_instrument_id(instrument)[1]


def symbol_of(name: str) -> str:
    """The symbol in a stream's name, in lower case."""
    return name.partition("@")[0]
