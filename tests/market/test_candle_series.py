"""Candles are what the trades make them, whole where the venue or we saw everything."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.market.candle_series import (
    CLOSED,
    FROM_VENUE,
    PARTIAL,
    CandleColumns,
    CandleSeries,
    aggregated,
)
from monitor.market.coarser_candles import coarser
from monitor.model.events import Candle, Side
from monitor.model.time import MINUTE, SECOND

Print = tuple[int, float, float, Side]
PRINTS = st.lists(
    st.tuples(
        st.integers(0, 40 * SECOND),
        st.integers(1, 50).map(float),
        st.integers(1, 9).map(float),
        st.sampled_from(("buy", "sell", "unknown")),
    ),
    max_size=60,
)


def filled(prints: Sequence[Print], interval: int = SECOND, capacity: int = 1_000) -> CandleSeries:
    series = CandleSeries(interval, capacity)
    for ts, price, size, side in prints:
        series.add(ts, price, size, side)
    return series


def venue_candle(
    ts_open: int, close: float, *, closed: bool = True, interval: int = SECOND, volume: float = 9.0
) -> Candle:
    return Candle("v:S", interval, ts_open, close, close, close, close, volume, 4.0, 3, closed)


def plain_candles(prints: Sequence[Print], interval: int) -> dict[int, tuple[float, ...]]:
    """A model that knows no order: groups, then looks."""
    groups: dict[int, list[Print]] = {}
    for item in prints:
        groups.setdefault(item[0] // interval * interval, []).append(item)
    candles: dict[int, tuple[float, ...]] = {}
    for ts_open, group in groups.items():
        first, last = min(item[0] for item in group), max(item[0] for item in group)
        candles[ts_open] = (
            next(item[1] for item in group if item[0] == first),
            max(item[1] for item in group),
            min(item[1] for item in group),
            next(item[1] for item in reversed(group) if item[0] == last),
            sum(item[2] for item in group),
            sum(item[2] for item in group if item[3] == "buy"),
            len(group),
        )
    return candles


def as_dict(columns: CandleColumns) -> dict[int, tuple[float, ...]]:
    return {
        int(ts): tuple(float(column[row]) for column in columns[1:8])
        for row, ts in enumerate(columns.ts_open)
    }


@given(PRINTS, st.sampled_from((SECOND, 3 * SECOND, 10 * SECOND)))
def test_trades_in_any_order_make_the_same_candles(prints: list[Print], interval: int) -> None:
    """Late or early, a trade counts in the candle of its own time, and only there."""
    series = filled(prints, interval)
    assert plain_candles(prints, interval) == as_dict(series.view())
    opens = series.view().ts_open
    assert sorted(set(opens.tolist())) == opens.tolist()


STEPS = st.lists(
    st.one_of(
        PRINTS,
        st.sampled_from(("look", "interrupt")),
        st.tuples(st.integers(0, 40), st.booleans()),
    ),
    max_size=12,
)


@given(STEPS, st.integers(1, 6))
def test_looking_changes_nothing(
    steps: list[list[Print] | str | tuple[int, bool]], capacity: int
) -> None:
    """A series looked at after each trade and one seldom looked at hold the same candles."""
    seldom, often = CandleSeries(SECOND, capacity), CandleSeries(SECOND, capacity)
    for step in steps:
        for series in (seldom, often):
            if step == "interrupt":
                series.interrupt()
            elif isinstance(step, tuple):
                series.put(venue_candle(step[0] * SECOND, 7.0, closed=step[1]))
            elif isinstance(step, list):
                for item in step:
                    series.add(*item)
                    if series is often:
                        series.view()
        if step == "look":
            assert_alike(seldom, often)
    assert_alike(seldom, often)


def assert_alike(one: CandleSeries, other: CandleSeries) -> None:
    assert (one.version, one.revision) == (other.version, other.revision)
    for mine, its in zip(one.view(), other.view(), strict=True):
        np.testing.assert_array_equal(mine, its)


@given(PRINTS, st.integers(1, 6))
def test_aggregation_equals_candles_from_trades(prints: list[Print], factor: int) -> None:
    """Coarse candles from fine ones are those the trades themselves would have made."""
    coarse = aggregated(filled(prints).view(), factor * SECOND)
    assert plain_candles(prints, factor * SECOND) == as_dict(coarse)


@given(PRINTS, PRINTS)
def test_a_series_taken_from_a_finer_one_goes_on_alike(
    before: list[Print], after: list[Print]
) -> None:
    """Changing the interval in mid-stream loses and doubles nothing."""
    coarse = CandleSeries(5 * SECOND)
    coarse.take_from(filled(before))
    for item in after:
        coarse.add(*item)
    assert plain_candles([*before, *after], 5 * SECOND) == as_dict(coarse.view())


def test_empty_intervals_stay_empty() -> None:
    """Nobody traded: no candle is invented."""
    series = filled([(0, 1.0, 1.0, "buy"), (9 * SECOND, 2.0, 1.0, "buy")])
    assert [0, 9 * SECOND] == series.view().ts_open.tolist()


def test_first_candle_is_partial_and_later_ones_whole() -> None:
    """We can't know what was traded before we listened."""
    series = filled([(k * SECOND + 5, 1.0, 1.0, "buy") for k in range(3)])
    assert [PARTIAL | CLOSED, CLOSED, 0] == series.view().flags.tolist()


