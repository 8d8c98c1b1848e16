"""Which side of the book weighs more near the mid."""

import math

from monitor.book.book import Book


def imbalance(book: Book, share: float | None) -> float:
    """(bids - asks) / (bids + asks) of the sizes within ``share`` of the mid, from -1 to 1.

    ``share`` is a fraction of the mid (0.001 is 0.1 %), None all that is held; NaN without a mid. The measure is
    that of Cartea, Jaimungal and Penalva, *Algorithmic and High-Frequency Trading*, ch. 12,
    over a span of price instead of the best level alone.
    """
    mid = book.mid
    if mid is None:
        return math.nan
    if share is None:
        return balance(float(book.bids.arrays()[1].sum()), float(book.asks.arrays()[1].sum()))
    # A column takes in its lower end but not its upper one, so that is moved a little.
    low, high = mid * (1 - share), mid * (1 + share) + float(book.tick_size) / 1_000
    bids = float(book.bids.columns(low, high, 1)[0])
    asks = float(book.asks.columns(low, high, 1)[0])
    return balance(bids, asks)


def imbalance_of_levels(book: Book, levels: int) -> float:
    """The same over the best ``levels`` of each side; NaN for an empty book."""
    return balance(
        float(book.bids.arrays(levels)[1].sum()), float(book.asks.arrays(levels)[1].sum())
    )


def balance(bids: float, asks: float) -> float:
    """(bids - asks) / (bids + asks); NaN where both are 0."""
    return (bids - asks) / (bids + asks) if bids + asks else math.nan
