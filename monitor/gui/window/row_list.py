"""A list of rows painted by one widget: only those in sight, however many there are."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.theme import Theme
from monitor.gui.window.palette_rows import Row
from monitor.gui.window.row_painter import ROW_PX, RowPainter

BAR_PX = 4


class RowList(QWidget):
    """Rows with one selected. ``chosen`` and ``starred`` carry the number of a row."""

    chosen = Signal(int)
    starred = Signal(int)

    def __init__(self, painter: RowPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter = painter
        self.rows: Sequence[Row] = ()
        self.selected = 0
        self._top = 0
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Results")

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._painter.theme = theme
        self.update()

    def show_rows(self, rows: Sequence[Row], *, keep: bool = False) -> None:
        """Show other rows; the first is selected, or with ``keep`` the same as before."""
        self.rows = rows
        self.select(self.selected if keep else 0)
        if not keep:
            self._top = 0
        self.update()

    def select(self, number: int) -> None:
        """Select a row, as far as there are rows, and bring it into sight."""
        self.selected = max(0, min(number, len(self.rows) - 1))
        in_sight = self.in_sight()
        if self.selected < self._top:
            self._top = self.selected
        elif self.selected >= self._top + in_sight:
            self._top = self.selected - in_sight + 1
        self._top = max(0, min(self._top, len(self.rows) - in_sight))
        if self.rows:
            self.setAccessibleDescription(self._painter.words(self.rows[self.selected]))
        self.update()

    def in_sight(self) -> int:
        """How many rows fit."""
        return max(1, self.height() // ROW_PX)

    def seen(self) -> Sequence[Row]:
        """The rows in sight."""
        return self.rows[self._top : self._top + self.in_sight()]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._painter.theme
        p.fillRect(self.rect(), theme.panel)
        for number, row in enumerate(self.seen(), self._top):
            area = QRectF(0, (number - self._top) * ROW_PX, self.width(), ROW_PX)
            self._painter.paint(p, area, row, selected=number == self.selected)
        if len(self.rows) > self.in_sight():
            share = self.height() / len(self.rows)
            length = max(share * self.in_sight(), 16)
            top = (self.height() - length) * self._top / (len(self.rows) - self.in_sight())
            p.fillRect(QRectF(self.width() - BAR_PX, top, BAR_PX, length), theme.hairline)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        steps = event.angleDelta().y() // 40
        self._top = max(0, min(self._top - steps, len(self.rows) - self.in_sight()))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        number = self._at(event)
        if number is not None and number != self.selected:
            self.select(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        number = self._at(event)
        if number is None:
            return
        (self.starred if event.position().x() < 30 else self.chosen).emit(number)

    def _at(self, event: QMouseEvent) -> int | None:
        number = self._top + int(event.position().y() // ROW_PX)
        return number if 0 <= number < len(self.rows) else None
