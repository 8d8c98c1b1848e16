"""A chart: one view of pyqtgraph's with painted axes, a grid, a crosshair, and no frills."""

from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)

from monitor.gui.kit.axes import TimeScale
from monitor.gui.kit.painted_axis import PaintedAxis, row_of
from monitor.gui.kit.plotting import pg
from monitor.gui.kit.theme import Theme

GRID_Z, HATCH_Z, LINES_Z, CROSS_Z = -100, 50, 60, 100
HATCH_STEP = 7


class ChartItem(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph is untyped
    """Something painted over a whole view, in the view's pixels.

    ``paint_pixels`` is given a painter in device-independent pixels, the view's
    rectangle in them, and a map from view coordinates: lines are then sharp, pens one
    pixel wide, and texts upright, on the screen as in a vector file.
    """

    def __init__(self, z: float = 0) -> None:
        super().__init__()
        self.setZValue(z)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption, False)

    def boundingRect(self) -> QRectF:  # noqa: N802
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())

    def viewRangeChanged(self) -> None:  # noqa: N802
        self.prepareGeometryChange()
        self.update()

    def update(self, *area: Any) -> None:
        """Have the chart paint its view anew, without a walk through the scene."""
        chart = self.getViewWidget()
        if isinstance(chart, Chart):
            chart.mark_view_changed()
        else:
            super().update(*area)

    def paint(self, p: QPainter, opt: Any, widget: Any) -> None:
        view = self.getViewBox()
        if view is None:
            return
        rect = view.rect()
        (x0, x1), (y0, y1) = view.viewRange()
        if x1 <= x0 or y1 <= y0 or rect.width() < 2 or rect.height() < 2:
            return
        p.save()
        # From the item's (view) coordinates to the view box's pixels: undo its transform.
        inverse, usable = view.childGroup.transform().inverted()
        if usable:
            p.setTransform(inverse * p.transform())
            self.paint_pixels(p, rect, Mapping(rect, x0, x1, y0, y1))
        p.restore()

    def paint_pixels(self, p: QPainter, area: QRectF, to: "Mapping") -> None:
        raise NotImplementedError


class Mapping:
    """From view coordinates to pixels of the view box: ``px = ax * x + bx``, likewise y."""

    def __init__(self, area: QRectF, x0: float, x1: float, y0: float, y1: float) -> None:
        self.ax = area.width() / (x1 - x0)
        self.bx = area.left() - x0 * self.ax
        self.ay = -area.height() / (y1 - y0)
        self.by = area.bottom() - y0 * self.ay
        self.x0, self.x1, self.y0, self.y1 = x0, x1, y0, y1

    def x(self, x: float) -> float:
        return self.ax * x + self.bx

    def y(self, y: float) -> float:
        return self.ay * y + self.by


class Grid(ChartItem):
    """Hairlines at the labels of one or both axes; ``head_px`` at the top stay free of them."""

    def __init__(self, theme: Theme, *axes: PaintedAxis) -> None:
        super().__init__(GRID_Z)
        self.theme, self.axes = theme, axes
        self.head_px = 0

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        p.setPen(QPen(self.theme.hairline, 1))
        lines = []
        head = area.top() + self.head_px
        for axis in self.axes:
            for value, _ in axis.ticks():
                if not axis.vertical:
                    x = int(to.x(value)) + 0.5
                    lines.append(QLineF(x, head, x, area.bottom()))
                elif (y := int(to.y(value)) + 0.5) >= head:
                    lines.append(QLineF(area.left(), y, area.right(), y))
        p.drawLines(lines)


