"""All keys at a glance, painted over the window: the window's own and those of each panel."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.theme import Theme, blend
from monitor.gui.window.borrowed_focus import BorrowedFocus

ROW_PX = 20
TITLE_PX = 30
COLUMN_PX = 300
KEY_PX = 126
PAD = 24
FOOT_PX = 28
BAR_PX = 4

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and pairs of key and name."""


class KeyOverlay(QWidget):
    """Covers the window; any key or click takes it away, arrows and the wheel scroll it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = parent
        self._theme = theme
        self._groups: Sequence[Group] = ()
        self.scrolled = 0.0
        self._length = 0.0
        self._focus = BorrowedFocus(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme

    def open_with(self, groups: Sequence[Group]) -> None:
        """Show these keys."""
        self._groups, self.scrolled = groups, 0.0
        self.setAccessibleDescription(
            ". ".join(
                f"{title}: " + ", ".join(f"{key} {name}" for key, name in keys)
                for title, keys in groups
            )
        )
        self.setGeometry(self._ground.rect())
        self.show()
        self.raise_()
        self._focus.take(self)

    def put_away(self) -> None:
        """Go away; the focus returns to where it was."""
        self._focus.give_back()
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), blend(theme.background, theme.panel, 0.5))
        p.fillRect(0, 0, self.width(), 2, theme.accent)
        columns = max(1, (self.width() - 2 * PAD) // COLUMN_PX)
        blocks = _flow(self._groups, columns)
        self._length = max((end for *_, end in blocks), default=0.0) + 2 * PAD
        self.scrolled = min(self.scrolled, self.furthest())
        room = self._room()
        p.setClipRect(room)
        for title, keys, column, top, _ in blocks:
            left = PAD + column * (self.width() - 2 * PAD) / columns
            self._block(p, left, PAD + top - self.scrolled, title, keys)
        p.setClipping(False)
        self._paint_foot(p, room)

    def _paint_foot(self, p: QPainter, room: QRectF) -> None:
        """What closes it; where there is more than fits, what scrolls it and how far it is."""
        theme, more = self._theme, self.furthest() > 0
        foot = QRectF(0, room.bottom(), self.width(), FOOT_PX)
        p.fillRect(foot, theme.panel)
        p.fillRect(QRectF(0, room.bottom(), self.width(), 1), theme.hairline)
        p.setFont(font(SMALL_PX))
        p.setPen(theme.dim)
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        words = "Up, Down or the wheel scroll · Esc closes" if more else "Esc closes"
        p.drawText(foot.adjusted(PAD, 0, -PAD, 0), flags, words)
        if more:
            track = QRectF(self.width() - BAR_PX - 4, room.top() + 4, BAR_PX, room.height() - 8)
            share = room.height() / self._length
            top = track.top() + self.scrolled / self._length * track.height()
            p.fillRect(track, theme.hairline)
            p.fillRect(QRectF(track.left(), top, BAR_PX, track.height() * share), theme.dim)

    def _room(self) -> QRectF:
        """Where the keys stand: all but the foot."""
        return QRectF(0, 2, self.width(), self.height() - 2 - FOOT_PX)

    def furthest(self) -> float:
        """How far it can be scrolled, in pixels; 0 where all fits."""
        return max(0.0, self._length - self._room().height())

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
        self.scrolled = max(0.0, min(self.scrolled + down, self.furthest()))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {
            Qt.Key.Key_Down: ROW_PX * 2,
            Qt.Key.Key_Up: -ROW_PX * 2,
            Qt.Key.Key_PageDown: self.height() * 0.8,
            Qt.Key.Key_PageUp: -self.height() * 0.8,
            Qt.Key.Key_Home: -self._length,
            Qt.Key.Key_End: self._length,
        }.get(Qt.Key(event.key()))
        if step is not None:
            self._scroll(step)
        elif event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            self.put_away()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.put_away()

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
