"""The last trades as NumPy columns, oldest first, cheap to append to and free to look at."""

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.model.events import Trade

CAPACITY = 65_536
FIRST_ROWS = 2_048

AGGREGATE = 1
"""Flag: the row stands for several fills of one order."""
BACKFILL = 2
"""Flag: a trade of the past, sent in a snapshot."""
LATE = 4
"""Flag: it came after a trade that the venue dates later."""
NO_VENUE_TIME = 8
"""Flag: the venue gave no time; ``ts_event`` repeats ``ts_recv``."""

SMALLEST_ID, LARGEST_ID = -(2**63), 2**63 - 1

SIDES = {"buy": 1, "sell": -1, "unknown": 0}
SIDE_NAMES = {1: "buy", -1: "sell", 0: "unknown"}

_NUMBERS: tuple[tuple[str, Any], ...] = (
    ("ts_event", np.int64),
    ("ts_recv", np.int64),
    ("price", np.float64),
    ("size", np.float64),
    ("side", np.int8),
    ("flags", np.uint8),
)


class TapeView(NamedTuple):
    """Columns of one length, oldest first: windows into the tape, good until it changes.

    ``ts_event`` and ``ts_recv`` are int64 ns UTC, ``price`` and ``size`` float64 in the
    venue's units, ``side`` int8 (the aggressor's: 1 buy, -1 sell, 0 unknown), ``flags``
    uint8. ``trade_id`` holds the venue's ids, int64 as long as all are whole numbers of 64
    bits, else objects; ``exact`` the venue's texts of price and size where a float can't
    hold them, else None.
    """

    ts_event: NDArray[np.int64]
    ts_recv: NDArray[np.int64]
    price: NDArray[np.float64]
    size: NDArray[np.float64]
    side: NDArray[np.int8]
    flags: NDArray[np.uint8]
    trade_id: NDArray[Any]
    exact: NDArray[np.object_]

    def rows(self, which: slice | NDArray[np.int64]) -> "TapeView":
        """The same columns with only some rows; windows still, where ``which`` is a slice."""
        columns: tuple[NDArray[Any], ...] = self
        return TapeView(*(column[which] for column in columns))

    def exact_at(self, row: int) -> tuple[Decimal, Decimal]:
        """Price and size of one row, exactly as the venue wrote them."""
        price, size = self.exact[row] or (repr(float(self.price[row])), repr(float(self.size[row])))
        return Decimal(price), Decimal(size)


