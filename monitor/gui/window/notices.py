"""Sentences for the user in a strip of their own: seen, never in the way, gone when read."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme, blend
from monitor.gui.window.alarm import Alarm
from monitor.model.time import SECOND

HEIGHT = 28
MOST = 20
LONGEST = 400
READ_S = 8
"""Seconds in sight after which a sentence that only informs goes by itself."""
SIGNS_A_S = 12
"""Of a long one more: slow readers manage so many signs a second."""
LONGEST_FRAME = SECOND
"""Time in which nothing was drawn is none in which something was seen."""


@dataclass
class _Notice:
    text: str
    alarm: bool
    lasting: bool
    seen: int = 0
    """Ns it has been in sight."""

    @property
    def is_read(self) -> bool:
        return self.seen >= max(READ_S, len(self.text) / SIGNS_A_S) * SECOND


class Notices(QWidget):
    """One sentence at a time, alarms first and the newest before older ones.

    A click or Esc shows the next, and hides the strip after the last; what only informs
    goes by itself, too, once it could be read.
    """

    emptied = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._waiting: list[_Notice] = []
        self._greeting = ""
        self._framed = 0
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence in sight; empty where none is."""
        return self._waiting[0].text if self._waiting else ""

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def frame(self, now: int) -> bool:
        """Let what was read go; ``now`` is monotonic ns. Under the pointer nothing does."""
        passed, self._framed = now - self._framed, now
        seen = self.isVisible() and not self.window().isMinimized()
        if not self._waiting or not seen or self.underMouse():
            return False
        notice = self._waiting[0]
        notice.seen += min(passed, LONGEST_FRAME)
        if notice.alarm or notice.lasting or not notice.is_read:
            return False
        return self.dismiss()

    def say(self, sentence: str, *, lasting: bool = False) -> None:
        """Show a sentence; an Alarm, and one that is ``lasting``, till it is put away.

        One that is there already isn't said twice.
        """
        shown = plain(sentence, LONGEST)
        if not shown or any(shown == held.text for held in self._waiting):
            return
        self._waiting = [held for held in self._waiting if held.text != self._greeting]
        alarm = isinstance(sentence, Alarm)
        place = 0 if alarm else sum(held.alarm for held in self._waiting)
        self._waiting.insert(place, _Notice(shown, alarm, lasting))
        del self._waiting[MOST:]
        self._renew()

    def greet(self, sentence: str) -> None:
        """Show a sentence that gives way to the first one that tells of something."""
        self.say(sentence, lasting=True)
        self._greeting = plain(sentence, LONGEST)

    def dismiss(self) -> bool:
        """Put the sentence in sight away; False where there was none."""
        if not self._waiting:
            return False
        self.withdraw(self.text)
        return True

    def withdraw(self, sentence: str) -> None:
        """Take a sentence away that holds no more."""
        shown = plain(sentence, LONGEST)
        left = [held for held in self._waiting if held.text != shown]
        if len(left) < len(self._waiting):
            self._waiting = left
            self._renew()
            if not left:
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
