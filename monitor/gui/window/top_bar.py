"""The bar on top: which instrument, its price and day, timeframes, the verdict, Rec and Export."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from monitor.gui.kit.fonts import PRICE_PX, SMALL_PX, font
from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.window.chip import Chip, ChipLook
from monitor.gui.window.program import Program, RecordingState
from monitor.gui.window.sizes import bytes_words
from monitor.gui.window.verdict_words import pill_look
from monitor.market.market import Market
from monitor.model.time import MS, SECOND
from monitor.studies.number_format import MISSING, compact, digits_of, fixed, moved, percent

HEIGHT = 44
SHOWN = ("1s", "5s", "1m", "5m", "1h", "1d")
SLOWLY = 250 * MS
ASK_STATS_EVERY = 10 * SECOND


class TopBar(QWidget):
    """One row of 44 px. What doesn't fit a narrow window steps aside, the least needed first."""

    palette_wanted = Signal()
    timeframe_picked = Signal(str)
    card_wanted = Signal()
    record_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, program: Program, theme: Theme, *, can_export: bool) -> None:
        super().__init__()
        self._program, self._theme = program, theme
        self._market: Market | None = None
        self._instrument = ""
        self._timeframe = ""
        self._slow = self._asked = -1
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.symbol = SymbolButton(theme)
        self.price = PriceText(theme)
        self.day = DayText(theme)
        self.timeframes = {name: Chip(theme, ChipLook(name), parent=self) for name in SHOWN}
        self.pill = Chip(theme, pill_look(theme, None, None, 0), widest=330)
        self.record = Chip(theme, ChipLook("Rec", dot=theme.bad, edge=theme.hairline))
        self.export = Chip(theme, ChipLook("Export", "Ctrl+E", edge=theme.hairline))
        self.export.setVisible(can_export)
        self._can_export = can_export
        self._lay_out()
        self._connect()

    def watch(self, instrument: str, market: Market | None) -> None:
        """Speak of another instrument."""
        self._instrument, self._market = instrument, market
        self._slow = self._asked = -1
        self.price.forget()

    def show_timeframe(self, name: str) -> None:
        """Mark the timeframe of the price panel used last; empty for none."""
        if name != self._timeframe:
            self._timeframe = name
            for key, chip in self.timeframes.items():
                chip.setChecked(key == name)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for part in (self.symbol, self.price, self.day):
            part.set_theme(theme)
        for chip in (self.pill, self.record, self.export, *self.timeframes.values()):
            chip.set_theme(theme)
        self.export.show_look(ChipLook("Export", "Ctrl+E", edge=theme.hairline))
        self._slow = -1
        self.update()

    def frame(self, now: int) -> bool:
        """Bring all up to date; True where something was drawn."""
        market = self._market
        verdict = None if market is None else market.verdict(now)
        believed = verdict is not None and verdict.state in BELIEVED
        changed = self.price.show_price(market, believed=believed)
        if now // SLOWLY == self._slow:
            if verdict is not None and verdict.state is not self._state:
                self._slow = -1
            else:
                return changed
        self._slow = now // SLOWLY
        self._state = None if verdict is None else verdict.state
        figures = self._program.figures(self._instrument) if self._instrument else None
        self.pill.show_look(pill_look(self._theme, verdict, figures, now))
        self.symbol.show_instrument(market, self._program)
        self.day.show_day(market, believed=believed)
        self._show_recording()
        if market is not None and now - self._asked > ASK_STATS_EVERY:
            self._asked = now
            if market.day_stats is None:
                self._program.ask_stats([self._instrument])
        self._fit()
        return True

    _state: object = None

    def _show_recording(self) -> None:
        state = self._program.recording(self._instrument) if self._instrument else None
        self.record.show_look(record_look(self._theme, state))
        self.record.setVisible(self._program.replay is None)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 8, 1)
        row.setSpacing(8)
        for part in (self.symbol, self.price, self.day):
            row.addWidget(part)
        chips = QHBoxLayout()
        chips.setSpacing(0)
        for name, chip in self.timeframes.items():
            chip.setCheckable(True)
            chip.setAccessibleName(f"{name} candles")
            chips.addWidget(chip)
        row.addLayout(chips)
        row.addStretch(1)
        for button in (self.pill, self.record, self.export):
            row.addWidget(button)

    def _connect(self) -> None:
        self.symbol.clicked.connect(self.palette_wanted)
        self.pill.clicked.connect(self.card_wanted)
        self.record.clicked.connect(self.record_wanted)
        self.export.clicked.connect(self.export_wanted)
        for name, chip in self.timeframes.items():
            chip.clicked.connect(lambda _=False, name=name: self._picked(name))

    def _picked(self, name: str) -> None:
        before, self._timeframe = self._timeframe, ""
        self.show_timeframe(before)
        self.timeframe_picked.emit(name)

    def _fit(self) -> None:
        """Let what is least needed step aside until the rest fits."""
        room = self.width() - 14
        parts: list[tuple[QWidget, int]] = [
            (self.symbol, self.symbol.sizeHint().width()),
            (self.price, self.price.sizeHint().width()),
            (self.pill, self.pill.sizeHint().width()),
            (self.record, self.record.sizeHint().width() if not self.record.isHidden() else 0),
            (self.export, self.export.sizeHint().width() if self._can_export else 0),
        ]
        used = sum(width + 8 for _, width in parts) + 16
        chips = list(self.timeframes.values())
        for mode in (2, 1, 0):
            wide = used + sum(chip.sizeHint().width() for chip in chips)
            wide += self.day.width_in(mode) + (8 if mode else 0)
            if wide <= room or mode == 0:
                self.day.set_mode(mode)
                break
        used += self.day.width_in(self.day.mode) + 8
        for name, chip in self.timeframes.items():
            used += chip.sizeHint().width()
            chip.setVisible(used <= room or name == self._timeframe)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        p.fillRect(self.rect(), self._theme.panel)
        p.fillRect(0, self.height() - 1, self.width(), 1, self._theme.hairline)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._fit()


