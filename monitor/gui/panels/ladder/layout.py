"""Where the ladder's columns stand, and with how many digits its sizes fit there."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.table_cells import MARGIN, MARK_PX, Column
from monitor.studies.number_format import compact, fixed

BAR_SHARE = 0.45
GAP = 12
TRADED_WIDTH = 48
COMPACT = -1
"""Stands for the digits of sizes that are told in short, as 260.6M."""
COMPACT_DIGITS = 4


class Look(NamedTuple):
    """What the user and the market's state have the ladder show."""

    believed: bool
    two_sided: bool
    traded: bool


@dataclass(frozen=True)
class Layout:
    """Columns in the order of a row's cells, the longest bar, the room for a size's text.

    ``size_digits`` are as many of the instrument's as fit, or ``COMPACT``.
    """

    columns: tuple[Column, ...]
    bar: int
    room: float
    price_digits: int
    size_digits: int


NO_LAYOUT = Layout((), 0, 0.0, 0, 0)


def layout_of(
    width: float, price: float, largest: float, price_digits: int, size_digits: int, look: Look
) -> Layout:
    """The layout for prices ``price`` px wide and sizes up to ``largest``."""
    place = _two_sided if look.two_sided else _one_sided
    columns, bar, room = place(width, price, TRADED_WIDTH if look.traded else 0)
    fitting = _fitting(largest, size_digits, room)
    return Layout(columns, round(max(0.0, bar)), room, price_digits, fitting)


def size_text(size: float, digits: int) -> str:
    """A size with so many digits, or in short."""
    if digits == COMPACT:
        return compact(size, COMPACT_DIGITS)
    # From 1 on nothing is lost to the digits, and nothing has to be looked at twice.
    return f"{size:,.{digits}f}" if size >= 1 else fixed(size, digits)


def spread_words(spread: float | None, layout: Layout) -> str:
    """The spread, in as many words as there is room for."""
    number = fixed(spread, layout.price_digits)
    words = (f"spread {number}", number)
    return next((text for text in words if text_width(text, SMALL_PX) <= layout.room), "")


def _one_sided(width: float, price: float, flow: int) -> tuple[tuple[Column, ...], float, float]:
    """Price, size; between them what was sold and bought."""
    end = MARGIN + price
    sold, bought = end + flow, end + 2 * flow
    columns = [
        Column(end, low=MARK_PX, high=end),
        Column(width - MARGIN, bar=width, low=bought, high=width),
    ]
    if flow:
        columns += [Column(sold, low=end, high=sold), Column(bought, low=sold, high=bought)]
    bar = min(width * BAR_SHARE, width - bought - GAP)
    return tuple(columns), bar, width - MARGIN - bought - GAP / 2


def _two_sided(width: float, price: float, flow: int) -> tuple[tuple[Column, ...], float, float]:
    """The price in the middle, bids left and asks right of it; outside, sold and bought."""
    left, right = math.floor((width - price) / 2), math.ceil((width + price) / 2)
    near, far, begin = left - GAP / 2, right + GAP / 2, max(flow, MARK_PX)
    columns = [
        Column(right, low=near, high=far),
        Column(left - GAP, bar=near, low=begin, high=near),
        Column(width - flow - MARGIN, bar=far, grows=1, low=far, high=width - flow),
    ]
    if flow:
        columns.append(Column(flow, low=MARK_PX, high=flow))
        columns.append(Column(width - MARGIN, low=width - flow, high=width))
    return tuple(columns), near - begin, left - GAP - begin - GAP / 2


def _fitting(largest: float, digits: int, room: float) -> int:
    """The most digits behind the point with which the largest size fits."""
    for fewer in range(digits, -1, -1):
        if text_width(fixed(largest, fewer), SMALL_PX) <= room:
            return fewer
    return COMPACT
