"""Prices and sizes as text: as many digits as the instrument has, never a row of 0.00."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.book.grid import decimals_of
from monitor.model.instrument import Instrument

MINUS = "\u2212"
"""A minus as wide as a digit; exports of data keep the plain hyphen."""
MISSING = "\u2013"
"""What stands for a number that isn't known."""

_POWERS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


class Digits(NamedTuple):
    """Digits behind the point that an instrument's prices and sizes are shown with."""

    price: int
    size: int


def digits_of(instrument: Instrument, tick_size: Decimal, sizes: Iterable[float] = ()) -> Digits:
    """The digits of an instrument; ``tick_size`` is the book's own, for a venue that told none.

    Where the venue told no lot, ``sizes`` (those in sight) decide: enough digits for the
    smallest of them to show two that are not 0, at most 8.
    """
    price = decimals_of(instrument.tick_size or tick_size)
    if instrument.lot_size:
        return Digits(price, decimals_of(instrument.lot_size))
    smallest = min((size for size in sizes if size > 0), default=1.0)
    needed = max((decimals_of(Decimal(repr(float(size)))) for size in sizes), default=0)
    enough = max(0, 1 - math.floor(math.log10(smallest)))
    return Digits(price, min(needed, enough, 8))


class HeldDigits:
    """``digits_of``, worked out again only where the instrument's own do not settle them."""

    def __init__(self) -> None:
        self._told: tuple[Instrument, Decimal, Digits] | None = None

    def of(self, instrument: Instrument, tick_size: Decimal, sizes: NDArray[np.float64]) -> Digits:
        """The digits of an instrument, ``sizes`` being those in sight."""
        if instrument.lot_size is None:
            return digits_of(instrument, tick_size, sizes.tolist())
        if self._told is None or self._told[:2] != (instrument, tick_size):
            self._told = (instrument, tick_size, digits_of(instrument, tick_size))
        return self._told[2]


def fixed(value: float | None, decimals: int, *, group: bool = True) -> str:
    """A number with fixed decimals: ``61,685.99``; a dash for None, NaN and infinities.

    What would round to a row of zeros is written ``<0.01`` instead.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}" if group else f"{abs(value):.{decimals}f}"
    if value and not text.strip("0.,"):
        text = f"<{10.0**-decimals:.{decimals}f}"
    return (MINUS if value < 0 else "") + text


def signed(value: float | None, decimals: int) -> str:
    """A number that always shows its sign: ``+0.18``; zero has none."""
    text = fixed(value, decimals)
    return f"+{text}" if value is not None and value > 0 and math.isfinite(value) else text


def percent(fraction: float | None, decimals: int = 2) -> str:
    """A change as a signed percentage: 0.01 is ``+1.00%``."""
    if fraction is None or not math.isfinite(fraction):
        return MISSING
    return f"{signed(round(fraction * 100, decimals) + 0.0, decimals)}%"


def direction(fraction: float | None) -> int:
    """1 for a change ``percent`` writes as a rise, -1 for a fall, 0 for what rounds to none."""
    if fraction is None or not math.isfinite(fraction):
        return 0
    shown = round(fraction * 100, 2)
    return (shown > 0) - (shown < 0)


def compact(value: float | None, digits: int = 3) -> str:
    """A large number in short, with ``digits`` significant ones: ``31.2k``, ``4.57M``."""
    if value is None or not math.isfinite(value):
        return MISSING
    sign, value = (MINUS if value < 0 else ""), abs(value)
    # Rounded first, so that 999,999 is 1.00M and not 1000k.
    if value:
        value = round(value, digits - 1 - math.floor(math.log10(value)))
    for power, suffix in _POWERS:
        if value >= power:
            return f"{sign}{_significant(value / power, digits)}{suffix}"
    return f"{sign}{_significant(value, digits)}"


def dimmed(text: str) -> tuple[str, str]:
    """A number text cut before the trailing zeros behind its point: ``("1.25", "000")``."""
    if "." not in text:
        return text, ""
    strong = text.rstrip("0").removesuffix(".")
    return strong, text[len(strong) :]


def moved(before: str, after: str) -> tuple[str, str]:
    """A price text cut where it first differs from the one before: the part that moved.

    Texts of different lengths moved as a whole; equal ones didn't move.
    """
    if len(before) != len(after):
        return "", after
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            return after[:i], after[i:]
    return after, ""


def _significant(value: float, digits: int) -> str:
    if not value:
        return "0"
    return f"{value:.{min(max(0, digits - 1 - math.floor(math.log10(value))), 12)}f}"
