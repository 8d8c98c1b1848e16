"""What it costs to trade a size now: the book walked from the best price on."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.book.book import Book
from monitor.book.side import Floats
from monitor.model.events import Side

FEW = (64, 1_024)
"""Levels looked at first; most questions end there."""


class Cost(NamedTuple):
    """The outcome of a market order against the book as it stands.

    ``filled`` is the size the known book could give, in the book's unit; ``average`` and
    ``worst`` are prices, NaN where nothing could be filled; ``notional`` is the sum of
    price times size. ``slippage_bps`` is how much worse than mid the average is, in
    basis points (1/10,000), NaN without a mid. ``exhausted`` says that the book's known
    part ended before the size was filled: the true cost is at least this.
    """

    filled: float
    average: float
    worst: float
    notional: float
    slippage_bps: float
    exhausted: bool


def cost_of_size(book: Book, side: Side, size: float) -> Cost:
    """Buying (``side`` buy) or selling ``size`` at once."""
    prices, sizes = _levels(book, side, lambda _, sizes: bool(sizes.sum() > size))
    return _walk(book, side, prices, sizes, np.cumsum(sizes), size)


def cost_of_notional(book: Book, side: Side, notional: float) -> Cost:
    """Buying or selling for ``notional`` of the quote currency at once."""
    prices, sizes = _levels(book, side, lambda prices, sizes: bool(prices @ sizes > notional))
    return _walk(book, side, prices, sizes, np.cumsum(prices * sizes), notional)


def cost_to_price(book: Book, side: Side, limit: float) -> Cost:
    """Trading everything up to a price: buying all asks at or below it, or selling to all
    bids at or above it. ``exhausted`` where the price lies beyond the known book."""
    buys = side == "buy"
    prices, sizes = _levels(
        book, side, lambda prices, _: bool(prices[-1] > limit if buys else prices[-1] < limit)
    )
    inside = prices <= limit if buys else prices >= limit
    size = float(sizes[inside].sum())
    cost = _walk(book, side, prices, sizes, np.cumsum(sizes), size)
    edge = book.covered[1] if buys else book.covered[0]
    beyond = edge is not None and (limit > edge if buys else limit < edge)
    return cost._replace(exhausted=beyond)


def _levels(
    book: Book, side: Side, enough: Callable[[Floats, Floats], bool]
) -> tuple[Floats, Floats]:
    """Levels an aggressor of ``side`` would meet, best first, within the covered range: beyond
    it there may be levels nobody told us of in between. Only as many as are ``enough``, where
    the first few are: a cursor asks at every frame."""
    met = book.asks if side == "buy" else book.bids
    for limit in (*FEW, None):
        prices, sizes = met.arrays(limit)
        if limit is None or len(prices) < limit or enough(prices, sizes):
            break
    low, high = book.covered
    if side == "buy":
        return (prices, sizes) if high is None else _cut(prices, sizes, prices <= high)
    return (prices, sizes) if low is None else _cut(prices, sizes, prices >= low)


def _cut(prices: Floats, sizes: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    return prices[inside], sizes[inside]


def _walk(
    book: Book, side: Side, prices: Floats, sizes: Floats, taken: Floats, wanted: float
) -> Cost:
    """Take levels until ``taken`` (their running sum, in size or notional) reaches ``wanted``."""
    # The running sum's last digits are rounding: a size that just empties the book fits.
    whole = int(np.searchsorted(taken, wanted * (1 - 1e-12)))
    if whole == len(taken):
        part, last = 0.0, whole
    else:
        before = float(taken[whole - 1]) if whole else 0.0
        unit = (float(taken[whole]) - before) / float(sizes[whole])
        part, last = (wanted - before) / unit, whole + 1
    filled = float(sizes[:whole].sum()) + part
    notional = float(prices[:whole] @ sizes[:whole])
    notional += part * float(prices[whole]) if part else 0.0
    if filled <= 0:
        return Cost(0.0, np.nan, np.nan, 0.0, np.nan, exhausted=wanted > 0)
    average = notional / filled
    mid = book.mid
    worse = np.nan if mid is None else (average / mid - 1) * (1 if side == "buy" else -1)
    return Cost(
        filled, average, float(prices[last - 1]), notional, worse * 1e4, whole == len(taken)
    )
