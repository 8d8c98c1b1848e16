"""Tape: every trade with time, price and size, newest on top, held still by scrolling."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from monitor.book.side import Floats
from monitor.export.table import Table
from monitor.export.trade_table import trade_table
from monitor.gui.kit.panel import Action, Surroundings
from monitor.gui.kit.panel_header import READOUT_MS
from monitor.gui.kit.table_cells import Cell, Ink, Row
from monitor.gui.kit.table_panel import Content, TablePanel
from monitor.gui.panels.tape.layout import COMPACT, Extent, Layout, layout_of, size_text
from monitor.market.market import Market
from monitor.market.tape import TapeView
from monitor.model.time import MS, SECOND
from monitor.studies.number_format import MISSING, HeldDigits, digits_of, dimmed, fixed
from monitor.studies.tape_rows import TapeWindow, large_size, pace, size_floors, tape_window
from monitor.studies.time_axis import clock_text

FLOORS_KEPT = 50
LARGE_EVERY = 256
"""Trades after which the size that counts as large is judged anew."""
LARGE_MOVES = 1.25
COMMON_MOVES = 10
NOTHING_SEEN = Extent(0.0, 0.0, 0.0, 0, 0)
NO_TIMES = np.empty(0, dtype=np.int64)
SHORT_BELOW = 20
"""Where the pace is slower than so many a second, it has a decimal."""
NO_PACE = f"{MISSING}/s"
"""Of a feed that isn't believed the trades were not counted, they only ceased to come."""


