"""The tick grid a book lies on: exact prices as integers, and back."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import numpy as np

FINEST = Decimal(1).scaleb(-18)
"""No venue quotes finer than this; a price that claims to is bad data."""


LEAST_PRICE, LARGEST_PRICE = 1e-4, 1e7
"""Within these a float holds every digit of a text of up to 8 decimals."""
FINEST_INFERRED = 9


class Grid:
    """Maps prices to whole ticks. ``declared`` is True where the venue named the tick.

    A tick need not be a power of ten (0.25, 0.5, 5): everything goes through the
    fraction ``tick_size``, so a price is one correctly rounded division.
    """

    def __init__(self, tick_size: Decimal, *, declared: bool) -> None:
        fraction = Fraction(tick_size)
        if fraction <= 0:
            raise ValueError(f"the tick size was {tick_size}; it must be above 0")
        self.tick_size = tick_size
        self.declared = declared
        self.numerator = fraction.numerator
        self.denominator = fraction.denominator
        self.per_unit = fraction.denominator / fraction.numerator
        """Ticks in one unit of price."""

    def price(self, tick: int) -> float:
        """The float nearest to the exact price of a tick."""
        return tick * self.numerator / self.denominator

    def exact_price(self, tick: int) -> Decimal:
        """The exact price of a tick."""
        return tick * self.tick_size

    def tick(self, price: Decimal) -> int | None:
        """The tick of an exact price; None where the price lies between two ticks."""
        ticks = Fraction(price) * self.denominator / self.numerator
        return ticks.numerator if ticks.denominator == 1 else None

    def refined(self, price: Decimal) -> "Grid":
        """The coarsest decimal grid that holds ``price`` and every tick of this one."""
        decimals = max(decimals_of(price), decimals_of(self.tick_size))
        return Grid(Decimal(1).scaleb(-decimals), declared=self.declared)


def decimals_of(value: Decimal) -> int:
    """Significant digits behind the point: 2 for 61.250, 0 for 5."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def inferred_grid(prices: Iterable[float]) -> Grid | None:
    """The grid of a book whose venue named no tick: as fine as the finest price seen.

    None where a price is so large, or so fine, that its text must be asked.
    """
    at = np.fromiter(prices, float)
    if not np.all((at >= LEAST_PRICE) & (at < LARGEST_PRICE)):
        return None
    for decimals in range(FINEST_INFERRED):
        # The nearest text of so many digits is the price's own if it reads as the same float.
        power = 10.0**decimals
        if np.all(np.rint(at * power) / power == at):
            return Grid(Decimal(1).scaleb(-decimals), declared=False)
    return None
