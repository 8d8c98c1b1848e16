"""The books and feeds of one connection to Kraken, and what its lists tell of their pairs."""

from typing import Final

from monitor.book.book import Book
from monitor.model.events import Event, InstrumentList, StatusChange
from monitor.model.streams import Stream, StreamKind
from monitor.model.verdict import Proof, State
from monitor.protocol.checksum import Digits
from monitor.protocol.roster import Roster
from monitor.protocol.subscriptions import Topic
from monitor.protocol.venue import VenueProtocol
from monitor.venues.kraken.book_sync import BookSync
from monitor.venues.kraken.feeds import Prints, Ticker
from monitor.venues.kraken.pairs import Listing
from monitor.venues.kraken.topics import feed_topic

PROOFS: Final[dict[StreamKind, tuple[Proof, str]]] = {
    "trades": (Proof.SEQUENCE, "trade ids"),
    "candles": (Proof.SEQUENCE, "trade ids"),
    "quotes": (Proof.SNAPSHOT, "every message"),
    "stats": (Proof.SNAPSHOT, "every message"),
}
_SYSTEM_HALTS: Final = {
    "maintenance": "Kraken is under maintenance",
    "cancel_only": "Kraken only lets orders be cancelled",
}


class KrakenRoster(Roster[BookSync, Prints | Ticker]):
    """Kraken's books, prints and tickers; a halt of the whole venue halts them all."""

    def __init__(self, owner: VenueProtocol) -> None:
        super().__init__(owner, PROOFS)
        self._prints: dict[str, Prints] = {}
        self._tickers: dict[str, Ticker] = {}
        self._digits: dict[str, Digits] = {}
        self._depths: dict[str, int] = {}
        self._system_halt = ""

    def topic(self, stream: Stream) -> Topic:
        return feed_topic(stream)

    def prints(self, symbol: str) -> Prints:
        """The trades of a symbol."""
        if symbol not in self._prints:
            self.feed(Topic("trade", symbol))
        return self._prints[symbol]

    def ticker(self, symbol: str) -> Ticker:
        """The quotes and 24 h figures of a symbol."""
        if symbol not in self._tickers:
            self.feed(Topic("ticker", symbol))
        return self._tickers[symbol]

    def asked_elsewhere(self, symbol: str, depth: int) -> None:
        """A recording's client asked for a book; one first heard of is taken on when granted."""
        self._depths[symbol] = depth
        if (sync := self.syncs.get(symbol)) is not None:
            sync.keep(depth)
            sync.expecting = True

    def system(self, state: str, now: int, ts_recv: int) -> None:
        """The venue told how it is as a whole; a state without a halt ends one."""
        self._system_halt = _SYSTEM_HALTS.get(state, "")
        self.settle_all(now, ts_recv)

    def connected(self, now: int, wall: int) -> None:
        self._system_halt = ""
        super().connected(now, wall)

    def rest_of(self, symbol: str) -> tuple[State, str]:
        if self._system_halt:
            return State.HALTED, self._system_halt
        return super().rest_of(symbol)

    def learn(
        self, listings: list[Listing], now: int, ts_recv: int, *, complete: bool
    ) -> list[Event]:
        """Take pairs on: steps, digits and states."""
        events: list[Event] = []
        for listing in listings:
            instrument = listing.instrument
            known = self._instruments.get(instrument.symbol)
            self._take_on(listing)
            if known is not None and known.status != instrument.status:
                events.append(StatusChange(instrument.id, instrument.status, 0, ts_recv))
        self.settle_all(now, ts_recv)
        instruments = tuple(listing.instrument for listing in listings)
        events.append(InstrumentList(self.venue, instruments, complete, ts_recv))
        return events

    def _take_on(self, listing: Listing) -> None:
        instrument = listing.instrument
        symbol = instrument.symbol
        self._instruments[symbol] = instrument
        self._digits[symbol] = listing.digits
        if instrument.status == "trading":
            self._rests.pop(symbol, None)
        else:
            self._rests[symbol] = (State.HALTED, f"Kraken has {symbol} on {listing.status}")
        if (sync := self.syncs.get(symbol)) is not None:
            sync.declare(listing.digits)
            sync.book.declare(instrument.tick_size, instrument.lot_size)

    def _new_book(self, symbol: str, book: Book) -> BookSync:
        sync = BookSync(symbol, self.id_of(symbol), book, self._link)
        sync.keep(self._depths.get(symbol, 0))
        if symbol in self._digits:
            sync.declare(self._digits[symbol])
        return sync

    def _new_feed(self, topic: Topic) -> Prints | Ticker:
        symbol = topic.symbol
        if topic.channel == "trade":
            prints = self._prints[symbol] = Prints(symbol, self.id_of(symbol))
            return prints
        ticker = self._tickers[symbol] = Ticker(symbol, self.id_of(symbol))
        return ticker
