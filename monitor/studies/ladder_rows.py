"""The book on a ladder: rows of one step, bids and asks grouped away from each other."""

import math
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from monitor.book.book import Book
from monitor.book.grid import decimals_of
from monitor.book.side import Floats

_ROUND = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5))
COARSEST_SHARE = 0.05


class LadderRows(NamedTuple):
    """Rows of a ladder from the highest price down; arrays of one length, float64.

    A bid stands in the row at or below its price, an ask in the row at or above its:
    grouping never shows a price better than the truth. Sizes are NaN where the row isn't
    wholly within the book's covered range. ``top`` is the first row's price in steps;
    ``best_bid`` and ``best_ask`` are row numbers, -1 where out of sight; ``decimals`` are
    the digits the prices need.
    """

    prices: Floats
    bids: Floats
    asks: Floats
    top: int
    best_bid: int
    best_ask: int
    step: Decimal
    decimals: int


def ladder_rows(book: Book, step: Decimal, rows: int, top: int) -> LadderRows:
    """``rows`` rows of ``step``, the first at price ``top * step``.

    Raises ValueError where the step is no multiple of the book's tick.
    """
    size, one, decimals = _judged(step, book.tick_size)
    bottom = top - rows + 1
    bids = book.bids.columns(bottom * size, (top + 1) * size, rows)[::-1].copy()
    asks = book.asks.columns((bottom - 1) * size + one, top * size + one, rows)[::-1].copy()
    prices = _prices(top, rows, step)
    low, high = book.covered
    if low is not None:
        bids[prices < low - one / 2] = math.nan
    if high is not None:
        asks[prices > high + one / 2] = math.nan
    return LadderRows(
        prices,
        bids,
        asks,
        top,
        _row(top, rows, None if book.best_bid is None else _steps_down(book.best_bid, step)),
        _row(top, rows, None if book.best_ask is None else _steps_up(book.best_ask, step)),
        step,
        decimals,
    )


@lru_cache(maxsize=64)
def _judged(step: Decimal, tick: Decimal) -> tuple[float, float, int]:
    """Step and tick as floats, and the digits of the step. Raises ValueError."""
    if step <= 0 or step % tick:
        raise ValueError(f"the ladder's step was {step}; it must be a multiple of {tick}")
    return float(step), float(tick), decimals_of(step)


@lru_cache(maxsize=8)
def _prices(top: int, rows: int, step: Decimal) -> Floats:
    """The rows' prices, not to be written to: the next frame's are mostly the same."""
    numerator, denominator = step.as_integer_ratio()
    prices = np.arange(top, top - rows, -1, dtype=np.float64) * numerator / denominator
    prices.flags.writeable = False
    return prices


def centred_top(book: Book, step: Decimal, rows: int) -> int | None:
    """The ``top`` that puts the spread in the middle; None for an empty book."""
    bid, ask = book.best_bid, book.best_ask
    if bid is None and ask is None:
        return None
    low = _steps_down(bid, step) if bid is not None else None
    high = _steps_up(ask, step) if ask is not None else None
    middle = (low if low is not None else high or 0) + (high if high is not None else low or 0)
    return middle // 2 + rows // 2


def group_steps(tick_size: Decimal, price: float) -> list[Decimal]:
    """The steps a ladder offers: the tick, then all of 1, 2, 2.5 and 5 times a power of ten
    that are multiples of it, up to a twentieth of the price."""
    steps = [tick_size]
    largest = Decimal(repr(price * COARSEST_SHARE))
    for power in range(tick_size.adjusted(), largest.adjusted() + 1 if largest > 0 else 0):
        for digit in _ROUND:
            step = digit.scaleb(power)
            if tick_size < step <= largest and step % tick_size == 0:
                steps.append(step)
    return steps


def _steps_down(price: float, step: Decimal) -> int:
    return math.floor(Decimal(repr(price)) / step)


def _steps_up(price: float, step: Decimal) -> int:
    return math.ceil(Decimal(repr(price)) / step)


def _row(top: int, rows: int, steps: int | None) -> int:
    return top - steps if steps is not None and 0 <= top - steps < rows else -1
