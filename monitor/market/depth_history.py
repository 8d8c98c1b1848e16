"""The book through time: one column of sizes each 100 ms, with bad intervals marked as such."""

import math
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.book.book import Book
from monitor.model.time import MS, SECOND
from monitor.model.verdict import State

STEP = 100 * MS
LARGEST_COLUMNS = 8_192
LARGEST_ROWS = 2_048

BAD = 0
"""State code: the book could not be believed, or was not looked at; every row is NaN."""
PROVEN = 1
"""State code: the stream was LIVE."""
UNPROVEN = 2
"""State code: the venue offers no proof; the sizes are what it said."""

_CODES = {State.LIVE: PROVEN, State.UNPROVEN: UNPROVEN}


class DepthColumns(NamedTuple):
    """Consecutive columns, oldest first; windows, good until the history changes.

    ``sizes`` is float32 of shape (columns, rows): the size resting at prices from
    ``(bottom + row) * row_size`` up to the next row's, 0 where nothing rests, NaN where
    it isn't known. ``ts`` int64 ns UTC, ``bottom`` int64 in rows, ``best_bid`` and
    ``best_ask`` float64, NaN where missing; ``state`` uint8: BAD, PROVEN or UNPROVEN.
    """

    ts: NDArray[np.int64]
    bottom: NDArray[np.int64]
    best_bid: NDArray[np.float64]
    best_ask: NDArray[np.float64]
    state: NDArray[np.uint8]
    sizes: NDArray[np.float32]


