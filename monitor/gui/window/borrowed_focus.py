"""The keyboard while something stands over the panels: taken, and given back to who had it."""

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


class BorrowedFocus:
    """Remembers who had the focus when ``borrower`` took it.

    Without it Qt hands the focus of a widget that goes away to the next one in the tab order.
    """

    def __init__(self, borrower: QWidget) -> None:
        self._borrower = borrower
        self._owner: QWidget | None = None

    def take(self, widget: QWidget) -> None:
        """Give the keyboard to a widget of the borrower's."""
        held = self._held()
        if held is not None and not self._within(held):
            self._owner = held
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def give_back(self) -> None:
        """Let the owner have it again; to be called before the borrower is hidden.

        Nothing happens where somebody else has it already. An owner that is gone is stood for
        by the ground below, whose keys are the window's.
        """
        held, owner, self._owner = self._held(), self._owner, None
        if held is not None and not self._within(held):
            return
        if owner is None or not shiboken6.isValid(owner) or not owner.isVisible():
            owner = self._borrower.parentWidget() or self._borrower
        if owner.window() is not self._borrower.window():
            owner.activateWindow()  # A floating panel's.
        owner.setFocus(Qt.FocusReason.OtherFocusReason)

    def _held(self) -> QWidget | None:
        return QApplication.focusWidget() or self._borrower.window().focusWidget()

    def _within(self, widget: QWidget) -> bool:
        return widget is self._borrower or self._borrower.isAncestorOf(widget)
