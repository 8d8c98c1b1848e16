"""Every market held, by instrument id, and what the venues told of those that aren't."""

from collections import deque
from collections.abc import Iterable, Iterator

from monitor.book.book import Book
from monitor.market.market import Market
from monitor.model.events import BookDelta, DayStats, Event, InstrumentList, Quote, Refusal, Trade
from monitor.model.instrument import Instrument
from monitor.model.verdict import Judged

REFUSALS = 100
_OF_MARKETS = frozenset((BookDelta, Quote, Trade))


class Markets:
    """Where events end: ``sink`` is what a session or a player is given.

    ``instruments`` holds each venue's list by symbol id, ``day_stats`` the 24 h figures of
    any instrument, for the palette; ``version`` grows when one of them changes.
    """

    def __init__(self) -> None:
        self.version = 0
        self.instruments: dict[str, dict[str, Instrument]] = {}
        self.day_stats: dict[str, DayStats] = {}
        self.refusals: deque[Refusal] = deque(maxlen=REFUSALS)
        self.strays = 0
        """Events, but for book deltas, of instruments nobody holds: the last after unsubscribing."""
        self._by_id: dict[str, Market] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Market]:
        return iter(self._by_id.values())

    def get(self, instrument: str) -> Market | None:
        """The market of an instrument id; None where none is held."""
        return self._by_id.get(instrument)

    def hold(self, instrument: Instrument, book: Book, judged: Judged | None = None) -> Market:
        """Begin to hold a market; one already held takes over the book and the judge."""
        market = self._by_id.get(instrument.id)
        if market is None:
            market = self._by_id[instrument.id] = Market(instrument, book, judged)
            market.day_stats = self.day_stats.get(instrument.id)
        else:
            market.instrument = instrument
            if market.book is not book or market.judged is not judged:
                market.attach(book, judged)
        return market

    def drop(self, instrument: str) -> None:
        """Hold a market no longer."""
        self._by_id.pop(instrument, None)

    def find(self, instrument: str) -> Instrument | None:
        """What is known of an instrument id, held or only listed; None where nothing is."""
        market = self._by_id.get(instrument)
        if market is not None:
            return market.instrument
        return self.instruments.get(instrument.partition(":")[0], {}).get(instrument)

    def sink(self, events: Iterable[Event]) -> None:
        """Put events where they belong."""
        by_id = self._by_id
        for event in events:
            kind = type(event)
            if kind in _OF_MARKETS:
                # Nearly all that comes; whatever is asked before costs every message.
                held = by_id.get(event.instrument)  # type: ignore[union-attr] # kind says so
                if held is not None:
                    held.apply(event)
                elif kind is not BookDelta:
                    self.strays += 1
                continue
            if isinstance(event, InstrumentList):
                self._take_list(event)
                continue
            market = by_id.get(event.instrument)
            if market is not None:
                market.apply(event)
            if isinstance(event, DayStats):
                self.day_stats[event.instrument] = event
                self.version += 1
            elif isinstance(event, Refusal):
                self.refusals.append(event)
                self.version += 1
            elif market is None:
                self.strays += 1

    def _take_list(self, listed: InstrumentList) -> None:
        known = {} if listed.complete else self.instruments.get(listed.venue, {})
        self.instruments[listed.venue] = known | {one.id: one for one in listed.instruments}
        self.version += 1
        for instrument in listed.instruments:
            market = self._by_id.get(instrument.id)
            if market is not None:
                market.instrument, market.status = instrument, instrument.status
                market.version += 1