def test_outage_makes_both_its_ends_partial() -> None:
    """After a break neither the candle before nor the one after is whole."""
    series = filled([(k * SECOND, 1.0, 1.0, "buy") for k in range(3)])
    series.interrupt()
    for k in (7, 8, 9):
        series.add(k * SECOND, 1.0, 1.0, "buy")
    partial = [bool(flags & PARTIAL) for flags in series.view().flags.tolist()]
    assert [True, False, True, True, False, False] == partial
    assert [(0, SECOND), (2 * SECOND, 8 * SECOND)] == series.holes()


def test_outage_up_to_the_running_candle_is_a_hole_up_to_it() -> None:
    """The hole can be asked for before the running candle has closed."""
    series = filled([(k * SECOND, 1.0, 1.0, "buy") for k in range(3)])
    series.interrupt()
    series.add(7 * SECOND, 1.0, 1.0, "buy")
    assert (2 * SECOND, 7 * SECOND) == series.holes()[-1]


def test_outage_within_one_candle_is_seen() -> None:
    """A short break leaves its mark where no candle ended."""
    series = filled([(0, 1.0, 1.0, "buy"), (SECOND, 1.0, 1.0, "buy")])
    series.interrupt()
    series.add(SECOND + 5, 1.0, 1.0, "buy")
    assert PARTIAL == series.view().flags[-1]


def test_history_replaces_partial_and_keeps_whole() -> None:
    """The venue is the truth up to the first interval of which we saw every trade."""
    series = filled([(k * SECOND, 1.0, 1.0, "buy") for k in range(5, 9)])
    series.merge([venue_candle(k * SECOND, 50.0) for k in range(8)])
    view = series.view()
    assert [k * SECOND for k in range(9)] == view.ts_open.tolist()
    assert [50.0] * 6 + [1.0] * 3 == view.close.tolist()
    assert [True] * 6 + [False] * 3 == ((view.flags & FROM_VENUE) != 0).tolist()
    assert [True] * 8 + [False] == ((view.flags & CLOSED) != 0).tolist()
    assert [] == series.holes()


def test_history_fills_an_outage() -> None:
    """Asking for the holes heals them."""
    series = filled([(k * SECOND, 1.0, 1.0, "buy") for k in range(3)])
    series.interrupt()
    for k in (7, 8, 9):
        series.add(k * SECOND, 1.0, 1.0, "buy")
    for start, end in series.holes():
        series.merge([venue_candle(ts, 2.0) for ts in range(start, end, SECOND)])
    assert [] == series.holes()
    assert [2.0, 1.0, *[2.0] * 6, 1.0, 1.0] == series.view().close.tolist()


def test_late_trade_does_not_count_twice_in_a_settled_candle() -> None:
    """The venue has counted it already."""
    series = CandleSeries(SECOND)
    series.merge([venue_candle(0, 5.0), venue_candle(SECOND, 6.0)])
    series.add(10, 99.0, 1.0, "buy")
    series.add(SECOND + 10, 99.0, 1.0, "buy")
    assert [5.0, 6.0] == series.view().close.tolist()
    assert [9.0, 9.0] == series.view().volume.tolist()


