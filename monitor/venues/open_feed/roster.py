"""The books and feeds of one connection to an Open Feed, and what its list tells of them."""

from typing import Final

from monitor.book.book import Book
from monitor.model.instrument import Instrument, Status
from monitor.model.streams import Stream, StreamKind
from monitor.model.verdict import Proof, State
from monitor.protocol.roster import Roster
from monitor.protocol.subscriptions import Topic
from monitor.protocol.venue import VenueProtocol
from monitor.venues.open_feed.book_sync import BookSync
from monitor.venues.open_feed.feeds import ChannelFeed
from monitor.venues.open_feed.topics import topic_of, topics_of

PROOFS: Final[dict[StreamKind, tuple[Proof, str]]] = {
    "trades": (Proof.SEQUENCE, "trade ids"),
    "candles": (Proof.SNAPSHOT, "every message"),
    "quotes": (Proof.SNAPSHOT, "every message"),
    "stats": (Proof.SNAPSHOT, "every message"),
}
_RESTING: Final = {"halted": State.HALTED, "closed": State.CLOSED}


class OpenFeedRoster(Roster[BookSync, ChannelFeed]):
    """An Open Feed's books and feeds. ``prints`` and ``quotes`` are the busiest, by symbol."""

    def __init__(self, owner: VenueProtocol) -> None:
        super().__init__(owner, PROOFS)
        self.prints: dict[str, ChannelFeed] = {}
        self.quotes: dict[str, ChannelFeed] = {}

    def topic(self, stream: Stream) -> Topic:
        return topic_of(stream)

    def topics(self) -> set[Topic]:
        """What to ask for all the streams."""
        return topics_of(self.streams, self._instruments)

    def status_told(self, symbol: str, status: Status, reason: str, now: int, ts_recv: int) -> None:
        """The feed told whether a symbol trades, and perhaps why not."""
        state = _RESTING.get(status, State.LIVE)
        words = (reason or f"{symbol} is {status}")[:200] if state is not State.LIVE else ""
        self._rests[symbol] = (state, words)
        self.settle(symbol, now, ts_recv)

    def learn(self, instrument: Instrument, now: int, ts_recv: int) -> None:
        """Take an instrument of the list on: its steps, and whether it trades."""
        symbol = instrument.symbol
        self._instruments[symbol] = instrument
        if (sync := self.syncs.get(symbol)) is not None:
            sync.book.declare(instrument.tick_size, instrument.lot_size)
        for topic, feed in self.feeds.items():
            if topic.symbol == symbol:
                feed.declare(instrument.tick_size, instrument.lot_size)
        if instrument.status != "trading" or symbol in self._rests:
            self.status_told(symbol, instrument.status, "", now, ts_recv)

    def _new_book(self, symbol: str, book: Book) -> BookSync:
        return BookSync(symbol, self.id_of(symbol), book, self._link)

    def _new_feed(self, topic: Topic) -> ChannelFeed:
        feed = ChannelFeed(topic.symbol, self.id_of(topic.symbol))
        if (listed := self._instruments.get(topic.symbol)) is not None:
            feed.declare(listed.tick_size, listed.lot_size)
        if topic.channel == "trades":
            self.prints[topic.symbol] = feed
        if topic.channel == "quotes":
            self.quotes[topic.symbol] = feed
        return feed
