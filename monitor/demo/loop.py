"""Events matched beforehand, told again and again at any rate, without one false step.

The engine matches slower than a test may want messages. So a listing trades for a
while in advance; then its book is led back, by ordinary deltas that never cross it,
to what it was at the beginning; and from there the same events are true again. Only
times, sequence numbers and trade ids go on.
"""

from collections.abc import Iterator

from monitor.demo.listing import FALLEN_BEHIND, Listing
from monitor.demo.profile import Calibration, Profile
from monitor.model.events import BookDelta, BookSnapshot, Event, Level, Quote, Trade
from monitor.model.time import MS, SECOND

CHUNK = 32
"""Levels in one delta of the way back; about the flow's own mean."""
STRIDE = 100 * MS

Sides = tuple[dict[float, float], dict[float, float]]
"""Sizes by price: bids and asks."""


class LoopedListing(Listing):
    """A listing told at ``rate`` events a second, evenly; at least ``count`` are matched first."""

    def __init__(
        self,
        profile: Profile,
        calibration: Calibration,
        seed: int,
        ts_start: int,
        *,
        rate: float,
        count: int,
    ) -> None:
        super().__init__(profile, calibration, seed, ts_start)
        self.rate = rate
        self._opening = self._last_quote = super().quote(ts_start)
        start = super().book(ts_start)
        self._sides: Sides = (dict(start.bids), dict(start.asks))
        matched = Listing(profile, calibration, seed, ts_start)
        self._script = list(_script(matched, self._opening, start, ts_start, count))
        self._told = 0

    def __len__(self) -> int:
        """Events in one round."""
        return len(self._script)

    @property
    def deltas_in_round(self) -> int:
        """By how much ``seq`` rises until the same book comes again."""
        return sum(isinstance(event, BookDelta) for event in self._script)

    def advance(self, ts: int) -> list[Event]:
        """What happened up to ``ts`` (ns UTC), in the order of time."""
        elapsed, self._last_ts = ts - self._last_ts, ts
        if elapsed > FALLEN_BEHIND:
            self._ts_start += elapsed
        due = int((ts - self._ts_start) * self.rate / SECOND)
        return [self._tell_next() for _ in range(due - self._told)]

    def book(self, ts: int) -> BookSnapshot:
        """The book after the last event told."""
        bids = sorted(self._sides[0].items(), reverse=True)
        asks = sorted(self._sides[1].items())
        return BookSnapshot(self.words.id, bids, asks, self.seq, self.seq, ts, ts)

    def quote(self, ts: int) -> Quote:
        """The last quote told."""
        quote = self._last_quote
        return Quote(
            quote.instrument,
            quote.bid_price,
            quote.bid_size,
            quote.ask_price,
            quote.ask_size,
            ts,
            ts,
        )

    def _tell_next(self) -> Event:
        event = self._script[self._told % len(self._script)]
        ts = self._ts_start + int(self._told * SECOND / self.rate)
        self._told += 1
        if isinstance(event, Quote):
            self._last_quote = event
            return self.quote(ts)
        if isinstance(event, Trade):
            self.trades += 1
            tick, lots = self.words.tick(event.price), self.words.lots(event.size)
            self.history.trade(ts // SECOND, tick, lots, buy=event.side == "buy")
            return Trade(event.instrument, event.price, event.size, event.side, self.trades, ts, ts)
        self.seq += 1
        _apply(self._sides[0], event.bids)
        _apply(self._sides[1], event.asks)
        return BookDelta(event.instrument, event.bids, event.asks, self.seq, self.seq, ts, ts)


def _script(
    listing: Listing, opening: Quote, start: BookSnapshot, ts_start: int, count: int
) -> Iterator[Trade | Quote | BookDelta]:
    """``count`` events or a few more, and then those that lead back to ``start``."""
    told, ts = 0, ts_start
    while told < count:
        ts += STRIDE
        for event in listing.advance(ts):
            if isinstance(event, Trade | Quote | BookDelta):
                told += 1
                yield event
    yield from (event for event in listing.settle(ts) if isinstance(event, BookDelta))
    end = listing.book(ts)
    yield from _way_back(end, start, ts)
    yield opening


def _way_back(end: BookSnapshot, start: BookSnapshot, ts: int) -> Iterator[BookDelta]:
    """Deltas from one book to another; only the one that moves the best prices is larger.

    Prices outside both books' best can change in any order without a cross; all
    between the lower best bid and the higher best ask change at once.
    """
    bids, asks = _difference(end.bids, start.bids), _difference(end.asks, start.asks)
    low = min(end.bids[0][0], start.bids[0][0])
    high = max(end.asks[0][0], start.asks[0][0])
    near = [one for one in bids if one[0] >= low], [one for one in asks if one[0] <= high]
    yield _delta(end, near[0], near[1], ts)
    far = [one for one in bids if one[0] < low]
    for at in range(0, len(far), CHUNK):
        yield _delta(end, far[at : at + CHUNK], [], ts)
    far = [one for one in asks if one[0] > high]
    for at in range(0, len(far), CHUNK):
        yield _delta(end, [], far[at : at + CHUNK], ts)


def _difference(held: list[Level], wanted: list[Level]) -> list[Level]:
    """The levels that turn ``held`` into ``wanted``."""
    before, after = dict(held), dict(wanted)
    changed = [(price, size) for price, size in wanted if before.get(price) != size]
    return changed + [(price, 0.0) for price, _ in held if price not in after]


def _delta(book: BookSnapshot, bids: list[Level], asks: list[Level], ts: int) -> BookDelta:
    return BookDelta(book.instrument, bids, asks, 0, 0, ts, ts)


def _apply(side: dict[float, float], levels: list[Level]) -> None:
    for price, size in levels:
        if size:
            side[price] = size
        else:
            side.pop(price, None)
