"""A card over the window's corner: a title, a way to close it, and whatever it holds."""

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from monitor.gui.kit.text import plain_label
from monitor.gui.window.borrowed_focus import BorrowedFocus

EDGE = 12
ABOVE, BELOW = 80, 24
"""The band, the bar on top and the favourites; the status bar."""


class Card(QFrame):
    """Not modal: the market goes on beside it. Esc closes it."""

    closed = Signal()

    def __init__(self, title: str, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self._ground = parent
        self.setObjectName("card")
        self.setAccessibleName(title)
        self._wanted = width
        self._focus = BorrowedFocus(self)
        self.title = plain_label(title, self, name="title")
        self.close_button = QPushButton("Close  Esc", self)
        self.close_button.clicked.connect(self.close_card)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(8)
        self.column.addLayout(head)
        self.hide()

    def open_card(self) -> None:
        """Show it in place of any other, and take the focus."""
        for other in self._ground.findChildren(Card):
            if other is not self:
                other.close_card()
        self.place()
        self.show()
        self.raise_()
        self._focus.take(self.close_button)

    def place(self) -> None:
        """Stand at the right edge, between the bars; elsewhere where a floating panel lies there."""
        parent = self._ground
        self.setFixedWidth(min(self._wanted, parent.width() - 2 * EDGE))
        room = parent.height() - ABOVE - BELOW - EDGE
        self.resize(self.width(), min(self.wanted_height(), room))
        spare = parent.width() - self.width()
        places = [QPoint(left, ABOVE) for left in (spare - EDGE, EDGE, spare // 2)]
        self.move(next((at for at in places if not self._covered(at)), places[0]))

    def _covered(self, at: QPoint) -> bool:
        """Whether another window of this one's, as a floating panel is, lies over that place."""
        here = QRect(self._ground.mapToGlobal(at), self.size())
        floating = (
            window
            for window in QApplication.topLevelWidgets()
            if window.isVisible() and window.windowType() is Qt.WindowType.Window
        )
        return any(
            (owner := window.parentWidget()) is not None
            and owner.window() is self.window()
            and window.frameGeometry().intersects(here)
            for window in floating
        )

    def wanted_height(self) -> int:
        """How high it would like to be."""
        return self.sizeHint().height()

    def close_card(self) -> None:
        """Go away; the focus returns to where it was."""
        if not self.isHidden():
            self._focus.give_back()
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        else:
            super().keyPressEvent(event)