class Tape:
    """A ring of the last ``capacity`` trades; one instrument's.

    Live trades stand in the order they came; a backfilled one is put in its place by
    time. A trade seen before (same id, same time) is dropped and counted: venues resend
    their last trades when a stream is subscribed anew.

    The rows live in buffers of up to twice the capacity. When the end is reached the
    newest are moved to the front, so a view is always one slice and never a copy.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise ValueError(f"the tape's capacity was {capacity}; it must be at least 1")
        self.capacity = capacity
        self.count = 0
        """Trades taken so far, those that left the ring included."""
        self.duplicates = 0
        """Trades dropped because they were here before."""
        self.too_old = 0
        """Backfilled trades dropped because the ring is full of newer ones."""
        self.revision = 0
        """Grows when rows other than the newest changed: who keeps drawn rows draws anew."""
        self._start = self._end = 0
        self._columns: tuple[NDArray[Any], ...]
        self._ids: Any
        self._exact: NDArray[np.object_]
        self._begin_ids()
        self._lay(min(FIRST_ROWS, 2 * capacity))

    def __len__(self) -> int:
        return self._end - self._start

    def append(self, trade: Trade) -> bool:
        """Take a trade; False where it was a duplicate or is older than all a full ring holds."""
        ts_event = trade.ts_event
        if self._is_duplicate(trade.trade_id, ts_event):
            self.duplicates += 1
            return False
        flags = AGGREGATE if trade.aggregate else 0
        if not ts_event:
            ts_event = trade.ts_recv
            flags |= NO_VENUE_TIME
        row = self._end if self._end < self._rows else self._room()
        if row > self._start and ts_event < self._ts_event[row - 1]:
            if trade.backfill:
                return self._insert(trade, ts_event, flags | BACKFILL)
            flags |= LATE
        if trade.backfill:
            flags |= BACKFILL
        self._write(row, trade, ts_event, flags)
        return True

    def view(self, n: int | None = None) -> TapeView:
        """The newest ``n`` trades (all by default), oldest first, without a copy."""
        start = self._start if n is None else max(self._start, self._end - n)
        rows = slice(start, self._end)
        return TapeView(*(column[rows] for column in self._columns))

    def clear(self) -> None:
        """Forget every trade, but not the counts: a replay jumped."""
        self._start = self._end = 0
        self.revision += 1
        self._begin_ids()
        self._lay(min(FIRST_ROWS, 2 * self.capacity))

    # Duplicates. Ids that are numbers grow with every trade, so the highest tells a new one,
    # and the rows themselves are searched for the others; nothing more is kept of them. Other
    # ids are noted, at least the last ``capacity`` of them, in two halves.

    def _begin_ids(self) -> None:
        self._numbered = True
        self._highest = SMALLEST_ID - 1
        self._seen: dict[str | int, int] = {}
        self._seen_before: dict[str | int, int] = {}

    def _is_duplicate(self, trade_id: str | int, ts_event: int) -> bool:
        """Note the id. The time belongs to it: a venue that restarts may reuse its ids."""
        if self._numbered:
            if type(trade_id) is int and SMALLEST_ID <= trade_id <= LARGEST_ID:
                if trade_id > self._highest:
                    self._highest = trade_id
                    return False
                return self._stands(trade_id, ts_event)
            self._take_any_ids()
        return trade_id != "" and self._was_noted(trade_id, ts_event)

    def _stands(self, trade_id: int, ts_event: int) -> bool:
        """Whether a row has that id and the venue's time; 0 where it gave none."""
        rows = self.view()
        same = rows.trade_id == trade_id
        dated = (rows.flags & NO_VENUE_TIME) == 0
        return bool((same & (dated & (rows.ts_event == ts_event) if ts_event else ~dated)).any())

    def _take_any_ids(self) -> None:
        """From now on ids may be anything: the rows keep objects, and each id is noted."""
        self._numbered = False
        self._ids = self._columns[-2].astype(object)
        self._columns = (*self._columns[:-2], self._ids, self._exact)
        rows = self.view()
        undated = (rows.flags & NO_VENUE_TIME) != 0
        times = np.where(undated, 0, rows.ts_event).tolist()
        self._seen = dict(zip(rows.trade_id.tolist(), times, strict=True))

    def _was_noted(self, trade_id: str | int, ts_event: int) -> bool:
        seen = self._seen
        if seen.get(trade_id) == ts_event or self._seen_before.get(trade_id) == ts_event:
            return True
        if len(seen) >= self.capacity:
            self._seen_before, seen = seen, {}
            self._seen = seen
        seen[trade_id] = ts_event
        return False

    # Rows.

    def _lay(self, rows: int) -> None:
        columns: list[NDArray[Any]] = [np.zeros(rows, kind) for _, kind in _NUMBERS]
        ids = np.zeros(rows, np.int64 if self._numbered else object)
        self._exact = np.empty(rows, object)
        # Writing one cell through a memoryview costs a third of writing it through NumPy.
        cells: list[Any] = [column.data for column in columns]
        self._ts_event, self._ts_recv, self._price, self._size, self._side, self._flags = cells
        self._ids = ids.data if self._numbered else ids
        self._columns = (*columns, ids, self._exact)
        self._rows = rows

    def _room(self) -> int:
        """The row to write next, after making room for it where the last was written."""
        old, start, end = self._columns, self._start, self._end
        if self._rows < 2 * self.capacity:
            self._lay(min(4 * self._rows, 2 * self.capacity))
        for column, kept in zip(self._columns, old, strict=True):
            # Only a full ring slides, so the rows don't overlap their new place.
            column[: end - start] = kept[start:end]
        self._start, self._end = 0, end - start
        return self._end

    def _write(self, row: int, trade: Trade, ts_event: int, flags: int) -> None:
        """Fill a row, the one after the last or one that was made free, and count it."""
        self._ts_event[row] = ts_event
        self._ts_recv[row] = trade.ts_recv
        self._price[row] = trade.price
        self._size[row] = trade.size
        self._side[row] = SIDES[trade.side]
        self._flags[row] = flags
        self._ids[row] = trade.trade_id
        self._exact[row] = trade.exact
        self._end = end = self._end + 1
        self.count += 1
        if end - self._start > self.capacity:
            self._start += 1

    def _insert(self, trade: Trade, ts_event: int, flags: int) -> bool:
        """Put a trade of the past after the last one that isn't newer."""
        row = self._place(ts_event)
        if row == self._start and len(self) == self.capacity:
            self.too_old += 1
            return False
        for column in self._columns:
            column[row + 1 : self._end + 1] = column[row : self._end].copy()
        self._write(row, trade, ts_event, flags)
        self.revision += 1
        return True

    def _place(self, ts_event: int) -> int:
        # Late trades leave the column unsorted in spots, so it is scanned, from the end.
        column, stop = self._columns[0], self._end
        while stop > self._start:
            begin = max(self._start, stop - 1_024)
            found = np.flatnonzero(column[begin:stop] <= ts_event)
            if found.size:
                return begin + int(found[-1]) + 1
            stop = begin
        return self._start
