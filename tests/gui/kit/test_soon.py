"""What is put off is done once, its errors are told, and nothing is done for who is gone."""

from PySide6.QtCore import QObject
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from monitor.gui.kit.soon import soon


def test_it_is_called_once_and_not_within_the_call(qtbot: QtBot) -> None:
    """The events that wait come first."""
    owner, called = QObject(), list[int]()
    soon(owner, lambda: called.append(1))
    assert [] == called
    qtbot.waitUntil(lambda: called == [1] and not owner.children())


def test_an_error_in_it_is_told(qtbot: QtBot) -> None:
    """It is not left pending for whatever comes next."""
    owner, empty = QObject(), list[int]()
    with capture_exceptions() as told:
        soon(owner, lambda: empty[7])
        qtbot.waitUntil(lambda: not owner.children())
    assert [IndexError] == [kind for kind, _, _ in told]


def test_nothing_is_done_for_an_owner_that_is_gone(qtbot: QtBot) -> None:
    """A window that was closed meanwhile is not painted."""
    owner, called, other = QObject(), list[int](), QObject()
    soon(owner, lambda: called.append(1))
    owner.deleteLater()
    soon(other, lambda: called.append(2), after_ms=30)
    qtbot.waitUntil(lambda: bool(called))
    assert [2] == called
