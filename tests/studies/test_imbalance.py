"""Imbalance weighs both sides near the mid."""

import math

from hypothesis import given
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.studies.imbalance import imbalance, imbalance_of_levels
from tests.studies.books import LEVELS, above, book_of


@given(LEVELS, LEVELS, st.sampled_from((0.01, 0.1, 0.25, 0.9)))
def test_imbalance_counts_both_ends_of_its_span(
    bids: dict[int, float], mirrored: dict[int, float], share: float
) -> None:
    """Levels within the share of the mid count, its very ends too; others don't."""
    asks = above(mirrored)
    book = book_of(bids, asks)
    if book.mid is None:
        assert math.isnan(imbalance(book, share))
        return
    low, high = book.mid * (1 - share) - 1e-9, book.mid * (1 + share) + 1e-9
    heavy = sum(size for tick, size in bids.items() if tick / 2 >= low)
    light = sum(size for tick, size in asks.items() if tick / 2 <= high)
    result = imbalance(book, share)
    if heavy + light:
        assert (heavy - light) / (heavy + light) == result
    else:
        assert math.isnan(result)


def test_imbalance_of_the_best_levels() -> None:
    """Only the best n levels of each side weigh."""
    book = book_of({100: 3.0, 99: 100.0}, {101: 1.0, 102: 100.0})
    assert 0.5 == imbalance_of_levels(book, 1)
    assert math.isnan(imbalance_of_levels(Book(), 5))


def test_imbalance_of_all_that_is_held() -> None:
    """Without a share the whole book weighs, however far from the mid."""
    book = book_of({1: 3.0}, {900: 1.0})
    assert math.isnan(imbalance(book, 0.005))
    assert 0.5 == imbalance(book, None)
