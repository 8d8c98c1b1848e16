"""A strip of the user's favourites with last price and change; a click or Alt+number goes there."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.window.feed_belief import FeedBelief
from monitor.gui.window.program import Program
from monitor.market.market import Market
from monitor.model.instrument import Instrument
from monitor.model.time import MS, SECOND
from monitor.studies.number_format import MISSING, digits_of, direction, fixed, percent
from monitor.studies.symbol_ranking import prominence

HEIGHT = 26
MOST = 9
SUGGESTED = 5
OFTEN = 250 * MS
ASK_EVERY = 5 * SECOND
GAP = 8
AIR = 20
MORE = "+"
"""Stands for the place of the sign, which has no instrument."""
Cell = tuple[str, str, str, str, int]
"""Instrument, symbol, last price, change; the sign of the change, 2 for what isn't believed."""


class FavouritesStrip(QWidget):
    """Painted cells: the favourites, and up to five cells what most look for at the venue."""

    picked = Signal(str)
    more_wanted = Signal()
    """A click on the sign that some have no room."""

    def __init__(self, program: Program, theme: Theme) -> None:
        super().__init__()
        self._program, self._theme = program, theme
        self._belief = FeedBelief(program)
        self._current = ""
        self._slow = self._asked = -1
        self._suggested: dict[str, tuple[str, ...]] = {}
        self._cells: tuple[Cell, ...] = ()
        self._edges: list[tuple[float, float, str]] = []
        self._told: tuple[float | None, bool] | None = None
        self._focused = 0
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Favourites")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_current(self, instrument: str) -> None:
        """Mark the instrument the window speaks of."""
        self._current, self._slow = instrument, -1
        self.update()

    def instruments(self) -> Sequence[str]:
        """The ids in the strip, in order; their keys are Alt+1 to Alt+9."""
        chosen = self._program.settings.picks.favourites
        if self._program.replay is not None:
            # A recording tells nothing of the others.
            chosen = tuple(one for one in chosen if self._program.markets.find(one) is not None)
            if chosen:
                return chosen[:MOST]
        chosen = chosen[:MOST]
        others = [one for one in self._suggestions() if one not in chosen]
        return (*chosen, *others[: max(0, SUGGESTED - len(chosen))])

    def go_to(self, number: int) -> None:
        """Pick the instrument of a number from 1 on; nothing where there is none."""
        held = self.instruments()
        if 1 <= number <= len(held):
            self.picked.emit(held[number - 1])

    def frame(self, now: int, told: int | None = None) -> bool:
        """Bring the cells up to date; True where they are drawn anew.

        ``now`` is monotonic ns, ``told`` what verdicts go by where that is another time.
        """
        if not self.isVisible():
            return False
        told = now if told is None else told
        if now // OFTEN == self._slow:
            return self._follow_current(told)
        self._slow, self._told = now // OFTEN, self._told_of_current(told)
        held = self.instruments()
        if now - self._asked > ASK_EVERY and held:
            self._asked = now
            self._program.ask_stats(held)
        cells = tuple(self._cell(one, told) for one in held)
        if cells == self._cells:
            return False
        self._cells = cells
        self.setAccessibleDescription(
            ", ".join(f"{symbol} {last} {change}" for _, symbol, last, change, _ in cells)
        )
        self.update()
        return True

    def _follow_current(self, told: int) -> bool:
        """The cell of what the window speaks of changes with the price above it, at any frame."""
        seen = self._told_of_current(told)
        if seen == self._told:
            return False
        self._told = seen
        cells = tuple(
            self._cell(cell[0], told) if cell[0] == self._current else cell for cell in self._cells
        )
        if cells == self._cells:
            return False
        self._cells = cells
        edges = [(left, right) for left, right, name in self._edges if name == self._current]
        for left, right in edges:
            # Its words only: its neighbours stay as they are.
            self.update(QRectF(left + 2, 0, right - left - 4, self.height()).toRect())
        return bool(edges)

    def _told_of_current(self, told: int) -> tuple[float | None, bool] | None:
        market = self._program.markets.get(self._current)
        if market is None:
            return None
        return market.last_price, market.verdict(told).state in BELIEVED

    def _suggestions(self) -> tuple[str, ...]:
        """The same at every start, and nothing in the strip moves by itself."""
        venue = self._current.partition(":")[0]
        held = self._suggested.get(venue)
        if held is None:
            listed = self._program.markets.instruments.get(venue, {})
            if not listed:
                return ()
            ranked = sorted(listed.values(), key=prominence)
            held = tuple(one.id for one in ranked[:SUGGESTED])
            if len(held) == SUGGESTED:
                self._suggested[venue] = held
        return held

    def _cell(self, name: str, now: int) -> Cell:
        markets = self._program.markets
        market, stats = markets.get(name), markets.day_stats.get(name)
        known = markets.find(name)
        last = None if stats is None else stats.last
        if market is not None and market.last_price is not None:
            last = market.last_price
        change = None if stats is None else stats.change
        symbol = known.symbol if known is not None else name.partition(":")[2]
        shown = MISSING if last is None or known is None else _price(known, last, market)
        sign = direction(change)
        words = percent(change) if change is not None else ""
        return name, plain(symbol, 20), shown, words, sign if self._belief.holds(name, now) else 2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), theme.background)
        p.fillRect(0, self.height() - 1, self.width(), 1, theme.hairline)
        p.setFont(font(SMALL_PX))
        words = [(str(number), *cell[1:4]) for number, cell in enumerate(self._cells, 1)]
        widths = [[text_width(word, SMALL_PX) for word in cell] for cell in words]
        shown = self._whole([sum(cell) + GAP * 3 + AIR for cell in widths])
        before, self._edges = self._edges, []
        left = 4.0
        for number in range(shown):
            right = left + sum(widths[number]) + GAP * 3 + AIR
            self._edges.append((left, right, self._cells[number][0]))
            if event.rect().left() < right and left < event.rect().right() + 1:
                self._paint_cell(p, number, words[number], widths[number])
            left = right
        if shown < len(self._cells):
            self._paint_more(p, left, len(self._cells) - shown)
        if before != self._edges and event.rect() != self.rect():
            self.update()  # One cell was to be painted, and all of them moved.

    def _whole(self, widths: Sequence[float]) -> int:
        """How many cells there is whole room for, beside the sign where some have none."""
        room = self.width() - 4.0
        if sum(widths) <= room:
            return len(widths)
        room -= text_width(f"{MORE}{MOST}", SMALL_PX) + AIR
        shown = 0
        while shown < len(widths) and sum(widths[: shown + 1]) <= room:
            shown += 1
        return shown

    def _paint_cell(
        self, p: QPainter, number: int, words: Sequence[str], widths: Sequence[float]
    ) -> None:
        theme, sign = self._theme, self._cells[number][4]
        left, right, name = self._edges[number]
        if name == self._current:
            p.fillRect(QRectF(left, 0, right - left, self.height() - 1), theme.raised)
            p.fillRect(QRectF(left, self.height() - 3, right - left, 2), theme.accent)
        side = {1: theme.buy, -1: theme.sell, 2: theme.faint}.get(sign, theme.dim)
        price = theme.faint if sign == 2 else theme.text
        at = left + AIR / 2
        for word, width, ink in zip(
            words, widths, (theme.faint, theme.dim, price, side), strict=True
        ):
            p.setPen(ink)
            area = QRectF(at, 0, width + 2, self.height() - 1)
            p.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), word)
            at += width + GAP
        if self.hasFocus() and number == self._focused:
            p.setPen(theme.accent)
            p.drawRect(QRectF(left + 0.5, 0.5, right - left - 1, self.height() - 2))

    def _paint_more(self, p: QPainter, left: float, hidden: int) -> None:
        """How many have no room; a click finds them in the palette, their keys hold."""
        word = f"{MORE}{hidden}"
        width = text_width(word, SMALL_PX)
        p.setPen(self._theme.dim)
        area = QRectF(left + AIR / 2, 0, width + 2, self.height() - 1)
        p.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), word)
        self._edges.append((left, left + width + AIR, MORE))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        name = self._hit(event.position())
        if name and event.button() is Qt.MouseButton.LeftButton:
            if name == MORE:
                self.more_wanted.emit()
            else:
                self.picked.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shown = sum(name != MORE for *_, name in self._edges)
        if step is not None and shown:
            self._focused = (self._focused + step) % shown
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.go_to(self._focused + 1)
        else:
            super().keyPressEvent(event)

    def _hit(self, at: QPointF) -> str:
        return next((name for left, right, name in self._edges if left <= at.x() < right), "")


def _price(instrument: Instrument, last: float, market: Market | None) -> str:
    tick = instrument.tick_size
    if tick is None and market is not None and market.book.synced:
        tick = market.book.tick_size
    if tick is None:
        return f"{last:,.8g}"
    return fixed(last, digits_of(instrument, tick).price)
