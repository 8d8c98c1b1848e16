"""How a row of the palette looks."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme, blend
from monitor.gui.window.palette_rows import CommandRow, InstrumentRow, NoMatchRow, Row, VenueRow
from monitor.market.markets import Markets
from monitor.studies.number_format import MISSING, compact, digits_of, direction, fixed, percent

ROW_PX = 28
STAR_X = 14.0
TEXT_X = 34.0
NUMBERS_PX = 270
LAST_RIGHT, CHANGE_RIGHT, VOLUME_RIGHT = 160.0, 76.0, 12.0
"""Where the columns end, from the right."""
_STAR = ((0, -6), (1.8, -1.9), (6, -1.9), (2.6, 0.9), (3.9, 5.2),
         (0, 2.6), (-3.9, 5.2), (-2.6, 0.9), (-6, -1.9), (-1.8, -1.9))  # fmt: skip


class RowPainter:
    """Paints rows into a list; asks the markets for their figures at that moment.

    ``believes`` says of an instrument whether its figures may be shown bright.
    """

    def __init__(
        self,
        theme: Theme,
        markets: Markets,
        believes: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self.theme, self.markets, self._believes = theme, markets, believes

    def paint(self, p: QPainter, area: QRectF, row: Row, *, selected: bool) -> None:
        """One row."""
        theme = self.theme
        if selected:
            p.fillRect(area, blend(theme.accent, theme.panel, 0.14))
            p.fillRect(QRectF(area.left(), area.top(), 2, area.height()), theme.accent)
        if isinstance(row, InstrumentRow):
            self._instrument(p, area, row)
        elif isinstance(row, VenueRow):
            self._venue(p, area, row)
        elif isinstance(row, NoMatchRow):
            self._left(p, area, area.left() + TEXT_X, area.right() - 10, row.sentence, theme.text)
        else:
            self._command(p, area, row)

    def words(self, row: Row) -> str:
        """The row for a screen reader."""
        if isinstance(row, InstrumentRow):
            last, change, volume, _ = self._figures(row)
            star = "favourite, " if row.starred else ""
            symbol = plain(row.instrument.symbol, 40)
            old = "" if self._believes(row.instrument.id) else "not up to date: "
            figures = f"{old}last {last}, 24 hours {change}, volume {volume}"
            return f"{symbol}, {row.venue}, {star}{figures}"
        if isinstance(row, VenueRow):
            return f"{row.venue}: {row.sentence}"
        if isinstance(row, NoMatchRow):
            return row.sentence
        return f"{row.command.name}, {row.command.keys[0] if row.command.keys else ''}"

    def _instrument(self, p: QPainter, area: QRectF, row: InstrumentRow) -> None:
        theme, one = self.theme, row.instrument
        self._star(p, area.left() + STAR_X + 4, area.center().y(), filled=row.starred)
        room = area.right() - NUMBERS_PX
        left = area.left() + TEXT_X
        left = self._left(p, area, left, room, plain(one.symbol, 40), theme.text, strong=True)
        left = self._left(p, area, left + 8, room, row.venue, theme.dim)
        if row.badge:
            left = self._left(p, area, left + 8, room, row.badge, theme.accent, strong=True)
        about = " · ".join(
            part for part in (plain(one.name, 60), one.kind if one.kind != "spot" else "") if part
        )
        self._left(p, area, left + 10, room, about, theme.faint)
        last, change, volume, sign = self._figures(row)
        side = {1: theme.buy, -1: theme.sell}.get(sign, theme.dim)
        inks = (theme.text, side, theme.dim)
        if not self._believes(one.id):
            inks = (theme.faint, theme.faint, theme.faint)
        self._right(p, area, LAST_RIGHT, last, inks[0])
        self._right(p, area, CHANGE_RIGHT, change, inks[1])
        self._right(p, area, VOLUME_RIGHT, volume, inks[2])

    def _figures(self, row: InstrumentRow) -> tuple[str, str, str, int]:
        one = row.instrument
        market, stats = self.markets.get(one.id), self.markets.day_stats.get(one.id)
        last = None if stats is None else stats.last
        if market is not None and market.last_price is not None:
            last = market.last_price
        if last is None or not last:
            shown = MISSING
        elif one.tick_size is None:
            shown = f"{last:,.8g}"
        else:
            shown = fixed(last, digits_of(one, one.tick_size).price)
        if stats is None:
            return shown, MISSING, MISSING, 0
        sign = direction(stats.change)
        volume = compact(stats.volume * stats.last) if stats.volume else MISSING
        return shown, percent(stats.change), volume, sign

    def _venue(self, p: QPainter, area: QRectF, row: VenueRow) -> None:
        theme = self.theme
        left = area.left() + TEXT_X
        ink = theme.warn if row.trouble else theme.dim
        left = self._left(p, area, left, area.right(), row.venue, ink, strong=True)
        self._left(p, area, left + 8, area.right() - 10, row.sentence, theme.dim)

    def _command(self, p: QPainter, area: QRectF, row: CommandRow) -> None:
        theme, command = self.theme, row.command
        ink = theme.text if command.possible() else theme.faint
        left = area.left() + 14
        left = self._left(p, area, left, area.right() - 120, command.name, ink)
        self._left(p, area, left + 10, area.right() - 120, command.group, theme.faint)
        self._right(p, area, VOLUME_RIGHT, " or ".join(command.keys[:2]), theme.dim)

    def _star(self, p: QPainter, x: float, y: float, *, filled: bool) -> None:
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(self.theme.accent if filled else self.theme.faint)
        p.setBrush(self.theme.accent if filled else Qt.BrushStyle.NoBrush)
        p.drawPolygon(QPolygonF.fromList([QPointF(x + dx, y + dy) for dx, dy in _STAR]))
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _left(
        self, p: QPainter, area: QRectF, left: float, right: float, text: str, ink: QColor,
        *, strong: bool = False,
    ) -> float:  # fmt: skip
        if not text or right - left < 12:
            return left
        p.setFont(font(TEXT_PX if strong else SMALL_PX, strong=strong))
        p.setPen(ink)
        metrics = QFontMetricsF(p.font())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left)
        width = metrics.horizontalAdvance(shown)
        where = QRectF(left, area.top(), width + 2, area.height())
        p.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), shown)
        return left + width

    def _right(self, p: QPainter, area: QRectF, margin: float, text: str, ink: QColor) -> None:
        p.setFont(font(SMALL_PX))
        p.setPen(ink)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        where = QRectF(area.left(), area.top(), area.width() - margin, area.height())
        p.drawText(where, int(flags), text)