class Crosshair(ChartItem):
    """Dashed lines through the pointer, below ``head_px``; nothing while it is elsewhere.

    ``to_scale`` has the level line go from the point to the scale at the right only.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(CROSS_Z)
        self.theme = theme
        self.head_px = 0
        self.to_scale = False
        self.at: QPointF | None = None
        self.level = True

    def move(self, at: QPointF | None, *, level: bool = True) -> None:
        """Stand at a point of view coordinates, or nowhere; without ``level`` upright only."""
        if (at, level) != (self.at, self.level):
            self.at, self.level = at, level
            self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        if self.at is None:
            return
        pen = QPen(self.theme.dim, 1, Qt.PenStyle.DashLine)
        p.setPen(pen)
        x, y = int(to.x(self.at.x())) + 0.5, int(to.y(self.at.y())) + 0.5
        p.drawLine(QLineF(x, area.top() + self.head_px, x, area.bottom()))
        if self.level and y >= area.top() + self.head_px:
            p.drawLine(QLineF(x if self.to_scale else area.left(), y, area.right(), y))


class Hatching(ChartItem):
    """Intervals of x that can't be believed, hatched through the height below ``head_px``.

    A line stands where each of them begins and ends: a narrow one is seen by these.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(HATCH_Z)
        self.theme = theme
        self.head_px = 0
        self.spans: tuple[tuple[float, float], ...] = ()

    def show_spans(self, spans: tuple[tuple[float, float], ...]) -> None:
        """Hatch these intervals of view coordinates."""
        if spans != self.spans:
            self.spans = spans
            self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        for start, stop in self.spans:
            left = max(area.left(), to.x(start))
            right = min(area.right(), to.x(stop))
            if right > left:
                width = max(right - left, 3.0)
                box = QRectF(left, area.top() + self.head_px, width, area.height() - self.head_px)
                paint_hatch(p, box, self.theme)
                self._paint_ends(p, area, box, to.x(start), to.x(stop))

    def _paint_ends(
        self, p: QPainter, area: QRectF, box: QRectF, start: float, stop: float
    ) -> None:
        """A line at each end that is in sight."""
        p.setPen(QPen(self.theme.faint, 1))
        ends = ((start, box.left()), (stop, box.right() - 1))
        for end, at in ends:
            if area.left() + 0.5 < end < area.right() - 0.5:
                x = int(at) + 0.5
                p.drawLine(QLineF(x, box.top(), x, box.bottom()))