class SymbolButton(QAbstractButton):
    """The instrument's symbol, its venue and a badge; a click opens the palette."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._symbol, self._venue, self._badge = "Pick a symbol", "", ""
        self.setFixedHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName("Symbol")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_instrument(self, market: Market | None, program: Program) -> None:
        """Name the instrument of a market."""
        shown = ("Pick a symbol", "", "")
        if market is not None:
            one = market.instrument
            names = {venue.id: venue.name for venue in program.venues()}
            venue = names.get(one.venue, one.venue)
            shown = (plain(one.symbol, 28), plain(venue, 24), program.badge(one.id))
        if shown != (self._symbol, self._venue, self._badge):
            self._symbol, self._venue, self._badge = shown
            self.setAccessibleName(" ".join(("Symbol", *shown)).strip())
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        width = 8 + _advance(self._symbol, 16, strong=True) + 18 + 8
        if self._venue:
            width += 8 + _advance(self._venue, SMALL_PX)
        if self._badge:
            width += 10 + _advance(self._badge, 11, strong=True) + 10
        return QSize(math.ceil(width), 32)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(theme.accent if self.hasFocus() else Qt.PenStyle.NoPen)
        p.setBrush(theme.raised if self.underMouse() else Qt.BrushStyle.NoBrush)
        p.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        left = _word(p, 8, self.height(), self._symbol, 16, theme.text, strong=True)
        if self._venue:
            left = _word(p, left + 8, self.height(), self._venue, SMALL_PX, theme.dim)
        if self._badge:
            left = self._paint_badge(p, left + 10)
        middle = self.height() / 2
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(theme.dim)
        p.drawPolygon(
            QPolygonF.fromList([QPointF(left + 8, middle - 2), QPointF(left + 16, middle - 2),
                                QPointF(left + 12, middle + 3)])
        )  # fmt: skip

    def _paint_badge(self, p: QPainter, left: float) -> float:
        width = _advance(self._badge, 11, strong=True) + 10
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(self._theme.accent)
        p.drawRoundedRect(QRectF(left, 8, width, 16), 3, 3)
        _word(p, left + 5, self.height(), self._badge, 11, self._theme.panel, strong=True)
        return left + width


class PriceText(QWidget):
    """The last price, large; the part that moved last in the colour of the way it went."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(32)
        self.setAccessibleName("Last price")
        self.forget()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def forget(self) -> None:
        """Begin anew, as with another instrument."""
        self._text = self._same = self._part = ""
        self._value = 0.0
        self._rising = True
        self._believed = False

    def show_price(self, market: Market | None, *, believed: bool) -> bool:
        """Take a market's last price; True where it is drawn anew."""
        value = None if market is None else _last_of(market)
        if market is None or value is None:
            text = ""
        elif value == self._value and believed == self._believed and self._text:
            return False
        else:
            text = fixed(value, digits_of(market.instrument, market.book.tick_size).price)
        if text == self._text and believed == self._believed:
            return False
        if text != self._text:
            self._same, self._part = moved(self._text, text) if self._text else (text, "")
            self._rising = (value or 0.0) >= self._value
            if len(text) != len(self._text):
                self.updateGeometry()
            self.setAccessibleDescription(text)
        self._text, self._value, self._believed = text, value or 0.0, believed
        self.update()
        return True

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(math.ceil(_advance(self._text, PRICE_PX, strong=True)) + 8, 32)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        side = theme.buy if self._rising else theme.sell
        still, part = (theme.text, side) if self._believed else (theme.faint, theme.faint)
        left = _word(p, 2, self.height(), self._same, PRICE_PX, still, strong=True)
        _word(p, left, self.height(), self._part, PRICE_PX, part, strong=True)


