"""A ladder shows the book, grouped never better than the truth."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.studies.ladder_rows import centred_top, group_steps, ladder_rows
from tests.studies.books import LEVELS, TICK, above, book_of


@given(LEVELS, LEVELS, st.integers(1, 9), st.integers(1, 60), st.integers(-20, 700))
def test_rows_hold_bids_rounded_down_and_asks_rounded_up(
    bids: dict[int, float], mirrored: dict[int, float], group: int, rows: int, top: int
) -> None:
    """Each level stands in one row; a bid's row is never dearer, an ask's never cheaper."""
    asks = above(mirrored)
    ladder = ladder_rows(book_of(bids, asks), TICK * group, rows, top)
    for row in range(rows):
        step = top - row
        assert step * group / 2 == ladder.prices[row]
        assert sum(size for tick, size in bids.items() if tick // group == step) == ladder.bids[row]
        assert (
            sum(size for tick, size in asks.items() if -(-tick // group) == step)
            == ladder.asks[row]
        )
    best = max(bids, default=0) // group
    assert ladder.best_bid == (top - best if bids and 0 <= top - best < rows else -1)


def test_centre_puts_the_spread_in_the_middle() -> None:
    """Best bid and best ask stand either side of the middle row."""
    book = book_of({100: 1.0}, {102: 1.0})
    top = centred_top(book, TICK, 11)
    assert top is not None
    ladder = ladder_rows(book, TICK, 11, top)
    assert (6, 4) == (ladder.best_bid, ladder.best_ask)
    assert (50.0, 51.0) == (ladder.prices[6], ladder.prices[4])
    assert centred_top(Book(), TICK, 11) is None
    assert 100 + 5 == centred_top(book_of({100: 1.0}, {}), TICK, 11)


def test_unknown_rows_are_not_empty_rows() -> None:
    """Beyond the covered range the ladder says nothing."""
    ladder = ladder_rows(book_of({100: 1.0}, {102: 1.0}, (49.0, 52.0)), Decimal(1), 8, 54)
    assert [49.0 > price for price in ladder.prices] == [math.isnan(size) for size in ladder.bids]
    assert [52.0 < price for price in ladder.prices] == [math.isnan(size) for size in ladder.asks]


def test_digits_are_those_of_the_step() -> None:
    """Grouped by 1 no row shows .00; grouped by the tick all its digits stand."""
    book = Book(Decimal("0.00000001"), Decimal(1))
    book.replace([(0.00001234, 5.0)], [(0.00001235, 7.0)])
    ladder = ladder_rows(book, Decimal("0.00000001"), 3, 1_235)
    assert [0.00001235, 0.00001234, 0.00001233] == ladder.prices.tolist()
    assert ([0.0, 5.0, 0.0], [7.0, 0.0, 0.0]) == (ladder.bids.tolist(), ladder.asks.tolist())
    assert (8, 1, 0) == (ladder.decimals, ladder.best_bid, ladder.best_ask)


@pytest.mark.parametrize(
    ("tick", "price", "first"),
    [
        ("0.01", 61_685.99, ["0.01", "0.02", "0.05", "0.1", "0.2", "0.25", "0.5", "1", "2"]),
        ("0.25", 5_000.0, ["0.25", "0.5", "1", "2", "2.5", "5", "10"]),
        ("0.00000001", 0.00001234, ["1E-8", "2E-8", "5E-8", "1E-7", "2E-7", "2.5E-7", "5E-7"]),
    ],
)
def test_group_steps_are_round_multiples_of_the_tick(
    tick: str, price: float, first: list[str]
) -> None:
    """The wheel steps through 1-2-2.5-5, as far as they are whole ticks."""
    steps = group_steps(Decimal(tick), price)
    assert [Decimal(text) for text in first] == steps[: len(first)]
    assert sorted(steps) == steps
    assert all(step % Decimal(tick) == 0 and step <= price / 20 for step in steps[1:])


def test_a_step_between_ticks_is_refused() -> None:
    """One sentence says what the step was."""
    with pytest.raises(ValueError, match=r"was 0\.3; it must be a multiple of 0\.5"):
        ladder_rows(book_of({1: 1.0}, {}), Decimal("0.3"), 5, 5)
