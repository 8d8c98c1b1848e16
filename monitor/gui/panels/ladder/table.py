"""The ladder's rows as cells: of a frame only those are made whose numbers changed."""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from monitor.book.book import WHOLE
from monitor.book.side import Floats
from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.table_cells import Cell, Ink, Row
from monitor.gui.panels.ladder.layout import (
    NO_LAYOUT,
    Layout,
    Look,
    fitting,
    layout_of,
    size_text,
    spread_words,
)
from monitor.gui.panels.ladder.words import BUYS, SELLS
from monitor.market.market import Market
from monitor.studies.bar_scale import bar_scale
from monitor.studies.ladder_grouping import row_of_price
from monitor.studies.ladder_rows import LadderRows
from monitor.studies.number_format import HeldDigits, fixed

MID_DIGITS = 1
"""The mid may lie half a tick aside."""
UNKNOWN = -1.0
"""Stands for the size of a row that isn't wholly known."""
KEPT = 1_000
"""So many cells of a kind are kept, by what they tell."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Known = tuple[float, float, float, float, bool, Ink]
"""All that a row tells beside its price: bid, ask, sold, bought, whether it stands above the
spread, and the last trade's mark."""


_Best = tuple[float | None, float | None]
"""Best bid and best ask: all that the spread's row tells."""


class Flow(NamedTuple):
    """Sizes sold and bought lately, by row."""

    sold: Sequence[float]
    bought: Sequence[float]