class DayText(QWidget):
    """The change and the volume of 24 h; in mode 1 the change alone, in 0 nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.mode = 2
        self._change = self._volume = ""
        self._rising = 0
        self._believed = False
        self.setFixedHeight(32)
        self.setAccessibleName("24 hours")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_mode(self, mode: int) -> None:
        """Show more or less."""
        if mode != self.mode:
            self.mode = mode
            self.setVisible(mode > 0)
            self.updateGeometry()
            self.update()

    def show_day(self, market: Market | None, *, believed: bool) -> None:
        """Take a market's 24 h figures."""
        change = volume = ""
        rising = 0
        if market is not None and market.day_stats is not None:
            stats = market.day_stats
            change = percent(stats.change)
            rising = (stats.change > 0) - (stats.change < 0)
            base = plain(market.instrument.base, 10)
            volume = f"24h {compact(stats.volume)} {base}" if stats.volume else f"24h {MISSING}"
        if (change, volume, believed) != (self._change, self._volume, self._believed):
            self._change, self._volume, self._rising = change, volume, rising
            self._believed = believed
            self.setAccessibleDescription(f"{change} {volume}")
            self.updateGeometry()
            self.update()

    def width_in(self, mode: int) -> int:
        """The pixels it takes in a mode."""
        if not mode or not self._change:
            return 0
        width = _advance(self._change, SMALL_PX) + 8
        return math.ceil(width + (8 + _advance(self._volume, SMALL_PX) if mode > 1 else 0))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.width_in(self.mode), 32)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        side = {1: theme.buy, -1: theme.sell}.get(self._rising, theme.dim)
        ink = side if self._believed else theme.faint
        left = _word(p, 2, self.height(), self._change, SMALL_PX, ink)
        if self.mode > 1:
            _word(p, left + 8, self.height(), self._volume, SMALL_PX, theme.dim)


def record_look(theme: Theme, state: RecordingState | None) -> ChipLook:
    """The Rec button: a dot, and what is written while it runs."""
    if state is None:
        return ChipLook("Rec", dot=theme.bad, edge=theme.hairline)
    if state.trouble:
        return ChipLook("Rec stopped", dot=theme.bad, ink=theme.bad, edge=theme.bad)
    size = bytes_words(state.bytes_written)
    return ChipLook("Rec", size, dot=theme.bad, ink=theme.bad, edge=theme.bad, strong=True)


def _last_of(market: Market) -> float | None:
    if market.last_price is not None:
        return market.last_price
    return None if market.day_stats is None else market.day_stats.last or None


def _advance(text: str, pixels: int, *, strong: bool = False) -> float:
    return QFontMetricsF(font(pixels, strong=strong)).horizontalAdvance(text)


def _word(
    p: QPainter, left: float, height: int, text: str, pixels: int, ink: QColor,
    *, strong: bool = False,
) -> float:  # fmt: skip
    if not text:
        return left
    p.setFont(font(pixels, strong=strong))
    p.setPen(ink)
    width = QFontMetricsF(p.font()).horizontalAdvance(text)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    p.drawText(QRectF(left, 0, width + 2, height), int(flags), text)
    return left + width
