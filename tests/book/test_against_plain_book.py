"""The book against a plain model: two dicts of decimals, sorted whenever asked."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.book.side import NeedsText

Levels = list[tuple[str, str]]


class PlainBook:
    """What any reader would write first: exact, slow, evidently right."""

    def __init__(self, depth: int | None = None) -> None:
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self.depth = depth

    def replace(self, bids: Levels, asks: Levels) -> None:
        self.bids, self.asks = {}, {}
        self.apply(bids, asks)

    def apply(self, bids: Levels, asks: Levels) -> None:
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, size in levels:
                side[Decimal(price)] = Decimal(size)
                if not Decimal(size):
                    del side[Decimal(price)]
        if self.depth is not None:
            self.bids = dict(self.top_bids()[: self.depth])
            self.asks = dict(self.top_asks()[: self.depth])

    def top_bids(self) -> list[tuple[Decimal, Decimal]]:
        return sorted(self.bids.items(), reverse=True)

    def top_asks(self) -> list[tuple[Decimal, Decimal]]:
        return sorted(self.asks.items())


def feed(book: Book, levels: tuple[Levels, Levels], *, snapshot: bool) -> None:
    """Give a message to the book as an adapter does: floats, and the texts where it asks."""
    bids, asks = levels
    fast = [[(float(p), float(s)) for p, s in side] for side in (bids, asks)]
    exact = [[(Decimal(p), Decimal(s)) for p, s in side] for side in (bids, asks)]
    try:
        (book.replace if snapshot else book.apply)(fast[0], fast[1])
    except NeedsText:
        (book.replace_exact if snapshot else book.apply_exact)(exact[0], exact[1])


def assert_same(plain: PlainBook, book: Book) -> None:
    for expected, side in ((plain.top_bids(), book.bids), (plain.top_asks(), book.asks)):
        assert expected == side.top(len(expected) + 5)
        assert len(expected) == len(side)
        prices, sizes = side.arrays()
        assert [float(p) for p, _ in expected] == prices.tolist()
        assert [float(s) for _, s in expected] == sizes.tolist()
        assert (float(expected[0][0]) if expected else None) == side.best
    crossed = bool(plain.bids and plain.asks and plain.top_bids()[0][0] >= plain.top_asks()[0][0])
    assert crossed == book.crossed


def prices(decimals: int, low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda n: format(Decimal(n).scaleb(-decimals), "f"))


sizes = st.one_of(
    st.just("0"),
    st.just("0.00000000"),
    st.integers(1, 10**9).map(lambda n: format(Decimal(n).scaleb(-8), "f")),
    st.integers(1, 10**20).map(lambda n: format(Decimal(n).scaleb(-8), "f")),
)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Levels, Levels]]:
    """Messages around a few price regions, near and very far, with one tick or many."""
    decimals = draw(st.integers(0, 8))
    centre = draw(st.sampled_from([50, 3_000, 6_170_000]))
    near = prices(decimals, max(1, centre - 40), centre + 40)
    far = prices(decimals, 1, centre * 20)
    finer = prices(min(decimals + 2, 8), 1, centre * 100)
    level = st.tuples(st.one_of(near, near, near, far, finer), sizes)
    side = st.lists(level, max_size=12)
    return draw(st.lists(st.tuples(side, side), min_size=1, max_size=12))


@settings(max_examples=300, deadline=None)
@given(histories(), st.booleans())
def test_equals_plain_book(history: list[tuple[Levels, Levels]], later_snapshot: bool) -> None:
    """Whatever the messages, the book holds just what two sorted dicts would."""
    plain, book = PlainBook(), Book()
    for number, message in enumerate(history):
        snapshot = number == 0 or (later_snapshot and number == len(history) // 2)
        (plain.replace if snapshot else plain.apply)(*message)
        feed(book, message, snapshot=snapshot)
        assert_same(plain, book)


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(1, 8))
def test_depth_limited_equals_plain_book(history: list[tuple[Levels, Levels]], depth: int) -> None:
    """A book cut to a depth after each message keeps just the best levels."""
    plain, book = PlainBook(depth), Book(depth=depth)
    for number, message in enumerate(history):
        (plain.apply if number else plain.replace)(*message)
        feed(book, message, snapshot=number == 0)
        assert_same(plain, book)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["0.25", "0.5", "5", "0.05", "0.00000001", "0.1"]),
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 3)), min_size=1, max_size=60),
)
def test_any_declared_tick(tick: str, moves: list[tuple[int, int]]) -> None:
    """Ticks that are no power of ten hold prices as exactly as others."""
    plain, book = PlainBook(), Book(tick_size=Decimal(tick))
    levels = [(format(n * Decimal(tick), "f"), str(size)) for n, size in moves]
    for start in range(0, len(levels), 7):
        message = (levels[start : start + 7], levels[start : start + 3])
        (plain.apply if start else plain.replace)(*message)
        feed(book, message, snapshot=start == 0)
        assert_same(plain, book)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(90_000, 110_000), st.integers(0, 9)), min_size=192, max_size=600)
)
def test_large_messages_equal_plain_book(moves: list[tuple[int, int]]) -> None:
    """A message large enough for NumPy leaves what a loop would, repeated prices included."""
    levels = [(format(Decimal(n).scaleb(-2), "f"), str(size)) for n, size in moves]
    plain, book = PlainBook(), Book(tick_size=Decimal("0.01"))
    for message in (([("1000", "1")], [("1000.01", "1")]), (levels, levels)):
        (plain.apply if book.synced else plain.replace)(*message)
        feed(book, message, snapshot=not book.synced)
    assert_same(plain, book)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30_000), st.integers(1, 9)), min_size=1, max_size=80),
    st.integers(1, 29_000),
    st.integers(1, 3_000),
    st.integers(1, 64),
)
def test_columns_sum_the_levels(moves: list[tuple[int, int]], low: int, span: int, n: int) -> None:
    """Each pixel column holds the sum of the levels whose prices lie in it, on both sides."""
    levels = [(tick * 0.25, float(size)) for tick, size in moves]
    book = Book(tick_size=Decimal("0.25"))
    book.replace([(7.5 * 0.25 * 4000, 1.0)], [(7.75 * 0.25 * 4000, 1.0)])
    book.apply(levels, levels)
    start, stop = low * 0.25, (low + span) * 0.25
    edges = np.linspace(start, stop, n + 1)
    for side in (book.bids, book.asks):
        at, size = side.arrays()
        column = np.searchsorted(edges - 1e-7, at, "right") - 1
        inside = (column >= 0) & (at < stop - 1e-7)
        expected = np.bincount(column[inside], size[inside], n)
        assert expected.tolist() == side.columns(start, stop, n).tolist()