def paint_hatch(p: QPainter, area: QRectF, theme: Theme) -> None:
    """Diagonal lines over an area, as real lines, so a vector file has them too."""
    p.save()
    p.setClipRect(area, Qt.ClipOperation.IntersectClip)
    p.fillRect(area, theme.background)
    p.setPen(QPen(theme.hatch, 1))
    height = area.height()
    # Starting at a multiple of the step keeps neighbouring hatches in one pattern.
    first = int((area.left() - height) // HATCH_STEP) * HATCH_STEP
    lines = [
        QLineF(x, area.bottom(), x + height, area.top())
        for x in range(first, int(area.right()) + HATCH_STEP, HATCH_STEP)
    ]
    p.drawLines(lines)
    p.restore()


class Chart(pg.PlotWidget):  # type: ignore[misc] # pyqtgraph is untyped
    """One view with a scale on the right and one below.

    On the screen it paints its items itself, in the order and by the code the scene
    would: a walk through the scene costs several times what is painted.
    ``pointer_moved`` carries the pointer in view coordinates, or None when it left.
    Ranges are set by the panel; nothing ranges by itself.
    """

    pointer_moved = Signal(object)
    user_moved = Signal()

    def __init__(self, theme: Theme, right: PaintedAxis, bottom: PaintedAxis) -> None:
        super().__init__(axisItems={"right": right, "bottom": bottom})
        self.theme, self.right, self.bottom = theme, right, bottom
        self._view_changed = False
        plot = self.getPlotItem()
        plot.hideAxis("left")
        plot.showAxis("right")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.layout.setContentsMargins(0, 0, 0, 0)
        plot.layout.setSpacing(0)
        self.view = plot.getViewBox()
        self.view.setDefaultPadding(0)
        self.view.disableAutoRange()
        self.view.setMenuEnabled(False)
        self.view.setBorder(None)
        self.setAntialiasing(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self.grid = Grid(theme, right, bottom)
        self.cross = Crosshair(theme)
        self.hatching = Hatching(theme)
        for item in (self.grid, self.hatching, self.cross):
            self.view.addItem(item, ignoreBounds=True)
        self.setBackground(theme.panel)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Qt's own knowledge of what to paint anew is not kept up where it doesn't paint.
        for changed in (self.view.sigResized, self.view.sigRangeChanged):
            changed.connect(lambda *_: self.viewport().update())

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.theme = theme
        self.setBackground(theme.panel)
        for part in (self.right, self.bottom):
            part.set_theme(theme)
        for item in (self.grid, self.cross, self.hatching):
            item.theme = theme
            item.update()

    def paint_into(self, painter: QPainter, area: QRectF) -> None:
        """Paint the whole chart into an area; texts stay texts, lines stay lines."""
        painter.fillRect(area, self.theme.panel)
        scene = self.scene()
        scene.prepareForPaint()
        self.render(painter, area, self.viewport().rect(), Qt.AspectRatioMode.IgnoreAspectRatio)

    def mark_view_changed(self) -> None:
        """Have the next frame paint the view anew; said by each of its items."""
        if not self._view_changed:
            self._view_changed = True
            self.viewport().update(row_of(self.view, self))

    def line(self, colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
        """A one-pixel pen."""
        return QPen(colour, 1, style)

    def _area_of(self, item: Any) -> QRectF:
        area: QRectF = self.viewportTransform().mapRect(item.mapRectToScene(item.rect()))
        return area

    def _paint_view(self, p: QPainter, items: list[ChartItem]) -> None:
        view = self.view
        rect, ((x0, x1), (y0, y1)) = view.rect(), view.viewRange()
        if x1 <= x0 or y1 <= y0 or rect.width() < 2 or rect.height() < 2:
            return
        p.save()
        p.translate(self._area_of(view).topLeft())
        # A line at the view's very end lies on the first pixel beyond it, as in the scene.
        edge = 1 / self.devicePixelRatioF()
        p.setClipRect(rect.adjusted(0, 0, edge, edge), Qt.ClipOperation.IntersectClip)
        to = Mapping(rect, x0, x1, y0, y1)
        for item in items:
            p.save()
            item.paint_pixels(p, rect, to)
            p.restore()
        p.restore()

    def _paint_on_screen(self, p: QPainter, ev: QPaintEvent, items: list[ChartItem]) -> None:
        p.fillRect(ev.rect(), self.theme.panel)
        for axis in (self.right, self.bottom):
            axis.paint_at(p, self._area_of(axis), self.theme.panel)
        self._paint_view(p, items)

    # Qt's own.

    def paintEvent(self, ev: QPaintEvent) -> None:  # noqa: N802
        self._view_changed = False
        self.scene().prepareForPaint()
        # In the order they are to be painted in.
        items = [item for item in self.view.childGroup.childItems() if item.isVisible()]
        if not all(isinstance(item, ChartItem) for item in items):
            super().paintEvent(ev)
            return
        p = QPainter(self.viewport())
        try:
            self._paint_on_screen(p, ev, items)
        finally:
            # A painter that outlives its event would bring Qt down.
            p.end()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:  # noqa: N802
        super().mouseMoveEvent(ev)
        point = self.view.mapSceneToView(QPointF(ev.position()))
        inside = self.view.sceneBoundingRect().contains(QPointF(ev.position()))
        self.pointer_moved.emit(point if inside else None)

    def leaveEvent(self, ev: Any) -> None:  # noqa: N802
        super().leaveEvent(ev)
        self.pointer_moved.emit(None)

    def contextMenuEvent(self, ev: QContextMenuEvent) -> None:  # noqa: N802
        ev.ignore()  # The menu is the panel's.

    def keyPressEvent(self, ev: QKeyEvent) -> None:  # noqa: N802
        ev.ignore()  # Keys are the panel's; a view would take the arrows for scroll bars.


def time_chart(theme: Theme, right: PaintedAxis, *, utc: bool) -> tuple[Chart, TimeScale]:
    """A chart over time; its x are seconds since its time scale's base."""
    bottom = TimeScale(theme, utc=utc)
    return Chart(theme, right, bottom), bottom
