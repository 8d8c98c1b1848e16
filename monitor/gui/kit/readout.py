"""A small boxed table of figures that keeps clear of the pointer."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from monitor.gui.kit.chart import CROSS_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.theme import Theme

LINE_PX = 17
PADDING = 8
AWAY_PX = 16


class Readout(ChartItem):
    """Rows of a name and a figure beside a point of the chart; nothing where there is none.

    It stands above and towards the middle of the chart, never over the point itself.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(CROSS_Z + 1)
        self.theme = theme
        self.rows: tuple[tuple[str, str], ...] = ()
        self.at: QPointF | None = None
        self.hung_at: float | None = None
        """Where set, the box hangs from the top about this view x instead of by the point."""
        self.at_foot = False
        """The box stands on the floor instead, where the chart is empty below its curve's foot."""

    def show_rows(self, at: QPointF | None, rows: Sequence[tuple[str, str]]) -> None:
        """Show rows beside a point of view coordinates; none hides the box."""
        self.at, self.rows = at, tuple(rows)
        self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        if self.at is None or not self.rows:
            return
        metrics = QFontMetricsF(font(SMALL_PX))
        names = max(metrics.horizontalAdvance(name) for name, _ in self.rows)
        figures = max(metrics.horizontalAdvance(figure) for _, figure in self.rows)
        width = names + figures + 3 * PADDING
        height = len(self.rows) * LINE_PX + PADDING
        point = QPointF(to.x(self.at.x()), to.y(self.at.y()))
        box = beside(point, width, height, area)
        if self.hung_at is not None:
            box = hung(to.x(self.hung_at), point, width, height, area)
            if self.at_foot:
                box.moveBottom(area.bottom() - PADDING)
        p.fillRect(box, self.theme.raised)
        p.setPen(QPen(self.theme.hairline, 1))
        p.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        p.setFont(font(SMALL_PX))
        for row, (name, figure) in enumerate(self.rows):
            top = box.top() + PADDING / 2 + row * LINE_PX
            line = QRectF(box.left() + PADDING, top, width - 2 * PADDING, LINE_PX)
            p.setPen(self.theme.dim)
            p.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), name)
            p.setPen(self.theme.text)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            p.drawText(line, int(right), figure)


def beside(point: QPointF, width: float, height: float, area: QRectF) -> QRectF:
    """A box of that size clear of the point: towards the middle, and inside the area."""
    to_right = point.x() < area.center().x()
    left = point.x() + AWAY_PX if to_right else point.x() - AWAY_PX - width
    top = point.y() - AWAY_PX - height
    if top < area.top() + PADDING:
        top = point.y() + AWAY_PX
    left = min(max(left, area.left() + PADDING), area.right() - PADDING - width)
    top = min(max(top, area.top() + PADDING), area.bottom() - PADDING - height)
    return QRectF(round(left), round(top), round(width), round(height))


def hung(middle: float, point: QPointF, width: float, height: float, area: QRectF) -> QRectF:
    """A box of that size at the top about ``middle``, moved aside where the point is in it."""
    box = QRectF(round(middle - width / 2), area.top() + PADDING, round(width), round(height))
    if box.adjusted(-AWAY_PX, 0, AWAY_PX, AWAY_PX).contains(point):
        right = point.x() + AWAY_PX
        to_right = right + width + PADDING <= area.right() and point.x() <= middle
        box.moveLeft(round(right if to_right else point.x() - AWAY_PX - width))
    return box
