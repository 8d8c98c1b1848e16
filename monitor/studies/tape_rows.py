"""The prints worth showing: at least so large, newest last, and which of them are large."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.market.tape import Tape, TapeView
from monitor.model.time import SECOND

SAMPLE = 2_000
LARGE_QUANTILE = 0.98
LARGE_RATIO = 3
LEAST_SAMPLE = 20


def tape_rows(tape: Tape, n: int, smallest: float = 0.0) -> TapeView:
    """The newest ``n`` trades of at least ``smallest`` in size, oldest first.

    Without a limit these are windows into the tape, no copies.
    """
    if smallest <= 0:
        return tape.view(n)
    span = n
    while True:
        view = tape.view(span)
        rows = np.flatnonzero(view.size >= smallest)
        if len(rows) >= n or len(view.size) == len(tape):
            return view.rows(rows[-n:])
        span *= 8


class TapeWindow(NamedTuple):
    """Rows of the tape, newest first, by their place in ``tape.view()``.

    ``total`` counts the rows that could be scrolled through, ``offset`` those above the
    first row shown, ``newer`` those that came after the tape was held still.
    """

    places: NDArray[np.int64]
    total: int
    offset: int
    newer: int


def tape_window(
    tape: Tape, n: int, smallest: float = 0.0, offset: int = 0, until: int | None = None
) -> TapeWindow:
    """``n`` rows from ``offset`` rows below the newest on, of trades of at least ``smallest``.

    ``until`` is the tape's ``count`` when it was held still: later trades are left out
    and counted. Where the ring has let go of what was held, its oldest rows are shown.
    """
    size = tape.view().size
    later = 0 if until is None else tape.count - until
    end = max(len(size) - later, min(len(size), n))
    if smallest > 0:
        chosen = np.flatnonzero(size >= smallest)
        total = int(np.searchsorted(chosen, end))
        newer = len(chosen) - total
    else:
        chosen, total, newer = None, end, len(size) - end
    offset = min(max(offset, 0), max(0, total - n))
    low, high = max(0, total - offset - n), total - offset
    places = np.arange(low, high) if chosen is None else chosen[low:high]
    return TapeWindow(places[::-1], total, offset, newer)


def size_floors(tape: Tape) -> list[float]:
    """Least sizes worth filtering by: 0, then 1, 2 and 5 times powers of ten.

    They lie among the last 2,000 sizes: from the smaller half's middle to the largest.
    """
    sizes = tape.view(SAMPLE).size
    sizes = sizes[sizes > 0]
    if not len(sizes):
        return [0.0]
    least, most = float(np.quantile(sizes, 0.25)), float(sizes.max())
    low, high = math.floor(math.log10(least)), math.floor(math.log10(most))
    # From a text, so that 0.02 is 0.02 and no neighbour of it.
    steps = [float(f"{digit}e{power}") for power in range(low, high + 1) for digit in (1, 2, 5)]
    return [0.0, *(step for step in steps if least < step <= most)]


def large_size(tape: Tape, quantile: float = LARGE_QUANTILE) -> float:
    """The size from which a print counts as large: this quantile of the last 2,000.

    It is at least three times their median: where all are alike, none is large. Infinite
    before there are 20 to judge by.
    """
    sizes = tape.view(SAMPLE).size
    if len(sizes) < LEAST_SAMPLE:
        return math.inf
    middle, large = np.quantile(sizes, (0.5, quantile))
    return float(max(large, LARGE_RATIO * middle))


def pace(tape: Tape, ts: int, over_s: float = 10.0) -> float:
    """Trades a second received in the ``over_s`` seconds before ``ts`` (ns UTC)."""
    received: NDArray[np.int64] = tape.view().ts_recv
    since = ts - int(over_s * SECOND)
    return int(len(received) - np.searchsorted(received, since, "right")) / over_s
