"""The place of a panel whose kind isn't installed: it says so, and keeps its settings."""

from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from monitor.export.table import Table
from monitor.gui.kit.fonts import TEXT_PX, font
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.text import plain


class AbsentPanel(Panel):
    """Shown instead of a kind nobody offers."""

    kind = ""
    title = "Not installed"
    needs = ()

    def __init__(self, surroundings: Surroundings, missing: str, settings: dict[str, Any]) -> None:
        super().__init__(surroundings)
        self.missing = missing
        self._settings = settings
        self.set_body(_Body(self))

    def draw(self, now: int) -> None:
        self.update()

    def paint_body(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.panel)
        painter.setFont(font(TEXT_PX))
        painter.setPen(self.theme.dim)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        words = (
            f"The panel “{plain(self.missing, 60)}” is not installed. "
            "Its settings are kept until you close it."
        )
        painter.drawText(area.adjusted(24, 24, -24, -24), int(flags), words)

    def table(self) -> Table:
        return Table((), ())

    def settings(self) -> dict[str, Any]:
        return self._settings


class _Body(QWidget):
    def __init__(self, panel: AbsentPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self._panel.paint_body(QPainter(self), QRectF(self.rect()))
