"""The prints worth showing: at least so large, newest last, and which of them are large."""

import math

import numpy as np
from numpy.typing import NDArray

from monitor.market.tape import Tape, TapeView
from monitor.model.time import SECOND

SAMPLE = 2_000
LARGE_QUANTILE = 0.98


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


def large_size(tape: Tape, quantile: float = LARGE_QUANTILE) -> float:
    """The size from which a print counts as large: this quantile of the last 2,000.

    Infinite before there are 20 to judge by.
    """
    sizes = tape.view(SAMPLE).size
    return float(np.quantile(sizes, quantile)) if len(sizes) >= 20 else math.inf


def pace(tape: Tape, ts: int, over_s: float = 10.0) -> float:
    """Trades a second received in the ``over_s`` seconds before ``ts`` (ns UTC)."""
    received: NDArray[np.int64] = tape.view().ts_recv
    since = ts - int(over_s * SECOND)
    return int(len(received) - np.searchsorted(received, since, "right")) / over_s
