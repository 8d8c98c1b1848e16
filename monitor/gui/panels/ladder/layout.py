"""Where the ladder's columns stand, and how its numbers are written so that they fit there."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.table_cells import MARGIN, MARK_PX, Column
from monitor.studies.number_format import compact, fixed

BAR_SHARE = 0.45
BAR_BEYOND = 8
"""A bar may always be longer than its text by so much: its end then stands beside it."""
BAR_LEAST = 6
"""Where there is less room there are no bars."""
GAP = 12
INK = 2
"""So far a letter's ink may reach beyond the end of its text."""
APART = 3
"""What was traded keeps so far from the end of the bars beside it."""
SHORT_FROM = 3
"""A number of more whole digits than this is told in short."""
MOST, OVER = 9.9e14, ">99T"
"""From here on only this is told: so the widest short text is known, and isn't this one."""
DIGITS_KEPT = 2
"""So many digits behind the point stay, where there are as many, before sizes are told in short."""


class Form(NamedTuple):
    """How sizes are written: with ``digits`` behind the point, or in short.

    In short, a size has at most ``plain`` significant digits (never more than ``digits``
    behind the point), and ``brief`` of them from 1,000 on: 628, 2.225k. A ``brief`` of 0
    writes all plainly, one below 0 nothing at all.
    """

    digits: int
    plain: int = 0
    brief: int = 0


NOTHING = Form(0, 0, -1)


class Look(NamedTuple):
    """What the user and the market's state have the ladder show."""

    believed: bool
    two_sided: bool
    traded: bool


@dataclass(frozen=True)
class Layout:
    """Columns in the order of a row's cells, the longest bar, the room for a size's text.

    ``flow`` is None where nothing is told of what was traded. On the spread's own row a
    text may reach from the price's column to the last one's end: ``span`` px.
    """

    columns: tuple[Column, ...]
    bar: int = 0
    room: float = 0.0
    span: float = 0.0
    price_digits: int = 0
    size: Form = NOTHING
    flow: Form | None = None
    two_sided: bool = False


NO_LAYOUT = Layout(())


def layout_of(
    width: float, price: float, largest: float, price_digits: int, size_digits: int, look: Look
) -> Layout:
    """The layout for prices ``price`` px wide and sizes up to ``largest``.

    What was asked for and has no room is left out, first what was traded, then the second
    side: no text ever leaves its column.
    """
    widths = [(form, widest(form, largest)) for form in _forms(size_digits)]
    for two_sided, flows in _asked(look, size_digits):
        best: tuple[int, Layout] | None = None
        for flow in flows:
            laid = _placed(width, price, flow, two_sided=two_sided)
            rank = next((n for n, (_, px) in enumerate(widths) if px <= laid.room), None)
            # What rests goes before what was traded: it gets the room while it can use it.
            if rank is not None and (best is None or rank < best[0]):
                best = rank, laid
        if best is not None:
            rank, laid = best
            return _written(laid, *widths[rank], price_digits)
    laid = _placed(width, price, None, two_sided=False)
    fewer = [Form(size_digits, n, n) for n in (3, 2)]
    known = ((form, widest(form, largest)) for form in fewer)
    form, px = next((pair for pair in known if pair[1] <= laid.room), (NOTHING, 0.0))
    return _written(laid, form, px, price_digits)


def size_text(size: float, form: Form) -> str:
    """A size in that form."""
    digits, plain, brief = form
    if not brief:
        # From 1 on nothing is lost to the digits, and nothing has to be looked at twice.
        return f"{size:,.{digits}f}" if size >= 1 else fixed(size, digits)
    if brief < 0:
        return ""
    if size >= MOST:
        return OVER
    whole = len(f"{size:.0f}")
    if whole > SHORT_FROM:
        return compact(size, brief)
    return fixed(size, max(0, min(digits, plain - whole)))


def widest(form: Form, largest: float) -> float:
    """How wide the widest text of any size up to ``largest`` is."""
    if not form.brief:
        texts = [fixed(largest, form.digits), fixed(0.1 ** (form.digits + 1), form.digits)]
    else:
        # One more power of ten: a size may be rounded up to it.
        powers = min(16, math.floor(math.log10(max(largest, 1))) + 2)
        texts = [size_text(1.111 * 10.0**power, form) for power in range(-9, powers)]
    return max(text_width(text, SMALL_PX) for text in texts)


