"""Sentences for the user in a strip of their own: seen, never in the way, gone with a key."""

from collections import deque

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme, blend
from monitor.gui.window.program import Alarm

HEIGHT = 28
MOST = 20
LONGEST = 400


class Notices(QWidget):
    """One sentence at a time; a click or Esc shows the next, and hides the strip after the last."""

    emptied = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._waiting: deque[str] = deque(maxlen=MOST)
        self._greeting = ""
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence in sight; empty where none is."""
        return self._waiting[0] if self._waiting else ""

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def say(self, sentence: str) -> None:
        """Show a sentence after those that wait, an Alarm before them.

        One that is there already isn't said twice.
        """
        shown = plain(sentence, LONGEST)
        if not shown or shown in self._waiting:
            return
        if self._greeting in self._waiting:
            self._waiting.remove(self._greeting)
        if isinstance(sentence, Alarm):
            self._waiting.appendleft(shown)
        else:
            self._waiting.append(shown)
        self._renew()

    def greet(self, sentence: str) -> None:
        """Show a sentence that gives way to the first one that tells of something."""
        self.say(sentence)
        self._greeting = plain(sentence, LONGEST)

    def dismiss(self) -> bool:
        """Put the sentence in sight away; False where there was none."""
        if not self._waiting:
            return False
        self._waiting.popleft()
        self._renew()
        if not self._waiting:
            self.emptied.emit()
        return True

    def withdraw(self, sentence: str) -> None:
        """Take a sentence away that holds no more."""
        shown = plain(sentence, LONGEST)
        if shown in self._waiting:
            self._waiting.remove(shown)
            self._renew()
            if not self._waiting:
                self.emptied.emit()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, HEIGHT)

    def _renew(self) -> None:
        self.setVisible(bool(self._waiting))
        self.setAccessibleName(f"Notice: {self.text}" if self.text else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), blend(theme.accent, theme.panel, 0.10))
        p.fillRect(0, self.height() - 1, self.width(), 1, theme.hairline)
        p.fillRect(0, 0, 3, self.height(), theme.accent)
        p.setFont(font(SMALL_PX))
        more = f"{len(self._waiting) - 1} more · " if len(self._waiting) > 1 else ""
        away = f"{more}Esc"
        room = QRectF(14, 0, self.width() - 28, self.height() - 1)
        right = QFontMetricsF(p.font()).horizontalAdvance(away) + 16
        shown = QFontMetricsF(p.font()).elidedText(
            self.text, Qt.TextElideMode.ElideRight, room.width() - right
        )
        p.setPen(theme.text)
        p.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        p.setPen(theme.dim)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        p.drawText(room, int(flags), away)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.dismiss()