def test_trades_go_on_from_the_venues_running_candle() -> None:
    """A running candle of the venue's is carried on by trades, until its last word."""
    series = CandleSeries(MINUTE)
    series.put(venue_candle(0, 5.0, closed=False, interval=MINUTE))
    series.add(30 * SECOND, 7.0, 2.0, "buy")
    view = series.view()
    assert (5.0, 7.0, 5.0, 7.0, 11.0, 6.0, 4) == (
        view.open[0],
        view.high[0],
        view.low[0],
        view.close[0],
        view.volume[0],
        view.buy_volume[0],
        view.trades[0],
    )
    assert FROM_VENUE | PARTIAL == view.flags[0]
    series.put(venue_candle(0, 8.0, interval=MINUTE))
    assert (8.0, 9.0, FROM_VENUE | CLOSED) == (
        series.view().close[0],
        series.view().volume[0],
        series.view().flags[0],
    )


def test_running_candle_never_replaces_a_closed_one() -> None:
    """An answer that was under way while the candle closed brings nothing back."""
    series = CandleSeries(SECOND)
    series.put(venue_candle(0, 5.0))
    series.put(venue_candle(0, 4.0, closed=False))
    series.put(venue_candle(SECOND, 6.0))
    series.merge([venue_candle(0, 4.0, closed=False)])
    assert [5.0, 6.0] == series.view().close.tolist()


def test_unknown_buy_volume_and_count_stay_unknown() -> None:
    """What the venue doesn't tell is never shown as a number."""
    series = CandleSeries(SECOND)
    series.put(Candle("v:S", SECOND, 0, 1.0, 1.0, 1.0, 1.0, 5.0, -1.0, -1, closed=False))
    series.add(10, 1.0, 1.0, "buy")
    series.add(SECOND, 1.0, 1.0, "buy")
    coarse = aggregated(series.view(), MINUTE)
    assert math.isnan(series.view().buy_volume[0])
    assert -1 == series.view().trades[0]
    assert math.isnan(coarse.buy_volume[0])
    assert -1 == coarse.trades[0]


@given(st.integers(1, 20), st.integers(0, 90))
def test_capacity_keeps_the_newest(capacity: int, n: int) -> None:
    """Memory is bounded: the oldest candles go first."""
    series = filled([(k * SECOND, 1.0, 1.0, "buy") for k in range(n)], capacity=capacity)
    kept = [k * SECOND for k in range(max(0, n - capacity), n)]
    assert kept == series.view().ts_open.tolist()
    series.merge([venue_candle(-k * SECOND, 1.0) for k in range(1, 5)])
    assert capacity >= len(series)


def test_views_share_memory_and_revision_tells_of_old_candles() -> None:
    """Looking is free; ``revision`` moves only when more than the last candle did."""
    series = filled([(0, 1.0, 1.0, "buy"), (SECOND, 1.0, 1.0, "buy")])
    assert np.shares_memory(series.view().open, series.view().open)
    revision = series.revision
    series.add(SECOND + 1, 2.0, 1.0, "sell")
    assert revision == series.revision
    series.add(1, 2.0, 1.0, "sell")
    assert revision + 1 == series.revision


def test_intervals_below_a_second_are_refused() -> None:
    """One sentence says what the interval was."""
    with pytest.raises(ValueError, match="was 1000 ns"):
        CandleSeries(1_000)


def test_finer_past_makes_coarser_candles_where_it_is_whole() -> None:
    """Of seconds 3 to 16 only 5 to 15 tell whole candles of five seconds."""
    seconds = [venue_candle(n * SECOND, float(n), volume=2.0) for n in range(3, 17)]
    made = coarser(seconds, 5 * SECOND)
    assert [5 * SECOND, 10 * SECOND] == [candle.ts_open for candle in made]
    first = made[0]
    assert (5.0, 9.0, 5.0, 9.0) == (first.open, first.high, first.low, first.close)
    assert (10.0, 20.0, 15) == (first.volume, first.buy_volume, first.trades)
    untold = [venue_candle(n * SECOND, 1.0) for n in range(4)]
    forming = [*untold, venue_candle(4 * SECOND, 1.0, closed=False)]
    assert [] == coarser(forming, 5 * SECOND)
    assert [] == coarser([], 5 * SECOND)
