"""A thin band over the window while what it shows is no live market: DEMO or REPLAY."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.theme import Theme

HEIGHT = 3


class BadgeBand(QWidget):
    """Solid for REPLAY, hatched for DEMO, absent for a live market."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._badge = theme, ""
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_badge(self, badge: str) -> None:
        """Stand for a badge, or for none."""
        if badge != self._badge:
            self._badge = badge
            self.setAccessibleName(f"This is no live market: {badge}" if badge else "")
            self.setVisible(bool(badge))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), theme.panel)
        pattern = Qt.BrushStyle.SolidPattern
        if self._badge == "DEMO":
            pattern = Qt.BrushStyle.BDiagPattern
        p.fillRect(self.rect(), QBrush(theme.accent, pattern))
