"""The candles in sight of one series, merged ones kept: far zooms cost what near ones do."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.market.candle_series import (
    CLOSED,
    PARTIAL,
    CandleColumns,
    CandleSeries,
    aggregated,
)
from monitor.studies.candle_columns import NARROWEST_PX

STALE_ROWS = 512
"""So many new candles after the kept merged ones are merged anew each time, then kept too."""
STEPS_KEPT = 4
"""Zooming to and fro goes over few steps: those are kept."""


class CandleWindow:
    """Like ``candle_columns``, for one series looked at again and again.

    The whole series is merged once for a zoom and again only when older candles
    changed, so a frame costs what is in sight and not what it stands for.
    """

    def __init__(self, series: CandleSeries) -> None:
        self.series = series
        self._kept: dict[int, _Merged] = {}

    def columns(
        self, start: int, end: int, width_px: float, narrowest_px: float = NARROWEST_PX
    ) -> tuple[CandleColumns, int]:
        """Candles that open in ``start`` up to ``end`` (ns), and the interval they stand for."""
        interval = self.series.interval
        in_sight = max(end - start, interval) / interval
        room = max(width_px / narrowest_px, 1.0)
        factor = 1 << max(0, math.ceil(math.log2(in_sight / room)))
        step = interval * factor
        candles = self.series.view() if factor == 1 else self._merged(step)
        first, last = start - start % step - step, end - end % step + 2 * step
        rows = slice(*np.searchsorted(candles.ts_open, (first, last)).tolist())
        return candles.rows(rows), step

    def told_in(
        self, seen: tuple[int, int], opens: NDArray[np.int64], step: int
    ) -> tuple[int, int] | None:
        """From when to when (ns UTC) the candles tell that open at ``opens`` and are ``seen``."""
        shown = opens[(opens > seen[0] - step) & (opens < seen[1])]
        held = self.series.view().ts_open
        if not len(shown) or not len(held):
            return None
        # Merged candles begin before the first and end after the last of their parts.
        first, last = max(shown[0], held[0]), min(shown[-1] + step, held[-1] + self.series.interval)
        return int(first), int(last)

    def _merged(self, step: int) -> CandleColumns:
        candles = self.series.view()
        if not len(candles.ts_open):
            return candles
        kept = self._kept.get(step)
        if kept is None or not kept.serves(self.series):
            if len(self._kept) >= STEPS_KEPT:
                self._kept.pop(next(iter(self._kept)))
            kept = self._kept[step] = _Merged.of(self.series, step)
        fresh = int(np.searchsorted(candles.ts_open, kept.up_to))
        tail = aggregated(candles.rows(slice(fresh, None)), step)
        if not fresh:
            return tail
        # Its first is cut off here by us: it misses nothing but what its parts miss.
        parts = candles.flags[fresh : int(np.searchsorted(candles.ts_open, tail.ts_open[0] + step))]
        tail.flags[0] &= ~PARTIAL & 0xFF
        tail.flags[0] |= np.bitwise_or.reduce(parts) & PARTIAL
        return _joined(kept.candles, tail)


class _Merged(NamedTuple):
    """A series merged up to a moment, as it was at a revision."""

    candles: CandleColumns
    up_to: int
    revision: int

    @classmethod
    def of(cls, series: CandleSeries, step: int) -> "_Merged":
        candles = series.view()
        newest = int(candles.ts_open[-1])
        up_to = newest - newest % step
        end = int(np.searchsorted(candles.ts_open, up_to))
        merged = aggregated(candles.rows(slice(0, end)), step)
        merged.flags[-1:] |= CLOSED
        return cls(merged, up_to, series.revision)

    def serves(self, series: CandleSeries) -> bool:
        """Whether what is kept still holds, and what came since is little."""
        if series.revision != self.revision:
            return False
        opens = series.view().ts_open
        return len(opens) - int(np.searchsorted(opens, self.up_to)) <= STALE_ROWS


def _joined(first: CandleColumns, second: CandleColumns) -> CandleColumns:
    pairs: zip[tuple[NDArray[Any], NDArray[Any]]] = zip(first, second, strict=True)
    return CandleColumns(*(np.concatenate(pair) for pair in pairs))
