"""A chart that tells what the mouse does to it: wheel, drag, drag on the scale, clicks."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent

from monitor.gui.kit.chart import Chart
from monitor.gui.kit.painted_axis import PaintedAxis
from monitor.gui.kit.theme import Theme

NOTCH = 120
"""Eighths of a degree in one step of a mouse wheel (Qt); touchpads send parts of it."""


class MovableChart(Chart):
    """Moves nothing by itself: the panel decides what a drag or a turn of the wheel means.

    ``wheeled`` carries steps (up is positive) and the pointer's view x; ``dragged`` pixels
    right and down; ``scale_dragged`` pixels down on the price scale; ``scale_reset`` its
    double click. ``catch`` is asked first whether a click belongs to something painted.
    """

    wheeled = Signal(float, float)
    dragged = Signal(float, float)
    scale_dragged = Signal(float)
    scale_reset = Signal()

    def __init__(self, theme: Theme, right: PaintedAxis, bottom: PaintedAxis) -> None:
        super().__init__(theme, right, bottom)
        self.view.setMouseEnabled(x=False, y=False)
        self.catch: Callable[[QPointF], bool] = lambda _: False
        self._grip: QPointF | None = None
        self._on_scale = False

    def pixel_of(self, point: QPointF) -> QPointF:
        """A point of view coordinates in pixels of the view, from its top left."""
        return QPointF(self.view.mapFromView(point))

    def point_of(self, pixel: QPointF) -> QPointF:
        """A pixel of the view, from its top left, in view coordinates."""
        return QPointF(self.view.mapToView(pixel))

    def _over_scale(self, at: QPointF) -> bool:
        return bool(self.right.sceneBoundingRect().contains(self.mapToScene(at.toPoint())))

    # Qt's own.

    def wheelEvent(self, ev: QWheelEvent) -> None:  # noqa: N802
        turned = ev.angleDelta()
        sideways = turned.x() or (
            turned.y() if ev.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if sideways:
            self.dragged.emit(sideways / NOTCH * self.view.width() / 10, 0.0)
        elif turned.y():
            at = self.view.mapSceneToView(self.mapToScene(ev.position().toPoint()))
            self.wheeled.emit(turned.y() / NOTCH, at.x())
        ev.accept()

    def mousePressEvent(self, ev: QMouseEvent) -> None:  # noqa: N802
        if ev.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            ev.ignore()
            return
        ev.accept()
        pixel = self.view.mapFromScene(self.mapToScene(ev.position().toPoint()))
        if self.catch(QPointF(pixel)):
            return
        self._grip, self._on_scale = ev.position(), self._over_scale(ev.position())

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:  # noqa: N802
        if self._grip is None:
            over = self._over_scale(ev.position())
            shape = Qt.CursorShape.SizeVerCursor if over else Qt.CursorShape.CrossCursor
            if self.viewport().cursor().shape() is not shape:
                self.viewport().setCursor(shape)
            super().mouseMoveEvent(ev)
            return
        moved = ev.position() - self._grip
        self._grip = ev.position()
        if self._on_scale:
            self.scale_dragged.emit(moved.y())
        else:
            self.dragged.emit(moved.x(), moved.y())
            self.pointer_moved.emit(self.view.mapSceneToView(ev.position()))

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:  # noqa: N802
        self._grip = None
        ev.accept()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:  # noqa: N802
        if self._over_scale(ev.position()):
            self.scale_reset.emit()
        else:
            self.mousePressEvent(ev)
