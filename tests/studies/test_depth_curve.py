"""The curve adds up to the book, by level and by pixel."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.studies.depth_curve import level_curve, pixel_curve, span_around
from tests.studies.books import LEVELS, above, book_of


@given(LEVELS, LEVELS, st.booleans())
def test_levels_add_up(bids: dict[int, float], mirrored: dict[int, float], in_quote: bool) -> None:
    """Every sum is that of its level and all better ones."""
    asks = above(mirrored)
    curve = level_curve(book_of(bids, asks), in_quote=in_quote)
    for levels, prices, sums, sign in (
        (bids, curve.bid_prices, curve.bid_sums, 1),
        (asks, curve.ask_prices, curve.ask_sums, -1),
    ):
        assert len(levels) == len(prices) == len(sums)
        for price, total in zip((prices * 2).astype(int).tolist(), sums.tolist(), strict=True):
            expected = sum(
                size * (tick / 2 if in_quote else 1)
                for tick, size in levels.items()
                if sign * tick >= sign * price
            )
            assert expected == pytest.approx(total)


@given(LEVELS, LEVELS, st.integers(0, 250), st.integers(1, 300), st.integers(1, 80))
def test_columns_add_up_wherever_the_span_lies(
    bids: dict[int, float], mirrored: dict[int, float], low: int, width: int, n: int
) -> None:
    """A column's sum is that of the book up to it, also for a span beside the best price."""
    asks = above(mirrored)
    curve = pixel_curve(book_of(bids, asks), float(low), float(low + width), n)
    for i in range(n):
        # The grid has whole ticks: an edge a hair off one means that very tick.
        first = math.ceil(curve.edges[i] * 2 - 1e-6)
        stop = math.ceil(curve.edges[i + 1] * 2 - 1e-6)
        assert sum(size for tick, size in bids.items() if tick >= first) == curve.bids[i]
        assert sum(size for tick, size in asks.items() if tick < stop) == curve.asks[i]


def test_quote_units_value_each_column_at_its_price() -> None:
    """In quote units the curve is money: size times price, to within a pixel."""
    book = book_of({100: 2.0, 90: 1.0}, {110: 3.0})
    curve = pixel_curve(book, 40.0, 60.0, 400, in_quote=True)
    assert 2.0 * 50 + 1.0 * 45 == pytest.approx(curve.bids[0], rel=1e-3)
    assert 3.0 * 55 == pytest.approx(curve.asks[-1], rel=1e-3)
    aside = pixel_curve(book, 40.0, 46.0, 10, in_quote=True)
    assert 2.0 * 50 + 1.0 * 45 == pytest.approx(aside.bids[0], rel=1e-2)


def test_beyond_the_covered_range_nothing_is_claimed() -> None:
    """The curve ends where the book's known part ends."""
    book = book_of({100: 2.0, 80: 5.0}, {110: 3.0}, (45.0, 58.0))
    curve = pixel_curve(book, 40.0, 60.0, 20)
    assert [True] * 5 + [False] * 15 == np.isnan(curve.bids).tolist()
    assert [False] * 18 + [True] * 2 == np.isnan(curve.asks).tolist()
    assert (45.0, 58.0) == curve.known


def test_span_around_the_mid() -> None:
    """A share of the mid either way, the whole book, or nothing to be around."""
    book = book_of({100: 2.0, 20: 5.0}, {110: 3.0, 130: 1.0})
    assert (52.5 * 0.9, 52.5 * 1.1) == pytest.approx(span_around(book, 0.1))
    assert (52.5 - 42.5 * 1.05, 52.5 + 42.5 * 1.05) == pytest.approx(span_around(book, None))
    assert span_around(Book(), 0.1) is None


def test_a_joke_order_does_not_flatten_the_whole_book() -> None:
    """The whole book is shown from 0 to twice the mid at most."""
    book = book_of({100: 2.0}, {110: 3.0, 100_000: 1.0})
    assert (0.0, 105.0) == span_around(book, None)
