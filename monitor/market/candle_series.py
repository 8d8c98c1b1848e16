"""Candles of one interval as growing columns: built from trades, completed by the venue's past.

What is true where both know a candle: ours, if every trade of its interval was seen here;
else the venue's. A candle of which a part was missed carries PARTIAL until the venue's own
replaces it. An interval without a trade has no candle: nothing is invented.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.market.running_candle import RunningCandle
from monitor.model.events import Candle, Side
from monitor.model.time import SECOND

CAPACITY = 100_000
"""Candles kept: 27 hours of busy seconds at 1 s, and 17 MB when full."""
FIRST_ROWS = 1_024

FROM_VENUE = 1
"""Flag: the venue's candle, not built here from trades."""
CLOSED = 2
"""Flag: a later candle exists, or the venue called it closed."""
PARTIAL = 4
"""Flag: trades of its interval were missed, or may have been."""

_SETTLED = FROM_VENUE | CLOSED
"""Of such a candle the venue has counted every trade already."""

_KINDS: dict[str, Any] = {
    "ts_open": np.int64,
    "open": np.float64,
    "high": np.float64,
    "low": np.float64,
    "close": np.float64,
    "volume": np.float64,
    "buy_volume": np.float64,
    "trades": np.int64,
    "flags": np.uint8,
    "ts_first": np.int64,
    "ts_last": np.int64,
}


class CandleColumns(NamedTuple):
    """Columns of one length by rising ``ts_open``; windows, good until the series changes.

    ``ts_open`` int64 ns UTC; prices float64; ``volume`` and ``buy_volume`` float64 in base
    units, ``buy_volume`` NaN and ``trades`` -1 where the venue does not tell; ``flags``
    uint8 of FROM_VENUE, CLOSED, PARTIAL; ``ts_first`` and ``ts_last`` are the times of the
    trades that gave ``open`` and ``close``.
    """

    ts_open: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    buy_volume: NDArray[np.float64]
    trades: NDArray[np.int64]
    flags: NDArray[np.uint8]
    ts_first: NDArray[np.int64]
    ts_last: NDArray[np.int64]

    def rows(self, which: slice | NDArray[np.int64]) -> "CandleColumns":
        """The same columns with only some rows; windows still, where ``which`` is a slice."""
        columns: tuple[NDArray[Any], ...] = self
        return CandleColumns(*(column[which] for column in columns))


