"""Ladder: the book by price, asks above and bids below, sizes with bars, at any grouping."""

import math
from decimal import Decimal, InvalidOperation
from typing import Any

from PySide6.QtWidgets import QWidget

from monitor.book.book import Book
from monitor.book.grid import decimals_of
from monitor.export.table import Table
from monitor.gui.kit.panel import Action, Surroundings
from monitor.gui.kit.table_panel import Content, TablePanel
from monitor.gui.panels.ladder.layout import NO_LAYOUT, Layout, Look
from monitor.gui.panels.ladder.table import Flow, LadderTable
from monitor.gui.panels.ladder.words import header_words, legend_of, missing_in, room_beside
from monitor.market.market import Market
from monitor.model.time import SECOND
from monitor.studies.grouped_book import grouped_levels
from monitor.studies.ladder_grouping import default_step
from monitor.studies.ladder_rows import LadderRows, group_steps, ladder_rows
from monitor.studies.number_format import digits_of, fixed
from monitor.studies.traded_lately import TradedLately

GROUPING_ROWS = 40
"""The default grouping is chosen for so many rows, whatever the panel's height: it then
doesn't depend on the layout."""
STAY = 6
"""The view rests while the spread is within this part of its height about the middle."""
TRADED_S = 60
PICKED_KEPT = 50


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
        self._table = LadderTable()
        self._flow = TradedLately()
        self._said: tuple[object, ...] = ()

    # What the window asks of a panel.

    def state_drawn(self, now: int) -> tuple[object, ...]:
        # What was traded in the last minute changes where nothing new comes.
        second = self.surroundings.wall_clock() // SECOND if self.traded else 0
        return (*super().state_drawn(now), second)

    def content(self, rows: int, width: float, *, on_screen: bool) -> Content:
        market = self.market
        step = None if market is None else self._step_for(market)
        if market is None or step is None or rows < 1:
            self._say_header(market, step, NO_LAYOUT, width)
            return Content(note=self._waiting(market))
        middle = _boundary(market.book, step)
        top = self._place(middle, rows, on_screen=on_screen)
        seen = ladder_rows(market.book, step, rows, top)
        look = Look(self.believed, self.two_sided, self.traded)
        flow = self._flow_in(market, seen)
        layout, shown = self._table.rows(market, seen, top - middle + 1, width, look, flow)
        if on_screen or not self._said:
            self._say_header(market, step, layout, width)
        return Content(layout.columns, shown)

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
        self._table.forget()

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
        self.step = step
        self._table.forget()
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

    def _flow_in(self, market: Market, seen: LadderRows) -> Flow | None:
        """What was traded in each row lately, by whole seconds."""
        if not self.traded:
            return None
        since = (self.surroundings.wall_clock() // SECOND - TRADED_S) * SECOND
        bought, sold = self._flow.sums(market.tape, seen, since)
        return Flow(sold, bought)

    # Words.

    def _waiting(self, market: Market | None) -> str:
        if market is None:
            return "No symbol picked"
        return market.refusal.sentence if market.refusal else "No order book yet"

    def _say_header(
        self, market: Market | None, step: Decimal | None, layout: Layout, width: float
    ) -> None:
        if market is None or step is None:
            self._said = ()
            self.header.show_detail("")
            return
        chosen = (self.two_sided, self.traded, self.locked, self.following)
        said = (market.instrument, step, chosen, layout, width)
        if said == self._said:
            return
        self._said = said
        view = "" if self.following else "moved (Space centres)"
        words = header_words(
            f"group {fixed(float(step), decimals_of(step))}",
            "locked" if self.locked else view,
            legend_of(layout, TRADED_S),
            missing_in(layout, Look(self.believed, self.two_sided, self.traded)),
            room_beside(self.title, width),
        )
        self.header.show_detail(words)
        unit = market.instrument.base if market.instrument.size_unit == "base" else ""
        self.header.show_readout(unit)


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
