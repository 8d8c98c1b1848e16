"""What is in sight of a chart, merged where pixels are fewer than candles."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.market.candle_series import CandleSeries
from monitor.model.time import SECOND
from monitor.studies.candle_columns import candle_columns, price_range


def series_of(n: int) -> CandleSeries:
    series = CandleSeries(SECOND)
    for k in range(n):
        series.add(k * SECOND, 100.0 + k % 17, 1.0, "buy")
    return series


@given(st.integers(1, 400), st.integers(-50, 400), st.integers(1, 400), st.integers(1, 300))
def test_nothing_in_sight_is_missing_and_pixels_suffice(
    n: int, start: int, span: int, width: int
) -> None:
    """Every trade in sight is in a candle in sight, of at most one a pixel and two spare."""
    candles, interval = candle_columns(
        series_of(n), start * SECOND, (start + span) * SECOND, width, narrowest_px=1.0
    )
    inside = [k for k in range(n) if start <= k < start + span]
    opens = candles.ts_open.tolist()
    assert {k * SECOND // interval * interval for k in inside} <= set(opens)
    assert len(opens) <= width + 4
    for ts, volume in zip(opens, candles.volume.tolist(), strict=True):
        assert volume == sum(ts <= k * SECOND < ts + interval for k in range(n))


def test_unmerged_candles_are_no_copy() -> None:
    """A wide enough chart looks straight into the series."""
    series = series_of(100)
    candles, interval = candle_columns(series, 10 * SECOND, 20 * SECOND, 1_000)
    assert SECOND == interval
    assert np.shares_memory(candles.open, series.view().open)


def test_merged_candles_stay_while_the_view_moves() -> None:
    """Panning by a second changes no candle that stays in sight."""
    series = series_of(4_000)
    before, step = candle_columns(series, 0, 2_000 * SECOND, 200)
    after, step_after = candle_columns(series, SECOND, 2_001 * SECOND, 200)
    assert step == step_after
    assert before.high[2:-2].tolist() == after.high[2 : len(before.high) - 2].tolist()


def test_price_range() -> None:
    """The range holds every wick; without candles there is none."""
    assert (100.0, 116.0) == price_range(series_of(50).view())
    assert price_range(CandleSeries(SECOND).view()) is None