class CandleSeries:
    """One instrument's candles of one interval (ns, at least one second)."""

    def __init__(self, interval: int, capacity: int = CAPACITY) -> None:
        if interval < SECOND:
            raise ValueError(f"the candle interval was {interval} ns; it must be at least 1 s")
        self.interval = interval
        self.capacity = capacity
        self.version = 0
        """Grows with every change."""
        self.revision = 0
        """Grows when candles other than the last changed: who keeps drawn ones draws anew."""
        self.missed = True
        """True while trades may be missing since the last one taken."""
        self._start = self._end = 0
        # The last candle's cells are written when they are looked at, not at every trade.
        self._running = RunningCandle()
        self._lay(min(FIRST_ROWS, 2 * capacity))

    def __len__(self) -> int:
        return self._end - self._start

    def view(self, n: int | None = None) -> CandleColumns:
        """The newest ``n`` candles (all by default), oldest first, without a copy."""
        self._running.write(self._cells)
        start = self._start if n is None else max(self._start, self._end - n)
        rows = slice(start, self._end)
        return CandleColumns(*(column[rows] for column in self._columns))

    def holes(self) -> list[tuple[int, int]]:
        """Spans of time (ns, end excluded) before the last candle in which trades are missing.

        Asking the venue for its candles of these spans makes them whole.
        """
        candles = self.view()
        partial = (candles.flags & PARTIAL) != 0
        spans: list[tuple[int, int]] = []
        for row in np.flatnonzero(partial).tolist():
            ts = int(candles.ts_open[row])
            end = ts + self.interval if candles.flags[row] & CLOSED else ts
            # Two partial candles in a row are the two ends of one outage.
            if spans and row and partial[row - 1]:
                spans[-1] = (spans[-1][0], end)
            elif end > ts:
                spans.append((ts, end))
        return spans

    # Writing.

    def add(self, ts: int, price: float, size: float, side: Side) -> None:
        """Take one trade, late ones too: it goes to the candle of its own time."""
        self.version += 1
        running = self._running
        if not running.begin <= ts < running.end:
            self._add_elsewhere(ts, price, size, side)
            return
        if price > running.high:
            running.high = price
        elif price < running.low:
            running.low = price
        if ts >= running.ts_last:
            running.close, running.ts_last = price, ts
        elif ts < running.ts_first:
            running.open, running.ts_first = price, ts
        running.volume += size
        if side == "buy":
            running.buy_volume += size
        running.trades += 1

    def _add_elsewhere(self, ts: int, price: float, size: float, side: Side) -> None:
        """Take a trade of another candle than the running one; the last may run from then on."""
        self._stop_running()
        row = self._row_of(ts, price)
        if row < 0:
            return
        if self._flags[row] & _SETTLED == _SETTLED:
            return
        if price > self._high[row]:
            self._high[row] = price
        if price < self._low[row]:
            self._low[row] = price
        if ts >= self._ts_last[row]:
            self._close[row], self._ts_last[row] = price, ts
        if ts < self._ts_first[row]:
            self._open[row], self._ts_first[row] = price, ts
        self._volume[row] += size
        if side == "buy":
            self._buy_volume[row] += size
        if self._trades[row] >= 0:
            self._trades[row] += 1
            if row == self._end - 1:
                self._running.run(row, self.interval, self._cells)

    def interrupt(self) -> None:
        """Trades may be missing from here to the next one: both their candles are partial."""
        self._stop_running()
        self.missed = True
        if self._end > self._start:
            row = self._end - 1
            if not self._flags[row] & FROM_VENUE:
                self._flags[row] |= PARTIAL
            self.version += 1

    def put(self, candle: Candle) -> None:
        """Take the venue's own candle as it forms or closes."""
        self._stop_running()
        row = self._end - 1
        if row >= self._start and candle.ts_open < self._ts_open[row]:
            self.merge((candle,))
            return
        if row < self._start or candle.ts_open > self._ts_open[row]:
            row = self._appended(candle.ts_open)
        elif _ours_stands(self._flags[row], candle):
            return
        self.version += 1
        for column, value in zip(self._columns, self._row_of_candle(candle), strict=True):
            column[row] = value

    def merge(self, candles: Iterable[Candle]) -> None:
        """Take the venue's past: it fills what is missing and replaces what isn't whole."""
        theirs = {candle.ts_open: candle for candle in candles}
        ours = self.view()
        for ts_open, flags in zip(ours.ts_open.tolist(), ours.flags.tolist(), strict=True):
            if ts_open in theirs and _ours_stands(flags, theirs[ts_open]):
                del theirs[ts_open]
        if not theirs:
            return
        kept = np.array([ts_open not in theirs for ts_open in ours.ts_open.tolist()], np.bool_)
        rows = zip(*map(self._row_of_candle, theirs.values()), strict=True)
        held: tuple[NDArray[Any], ...] = ours
        columns = [
            np.concatenate([column[kept], np.array(values, column.dtype)])
            for column, values in zip(held, rows, strict=True)
        ]
        order = np.argsort(columns[0], kind="stable")[-self.capacity :]
        self._take(CandleColumns(*(column[order] for column in columns)))

    def take_from(self, finer: "CandleSeries") -> None:
        """Start from a series whose interval divides this one's. Call it on an empty series."""
        self._take(aggregated(finer.view(), self.interval))
        self.missed = finer.missed

    # Rows.

    def _stop_running(self) -> None:
        self._running.write(self._cells)
        self._running.stop()

    def _lay(self, rows: int) -> None:
        columns: list[NDArray[Any]] = [np.zeros(rows, kind) for kind in _KINDS.values()]
        self._columns = columns
        cells: tuple[Any, ...] = tuple([column.data for column in columns])
        self._cells = cells
        (
            self._ts_open,
            self._open,
            self._high,
            self._low,
            self._close,
            self._volume,
            self._buy_volume,
            self._trades,
            self._flags,
            self._ts_first,
            self._ts_last,
        ) = cells
        self._rows = rows

    def _take(self, candles: CandleColumns) -> None:
        """Hold these candles and no others."""
        self._running.stop()
        n = len(candles.ts_open)
        rows = self._rows
        while rows < min(n + FIRST_ROWS, 2 * self.capacity):
            rows *= 2
        self._lay(min(rows, 2 * self.capacity))
        for column, values in zip(self._columns, candles, strict=True):
            column[:n] = values
        self._start, self._end = 0, n
        self.view().flags[:-1] |= CLOSED
        self.version += 1
        self.revision += 1

    def _make_room(self) -> None:
        """See to it that one more row can be written after the last."""
        if self._end < self._rows:
            return
        old, start, end = self._columns, self._start, self._end
        if self._rows < 2 * self.capacity:
            self._lay(min(2 * self._rows, 2 * self.capacity))
        for column, kept in zip(self._columns, old, strict=True):
            column[: end - start] = kept[start:end]
        self._start, self._end = 0, end - start

    def _appended(self, ts_open: int) -> int:
        """A new last row; the one before it closes."""
        self._make_room()
        row = self._end
        if row > self._start:
            self._flags[row - 1] |= CLOSED
        self._end += 1
        if self._end - self._start > self.capacity:
            self._start += 1
        self._ts_open[row] = ts_open
        return row

    def _open_candle(self, row: int, ts: int, price: float, flags: int) -> None:
        self._open[row] = self._high[row] = self._low[row] = self._close[row] = price
        self._volume[row] = self._buy_volume[row] = 0.0
        self._trades[row] = 0
        self._flags[row] = flags
        self._ts_first[row] = self._ts_last[row] = ts

    def _row_of(self, ts: int, price: float) -> int:
        """The row of a trade's candle, made where missing; -1 where it is too old to keep."""
        row = self._end - 1
        ts_open = ts - ts % self.interval
        if row < self._start or ts_open > self._ts_open[row]:
            row = self._appended(ts_open)
            self._open_candle(row, ts, price, PARTIAL if self.missed else 0)
            self.missed = False
        elif ts_open != self._ts_open[row]:
            row = self._row_of_late(ts_open, ts, price)
        elif self.missed:
            self._flags[row] |= PARTIAL
            self.missed = False
        return row

    def _row_of_late(self, ts_open: int, ts: int, price: float) -> int:
        """The row of an earlier candle, made where missing; -1 where it is too old to keep."""
        self.revision += 1
        row = self._start + int(np.searchsorted(self.view().ts_open, ts_open))
        if self._ts_open[row] == ts_open:
            return row
        if len(self) >= self.capacity:
            return -1
        self._make_room()
        row = self._start + int(np.searchsorted(self.view().ts_open, ts_open))
        for column in self._columns:
            column[row + 1 : self._end + 1] = column[row : self._end].copy()
        self._end += 1
        self._ts_open[row] = ts_open
        # At the beginning, or beside an outage, it is not alone in having been missed.
        before = self._flags[row - 1] if row > self._start else PARTIAL
        around = before | self._flags[row + 1]
        self._open_candle(row, ts, price, CLOSED | (around & PARTIAL))
        return row

    def _row_of_candle(self, candle: Candle) -> tuple[float, ...]:
        flags = FROM_VENUE | (CLOSED if candle.closed else PARTIAL)
        # While it forms, a newer trade sets the close; the open is the venue's for good.
        ts_last = candle.ts_open + (self.interval - 1 if candle.closed else 0)
        return (
            candle.ts_open,
            candle.open,
            candle.high,
            candle.low,
            candle.close,
            candle.volume,
            candle.buy_volume if candle.buy_volume >= 0 else np.nan,
            candle.trades,
            flags,
            candle.ts_open,
            ts_last,
        )


