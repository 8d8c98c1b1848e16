"""How near the demo's flow comes to the market it was calibrated to: the same figures, measured anew."""

from collections import Counter
from collections.abc import Iterable
from statistics import fmean

import msgspec

from monitor.demo.engine import ASK, BID
from monitor.demo.instruments import BUSY, PROFILES
from monitor.demo.listing import Listing
from monitor.demo.profile import Calibration, Quantiles
from monitor.model.events import BookDelta, Event, Quote, Trade
from monitor.model.time import MS, SECOND

TOLERANCE = 0.3
SHARES = (0.25, 0.5, 0.75, 0.95)
"""Quantiles that are compared; the highest ones rest on a handful of seconds on both sides."""


class Figure(msgspec.Struct, frozen=True):
    """One figure of the real market, and the demo's."""

    name: str
    real: float
    demo: float

    @property
    def ratio(self) -> float:
        """The demo's as a multiple of the real one."""
        return self.demo / self.real

    @property
    def near(self) -> bool:
        """True within the tolerance."""
        return abs(self.ratio - 1) <= TOLERANCE


class _Counts:
    """What the real recording was measured for, gathered from events."""

    def __init__(self, seconds: int) -> None:
        self.quotes = [0] * seconds
        self.trades = [0] * seconds
        self.books = [0] * seconds
        self.levels: list[int] = []
        self.deletes = 0
        self.spreads: list[int] = []
        self.cumulative: list[list[float]] = []
        self.trade_sizes: list[float] = []
        self.milliseconds: Counter[int] = Counter()

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Quote):
                self._tick(self.quotes, event.ts_event)
            elif isinstance(event, Trade):
                self._tick(self.trades, event.ts_event)
                self.trade_sizes.append(event.size)
                self.milliseconds[event.ts_event // MS] += 1
            elif isinstance(event, BookDelta):
                self._tick(self.books, event.ts_event)
                self.levels.append(len(event.bids) + len(event.asks))
                self.deletes += sum(not size for _, size in event.bids)
                self.deletes += sum(not size for _, size in event.asks)

    @staticmethod
    def _tick(seconds: list[int], ts: int) -> None:
        second = ts // SECOND
        if second < len(seconds):
            seconds[second] += 1


def measure(calibration: Calibration, seed: int, seconds: int) -> list[Figure]:
    """Trade the busy instrument for ``seconds`` of its time; how its figures compare.

    Takes about a second for each five minutes.
    """
    profile = next(one for one in PROFILES if one.symbol == BUSY)
    listing = Listing(profile, calibration, seed, 0)
    counts = _Counts(seconds)
    for step in range(1, seconds * 10 + 1):
        counts.add(listing.advance(step * 100 * MS))
        bids, asks = listing.engine.sides
        if bids.best is not None and asks.best is not None:
            counts.spreads.append(asks.best - bids.best)
        if step % 10 == 0:
            counts.cumulative.append(_within(listing, calibration))
    return list(_figures(calibration, counts))


def _within(listing: Listing, calibration: Calibration) -> list[float]:
    """Size within each measured distance of the best: bids, then asks."""
    sums = []
    edges = (calibration.bid_size_within_bps, calibration.ask_size_within_bps)
    for side in (BID, ASK):
        levels = listing.engine.sides[side].levels
        best = listing.engine.sides[side].best or 0
        for bps, _ in edges[side]:
            reach = bps * calibration.ticks_per_bps
            lots = sum(level.lots for tick, level in levels.items() if abs(tick - best) <= reach)
            sums.append(listing.words.size(lots))
    return sums


def _figures(real: Calibration, counts: _Counts) -> Iterable[Figure]:
    rates = (
        ("messages", real.messages_per_s, _summed(counts.quotes, counts.trades, counts.books)),
        ("quotes", real.quotes_per_s, counts.quotes),
        ("trades", real.trades_per_s, counts.trades),
    )
    for name, rate, seconds in rates:
        yield Figure(f"{name} a second, mean", rate.mean, fmean(seconds))
        yield from _compared(f"{name} a second", rate.quantiles, seconds)
    yield Figure("book updates a second, mean", real.books_per_s, fmean(counts.books))
    yield from _compared("levels an update", real.levels_per_update, counts.levels)
    yield Figure(
        "share of deletes", real.share_of_deletes, counts.deletes / max(1, sum(counts.levels))
    )
    yield from _compared("spread in ticks", real.spread_ticks, counts.spreads, (0.5, 0.95, 0.99))
    yield from _compared("trade size", real.trade_size, counts.trade_sizes, (0.5, 0.9, 0.95))
    several = sum(count > 1 for count in counts.milliseconds.values())
    share = several / max(1, len(counts.milliseconds))
    yield Figure("share of ms with several trades", real.multi_trade_ms_share, share)
    names = [
        (f"{side} within {bps:g} bps, mean", size)
        for side, edges in (("bids", real.bid_size_within_bps), ("asks", real.ask_size_within_bps))
        for bps, size in edges
    ]
    for (name, size), column in zip(names, zip(*counts.cumulative, strict=True), strict=True):
        yield Figure(name, size, fmean(column))


def _compared(
    name: str, real: Quantiles, values: Iterable[float], shares: tuple[float, ...] = SHARES
) -> Iterable[Figure]:
    ordered = sorted(values)
    for share, value in real:
        if share in shares and ordered:
            found = ordered[min(len(ordered) - 1, int(share * len(ordered)))]
            yield Figure(f"{name}, p{100 * share:g}", value, found)


def _summed(*columns: list[int]) -> list[int]:
    return [sum(row) for row in zip(*columns, strict=True)]
