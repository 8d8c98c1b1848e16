"""What the book promises, one law at a time."""

from decimal import Decimal

import pytest

from monitor.book.book import Book
from monitor.book.grid import FINEST, Grid, inferred_grid
from monitor.book.side import BadLevel, NeedsText


def small_book() -> Book:
    book = Book(tick_size=Decimal("0.5"))
    book.replace([(99.5, 1.0), (99.0, 2.0)], [(100.0, 3.0), (101.0, 4.0)], (99.0, 101.0))
    return book


def test_reads_its_best_prices() -> None:
    """Best prices, mid and spread are those of the levels, the spread exact."""
    book = small_book()
    assert (99.5, 100.0, 99.75) == (book.best_bid, book.best_ask, book.mid)
    assert Decimal("0.5") == book.spread


def test_an_empty_side_has_no_best() -> None:
    """Without asks there is neither best ask, nor mid, nor spread, nor crossing."""
    book = small_book()
    book.apply([], [(100.0, 0.0), (101.0, 0.0)])
    assert (None, None, None, False) == (book.best_ask, book.mid, book.spread, book.crossed)


def test_a_new_connection_forgets() -> None:
    """``clear`` leaves nothing of the old book and begins another generation."""
    book = small_book()
    book.clear()
    assert (0, 0, 1, False) == (len(book.bids), len(book.asks), book.generation, book.synced)
    assert (None, None) == book.covered


def test_version_counts_events() -> None:
    """Each event raises the version by one, so a reader knows what it has seen."""
    book = small_book()
    before = book.version
    book.apply([(99.5, 5.0)], [])
    assert before + 1 == book.version


@pytest.mark.parametrize(
    "level",
    [(99.5, -1.0), (99.5, float("nan")), (99.5, float("inf")), (0.0, 1.0), (-5.0, 1.0),
     (float("nan"), 1.0), (float("inf"), 1.0)],
)  # fmt: skip
def test_refuses_what_no_market_has(level: tuple[float, float]) -> None:
    """A negative, unreal or priceless level is refused in words, on both sides."""
    with pytest.raises(BadLevel, match="a level had price"):
        small_book().apply([level], [])
    with pytest.raises(BadLevel, match="a level had price"):
        small_book().apply([], [level])


def test_asks_for_texts_where_a_float_may_lie() -> None:
    """A size of more than 15 digits is not guessed at, and held exactly once its text came."""
    book = small_book()
    with pytest.raises(NeedsText):
        book.apply([(99.5, 123456789012.12345678)], [])
    size = Decimal("123456789012.12345678")
    book.apply_exact([(Decimal("99.5"), size)], [])
    assert [(Decimal("99.5"), size)] == book.bids.top(1)
    book.apply([(99.5, 2.0)], [])
    assert [(Decimal("99.5"), Decimal(2))] == book.bids.top(1)


def test_the_lot_decides_how_large_a_float_may_be() -> None:
    """Whole lots of a cheap coin stay on the fast road far beyond 8 decimals' reach."""
    book = Book(tick_size=Decimal("0.00000001"), lot_size=Decimal(1))
    book.replace([(0.00001234, 98_765_432_101.0)], [(0.00001235, 1.0)])
    assert [(Decimal("0.00001234"), Decimal(98765432101))] == book.bids.top(1)


def test_a_finer_price_lays_the_grid_anew() -> None:
    """Quotes finer than the tick the venue named are believed, and nothing is lost."""
    book = small_book()
    book.apply([(99.25, 7.0)], [])
    assert Decimal("0.01") == book.tick_size
    expected = [
        (Decimal("99.5"), Decimal(1)),
        (Decimal("99.25"), Decimal(7)),
        (Decimal(99), Decimal(2)),
    ]
    assert expected == book.bids.top(5)
    assert [(Decimal(100), Decimal(3)), (Decimal(101), Decimal(4))] == book.asks.top(5)