class DepthHistory:
    """A ring of samples of one book on rows of one size, one column per step of time.

    Column ``k`` is the k-th ever taken; ``count`` says how many there were and
    ``count - len(self)`` is the oldest still held. A step nobody sampled is a BAD column,
    so columns are even in time. Each has its own ``bottom``: it moves only when the price
    leaves the middle half of the window.
    """

    def __init__(
        self,
        row_size: Decimal,
        rows: int = LARGEST_ROWS,
        columns: int = LARGEST_COLUMNS,
        step: int = STEP,
    ) -> None:
        if not 2 <= rows <= LARGEST_ROWS or not 1 <= columns <= LARGEST_COLUMNS:
            raise ValueError(
                f"a depth history was to hold {columns} columns of {rows} rows; "
                f"at most {LARGEST_COLUMNS} of {LARGEST_ROWS} are kept"
            )
        if row_size <= 0:
            raise ValueError(f"a depth history's row size was {row_size}; it must be above 0")
        self.row_size = row_size
        self.rows = rows
        self.columns = columns
        self.step = step
        self.count = 0
        self._row = float(row_size)
        self._slot = 0
        self._bottom = 0
        self._ts = np.zeros(columns, np.int64)
        self._bottoms = np.zeros(columns, np.int64)
        self._bids = np.zeros(columns)
        self._asks = np.zeros(columns)
        self._states = np.zeros(columns, np.uint8)
        # Zeros cost only the pages written to: an idle history takes no memory.
        self._sizes = np.zeros((columns, rows), np.float32)

    def __len__(self) -> int:
        return min(self.count, self.columns)

    def due(self, now: int) -> bool:
        """True where the step of ``now`` (monotonic ns) has no column yet."""
        return not self.count or now // self.step != self._slot

    def sample(self, now: int, ts: int, book: Book, state: State) -> int:
        """Look at the book; returns how many columns that made, 0 where none was due.

        ``now`` is monotonic ns and decides the step; ``ts`` is ns UTC, for the axis.
        Steps missed since the last sample become BAD columns. Where ``now`` went back by
        more than a second (a replay jumped), the history starts anew.
        """
        slot = now // self.step
        if self.count and slot <= self._slot:
            if (self._slot - slot) * self.step <= SECOND:
                return 0
            self.clear()
        missed = min(slot - self._slot - 1, self.columns - 1) if self.count else 0
        for steps in range(missed, 0, -1):
            self._mark_bad(ts - steps * self.step)
        self._slot = slot
        code = _CODES.get(state, BAD)
        if code == BAD or not book.synced:
            self._mark_bad(ts)
        else:
            self._draw(ts, book, code)
        return missed + 1

    def segments(self, first: int, last: int) -> list[DepthColumns]:
        """Columns ``first`` up to ``last`` (excluded) that are still held, as one or two runs."""
        first, last = max(first, self.count - len(self)), min(last, self.count)
        runs = []
        while first < last:
            start = first % self.columns
            length = min(last - first, self.columns - start)
            rows = slice(start, start + length)
            runs.append(
                DepthColumns(
                    self._ts[rows],
                    self._bottoms[rows],
                    self._bids[rows],
                    self._asks[rows],
                    self._states[rows],
                    self._sizes[rows],
                )
            )
            first += length
        return runs

    def clear(self) -> None:
        """Forget every column; ``count`` starts anew."""
        self.count = 0

    # Columns.

    def _next(self, ts: int, code: int) -> int:
        place = self.count % self.columns
        self.count += 1
        self._ts[place], self._bottoms[place], self._states[place] = ts, self._bottom, code
        return place

    def _mark_bad(self, ts: int) -> None:
        place = self._next(ts, BAD)
        self._bids[place] = self._asks[place] = math.nan
        self._sizes[place] = math.nan

    def _draw(self, ts: int, book: Book, code: int) -> None:
        bid, ask = book.bids.best, book.asks.best
        self._follow(bid, ask)
        place = self._next(ts, code)
        self._bids[place] = math.nan if bid is None else bid
        self._asks[place] = math.nan if ask is None else ask
        column, bottom, rows = self._sizes[place], self._bottom, self.rows
        column[:] = 0.0
        # A side is only asked for rows it can have levels in: half the work each.
        stop = 0 if bid is None else min(max(self._row_of(bid) + 1 - bottom, 0), rows)
        if stop:
            column[:stop] = book.bids.columns(bottom * self._row, (bottom + stop) * self._row, stop)
        start = rows if ask is None else min(max(self._row_of(ask) - bottom, 0), rows)
        if start < rows:
            column[start:] += book.asks.columns(
                (bottom + start) * self._row, (bottom + rows) * self._row, rows - start
            )
        self._blank_unknown(column, book)

    def _follow(self, bid: float | None, ask: float | None) -> None:
        """Move the window where the price has left its middle half."""
        known = [price for price in (bid, ask) if price is not None]
        if not known:
            return
        middle = self._row_of(sum(known) / len(known))
        if not self.count or abs(middle - self._bottom - self.rows // 2) > self.rows // 4:
            self._bottom = max(0, middle - self.rows // 2)

    def _row_of(self, price: float) -> int:
        # The slack keeps a price on a row's edge in that row whatever the division rounds to.
        return math.floor(price / self._row + 1e-7)

    def _blank_unknown(self, column: NDArray[np.float32], book: Book) -> None:
        """Rows not wholly inside the covered range are unknown, not empty."""
        low, high = book.covered
        if low is not None:
            known = math.ceil(low / self._row - 1e-7) - self._bottom
            column[: max(0, known)] = math.nan
        if high is not None:
            known = self._row_of(high + float(book.tick_size)) - self._bottom
            column[max(0, known) :] = math.nan


def row_size_for(tick_size: Decimal, price: float, share: float, rows: int) -> Decimal:
    """A row size of 1, 2 or 5 times a power of ten ticks, so that ``rows`` span at least
    ``share`` of the price (0.02 is 2 %)."""
    wanted = (Decimal(repr(price)) * Decimal(repr(share)) / rows / tick_size).to_integral_value(
        ROUND_CEILING
    )
    power = Decimal(10) ** max(0, wanted.adjusted())
    ticks = next(step * power for step in (1, 2, 5, 10) if step * power >= wanted)
    return ticks * tick_size
