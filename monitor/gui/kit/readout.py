"""A small boxed table of figures that keeps clear of the pointer and of the curves."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from monitor.gui.kit.chart import CROSS_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.free_place import FreePlace, Line
from monitor.gui.kit.theme import Theme

LINE_PX = 17
PADDING = 8

Curves = Callable[[QRectF, Mapping], Sequence[Line]]


class Readout(ChartItem):
    """Rows of a name and a figure near a point of the chart; nothing where there is none.

    ``curves`` tells the lines that the box is not to hide, in the view's pixels.
    """

    def __init__(self, theme: Theme, curves: Curves) -> None:
        super().__init__(CROSS_Z + 1)
        self.theme = theme
        self.curves = curves
        self.rows: tuple[tuple[str, str], ...] = ()
        self.at: QPointF | None = None
        self._place = FreePlace()
        self._width = 0.0

    def show_rows(self, at: QPointF | None, rows: Sequence[tuple[str, str]]) -> None:
        """Show rows near a point of view coordinates; none hides the box."""
        self.at, self.rows = at, tuple(rows)
        if at is None or not rows:
            self._width = 0.0
            self._place.forget()
        self.update()

    def box(self, area: QRectF, to: Mapping) -> QRectF:
        """Where the box stands, in the view's pixels; empty where there is none."""
        if self.at is None or not self.rows:
            return QRectF()
        metrics = QFontMetricsF(font(SMALL_PX))
        names = max(metrics.horizontalAdvance(name) for name, _ in self.rows)
        figures = max(metrics.horizontalAdvance(figure) for _, figure in self.rows)
        # It grows with its figures but shrinks only once it was hidden: digits come and go.
        self._width = max(self._width, round(names + figures + 3 * PADDING))
        width = min(self._width, area.width())
        point = QPointF(to.x(self.at.x()), to.y(self.at.y()))
        curves = self.curves(area, to)
        # In a small view the last rows give way to the point, which is never covered by more.
        for rows in range(len(self.rows), 0, -1):
            height = rows * LINE_PX + PADDING
            box = self._place.place(area, width, height, point, curves)
            if not box.contains(point):
                break
        return box

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        box = self.box(area, to)
        if box.isEmpty():
            return
        p.fillRect(box, self.theme.raised)
        p.setPen(QPen(self.theme.hairline, 1))
        p.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        p.setFont(font(SMALL_PX))
        rows = round((box.height() - PADDING) / LINE_PX)
        for row, (name, figure) in enumerate(self.rows[:rows]):
            top = box.top() + PADDING / 2 + row * LINE_PX
            line = QRectF(box.left() + PADDING, top, box.width() - 2 * PADDING, LINE_PX)
            p.setPen(self.theme.dim)
            p.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), name)
            p.setPen(self.theme.text)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            p.drawText(line, int(right), figure)
