"""A depth history holds what the book held, step by step, and marks what it doesn't know."""

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.market.depth_history import (
    BAD,
    PROVEN,
    STEP,
    UNPROVEN,
    DepthColumns,
    DepthHistory,
    row_size_for,
)
from monitor.model.verdict import State

TICK = Decimal("0.5")
LEVELS = st.dictionaries(st.integers(1, 300), st.integers(1, 99).map(float), max_size=40)


def book_of(
    bids: dict[int, float],
    asks: dict[int, float],
    covered: tuple[float | None, float | None] = (None, None),
) -> Book:
    """A book on a grid of 0.5; keys are ticks."""
    book = Book(TICK, Decimal("0.1"))
    book.replace(
        [(tick / 2, size) for tick, size in sorted(bids.items(), reverse=True)],
        [(tick / 2, size) for tick, size in sorted(asks.items())],
        covered,
    )
    return book


def last(history: DepthHistory) -> DepthColumns:
    return history.segments(history.count - 1, history.count)[0]


def states(history: DepthHistory) -> list[int]:
    return [code for run in history.segments(0, history.count) for code in run.state.tolist()]


def plain_rows(levels: dict[int, float], group: int, bottom: int, rows: int) -> Sequence[float]:
    sums = [0.0] * rows
    for tick, size in levels.items():
        if 0 <= tick // group - bottom < rows:
            sums[tick // group - bottom] += size
    return sums


@given(LEVELS, LEVELS, st.integers(1, 7), st.integers(8, 64))
def test_a_column_is_the_book_summed_by_row(
    below: dict[int, float], above: dict[int, float], group: int, rows: int
) -> None:
    """Each row holds the sizes of the levels whose prices fall into it, bids and asks."""
    asks = {tick + 300: size for tick, size in above.items()}
    history = DepthHistory(TICK * group, rows, 4)
    history.sample(0, 7, book_of(below, asks), State.LIVE)
    column = last(history)
    assert plain_rows(below | asks, group, int(column.bottom[0]), rows) == column.sizes[0].tolist()
    best_bid = max(below) / 2 if below else math.nan
    best_ask = min(asks) / 2 if asks else math.nan
    np.testing.assert_array_equal(best_bid, column.best_bid[0])
    np.testing.assert_array_equal(best_ask, column.best_ask[0])
    assert (7, PROVEN) == (column.ts[0], column.state[0])


def test_rows_outside_the_covered_range_are_unknown() -> None:
    """Unknown is NaN and empty is 0; a row known in part counts as unknown."""
    book = book_of({100: 1.0, 95: 2.0}, {102: 3.0, 108: 4.0}, (47.5, 54.0))
    history = DepthHistory(Decimal(1), 16, 4)
    history.sample(0, 0, book, State.LIVE)
    column = last(history)
    rows = {
        int(column.bottom[0]) + row: value for row, value in enumerate(column.sizes[0].tolist())
    }
    known = {row: value for row, value in rows.items() if not math.isnan(value)}
    # 47.5 to 54.0 holds the whole rows 48 to 53; the tick 53.5 is the last of row 53.
    assert {48: 0.0, 49: 0.0, 50: 1.0, 51: 3.0, 52: 0.0, 53: 0.0} == known


@pytest.mark.parametrize(
    "state",
    [
        State.CONNECTING,
        State.SYNCING,
        State.STALE,
        State.GAP,
        State.HALTED,
        State.CLOSED,
        State.DOWN,
    ],
)
def test_a_book_not_to_be_believed_gives_a_bad_column(state: State) -> None:
    """Nothing is drawn while the verdict is bad, not even the last good book."""
    history = DepthHistory(TICK, 16, 4)
    history.sample(0, 0, book_of({100: 1.0}, {102: 1.0}), state)
    assert [BAD] == states(history)
    assert np.isnan(last(history).sizes).all()
    assert math.isnan(last(history).best_bid[0])


def test_an_unsynced_book_gives_a_bad_column() -> None:
    """Before the first snapshot there is nothing to show."""
    history = DepthHistory(TICK, 16, 4)
    history.sample(0, 0, Book(TICK), State.LIVE)
    assert [BAD] == states(history)


def test_missed_steps_are_bad_columns() -> None:
    """Time nobody looked at is marked, never filled from its neighbours."""
    history = DepthHistory(TICK, 16, 32)
    book = book_of({100: 1.0}, {102: 1.0})
    assert 1 == history.sample(0, 1_000 * STEP, book, State.LIVE)
    assert 0 == history.sample(STEP - 1, 1_001 * STEP - 1, book, State.LIVE)
    assert 4 == history.sample(4 * STEP, 1_004 * STEP, book, State.UNPROVEN)
    assert [PROVEN, BAD, BAD, BAD, UNPROVEN] == states(history)
    assert [k * STEP for k in range(1_000, 1_005)] == history.segments(0, 9)[0].ts.tolist()


def test_due_tells_whether_a_sample_makes_a_column() -> None:
    """The caller may ask at every frame and pay once a step."""
    history = DepthHistory(TICK, 16, 4)
    assert history.due(5)
    history.sample(5, 5, book_of({1: 1.0}, {}), State.LIVE)
    assert not history.due(STEP - 1)
    assert history.due(STEP)


@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_segments_are_the_ring_in_order(columns: int, n: int, first: int, last_: int) -> None:
    """Any span of columns comes oldest first, cut to what is held, without a copy."""
    history = DepthHistory(TICK, 16, columns)
    book = book_of({100: 1.0}, {102: 1.0})
    for k in range(n):
        history.sample(k * STEP, k, book, State.LIVE)
    held = range(max(0, n - columns), n)
    runs = history.segments(first, last_)
    assert [k for k in range(first, last_) if k in held] == [
        ts for run in runs for ts in run.ts.tolist()
    ]
    assert all(np.shares_memory(run.sizes, history.segments(0, n)[0].sizes.base) for run in runs)


def test_the_window_follows_only_large_moves() -> None:
    """A stable bottom lets a picture be kept; a far price is never left outside."""
    history = DepthHistory(TICK, 16, 8)
    bottoms = []
    for k, tick in enumerate((100, 102, 103, 140, 141)):
        history.sample(k * STEP, k, book_of({tick: 1.0}, {tick + 2: 1.0}), State.LIVE)
        bottoms.append(int(last(history).bottom[0]))
    assert [93, 93, 93, 133, 133] == bottoms


def test_time_that_goes_back_starts_anew() -> None:
    """After a replay jumped back, columns of the old future are gone."""
    history = DepthHistory(TICK, 16, 8)
    book = book_of({100: 1.0}, {102: 1.0})
    history.sample(100 * STEP, 0, book, State.LIVE)
    assert 0 == history.sample(99 * STEP, 0, book, State.LIVE)
    assert 1 == history.sample(5 * STEP, 0, book, State.LIVE)
    assert 1 == len(history)


def test_a_long_sleep_fills_the_ring_with_bad_columns_only_once() -> None:
    """A machine that slept for a week is not kept busy by it."""
    history = DepthHistory(TICK, 16, 8)
    book = book_of({100: 1.0}, {102: 1.0})
    history.sample(0, 0, book, State.LIVE)
    assert 8 == history.sample(10**15, 10**15, book, State.LIVE)
    assert [BAD] * 7 + [PROVEN] == states(history)


@pytest.mark.parametrize(
    ("tick", "price", "expected"),
    [
        ("0.01", 61_685.99, "1"),
        ("0.00000001", 0.00001234, "0.00000001"),
        ("0.25", 5_000.0, "0.25"),
        ("0.01", 30_000.0, "0.5"),
    ],
)
def test_row_size_suits_the_price(tick: str, price: float, expected: str) -> None:
    """Rows are whole ticks, 1-2-5, and span what was asked for."""
    size = row_size_for(Decimal(tick), price, 0.02, 2_048)
    assert Decimal(expected) == size
    assert float(size) * 2_048 >= price * 0.02


def test_too_large_a_history_is_refused() -> None:
    """One sentence names what was asked for."""
    with pytest.raises(ValueError, match="10000 columns of 2048 rows"):
        DepthHistory(TICK, columns=10_000)
