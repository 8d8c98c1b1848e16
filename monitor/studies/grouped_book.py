"""The whole book in rows of one step, summed exactly: what a ladder's export holds."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from monitor.book.book import Book
from monitor.book.side import BookSide


class Group(NamedTuple):
    """What one side holds in one row."""

    size: Decimal = Decimal(0)
    levels: int = 0


def grouped_levels(book: Book, step: Decimal) -> Iterator[tuple[Decimal, Group, Group]]:
    """Price, bids and asks of every row that holds a level, highest price first.

    A bid stands in the row at or below its price, an ask in the one at or above its.
    """
    bids = _groups(book.bids, step, ROUND_FLOOR)
    asks = _groups(book.asks, step, ROUND_CEILING)
    for row in sorted(bids.keys() | asks.keys(), reverse=True):
        yield row * step, bids.get(row, Group()), asks.get(row, Group())


def _groups(side: BookSide, step: Decimal, rounding: str) -> dict[int, Group]:
    groups: dict[int, Group] = {}
    for price, size in side.top(len(side)):
        row = int((price / step).to_integral_value(rounding))
        held = groups.get(row, Group())
        groups[row] = Group(held.size + size, held.levels + 1)
    return groups