def test_a_price_finer_than_any_tick_is_bad_data() -> None:
    """A grid is never laid finer than any venue quotes."""
    with pytest.raises(BadLevel, match="finer than any venue's tick"):
        small_book().apply_exact([(Decimal(99) + FINEST / 10, Decimal(1))], [])


def test_tells_when_the_best_leaves_what_is_known() -> None:
    """Beyond the snapshot's last level nobody told us what there is."""
    book = small_book()
    assert not book.outside_covered
    book.apply([(99.5, 0.0), (99.0, 0.0), (90.0, 1.0)], [])
    assert book.outside_covered


def test_follows_the_price_out_of_its_window() -> None:
    """However far the price runs, the levels are where they should be."""
    book = Book(tick_size=Decimal("0.01"))
    book.replace([(100.0, 1.0)], [(100.01, 1.0)])
    for price in (250.0, 9_000.0, 3.0, 64_000.0):
        book.apply([], [(price + 0.01, 2.0)])
        book.apply([(price, 2.0)], [])
    assert 64_000.0 == book.best_bid
    assert [64_000.0, 9_000.0, 250.0, 100.0, 3.0] == book.bids.arrays()[0].tolist()
    assert 2.0 == book.bids.size_at(9_000.0)
    assert 0.0 == book.bids.size_at(9_000.005)


def test_texts_have_the_digits_asked_for() -> None:
    """A checksum's texts carry fixed decimals, padded, and a wide size its own digits."""
    book = small_book()
    book.apply_exact([(Decimal("99.5"), Decimal("12345678901.12345678"))], [])
    assert [("99.5", "12345678901.12345678"), ("99.0", "2.00000000")] == book.bids.texts(2, 1, 8)


def test_columns_count_levels_beyond_the_window() -> None:
    """A level too far for the dense window still stands in its pixel column."""
    book = Book(tick_size=Decimal("0.01"))
    book.replace([(60_000.0, 1.0)], [(60_000.01, 1.0), (400_000.0, 5.0)])
    assert [1.0, 0.0, 0.0, 5.0] == book.asks.columns(0.0, 440_000.0, 4).tolist()


def test_a_tick_must_be_positive() -> None:
    """A tick of 0 is no grid."""
    with pytest.raises(ValueError, match="must be above 0"):
        Grid(Decimal(0), declared=True)


def test_infers_a_grid_from_what_was_seen() -> None:
    """The finest price seen sets the tick; one beyond a float's digits sets none."""
    grid = inferred_grid([61737.63, 61700.0, 61000.5])
    assert grid is not None
    assert Decimal("0.01") == grid.tick_size
    assert inferred_grid([1.0, 12_345_678.0]) is None
    assert inferred_grid([0.00001234]) is None


@pytest.mark.parametrize("price", ["1e16", "1e40", "0.000000000000000001"])
def test_a_price_of_more_ticks_than_can_be_counted_is_refused(price: str) -> None:
    """It is no market's; what was there can be read as before."""
    book = Book(Decimal("0.01"), Decimal("0.00001"))
    book.replace([(64210.1, 1.0)], [(64210.2, 2.0)])
    with pytest.raises(BadLevel):
        book.apply_exact([], [(Decimal(price), Decimal(1))])
    with pytest.raises(BadLevel):
        book.apply_exact([(Decimal(price), Decimal(1))], [])
    assert [(Decimal("64210.10"), Decimal("1.0"))] == book.bids.top(10)
    assert [(Decimal("64210.20"), Decimal("2.0"))] == book.asks.top(10)
    assert [64210.2] == book.asks.arrays()[0].tolist()


@pytest.mark.parametrize("size", [1e25, 1e30, 1e300])
def test_a_size_no_market_has_is_refused(size: float) -> None:
    """A level larger than any market is bad data, by float and by text."""
    with pytest.raises(BadLevel, match="a level had price"):
        small_book().apply([(99.5, size)], [])
    with pytest.raises(BadLevel, match="a level had price"):
        small_book().apply_exact([(Decimal("99.5"), Decimal(repr(size)))], [])
