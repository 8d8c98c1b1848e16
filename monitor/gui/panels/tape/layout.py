"""Where the tape's columns stand, and what of the time and the size is shown where it is narrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.table_cells import MARGIN, Column
from monitor.studies.number_format import compact, fixed

GAP = 12
TIGHT_MARGIN, TIGHT_GAP = 4, 6
TELLING = 6
"""Digits that a common size keeps, whatever the room for the time."""
IN_SHORT_FROM = 1e5
"""Common sizes from here on are told in short rather than without the time."""
COMPACT = -1
"""Stands for the digits of sizes that are told in short, as 260.6M."""
COMPACT_DIGITS = 4

CLOCKS = (slice(0, 12), slice(3, 12), slice(0, 8))
"""What is shown of ``00:00:00.000``: first goes the hour, it changes least, then instead the
parts of a second. Without both, minutes and seconds would read as hours and minutes."""
NO_CLOCK = slice(0, 0)


class Extent(NamedTuple):
    """What has to fit: the dearest price, the largest size and a common one, their digits."""

    price: float
    largest: float
    common: float
    price_digits: int
    size_digits: int


@dataclass(frozen=True)
class Layout:
    """Columns of time, price and size; what is shown of a time, and digits."""

    columns: tuple[Column, ...]
    price_digits: int
    size_digits: int
    clock: slice


def layout_of(width: float, extent: Extent) -> Layout:
    """The layout that tells the most: price and size before the time, all before the air."""
    price = _wide(fixed(extent.price, extent.price_digits), strong=True)
    clock, margin, gap, digits = NO_CLOCK, TIGHT_MARGIN, TIGHT_GAP, COMPACT
    for clock, margin, gap, digits in _ways(extent):
        size = _wide(size_text(extent.largest, digits), strong=True)
        time = _wide("00:00:00.000"[clock])
        spare = width - 2 * margin - gap - price - size - (time + gap if time else 0)
        if spare >= 0:
            break
    first = margin + (time + gap if time else 0) + price
    end = round(first + max(0.0, spare) / 3)
    near, far = round(end - price - gap / 2), round(end + gap / 2)
    columns = (
        Column(margin, left=True, high=near),
        Column(end, low=near, high=far),
        Column(width - margin, low=far, high=width),
    )
    return Layout(columns, extent.price_digits, digits, clock)


def size_text(size: float, digits: int) -> str:
    """A size with so many digits, or in short."""
    return compact(size, COMPACT_DIGITS) if digits == COMPACT else fixed(size, digits)


def _ways(extent: Extent) -> Iterator[tuple[slice, int, int, int]]:
    """Clock, margin, gap and digits of the size, from the roomiest on."""
    digits = extent.size_digits
    least = min(digits, max(0, TELLING - len(f"{extent.common:.0f}")))
    for margin, gap in ((MARGIN, GAP), (TIGHT_MARGIN, TIGHT_GAP)):
        for clock in CLOCKS:
            yield clock, margin, gap, digits
    for fewer in range(digits - 1, least - 1, -1):
        yield CLOCKS[-1], TIGHT_MARGIN, TIGHT_GAP, fewer
    if extent.common >= IN_SHORT_FROM:
        yield CLOCKS[-1], TIGHT_MARGIN, TIGHT_GAP, COMPACT
    yield NO_CLOCK, MARGIN, GAP, digits
    for fewer in range(digits, COMPACT - 1, -1):
        yield NO_CLOCK, TIGHT_MARGIN, TIGHT_GAP, fewer


def _wide(text: str, *, strong: bool = False) -> float:
    return text_width(text, SMALL_PX, strong=strong)
