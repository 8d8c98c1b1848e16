"""What the bar on top says in words of its own: the instrument, its price, its day."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from monitor.gui.kit.fonts import PRICE_PX, SMALL_PX, font
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.window.program import Program
from monitor.market.market import Market
from monitor.studies.number_format import (
    MISSING,
    compact,
    digits_of,
    direction,
    fixed,
    moved,
    percent,
)


class SymbolButton(QAbstractButton):
    """The instrument's symbol, its venue and a badge; a click opens the palette."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._symbol, self._venue, self._badge = "Pick a symbol", "", ""
        self._with_venue = True
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

    def show_venue(self, *, shown: bool) -> None:
        """Name the venue, too, or leave that to the bar at the bottom."""
        if shown != self._with_venue:
            self._with_venue = shown
            self.updateGeometry()
            self.update()

    def width_in(self, *, venue: bool) -> int:
        """The pixels it takes with and without the venue's name."""
        width = 8 + _advance(self._symbol, 16, strong=True) + 18 + 8
        if self._venue and venue:
            width += 8 + _advance(self._venue, SMALL_PX)
        if self._badge:
            width += 10 + _advance(self._badge, 11, strong=True) + 10
        return math.ceil(width)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.width_in(venue=self._with_venue), 32)

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
        if self._venue and self._with_venue:
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
            rising = direction(stats.change)
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
