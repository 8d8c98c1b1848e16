"""Ladder: the book by price, asks above and bids below, sizes with bars, at any grouping."""

import math
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtWidgets import QWidget

from monitor.book.book import Book
from monitor.book.grid import decimals_of
from monitor.export.table import Table
from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.painted_table import MARGIN, MARK_PX, Cell, Column, Ink, Row
from monitor.gui.kit.panel import Action, Surroundings
from monitor.gui.kit.table_panel import Content, TablePanel
from monitor.market.market import Market
from monitor.model.time import SECOND
from monitor.studies.bar_scale import bar_scale
from monitor.studies.grouped_book import grouped_levels
from monitor.studies.ladder_grouping import default_step, row_of_price, traded_in_rows
from monitor.studies.ladder_rows import LadderRows, group_steps, ladder_rows
from monitor.studies.number_format import compact, digits_of, dimmed, fixed

GROUPING_ROWS = 40
"""The default grouping is chosen for so many rows, whatever the panel's height: it then
doesn't depend on the layout."""
STAY = 6
"""The view rests while the spread is within this part of its height about the middle."""
BAR_SHARE = 0.45
GAP = 12
TRADED_S = 60
TRADED_WIDTH = 48
PICKED_KEPT = 50
UNKNOWN = -1.0
"""Stands for the size of a row that isn't wholly known."""


