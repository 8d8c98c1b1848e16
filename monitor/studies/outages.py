"""Where trades were missed between two candles: the stretch that no candle may fill."""

import numpy as np

from monitor.market.candle_series import PARTIAL, CandleColumns


def outages(candles: CandleColumns, interval: int) -> list[tuple[int, int]]:
    """Empty stretches (ns UTC) between candles that are both PARTIAL: the two ends of one.

    An outage shorter than a candle leaves no stretch: its candle is PARTIAL, and that is all.
    """
    partial = (candles.flags & PARTIAL) != 0
    apart = np.diff(candles.ts_open) > interval
    before = np.flatnonzero(partial[:-1] & partial[1:] & apart)
    starts, stops = candles.ts_open[before] + interval, candles.ts_open[before + 1]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))