class Made(dict[K, V]):
    """What was made of each key; what is missing is made when it is asked for."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        if len(self) >= KEPT:
            self.clear()
        made = self[key] = self._make(key)
        return made


class LadderTable:
    """The rows last made. The next frame's are the same ones where they tell the same."""

    def __init__(self) -> None:
        self._layout = NO_LAYOUT
        self._rows: list[Row] = []
        self._known: list[Known] = []
        self._top = 0
        self._texts = Made[tuple[float, int], str](lambda number: fixed(*number))
        self._digits = HeldDigits()
        self.forget()

    def forget(self) -> None:
        """Begin anew: another market or grouping."""
        self._scale = self._largest = self._price_px = 0.0
        self._size_digits = self._whole = 0
        self._tick = 0.0
        self._laid_for: tuple[object, ...] = ()
        self._style: tuple[object, ...] = ()

    def rows(
        self,
        market: Market,
        seen: LadderRows,
        split: int,
        width: float,
        look: Look,
        flow: Flow | None,
    ) -> tuple[Layout, list[Row]]:
        """The rows, and where their columns stand.

        ``split`` rows stand above the spread; the spread's own row is left out where that
        is out of sight.
        """
        sizes = np.concatenate([seen.bids, seen.asks])
        self._lay(market, seen, sizes[sizes > 0], width, look)
        style = (self._layout, self._scale, look, seen.step, market.book.tick_size)
        if style != self._style:
            self._style, self._tick = style, float(market.book.tick_size)
            self._begin_anew(seen, look)
        self._move_to(seen)
        flow = flow if self._layout.flow else None
        known = self._known_of(market, seen, sizes, split, flow)
        made, prices = self._rows, seen.prices
        for n, (new, old) in enumerate(zip(known, self._known, strict=True)):
            if new != old:
                made[n] = self._row(float(prices[n]), new)
        self._known = known
        rows = made.copy()
        if 0 <= split <= len(rows):
            rows.insert(split, self._spread_row(market))
            rows.pop()
        return self._layout, rows

    # The layout.

    def _lay(
        self, market: Market, seen: LadderRows, sizes: Floats, width: float, look: Look
    ) -> None:
        self._scale = bar_scale(sizes, self._scale)
        digits = self._digits.of(market.instrument, market.book.tick_size, sizes)
        # Digits are only ever added while a market is watched: columns don't flutter.
        self._size_digits = max(self._size_digits, digits.size)
        largest = float(sizes.max(initial=0.0))
        if largest > self._largest:
            self._largest, self._whole = largest, len(f"{largest:,.0f}")
        # The mid has a digit more than prices have; no price in sight is higher than these.
        first = float(seen.prices[0])
        highest = max(first, market.book.best_ask or 0.0)
        price = self._texts[first, seen.decimals]
        mid = self._texts[highest, digits.price + MID_DIGITS]
        # Digits are equally wide, so that lengths tell widths.
        lengths = (len(price), len(mid), self._whole)
        laid_for = (width, look, lengths, digits.price, self._size_digits)
        if laid_for != self._laid_for:
            self._laid_for = laid_for
            wide = max(text_width(text, SMALL_PX, strong=True) for text in (price, mid))
            self._price_px = max(self._price_px, wide)
            self._layout = layout_of(
                width, self._price_px, self._largest, digits.price, self._size_digits, look
            )

    # Which rows know something new.

    def _begin_anew(self, seen: LadderRows, look: Look) -> None:
        self._look, decimals = look, seen.decimals
        self._above, self._below = self._ink(Ink.SELL), self._ink(Ink.BUY)
        self._rows, self._known = [], []
        self._prices = Made[tuple[float, Ink], Cell](
            lambda key: Cell(fixed(key[0], decimals), key[1])
        )
        self._bids = Made[float, Cell](self._sizes_on(Ink.BUY_FILL))
        self._asks = Made[float, Cell](self._sizes_on(Ink.SELL_FILL))
        self._sold = Made[float, Cell](lambda size: self._flow_cell(size, Ink.SELL))
        self._bought = Made[float, Cell](lambda size: self._flow_cell(size, Ink.BUY))
        self._spreads = Made[_Best, Row](lambda best: self._spread_made(*best))

    def _move_to(self, seen: LadderRows) -> None:
        """Take each row held along to where its price now stands."""
        n, by = len(seen.prices), seen.top - self._top
        self._top = seen.top
        if len(self._rows) != n or abs(by) >= n:
            self._rows, self._known = [_EMPTY_ROW] * n, [_UNTOLD] * n
        elif by > 0:
            self._rows = [_EMPTY_ROW] * by + self._rows[:-by]
            self._known = [_UNTOLD] * by + self._known[:-by]
        elif by < 0:
            self._rows = self._rows[-by:] + [_EMPTY_ROW] * -by
            self._known = self._known[-by:] + [_UNTOLD] * -by

    def _known_of(
        self, market: Market, seen: LadderRows, sizes: Floats, split: int, flow: Flow | None
    ) -> list[Known]:
        n = len(seen.prices)
        above = min(max(split, 0), n)
        marks = [Ink.NONE] * n
        last, ink = self._last_row(market, seen)
        if last >= 0:
            marks[last] = ink
        sold, bought = flow or ([0.0] * n, [0.0] * n)
        sides = [True] * above + [False] * (n - above)
        if market.book.covered != WHOLE:
            # NaN is unlike itself, so nothing could be looked up by it.
            sizes = np.where(np.isnan(sizes), UNKNOWN, sizes)
        told: list[float] = sizes.tolist()
        return list(zip(told[:n], told[n:], sold, bought, sides, marks, strict=True))

    def _last_row(self, market: Market, seen: LadderRows) -> tuple[int, Ink]:
        newest = market.tape.view(1)
        if market.last_price is None or not len(newest.price):
            return -1, Ink.NONE
        side = int(newest.side[0])
        ink = _SIDES.get(side, Ink.DIM)
        return row_of_price(market.last_price, side, seen), self._ink(ink)

    # Cells.

    def _row(self, price: float, known: Known) -> Row:
        bid, ask, sold, bought, above, mark = known
        own, ink = (ask, self._above) if above else (bid, self._below)
        if mark >= 0:
            ink = _STRONG[ink]
        elif not own > 0:
            ink = Ink.DIM
        written = self._prices[price, ink]
        cells: tuple[Cell, ...]
        if self._layout.two_sided:
            cells = (written, self._bids[bid], self._asks[ask])
        else:
            cells = (written, self._asks[ask] if above else self._bids[bid])
        if self._layout.flow:
            cells += (self._sold[sold], self._bought[bought])
        return Row(cells, Ink.NONE, mark, own == UNKNOWN)

    def _sizes_on(self, bar_ink: Ink) -> Callable[[float], Cell]:
        """What makes cells of sizes, on bars in that ink."""
        form, longest, ink = self._layout.size, self._layout.bar, self._ink(Ink.TEXT)
        px = longest / self._scale if self._scale else 0.0
        cut = Ink.BUY if bar_ink is Ink.BUY_FILL else Ink.SELL
        if not self._look.believed:
            bar_ink, cut = Ink.RAISED, Ink.DIM

        # What is written most, without a call.
        plain_from = math.inf if form.brief else 1.0
        plainly = f",.{form.digits}f"

        def made(size: float) -> Cell:
            if not size > 0:
                return _EMPTY
            text = format(size, plainly) if size >= plain_from else size_text(size, form)
            tail, bar = 0, round(size * px)
            if text[-1:] == "0" and "." in text:
                tail = len(text) - len(text.rstrip("0").removesuffix("."))
            if bar > longest:
                return Cell(text, ink, tail, longest, bar_ink, cut)
            return Cell(text, ink, tail, bar or 1, bar_ink)

        return made

    def _flow_cell(self, size: float, ink: Ink) -> Cell:
        form = self._layout.flow
        return Cell(size_text(size, form), self._ink(ink)) if size and form else _EMPTY

    def _spread_row(self, market: Market) -> Row:
        return self._spreads[market.book.best_bid, market.book.best_ask]

    def _spread_made(self, bid: float | None, ask: float | None) -> Row:
        """The mid and the spread; above what was traded stands which is which.

        It is painted whole, as all rows with a ground of their own: where there is no room
        in its column the spread takes the room of what was traded.
        """
        layout, digits = self._layout, self._layout.price_digits
        mid = spread = None
        if bid is not None and ask is not None:
            mid, spread = (bid + ask) / 2, ask - bid
        ink = Ink.STRONG if self._look.believed else Ink.STRONG_DIM
        cells = [Cell(fixed(mid, digits + MID_DIGITS), ink)]
        if layout.two_sided:
            cells.append(_EMPTY)
        words = spread_words(spread, digits, self._tick)
        short = fitting(words[:2], layout.room)
        if short and layout.flow:
            headings = [Cell(word, Ink.DIM) for word in (SELLS, BUYS)]
            return Row((*cells, Cell(short, Ink.DIM), *headings), Ink.RAISED)
        if not short and layout.two_sided:
            # In the last column.
            cells += [_EMPTY] * (len(layout.columns) - 3)
        cells.append(Cell(short or fitting(words, layout.span), Ink.DIM))
        return Row(tuple(cells), Ink.RAISED)

    def _ink(self, ink: Ink) -> Ink:
        return ink if self._look.believed else Ink.DIM


_EMPTY = Cell()
_EMPTY_ROW = Row(())
_UNTOLD: Known = (math.nan, math.nan, math.nan, math.nan, False, Ink.NONE)
_SIDES = {1: Ink.BUY, -1: Ink.SELL}
_STRONG = {Ink.BUY: Ink.STRONG_BUY, Ink.SELL: Ink.STRONG_SELL, Ink.DIM: Ink.STRONG_DIM}
