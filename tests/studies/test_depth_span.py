"""A depth chart begins with the span that suits its book, and says what is in sight."""

from decimal import Decimal

import pytest

from monitor.book.book import Book
from monitor.studies.depth_span import (
    FIRST_SPAN,
    LEVELS_SEEN,
    SPANS,
    fitting_span,
    known_share,
    sight_words,
    stepped_span,
)

MID = 1_000.0


def ladder(step: float, levels: int, *, known: bool = False) -> Book:
    """A book about 1,000 with ``levels`` a side, ``step`` apart; ``known`` no further."""
    book = Book(Decimal("0.001"), Decimal("0.1"))
    bids = [(round(MID - n * step, 3), 1.0) for n in range(1, levels + 1)]
    asks = [(round(MID + n * step, 3), 1.0) for n in range(1, levels + 1)]
    book.replace(bids, asks, (bids[-1][0], asks[-1][0]) if known else (None, None))
    return book


@pytest.mark.parametrize(
    ("step", "levels", "known", "span"),
    [
        (0.01, 5_000, False, FIRST_SPAN),  # Dense.
        (3.5, 60, False, 0.05),  # Thin: eight levels reach 2.8 %.
        (3.5, 3, False, 0.02),  # Nothing but three levels.
        (0.1, 10, True, 0.001),  # Short: known to 0.1 %.
        (0.005, 10, True, None),  # Shorter than the narrowest.
        (1.0, 10, True, 0.01),  # Eight levels reach 0.8 %, known to 1 %.
        (200.0, 3, False, None),  # Nothing near at all.
    ],
)
def test_the_span_suits_the_book(step: float, levels: int, known: bool, span: object) -> None:
    """Enough levels in sight, and not half of the width unknown."""
    assert span == fitting_span(ladder(step, levels, known=known))


def test_far_jokes_do_not_widen_it() -> None:
    """Where fewer than eight levels are near, one at half the price is left out of sight."""
    book = ladder(2, 5)
    book.apply([(500.0, 1.0)], [(1_500.0, 1.0)])
    assert fitting_span(book) == 0.1


@pytest.mark.parametrize("step", [0.01, 0.3, 2.0, 9.0])
def test_eight_levels_are_in_sight(step: float) -> None:
    """Where the book has them near enough, each side shows at least eight levels."""
    book = ladder(step, 3_000 if step < 1 else 90)
    span = fitting_span(book)
    assert span is not None
    for prices in (book.bids.arrays()[0], book.asks.arrays()[0]):
        assert sum(abs(prices / MID - 1) <= span) >= LEVELS_SEEN


def test_without_a_book_it_is_the_first() -> None:
    """There is nothing to suit yet."""
    assert fitting_span(Book()) == FIRST_SPAN
    assert stepped_span(None, 0.1, 1) is None


def test_steps_go_by_what_is_seen() -> None:
    """The whole of a short book is narrower than any share; that of a long one is wider."""
    short, long = ladder(0.005, 10, known=True), ladder(10, 60)
    assert stepped_span(short, None, 1) == SPANS[0]
    assert stepped_span(short, None, -1) is None
    assert stepped_span(short, SPANS[0], -1) is None
    assert stepped_span(short, 0.1, 1) == 0.1
    assert stepped_span(long, 0.1, 1) is None
    assert stepped_span(long, None, -1) == 0.1


def test_words_tell_where_the_known_ends() -> None:
    """``top 10`` or the known share where the book ends in sight; else the span alone."""
    short = ladder(0.1, 10, known=True)
    assert sight_words(short, 0.005) == "±0.5% · top 10"
    assert sight_words(short, None) == "top 10"
    assert sight_words(short, 0.0005) == "±0.05%"
    assert sight_words(ladder(0.1, 10), None) == "whole book"
    assert sight_words(ladder(0.005, 2_000, known=True), None) == "known ±1%"
    assert sight_words(None, 0.0025) == "±0.25%"
    uneven = ladder(0.1, 10, known=True)
    uneven.apply([(999.5, 0.0)], [])
    assert sight_words(uneven, None) == "known ±0.1%"  # Neither the top 10 nor the top 9.
    assert known_share(short) == pytest.approx(0.001)
