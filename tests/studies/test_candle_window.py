"""A window on a series shows what the series holds, however often it is looked through."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.market.candle_series import CandleSeries, aggregated
from monitor.model.events import Candle
from monitor.model.time import SECOND
from monitor.studies.candle_window import STALE_ROWS, CandleWindow

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.integers(0, 400)),
        st.tuples(st.just("late"), st.integers(0, 400)),
        st.tuples(st.just("past"), st.integers(0, 400)),
        st.tuples(st.just("cut"), st.just(0)),
        st.tuples(st.just("busy"), st.integers(1, 700)),
    ),
    max_size=25,
)


def venue_candle(second: int) -> Candle:
    return Candle("v:S", SECOND, second * SECOND, 5, 9, 1, 6, 3.0, 1.0, 2, closed=True)


@given(STEPS, st.integers(1, 40))
def test_merged_candles_are_those_of_the_whole_series(
    steps: list[tuple[str, int]], width: int
) -> None:
    """Keeping merged candles changes their cost, never what they say."""
    series = CandleSeries(SECOND)
    window = CandleWindow(series)
    second = 500
    for n, (kind, value) in enumerate(steps):
        if kind == "trade":
            second += value % 9
            series.add(second * SECOND, 10.0 + n, 1.0, "buy")
        elif kind == "late":
            series.add(max(second - value, 0) * SECOND, 20.0 + n, 1.0, "sell")
        elif kind == "past":
            series.merge([venue_candle(max(second - value, 0))])
        elif kind == "cut":
            series.interrupt()
        else:
            for _ in range(value):
                second += 1
                series.add(second * SECOND, 30.0 + value % 7, 1.0, "buy")
        shown, step = window.columns(0, (second + 1) * SECOND, width, narrowest_px=1.0)
        whole = aggregated(series.view(), step) if step > SECOND else series.view()
        for name in whole._fields:
            assert getattr(whole, name).tolist() == getattr(shown, name).tolist(), name


def test_far_zooms_merge_the_history_once() -> None:
    """The kept candles are made anew when the past changed, and when many came; else not."""
    series = CandleSeries(SECOND)
    for n in range(5_000):
        series.add(n * SECOND, 100.0 + n % 7, 1.0, "buy")
    window = CandleWindow(series)
    window.columns(0, 5_000 * SECOND, 100)
    kept = dict(window._kept)
    series.add(5_000 * SECOND, 1.0, 1.0, "buy")
    window.columns(0, 5_001 * SECOND, 100)
    assert kept.keys() == window._kept.keys()
    assert all(window._kept[step] is merged for step, merged in kept.items())
    for n in range(5_001, 5_001 + STALE_ROWS + 64):
        series.add(n * SECOND, 1.0, 1.0, "buy")
    window.columns(0, 5_001 * SECOND, 100)
    assert not any(window._kept[step] is merged for step, merged in kept.items())


def test_a_near_look_copies_nothing() -> None:
    """Unmerged candles are looked at where they lie."""
    series = CandleSeries(SECOND)
    for n in range(100):
        series.add(n * SECOND, 100.0, 1.0, "buy")
    shown, step = CandleWindow(series).columns(10 * SECOND, 20 * SECOND, 1_000)
    assert SECOND == step
    assert np.shares_memory(shown.open, series.view().open)
