"""Cumulative bids and asks: exact by level, and by pixel column for the eye."""

import math
from typing import NamedTuple

import numpy as np

from monitor.book.book import Book
from monitor.book.side import Floats

BEYOND_KNOWN = 1.05
"""How far past its known end a whole book is shown."""


class LevelCurve(NamedTuple):
    """Exact cumulative sizes, best level first, prices and sums of one length a side."""

    bid_prices: Floats
    bid_sums: Floats
    ask_prices: Floats
    ask_sums: Floats


class PixelCurve(NamedTuple):
    """Cumulative sizes over ``n`` equal price columns, by rising price.

    ``edges`` has n + 1 prices. ``bids[i]`` is the sum of all bids at or above
    ``edges[i]``, ``asks[i]`` of all asks below ``edges[i + 1]``; NaN where the column lies
    outside ``known``, the range the book is known whole in (infinite where it has no end).
    """

    edges: Floats
    bids: Floats
    asks: Floats
    known: tuple[float, float]

    @property
    def highest(self) -> float:
        """The highest sum of both sides; 0 where nothing is known."""
        sums = np.concatenate((self.bids, self.asks))
        known = sums[~np.isnan(sums)]
        return float(known.max()) if known.size else 0.0


def level_curve(book: Book, *, in_quote: bool = False) -> LevelCurve:
    """The curve of every level held, in base units or in quote (price times size)."""
    bid_prices, bids = book.bids.arrays()
    ask_prices, asks = book.asks.arrays()
    if in_quote:
        bids, asks = bids * bid_prices, asks * ask_prices
    return LevelCurve(bid_prices, np.cumsum(bids), ask_prices, np.cumsum(asks))


def pixel_curve(
    book: Book, low: float, high: float, n: int, *, in_quote: bool = False
) -> PixelCurve:
    """The curve from ``low`` to ``high`` in ``n`` columns; the cost is that of the pixels.

    Where the span leaves out the best price, what lies between still counts. In quote
    units each column's size is valued at its middle price.
    """
    edges = np.linspace(low, high, n + 1)
    bids, asks = book.bids.columns(low, high, n), book.asks.columns(low, high, n)
    if in_quote:
        middle = (edges[1:] + edges[:-1]) / 2
        bids, asks = bids * middle, asks * middle
    bids = np.cumsum(bids[::-1])[::-1] + _beyond(book, high, in_quote=in_quote, bids=True)
    asks = np.cumsum(asks) + _beyond(book, low, in_quote=in_quote, bids=False)
    known = known_range(book)
    bids[edges[1:] <= known[0]] = math.nan
    asks[edges[:-1] >= known[1]] = math.nan
    return PixelCurve(edges, bids, asks, known)


def known_range(book: Book) -> tuple[float, float]:
    """Lowest and highest price up to which the book is known whole, infinite where it is all."""
    low, high = book.covered
    return (-math.inf if low is None else low, math.inf if high is None else high)


def span_around(book: Book, share: float | None) -> tuple[float, float] | None:
    """Prices from ``share`` below to ``share`` above the mid (0.004 is 0.4 %).

    With None the span is all that is known whole, a little more so that its end is seen,
    even about the mid; where the book has no such end, that of all levels held. None
    where there is no mid to be around.
    """
    mid = book.mid
    if mid is None:
        return None
    if share is None:
        low, high = book.covered
        if low is not None or high is not None:
            ends = (mid - low if low is not None else 0.0, high - mid if high is not None else 0.0)
            reach = min(max(ends) * BEYOND_KNOWN, mid)
            return mid - reach, mid + reach
        lowest = float(book.bids.arrays()[0][-1])
        highest = float(book.asks.arrays()[0][-1])
        # A joke order at a thousand times the price must not flatten the rest.
        reach = min(max(mid - lowest, highest - mid) * BEYOND_KNOWN, mid)
        return mid - reach, mid + reach
    return mid * (1 - share), mid * (1 + share)


def _beyond(book: Book, edge: float, *, in_quote: bool, bids: bool) -> float:
    """The sum between the best price and a span that begins only after it."""
    side, best = (book.bids, book.best_bid) if bids else (book.asks, book.best_ask)
    if best is None or (best < edge if bids else best >= edge):
        return 0.0
    tick = float(book.tick_size)
    low, high = (edge, best + tick / 2) if bids else (best - tick / 2, edge)
    if not in_quote:
        return float(side.columns(low, high, 1)[0])
    prices, sizes = side.arrays()
    inside = prices >= edge if bids else prices < edge
    return float(prices[inside] @ sizes[inside])
