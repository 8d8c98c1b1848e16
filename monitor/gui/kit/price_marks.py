"""What stands over the candles: lines of best bid, best ask and last price, and the live chip."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from monitor.gui.kit.candle_item import STRIP_PX, VOLUME_SHARE
from monitor.gui.kit.chart import CROSS_Z, LINES_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.theme import Theme

APART_PX = 2
CHIP_HEIGHT = 24
CHIP_MARGIN = 8


class PriceMarks(ChartItem):
    """Thin dashed lines in the colours of the sides; prices that aren't known have none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(LINES_Z)
        self.theme = theme
        self.bid: float | None = None
        self.ask: float | None = None
        self.last: float | None = None
        self.last_colour = theme.dim

    def show_prices(
        self, bid: float | None, ask: float | None, last: float | None, last_colour: QColor
    ) -> None:
        """Stand at these prices."""
        if (bid, ask, last, last_colour) != (self.bid, self.ask, self.last, self.last_colour):
            self.bid, self.ask, self.last, self.last_colour = bid, ask, last, last_colour
            self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        floor, head = area.bottom() - area.height() * VOLUME_SHARE, area.top() + STRIP_PX
        bid = None if self.bid is None else int(to.y(self.bid)) + 0.5
        ask = None if self.ask is None else int(to.y(self.ask)) + 0.5
        if bid is not None and ask is not None and abs(bid - ask) < APART_PX:
            bid, ask = bid + 1, ask - 1  # Two lines, however narrow the spread.
        last = None if self.last is None else int(to.y(self.last)) + 0.5
        if last is not None and any(y and abs(y - last) <= APART_PX for y in (bid, ask)):
            last = None  # Its tag says it; three lines in one are a smear.
        for y, colour, dashes in (
            (last, self.last_colour, (1.0, 3.0)),
            (bid, self.theme.buy, (4.0, 4.0)),
            (ask, self.theme.sell, (4.0, 4.0)),
        ):
            if y is not None and head <= y < floor:
                pen = QPen(colour, 1)
                pen.setDashPattern(dashes)
                p.setPen(pen)
                p.drawLine(QLineF(area.left(), y, area.right(), y))


class LiveChip(ChartItem):
    """A small button at the bottom right while the newest is out of sight."""

    def __init__(self, theme: Theme, text: str, key: str) -> None:
        super().__init__(CROSS_Z + 2)
        self.theme, self.text, self.key = theme, text, key
        self.shown = False
        self._box = QRectF()

    def show_chip(self, *, shown: bool) -> None:
        """Offer it, or not."""
        if shown != self.shown:
            self.shown = shown
            self.update()

    @property
    def width(self) -> int:
        """What it takes at the right end, its margins with it."""
        return round(self._width()) + 2 * CHIP_MARGIN

    def _width(self) -> float:
        metrics = QFontMetricsF(font(SMALL_PX))
        words, key = metrics.horizontalAdvance(self.text), metrics.horizontalAdvance(self.key)
        return words + key + 4 * CHIP_MARGIN

    def hit(self, pixel: QPointF) -> bool:
        """Whether a click on that pixel of the view is one on the chip."""
        return self.shown and self._box.contains(pixel)

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        if not self.shown:
            return
        width = round(self._width())
        floor = round(area.bottom() - area.height() * VOLUME_SHARE)
        left = area.right() - width - CHIP_MARGIN
        box = QRectF(round(left), floor - CHIP_HEIGHT - CHIP_MARGIN, width, CHIP_HEIGHT)
        self._box = box
        p.fillRect(box, self.theme.raised)
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.setPen(QPen(self.theme.faint, 1))
        p.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        p.setFont(font(SMALL_PX))
        p.setPen(self.theme.text)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        inner = box.adjusted(CHIP_MARGIN + 4, 0, -CHIP_MARGIN - 4, 0)
        p.drawText(inner, middle, self.text)
        p.setPen(self.theme.dim)
        p.drawText(inner, middle | int(Qt.AlignmentFlag.AlignRight), self.key)
