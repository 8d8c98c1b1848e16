"""All keys at a glance, painted over the window: the window's own and those of each panel."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.theme import Theme, blend

ROW_PX = 20
TITLE_PX = 30
COLUMN_PX = 300
KEY_PX = 126
PAD = 24

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and pairs of key and name."""


class KeyOverlay(QWidget):
    """Covers the window; any key or click takes it away, arrows and the wheel scroll it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = parent
        self._theme = theme
        self._groups: Sequence[Group] = ()
        self._scrolled = 0.0
        self._length = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme

    def open_with(self, groups: Sequence[Group]) -> None:
        """Show these keys."""
        self._groups, self._scrolled = groups, 0.0
        self.setAccessibleDescription(
            ". ".join(
                f"{title}: " + ", ".join(f"{key} {name}" for key, name in keys)
                for title, keys in groups
            )
        )
        self.setGeometry(self._ground.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), blend(theme.background, theme.panel, 0.5))
        p.fillRect(0, 0, self.width(), 2, theme.accent)
        columns = max(1, (self.width() - 2 * PAD) // COLUMN_PX)
        blocks = _flow(self._groups, columns)
        self._length = max((end for *_, end in blocks), default=0.0) + 2 * PAD
        for title, keys, column, top, _ in blocks:
            left = PAD + column * (self.width() - 2 * PAD) / columns
            self._block(p, left, PAD + top - self._scrolled, title, keys)
        p.setFont(font(SMALL_PX))
        p.setPen(theme.dim)
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        p.drawText(QRectF(self.rect()).adjusted(0, 0, -14, -10), flags, "Esc closes")

    def _block(
        self, p: QPainter, left: float, top: float, title: str, keys: Sequence[tuple[str, str]]
    ) -> None:
        theme = self._theme
        p.setFont(font(TEXT_PX, strong=True))
        p.setPen(theme.text)
        p.drawText(
            QRectF(left, top, COLUMN_PX, TITLE_PX), int(Qt.AlignmentFlag.AlignVCenter), title
        )
        top += TITLE_PX
        p.setFont(font(SMALL_PX))
        metrics = QFontMetricsF(p.font())
        for key, name in keys:
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            p.setPen(theme.accent)
            p.drawText(QRectF(left, top, KEY_PX, ROW_PX), middle, key)
            p.setPen(theme.dim)
            room = COLUMN_PX - KEY_PX - 12
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            p.drawText(QRectF(left + KEY_PX, top, room, ROW_PX), middle, shown)
            top += ROW_PX

    def _scroll(self, down: float) -> None:
        most = max(0.0, self._length - self.height())
        self._scrolled = max(0.0, min(self._scrolled + down, most))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {
            Qt.Key.Key_Down: ROW_PX * 2,
            Qt.Key.Key_Up: -ROW_PX * 2,
            Qt.Key.Key_PageDown: self.height() * 0.8,
            Qt.Key.Key_PageUp: -self.height() * 0.8,
        }.get(Qt.Key(event.key()))
        if step is not None:
            self._scroll(step)
        elif event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.hide()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self._scroll(-event.angleDelta().y() / 2)


def _flow(
    groups: Sequence[Group], columns: int
) -> list[tuple[str, Sequence[tuple[str, str]], int, float, float]]:
    """Each group with its column, its top and its end: always into the shortest column."""
    ends = [0.0] * columns
    placed = []
    for title, keys in groups:
        column = ends.index(min(ends))
        top = ends[column]
        ends[column] = top + TITLE_PX + len(keys) * ROW_PX + 14
        placed.append((title, keys, column, top, ends[column]))
    return placed