def spread_words(spread: float | None, digits: int, tick: float) -> tuple[str, ...]:
    """The spread in ever fewer words; last in ticks, where the number has many digits."""
    number = fixed(spread, digits)
    if spread is None:
        return f"spread {number}", number
    ticks = round(spread / tick)
    return f"spread {number}", number, f"{fixed(ticks, 0)} tick{'s' * (ticks != 1)}"


def fitting(words: Iterable[str], room: float) -> str:
    """The first of these that has room; "" where none has."""
    return next((text for text in words if text_width(text, SMALL_PX) <= room), "")


def flow_forms(size_digits: int) -> tuple[Form, Form]:
    """How traded sizes are written, in the order of their width."""
    return Form(size_digits, 4, 3), Form(size_digits, 3, 2)


def _forms(digits: int) -> list[Form]:
    """The forms of sizes, the fullest first, down to the least that columns asked for may cost."""
    plain = [Form(fewer) for fewer in range(digits, min(digits, DIGITS_KEPT) - 1, -1)]
    return [*plain, Form(digits, 4, 4), Form(digits, 4, 3)]


def _asked(look: Look, digits: int) -> Iterator[tuple[bool, tuple[Form | None, ...]]]:
    """What to try in turn: whether there are two sides, and the forms of traded sizes."""
    for two_sided in (True, False) if look.two_sided else (False,):
        if look.traded:
            yield two_sided, flow_forms(digits)
        yield two_sided, (None,)


def _written(laid: Layout, form: Form, px: float, price_digits: int) -> Layout:
    """The layout with sizes in that form, the widest of them ``px`` wide."""
    bar = laid.bar
    if not laid.two_sided:
        # A bar's end is never among the digits of a text upon it.
        low, high = laid.columns[1].low, laid.columns[1].high
        bar = round(min(max(bar, MARGIN + px + BAR_BEYOND), high - low - 1))
    bar = bar if bar >= BAR_LEAST else 0
    return Layout(
        laid.columns, bar, laid.room, laid.span, price_digits, form, laid.flow, laid.two_sided
    )


def _placed(width: float, price: float, flow: Form | None, *, two_sided: bool) -> Layout:
    """Columns with as much room as there is."""
    aside = 0 if flow is None else math.ceil(widest(flow, MOST)) + MARGIN
    return (_two_sides if two_sided else _one_side)(width, price, aside, flow)


def _one_side(width: float, price: float, aside: int, flow: Form | None) -> Layout:
    """Price, size; between them what was sold and bought."""
    end = math.ceil(MARGIN + price)
    sold, bought = end + aside, end + 2 * aside
    columns = [
        Column(end, low=MARK_PX, high=end + INK),
        Column(width - MARGIN, bar=width, low=bought + INK, high=width),
    ]
    if aside:
        columns.append(Column(sold - APART, low=end + INK, high=sold + INK))
        columns.append(Column(bought - APART, low=sold + INK, high=bought + INK))
    room, span = (width - MARGIN - begin - GAP / 2 for begin in (bought, end))
    return Layout(tuple(columns), round(width * BAR_SHARE), room, span, flow=flow)


def _two_sides(width: float, price: float, aside: int, flow: Form | None) -> Layout:
    """The price in the middle, bids left and asks right of it; outside, sold and bought."""
    left, right = math.floor((width - price) / 2), math.ceil((width + price) / 2)
    near, far, begin = left - GAP // 2, right + GAP // 2, max(aside, MARK_PX + INK)
    columns = [
        Column(right, low=near, high=far),
        Column(left - GAP, bar=near, low=begin, high=near),
        Column(width - aside - MARGIN, bar=far, grows=1, low=far, high=width - aside),
    ]
    if aside:
        columns.append(Column(aside - APART - INK, low=MARK_PX, high=aside))
        columns.append(Column(width - MARGIN, low=width - aside, high=width))
    # Both sides are given the less of the two: bars of one length, sizes of one form.
    room = min(left - GAP - begin - GAP / 2, width - aside - MARGIN - far)
    bar = math.floor(min(near - begin, width - aside - far))
    span = width - MARGIN - right - GAP / 2
    return Layout(tuple(columns), bar, room, span, flow=flow, two_sided=True)