def _ours_stands(flags: int, theirs: Candle) -> bool:
    """True where a candle with these flags must not be replaced by the venue's."""
    return not flags & PARTIAL and not (flags & FROM_VENUE and theirs.closed)


def aggregated(candles: CandleColumns, interval: int) -> CandleColumns:
    """Candles of a coarser interval (ns, a multiple of theirs) from finer ones.

    Volumes and counts are sums, unknown where one part is; FROM_VENUE and PARTIAL pass on
    from any part; the first is PARTIAL where it doesn't begin with its interval.
    """
    if not len(candles.ts_open):
        return candles
    buckets = candles.ts_open - candles.ts_open % interval
    starts = np.flatnonzero(np.diff(buckets, prepend=buckets[0] - 1))
    ends = np.append(starts[1:], len(buckets)) - 1
    flags = np.bitwise_or.reduceat(candles.flags, starts).astype(np.uint8)
    flags &= FROM_VENUE | PARTIAL
    if candles.ts_open[0] != buckets[0]:
        flags[0] |= PARTIAL
    flags[:-1] |= CLOSED
    trades = np.add.reduceat(candles.trades, starts)
    trades[np.minimum.reduceat(candles.trades, starts) < 0] = -1
    return CandleColumns(
        ts_open=buckets[starts],
        open=candles.open[starts],
        high=np.maximum.reduceat(candles.high, starts),
        low=np.minimum.reduceat(candles.low, starts),
        close=candles.close[ends],
        volume=np.add.reduceat(candles.volume, starts),
        buy_volume=np.add.reduceat(candles.buy_volume, starts),
        trades=trades,
        flags=flags,
        ts_first=candles.ts_first[starts],
        ts_last=candles.ts_last[ends],
    )
