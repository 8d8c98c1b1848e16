"""Books for the tests of studies, from plain dicts of ticks and sizes."""

from decimal import Decimal

from hypothesis import strategies as st

from monitor.book.book import Book

TICK = Decimal("0.5")
SPREAD_AT = 300

LEVELS = st.dictionaries(st.integers(1, SPREAD_AT - 1), st.integers(1, 99).map(float), max_size=40)


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


def above(levels: dict[int, float]) -> dict[int, float]:
    """The same levels as asks, above every bid of ``LEVELS``."""
    return {2 * SPREAD_AT - tick: size for tick, size in levels.items()}
