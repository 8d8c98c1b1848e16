"""The candles in sight, never more than pixels can show."""

import math

import numpy as np

from monitor.market.candle_series import CandleColumns, CandleSeries, aggregated

NARROWEST_PX = 2.0


def candle_columns(
    series: CandleSeries, start: int, end: int, width_px: float, narrowest_px: float = NARROWEST_PX
) -> tuple[CandleColumns, int]:
    """Candles that open in ``start`` up to ``end`` (ns), and the interval (ns) they stand for.

    One more at either end, so that nothing is missing at the borders. Where a candle
    would be narrower than ``narrowest_px``, 2, 4, 8 … are merged; the merged ones lie at
    fixed times, so that they don't change while the view moves. The cost is that of what
    is in sight; unmerged columns are no copies.
    """
    interval = series.interval
    in_sight = max(end - start, interval) / interval
    room = max(width_px / narrowest_px, 1.0)
    factor = 1 << max(0, math.ceil(math.log2(in_sight / room)))
    step = interval * factor
    candles = series.view()
    # Whole merged candles: begin and end where they do.
    first, last = start - start % step - step, end - end % step + 2 * step
    rows = slice(*np.searchsorted(candles.ts_open, (first, last)).tolist())
    visible = candles.rows(rows)
    return (aggregated(visible, step) if factor > 1 else visible), step


def price_range(candles: CandleColumns) -> tuple[float, float] | None:
    """Lowest low and highest high; None where there is no candle."""
    if not len(candles.low):
        return None
    return float(candles.low.min()), float(candles.high.max())
