"""A market order's cost is what a plain walk through the book gives."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.model.events import Side
from monitor.studies.cost_to_trade import cost_of_notional, cost_of_size, cost_to_price
from tests.studies.books import LEVELS, above, book_of


def plain_walk(levels: list[tuple[float, float]], wanted: float) -> tuple[float, float, float]:
    """Filled size, notional and worst price, level by level."""
    filled = notional = 0.0
    worst = math.nan
    for price, size in levels:
        part = min(size, wanted - filled)
        if part <= 0:
            break
        filled, notional, worst = filled + part, notional + part * price, price
    return filled, notional, worst


@given(LEVELS, st.sampled_from(("buy", "sell")), st.floats(0.1, 3_000))
def test_cost_equals_a_plain_walk(levels: dict[int, float], side: Side, size: float) -> None:
    """Filled size, money and worst price are those of taking level after level."""
    asks = above(levels)
    book = book_of(levels, asks)
    met = sorted(asks.items()) if side == "buy" else sorted(levels.items(), reverse=True)
    filled, notional, worst = plain_walk([(tick / 2, amount) for tick, amount in met], size)
    cost = cost_of_size(book, side, size)
    assert filled == pytest.approx(cost.filled)
    assert notional == pytest.approx(cost.notional)
    assert cost.exhausted == (sum(levels.values()) < size * (1 - 1e-9))
    if filled:
        assert worst == cost.worst
        assert notional / filled == pytest.approx(cost.average)
        assert cost.slippage_bps >= 0
    else:
        assert math.isnan(cost.average)


def test_slippage_is_measured_from_the_mid() -> None:
    """Half the spread is part of the cost, on either side."""
    book = book_of({198: 1.0}, {202: 1.0, 204: 1.0})
    assert 100.0 == pytest.approx(cost_of_size(book, "buy", 1.0).slippage_bps)
    assert 150.0 == pytest.approx(cost_of_size(book, "buy", 2.0).slippage_bps)
    assert 100.0 == pytest.approx(cost_of_size(book, "sell", 0.5).slippage_bps)


def test_a_size_that_just_empties_the_book_is_filled() -> None:
    """Rounding of sums never turns a fill into an exhausted book."""
    book = book_of({}, {200 + k: 0.1 for k in range(10)})
    cost = cost_of_size(book, "buy", 1.0)
    assert pytest.approx(1.0) == cost.filled
    assert not cost.exhausted
    assert math.isnan(cost.slippage_bps)


def test_levels_beyond_the_covered_range_are_not_counted_on() -> None:
    """A level outside the known part may not be the next one."""
    book = book_of({100: 1.0}, {110: 1.0, 130: 9.0}, (50.0, 60.0))
    cost = cost_of_size(book, "buy", 2.0)
    assert (1.0, 55.0, True) == (cost.filled, cost.worst, cost.exhausted)
    assert cost_to_price(book, "buy", 65.0).exhausted
    assert not cost_to_price(book, "buy", 60.0).exhausted


def test_notional_spends_that_much_money() -> None:
    """Buying for an amount of money ends within a level."""
    book = book_of({100: 1.0}, {200: 1.0, 400: 1.0})
    cost = cost_of_notional(book, "buy", 200.0)
    assert (1.5, 200.0, 200.0) == (cost.filled, cost.notional, cost.worst)
    assert 200.0 / 1.5 == pytest.approx(cost.average)


def test_cost_to_a_price_takes_all_up_to_it() -> None:
    """What the cursor on the depth chart reads."""
    book = book_of({100: 1.0, 90: 2.0, 80: 4.0}, {110: 1.0})
    assert 3.0 == cost_to_price(book, "sell", 45.0).filled
    assert 0.0 == cost_to_price(book, "buy", 54.5).filled


@pytest.mark.parametrize("size", [1.0, 63.5, 64.0, 65.0, 1_023.5, 1_025.0, 2_999.0, 3_000.0])
def test_a_deep_book_is_walked_as_far_as_needed(size: float) -> None:
    """Wherever an order ends, its cost is that of every level up to there."""
    book = book_of({10: 1.0}, {100 + k: 1.0 for k in range(3_000)})
    filled, notional, worst = plain_walk([(50 + k / 2, 1.0) for k in range(3_000)], size)
    for cost in (
        cost_of_size(book, "buy", size),
        cost_of_notional(book, "buy", notional),
    ):
        assert (filled, notional, worst) == pytest.approx((cost.filled, cost.notional, cost.worst))
        assert not cost.exhausted
    assert int(size) == cost_to_price(book, "buy", 50 + (int(size) - 1) / 2).filled
    assert cost_of_size(book, "buy", 3_001.0).exhausted


def test_an_empty_book_gives_nothing() -> None:
    """No levels: nothing filled, no average, and the book said to end."""
    cost = cost_of_size(Book(), "buy", 1.0)
    assert (0.0, True) == (cost.filled, cost.exhausted)
    assert math.isnan(cost.average)
