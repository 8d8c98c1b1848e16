"""A box to choose from a list, as the cards use it."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QComboBox


class ChoiceBox(QComboBox):
    """With an arrow of the theme's own; the wheel scrolls the form."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(self.palette().text())
        x, y = self.width() - 16.0, self.height() / 2
        tips = [QPointF(x, y - 2), QPointF(x + 8, y - 2), QPointF(x + 4, y + 3)]
        p.drawPolygon(QPolygonF.fromList(tips))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.ignore()
