"""The ladder's grouping that suits a book, and what was traded lately in each of its rows."""

import math
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from monitor.book.book import Book
from monitor.book.side import Floats
from monitor.market.tape import Tape
from monitor.studies.ladder_rows import LadderRows, centred_top, group_steps, ladder_rows

FILLED = 0.7
WIDEST_SPREAD = 3
"""Rows the spread may take."""
OFF_A_ROW = 1e-6
"""A price nearer to a row's own, in steps, is off it by rounding only."""


def default_step(book: Book, rows: int) -> Decimal | None:
    """The finest step at which a ladder of ``rows`` rows is mostly filled; None for no book.

    Mostly: seven rows in ten hold a level, and the spread takes three rows at most. Where
    no step does, the one that fills the most.
    """
    price = book.best_bid or book.best_ask
    if price is None:
        return None
    best, most = book.tick_size, -1.0
    for step in group_steps(book.tick_size, price):
        top = centred_top(book, step, rows)
        if top is None:
            return None
        seen = ladder_rows(book, step, rows, top)
        filled = np.count_nonzero((seen.bids > 0) | (seen.asks > 0)) / rows
        narrow = seen.best_bid - seen.best_ask - 1 <= WIDEST_SPREAD
        if filled >= FILLED and narrow:
            return step
        if filled > most:
            best, most = step, filled
    return best


def traded_in_rows(tape: Tape, rows: LadderRows, since: int) -> tuple[Floats, Floats]:
    """Sizes bought and sold in each row by trades that happened after ``since`` (ns UTC).

    A buy stands in the row at or above its price, as the ask it met did; a sell (and a
    trade of unknown side, which counts in neither sum) at or below.
    """
    view = tape.view()
    recent = np.flatnonzero(view.ts_event > since)
    price, size, side = view.price[recent], view.size[recent], view.side[recent]
    bought, sold = side > 0, side < 0
    return (
        _sums(price[bought], size[bought], rows, 1),
        _sums(price[sold], size[sold], rows, -1),
    )


def row_of_price(price: float, side: int, rows: LadderRows) -> int:
    """The row a trade stands in, by its side (1, -1, 0 as a sell); -1 where out of sight."""
    steps = price / float(rows.step)
    nearest = round(steps)
    if abs(steps - nearest) >= OFF_A_ROW:
        nearest = math.ceil(steps) if side > 0 else math.floor(steps)
    row = rows.top - nearest
    return row if 0 <= row < len(rows.prices) else -1


def _sums(prices: Floats, sizes: Floats, rows: LadderRows, sign: int) -> Floats:
    row = _rows_of(prices, rows, sign)
    inside = (row >= 0) & (row < len(rows.prices))
    sums = np.bincount(row[inside], sizes[inside], len(rows.prices))
    return sums.astype(np.float64, copy=False)


def _rows_of(prices: Floats, rows: LadderRows, sign: int) -> NDArray[np.int64]:
    steps = prices / float(rows.step)
    nearest = np.rint(steps)
    own = np.abs(steps - nearest) < OFF_A_ROW
    away = np.ceil(steps) if sign > 0 else np.floor(steps)
    return (rows.top - np.where(own, nearest, away)).astype(np.int64)