class LadderPanel(TablePanel):
    """Keys: + and - group, Space centres; with Alt, K locks, B two sides, V what was traded."""

    kind = "ladder"
    title = "Ladder"
    needs = ("book", "trades")

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(surroundings, parent)
        self.two_sided = False
        self.traded = False
        self.locked = False
        self.following = True
        self.step: Decimal | None = None
        self._picked: dict[str, str] = {}
        self._top: int | None = None
        self._scale = 0.0
        self._size_digits = 0
        self._cache: dict[int, tuple[tuple[object, ...], Row]] = {}
        self._style: tuple[object, ...] = ()

    # What the window asks of a panel.

    def state_drawn(self, now: int) -> tuple[object, ...]:
        # What was traded in the last minute changes where nothing new comes.
        second = self.surroundings.wall_clock() // SECOND if self.traded else 0
        return (*super().state_drawn(now), second)

    def content(self, rows: int, width: float, *, on_screen: bool) -> Content:
        market = self.market
        step = None if market is None else self._step_for(market)
        if market is None or step is None or rows < 1:
            self._say_header(market, step)
            return Content(note=self._waiting(market))
        middle = _boundary(market.book, step)
        top = self._place(middle, rows, on_screen=on_screen)
        seen = ladder_rows(market.book, step, rows, top)
        self._say_header(market, step)
        layout = self._layout(market, seen, width)
        return Content(layout.columns, tuple(self._rows(market, seen, middle, layout)))

    def described(self) -> str:
        market = self.market
        if market is None or market.book.mid is None:
            return self._waiting(market)
        book = market.book
        decimals = digits_of(market.instrument, book.tick_size).price
        return (
            f"best bid {fixed(book.best_bid, decimals)}, best ask {fixed(book.best_ask, decimals)}, "
            f"grouped by {self.step}"
        )

    def table(self) -> Table:
        """The whole known book in rows of the grouping, highest price first; exact sums."""
        columns = ("price", "bid_size", "ask_size", "bid_levels", "ask_levels")
        rows: list[tuple[str, ...]] = []
        market = self.market
        step = None if market is None else self._step_for(market)
        if market is not None and step is not None:
            for price, bid, ask in grouped_levels(market.book, step):
                numbers = [format(n, "f") for n in (price, bid.size, ask.size)]
                rows.append((*numbers, str(bid.levels), str(ask.levels)))
        about = {} if step is None else {"grouping": format(step, "f")}
        return Table(columns, rows, frozenset(columns), about)

    def actions_offered(self) -> tuple[Action, ...]:
        return (
            Action("Finer rows", "+", lambda: self._step_by(-1)),
            Action("Coarser rows", "-", lambda: self._step_by(1)),
            Action("Rows that suit the book", "0", self._unpick),
            Action("Centre on the spread", "Space", self.centre),
            Action("Lock the view", "Alt+K", self._toggle_lock, lambda: self.locked),
            Action("Two sides", "Alt+B", self._toggle_sides, lambda: self.two_sided),
            Action(f"Traded in {TRADED_S} s", "Alt+V", self._toggle_traded, lambda: self.traded),
            Action("Up a row", "Up", lambda: self.scrolled(1)),
            Action("Down a row", "Down", lambda: self.scrolled(-1)),
            Action("Up a page", "PgUp", lambda: self.scrolled(self._page())),
            Action("Down a page", "PgDown", lambda: self.scrolled(-self._page())),
        )

    def market_changed(self) -> None:
        self.step = self._top = None
        self.following = True
        self._scale, self._size_digits = 0.0, 0
        self._cache.clear()

    def theme_changed(self) -> None:
        super().theme_changed()
        self._cache.clear()

    def settings(self) -> dict[str, Any]:
        return {
            "two_sided": self.two_sided,
            "traded": self.traded,
            "locked": self.locked,
            "grouping": dict(self._picked),
        }

    def restore(self, settings: dict[str, Any]) -> None:
        self.two_sided = settings.get("two_sided") is True
        self.traded = settings.get("traded") is True
        self.locked = settings.get("locked") is True
        picked = settings.get("grouping")
        if isinstance(picked, dict):
            self._picked = {
                name: step
                for name, step in list(picked.items())[-PICKED_KEPT:]
                if isinstance(name, str) and isinstance(step, str)
            }
        self.step = None
        self.mark_changed()

    # What the user does.

    def centre(self) -> None:
        """Bring the spread to the middle, and follow it again unless locked."""
        self.following, self._top = True, None
        self.mark_changed()

    def scrolled(self, rows: int) -> None:
        if self._top is not None:
            self._top += rows
            self.following = False
            self.mark_changed()

    def turned_held(self, notches: int) -> None:
        self._step_by(-notches)

    def _page(self) -> int:
        return max(1, self.body.capacity - 2)

    def _step_by(self, by: int) -> None:
        market, step = self.market, self.step
        price = None if market is None else market.book.best_bid or market.book.best_ask
        if market is None or step is None or price is None:
            return
        steps = group_steps(market.book.tick_size, price)
        nearest = min(range(len(steps)), key=lambda n: abs(steps[n] - step))
        self._pick(market, steps[min(max(nearest + by, 0), len(steps) - 1)])

    def _pick(self, market: Market, step: Decimal) -> None:
        self._picked.pop(market.instrument.id, None)
        self._picked[market.instrument.id] = str(step)
        while len(self._picked) > PICKED_KEPT:
            del self._picked[next(iter(self._picked))]
        self._take_step(step)

    def _unpick(self) -> None:
        if self.market is not None:
            self._picked.pop(self.market.instrument.id, None)
            self._take_step(None)

    def _take_step(self, step: Decimal | None) -> None:
        self.step, self._scale, self._size_digits = step, 0.0, 0
        self.centre()

    def _toggle_lock(self) -> None:
        self.locked = not self.locked
        self.following = True
        self.mark_changed()

    def _toggle_sides(self) -> None:
        self.two_sided = not self.two_sided
        self.mark_changed()

    def _toggle_traded(self) -> None:
        self.traded = not self.traded
        self.mark_changed()

    # Where the view stands.

    def _step_for(self, market: Market) -> Decimal | None:
        """The grouping: the user's for this instrument, else one that suits the book."""
        book = market.book
        if self.step is not None and self.step % book.tick_size == 0:
            return self.step
        step = _decimal(self._picked.get(market.instrument.id))
        if step is None or step % book.tick_size:
            step = default_step(book, GROUPING_ROWS)
        if step is not None and book.synced:
            self.step = step
        return step

    def _place(self, middle: int, rows: int, *, on_screen: bool) -> int:
        """The first row's price in steps. The view rests until the spread leaves the middle."""
        centred = middle - 1 + rows // 2
        if not on_screen:
            moved = self._top is not None and (self.locked or not self.following)
            return self._top if moved and self._top is not None else centred
        off = None if self._top is None else abs(self._top - centred)
        follows = self.following and not self.locked
        if off is None or (follows and off > max(2, rows // STAY)):
            self._top = centred
        assert self._top is not None
        self._top = max(self._top, rows)
        return self._top

    # Rows.

    def _layout(self, market: Market, seen: LadderRows, width: float) -> "_Layout":
        sizes = np.concatenate([seen.bids, seen.asks])
        sizes = sizes[sizes > 0]
        self._scale = bar_scale(sizes, self._scale)
        book = market.book
        digits = digits_of(market.instrument, book.tick_size, sizes.tolist())
        # Digits are only ever added while a market is watched: columns don't flutter.
        self._size_digits = max(self._size_digits, digits.size)
        texts = (fixed(float(seen.prices[0]), seen.decimals), _spread_price(market, digits.price))
        price = max(text_width(text, SMALL_PX, strong=True) for text in texts)
        columns, room = _columns(width, price, two_sided=self.two_sided, traded=self.traded)
        return _Layout(columns, round(room), digits.price, self._size_digits)

    def _rows(self, market: Market, seen: LadderRows, middle: int, layout: "_Layout") -> list[Row]:
        style = (layout, self._scale, self.believed, self.two_sided, seen.step)
        if style != self._style:
            self._style = style
            self._cache.clear()
        split = min(max(seen.top - middle + 1, 0), len(seen.prices))
        last, last_ink = self._last_row(market, seen)
        bought: list[float] = []
        sold: list[float] = []
        if self.traded:
            since = self.surroundings.wall_clock() - TRADED_S * SECOND
            bought, sold = (sums.tolist() for sums in traded_in_rows(market.tape, seen, since))
        # NaN is unlike itself, so it can't be looked up.
        bids, asks = (np.where(np.isnan(size), UNKNOWN, size).tolist() for size in seen[1:3])
        rows, cache = [], self._cache
        for n, (bid, ask) in enumerate(zip(bids, asks, strict=True)):
            mark = last_ink if n == last else Ink.NONE
            flow = (bought[n], sold[n]) if self.traded else _NO_FLOW
            known = (bid, ask, n < split, mark, flow)
            held = cache.get(seen.top - n)
            if held is None or held[0] != known:
                price = float(seen.prices[n])
                made = self._row(seen, price, bid, ask, n < split, mark, flow, layout)
                held = cache[seen.top - n] = (known, made)
            rows.append(held[1])
        if len(cache) > 8 * len(rows):
            cache.clear()
        if 0 <= seen.top - middle + 1 <= len(rows):
            rows.insert(split, self._spread_row(market, layout))
            rows.pop()
        return rows

    def _row(
        self,
        seen: LadderRows,
        price: float,
        bid: float,
        ask: float,
        above: bool,  # noqa: FBT001
        mark: Ink,
        flow: tuple[float, float],
        layout: "_Layout",
    ) -> Row:
        hatched = (ask if above else bid) == UNKNOWN
        side = self._ink(Ink.SELL if above else Ink.BUY)
        if mark is not Ink.NONE:
            side = Ink.STRONG_DIM if side is Ink.DIM else _STRONG[side]
        filled = (ask if above else bid) > 0
        cells = [Cell(fixed(price, seen.decimals), side if filled or mark >= 0 else Ink.DIM)]
        if self.two_sided:
            cells += [self._size(bid, Ink.BUY_FILL, layout), self._size(ask, Ink.SELL_FILL, layout)]
        elif above:
            cells.append(self._size(ask, Ink.SELL_FILL, layout))
        else:
            cells.append(self._size(bid, Ink.BUY_FILL, layout))
        if self.traded:
            bought, sold = flow
            for size, ink in ((sold, Ink.SELL), (bought, Ink.BUY)):
                cells.append(Cell(_brief(size, layout.size_digits), self._ink(ink)))
        return Row(tuple(cells), Ink.NONE, mark, hatched)

    def _size(self, size: float, bar_ink: Ink, layout: "_Layout") -> Cell:
        if not size > 0:
            return _EMPTY
        text = fixed(size, layout.size_digits)
        share = min(1.0, size / self._scale) if self._scale else 0.0
        if not self.believed:
            bar_ink = Ink.RAISED
        ink = self._ink(Ink.TEXT)
        return Cell(text, ink, len(dimmed(text)[1]), max(1, round(share * layout.room)), bar_ink)

    def _spread_row(self, market: Market, layout: "_Layout") -> Row:
        bid, ask = market.book.best_bid, market.book.best_ask
        spread = None if bid is None or ask is None else ask - bid
        words = f"spread {fixed(spread, layout.price_digits)}"
        ink = Ink.STRONG if self.believed else Ink.STRONG_DIM
        cells = [Cell(_spread_price(market, layout.price_digits), ink), Cell(words, Ink.DIM)]
        if self.two_sided:
            cells.insert(1, _EMPTY)
        return Row(tuple(cells), Ink.RAISED)

    def _last_row(self, market: Market, seen: LadderRows) -> tuple[int, Ink]:
        newest = market.tape.view(1)
        if market.last_price is None or not len(newest.price):
            return -1, Ink.NONE
        side = int(newest.side[0])
        ink = {1: Ink.BUY, -1: Ink.SELL}.get(side, Ink.DIM)
        return row_of_price(market.last_price, side, seen), self._ink(ink)

    def _ink(self, ink: Ink) -> Ink:
        return ink if self.believed else Ink.DIM

    # Words.

    def _waiting(self, market: Market | None) -> str:
        if market is None:
            return "No symbol picked"
        return market.refusal.sentence if market.refusal else "No order book yet"

    def _say_header(self, market: Market | None, step: Decimal | None) -> None:
        if market is None or step is None:
            self.header.show_detail("")
            return
        words = [f"group {fixed(float(step), decimals_of(step))}"]
        if self.locked:
            words.append("locked")
        elif not self.following:
            words.append("moved (C centres)")
        self.header.show_detail(" · ".join(words))
        unit = market.instrument.base if market.instrument.size_unit == "base" else ""
        self.header.show_readout(unit)


class _Layout(NamedTuple):
    columns: tuple[Column, ...]
    room: int
    price_digits: int
    size_digits: int


_EMPTY = Cell()
_NO_FLOW = (0.0, 0.0)
_STRONG = {Ink.BUY: Ink.STRONG_BUY, Ink.SELL: Ink.STRONG_SELL}


def _columns(
    width: float, price: float, *, two_sided: bool, traded: bool
) -> tuple[tuple[Column, ...], float]:
    """Columns in the order of a row's cells, and the longest bar.

    One side: price, size. Two: price in the middle, bids left and asks right of it.
    """
    flow = TRADED_WIDTH if traded else 0
    if not two_sided:
        end = MARGIN + price
        sold, bought = end + flow, end + 2 * flow
        first = Column(end, low=MARK_PX, high=end)
        columns = [first, Column(width - MARGIN, bar=width, low=bought, high=width)]
        if traded:
            columns += [Column(sold, low=end, high=sold), Column(bought, low=sold, high=bought)]
        return tuple(columns), max(0.0, min(width * BAR_SHARE, width - bought - GAP))
    left, right = math.floor((width - price) / 2), math.ceil((width + price) / 2)
    near, far, begin = left - GAP / 2, right + GAP / 2, max(flow, MARK_PX)
    columns = [
        Column(right, low=near, high=far),
        Column(left - GAP, bar=near, low=begin, high=near),
        Column(width - flow - MARGIN, bar=far, grows=1, low=far, high=width - flow),
    ]
    if traded:
        columns.append(Column(flow, low=MARK_PX, high=flow))
        columns.append(Column(width - MARGIN, low=width - flow, high=width))
    return tuple(columns), max(0.0, near - begin)


def _spread_price(market: Market, digits: int) -> str:
    """The last price; before the first trade the mid, which may lie half a tick aside."""
    if market.last_price is not None:
        return fixed(market.last_price, digits)
    return fixed(market.book.mid, digits + 1)


def _brief(size: float, digits: int) -> str:
    """A size in at most seven letters; nothing for 0."""
    if not size:
        return ""
    whole = len(f"{size:.0f}")
    return compact(size) if whole > 3 else fixed(size, max(0, min(digits, 3, 4 - whole)))


def _boundary(book: Book, step: Decimal) -> int:
    """The lowest row (in steps) that stands above the spread."""
    low = None if book.best_bid is None else math.floor(Decimal(repr(book.best_bid)) / step)
    high = None if book.best_ask is None else math.ceil(Decimal(repr(book.best_ask)) / step)
    if low is None:
        return high or 0
    return low + 1 if high is None else (low + high + 1) // 2


def _decimal(text: str | None) -> Decimal | None:
    """A step a settings file holds; None where it is none."""
    try:
        step = Decimal(text or "0")
    except InvalidOperation:
        return None
    return step if step.is_finite() and step > 0 else None