class TapePanel(TablePanel):
    """Keys: + and - set the least size, Alt+F holds still, Home returns to the newest."""

    kind = "tape"
    title = "Tape"
    needs = ("trades",)

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(surroundings, parent)
        self.body.row_clicked.connect(self._row_clicked)
        self.body.turned.connect(self._take_focus)
        self._floors: dict[str, float] = {}
        self._until: int | None = None
        self._offset = 0
        self._revision = 0
        self._large, self._judged_at = math.inf, -LARGE_EVERY
        self._extent, self._laid_for = NOTHING_SEEN, 0.0
        self._layout = layout_of(0.0, NOTHING_SEEN)
        self._cache: dict[int, Row] = {}
        self._clock: dict[int, str] = {}
        self._style: tuple[object, ...] = ()
        self._digits = HeldDigits()
        self._paced: tuple[object, ...] = ()
        self._seen = NO_TIMES

    @property
    def frozen(self) -> bool:
        """True while the rows are held still."""
        return self._until is not None

    @property
    def smallest(self) -> float:
        """The least size shown; 0 shows all."""
        return 0.0 if self.market is None else self._floors.get(self.market.instrument.id, 0.0)

    # What the window asks of a panel.

    def state_drawn(self, now: int) -> tuple[object, ...]:
        if self.market is None or self.verdict is None:
            return ()
        # Not the market's version: the book's changes are none of the tape's. The pace
        # falls where nothing comes.
        tape, second = self.market.tape, self.surroundings.wall_clock() // SECOND
        state = (self.verdict.state, self.verdict.words(now))
        return (tape.count, tape.revision, self.market.refusal, *state, second)

    def content(self, rows: int, width: float, *, on_screen: bool) -> Content:
        market = self.market
        self._say_header(market)
        if market is None or rows < 1:
            self._show_place(None, rows, on_screen=on_screen)
            return Content(note="No symbol picked")
        self._follow_insertions(market)
        rows -= self.frozen
        window = tape_window(market.tape, rows, self.smallest, self._offset, self._until)
        if on_screen:
            self._offset = window.offset
        self._show_place(window, rows, on_screen=on_screen)
        if on_screen:
            self._seen = market.tape.view().ts_event[window.places]
        if not len(window.places):
            return Content(note=self._waiting(market))
        view = market.tape.view()
        layout = self._lay(market, view, window, width)
        shown = self._rows(market, view, window, layout)
        return Content(layout.columns, (_held_row(window), *shown) if self.frozen else shown)

    def described(self) -> str:
        market = self.market
        if market is None or market.last_price is None:
            return "No trades yet" if market else "No symbol picked"
        decimals = digits_of(market.instrument, market.book.tick_size).price
        held = ", held still" if self.frozen else ""
        return f"last trade at {fixed(market.last_price, decimals)}{held}"

    def table(self) -> Table:
        """Every trade the tape holds, whatever is filtered, oldest first; exact."""
        return Table((), ()) if self.market is None else trade_table(self.market.tape)

    def span_shown(self) -> tuple[int, int] | None:
        return (int(self._seen.min()), int(self._seen.max())) if len(self._seen) else None

    def actions_offered(self) -> tuple[Action, ...]:
        return (
            Action("Larger trades only", "+", lambda: self._step_floor(1)),
            Action("Smaller trades too", "-", lambda: self._step_floor(-1)),
            Action("All sizes", "0", lambda: self._take_floor(0.0), lambda: self.smallest == 0),
            Action("Hold still", "Alt+F", self._toggle_freeze, lambda: self.frozen),
            Action("Back to the newest", "Home", self.go_live),
            Action("Up a row", "Up", lambda: self.scrolled(1)),
            Action("Down a row", "Down", lambda: self.scrolled(-1)),
            Action("Up a page", "PgUp", lambda: self.scrolled(self._page())),
            Action("Down a page", "PgDown", lambda: self.scrolled(-self._page())),
        )

    def market_changed(self) -> None:
        self._large, self._judged_at = math.inf, -LARGE_EVERY
        self._extent, self._paced = NOTHING_SEEN, ()
        self._seen = NO_TIMES
        self._cache.clear()
        self._revision = 0 if self.market is None else self.market.tape.revision
        self.go_live()

    def theme_changed(self) -> None:
        super().theme_changed()
        self._clock.clear()
        self._cache.clear()

    def settings(self) -> dict[str, Any]:
        return {"smallest": dict(self._floors)}

    def restore(self, settings: dict[str, Any]) -> None:
        held = settings.get("smallest")
        self._floors = {}
        if isinstance(held, dict):
            for name, size in list(held.items())[-FLOORS_KEPT:]:
                plain = isinstance(size, int | float) and not isinstance(size, bool)
                if isinstance(name, str) and plain and 0 < size < math.inf:
                    self._floors[name] = float(size)
        self.mark_changed()

    # What the user does.

    def go_live(self) -> None:
        """Show the newest trades again, and follow them."""
        self._until, self._offset = None, 0
        self.mark_changed()

    def scrolled(self, rows: int) -> None:
        if self.market is None:
            return
        if self._until is None:
            if rows >= 0:
                return
            self._until = self.market.tape.count
        self._offset -= rows
        if self._offset < 0:
            # Scrolled past the top: back to the newest.
            self.go_live()
        self.mark_changed()

    def turned_held(self, notches: int) -> None:
        self._step_floor(notches)

    def _row_clicked(self, row: int) -> None:
        if row == 0 and self.frozen:
            self.go_live()

    def _take_focus(self) -> None:
        """Home leads back from where the wheel went; who writes somewhere goes on writing."""
        writing = QApplication.focusWidget()
        if writing is None or not writing.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _page(self) -> int:
        return max(1, self.body.capacity - 2)

    def _toggle_freeze(self) -> None:
        if self.frozen:
            self.go_live()
        elif self.market is not None:
            self._until = self.market.tape.count
            self.mark_changed()

    def _step_floor(self, by: int) -> None:
        if self.market is None:
            return
        floors, now = size_floors(self.market.tape), self.smallest
        if by > 0:
            self._take_floor(next((floor for floor in floors if floor > now), now))
        else:
            self._take_floor(max((floor for floor in floors if floor < now), default=0.0))

    def _take_floor(self, floor: float) -> None:
        if self.market is None:
            return
        self._floors.pop(self.market.instrument.id, None)
        if floor > 0:
            self._floors[self.market.instrument.id] = floor
        while len(self._floors) > FLOORS_KEPT:
            del self._floors[next(iter(self._floors))]
        self._offset = 0
        self.mark_changed()

    # Rows.

    def _follow_insertions(self, market: Market) -> None:
        """A trade of the past was put in its place: rows have moved under their numbers."""
        moved = market.tape.revision - self._revision
        if moved:
            self._revision = market.tape.revision
            self._cache.clear()
            if self._until is not None:
                self._until += moved

    def _lay(self, market: Market, view: TapeView, window: TapeWindow, width: float) -> Layout:
        self._judge_large(market)
        sizes = view.size[window.places]
        digits = self._digits.of(market.instrument, market.book.tick_size, sizes)
        # What was once in sight counts while the market is watched: columns don't flutter.
        seen = self._extent
        extent = Extent(
            max(seen.price, float(view.price[window.places].max())),
            max(seen.largest, float(sizes.max())),
            _common(sizes, seen.common),
            digits.price,
            max(seen.size_digits, digits.size),
        )
        if extent != seen or width != self._laid_for:
            self._extent, self._laid_for = extent, width
            self._layout = layout_of(width, extent)
        return self._layout

    def _rows(
        self, market: Market, view: TapeView, window: TapeWindow, layout: Layout
    ) -> tuple[Row, ...]:
        style = (layout, self._large, self.believed, self.surroundings.utc)
        if style != self._style:
            self._style = style
            self._cache.clear()
        cache = self._cache
        # A trade's number since the tape began stays its own while new ones arrive.
        first = market.tape.count - len(view.price)
        rows = []
        for place in window.places.tolist():
            row = cache.get(first + place)
            if row is None:
                row = cache[first + place] = self._row(view, place, layout)
            rows.append(row)
        if len(cache) > 20 * len(rows) + 200:
            cache.clear()
        return tuple(rows)

    def _row(self, view: TapeView, place: int, layout: Layout) -> Row:
        size = float(view.size[place])
        side = int(view.side[place])
        large = size >= self._large
        price_ink, fill = _INKS[side, large] if self.believed else (Ink.DIM, Ink.NONE)
        size_ink = Ink.TEXT if self.believed else Ink.DIM
        if large:
            size_ink = Ink.STRONG if self.believed else Ink.STRONG_DIM
        time = self._time_text(int(view.ts_event[place]))
        text = size_text(size, layout.size_digits)
        tail = 0 if layout.size_digits == COMPACT else len(dimmed(text)[1])
        cells = (
            Cell(time[layout.clock], Ink.DIM),
            Cell(fixed(float(view.price[place]), layout.price_digits), price_ink),
            Cell(text, size_ink, tail),
        )
        return Row(cells, fill)

    def _time_text(self, moment: int) -> str:
        second, rest = divmod(moment, SECOND)
        text = self._clock.get(second)
        if text is None:
            if len(self._clock) > 5_000:
                self._clock.clear()
            text = clock_text(moment, utc=self.surroundings.utc)
            self._clock[second] = text
        return f"{text}.{rest // MS:03d}"

    def _judge_large(self, market: Market) -> None:
        tape = market.tape
        if math.isfinite(self._large) and abs(tape.count - self._judged_at) < LARGE_EVERY:
            return
        self._judged_at = tape.count
        large = large_size(tape)
        if not self._large / LARGE_MOVES < large < self._large * LARGE_MOVES:
            self._large = large

    # Words.

    def _waiting(self, market: Market) -> str:
        if self.smallest and len(market.tape):
            return f"No trade of {_plain(self.smallest)} or more yet"
        if self.surroundings.replay:
            return "No trades in this recording yet"
        return market.refusal.sentence if market.refusal else "No trades yet"

    def _show_place(self, window: TapeWindow | None, rows: int, *, on_screen: bool) -> None:
        if not on_screen:
            return
        if window is None or not self.frozen:
            self.body.show_thumb(None)
            return
        total = max(window.total, 1)
        self.body.show_thumb((window.offset / total, min(1.0, (window.offset + rows) / total)))

    def _say_header(self, market: Market | None) -> None:
        if market is None:
            self.header.show_detail("")
            self.header.show_readout("")
            return
        self.header.show_detail(f"≥ {_plain(self.smallest)}" if self.smallest else "")
        # The header paints its figures no more often.
        wall = self.surroundings.wall_clock()
        told = self.believed or self.surroundings.replay
        paced = (market, told, wall // (READOUT_MS * MS))
        if paced != self._paced:
            self._paced = paced
            self.header.show_readout(_pace_words(pace(market.tape, wall)) if told else NO_PACE)


_INKS = {
    (1, False): (Ink.BUY, Ink.NONE),
    (1, True): (Ink.STRONG_BUY, Ink.BUY_FILL),
    (-1, False): (Ink.SELL, Ink.NONE),
    (-1, True): (Ink.STRONG_SELL, Ink.SELL_FILL),
    (0, False): (Ink.TEXT, Ink.NONE),
    (0, True): (Ink.STRONG, Ink.RAISED),
}


def _common(sizes: Floats, held: float) -> float:
    """The middle size in sight; the held one while it is of that order."""
    middle = float(np.partition(sizes, len(sizes) // 2)[len(sizes) // 2])
    return held if COMMON_MOVES * held >= middle >= held / COMMON_MOVES else middle


def _held_row(window: TapeWindow) -> Row:
    """The first row while the tape is held still: what came since, and the way back."""
    words = f"{window.newer:,} new" if window.newer else "held still"
    ink = Ink.STRONG if window.newer else Ink.DIM
    return Row((Cell(words, ink), Cell(), Cell("Home", Ink.DIM)), Ink.RAISED)


def _pace_words(rate: float) -> str:
    return f"{rate:.{int(rate < SHORT_BELOW)}f}/s"


def _plain(size: float) -> str:
    return format(Decimal(repr(size)), "f").removesuffix(".0")
