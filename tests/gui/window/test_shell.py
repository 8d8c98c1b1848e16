"""The window that stands before the program does: painted at once, then around the content."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from monitor.gui.kit.theme import Theme
from monitor.gui.window.shell import NAME, Shell
from monitor.workspace.layout import Geometry
from tests.conftest import ROOT
from tests.gui.window.conftest import Stage

SMALLEST = (800, 480)
HEAVY = ("numpy", "asyncio", "pyqtgraph", "websockets", "aiohttp", "PySide6QtAds", "qasync")


@pytest.fixture
def shell(theme: Theme) -> Shell:
    return Shell(theme, Geometry(x=0, y=0, width=800, height=600), SMALLEST)


def take_away(shell: Shell) -> None:
    shell.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_first_paint_waits_for_no_import() -> None:
    """Nothing is read before it but Qt, the settings and the theme."""
    ask = f"import monitor.app.window, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "[]" == told.stdout.strip()


def test_it_is_painted_before_it_is_given_back(shell: Shell, theme: Theme) -> None:
    """In the theme, with the program's name, where it last stood."""
    shell.show_at_once()
    try:
        assert shell.painted is not None
        assert (NAME, 800, 600) == (shell.windowTitle(), shell.width(), shell.height())
        picture = shell.grab().toImage()
        assert theme.background == picture.pixelColor(5, 5)
        colours = {
            picture.pixelColor(x, y).name() for x in range(320, 480, 2) for y in range(220, 340)
        }
        assert len(colours) > 5
    finally:
        take_away(shell)


def test_it_can_be_closed_before_there_is_a_program(shell: Shell) -> None:
    """Whoever runs the loop sees that it was."""
    shell.show_at_once()
    try:
        assert not shell.closed
        shell.close()
        assert shell.closed
    finally:
        take_away(shell)


def test_the_content_fills_it_and_names_it(shell: Shell, stage: Stage, qtbot: QtBot) -> None:
    """Its size, its title, its keys and its end are the content's."""
    shell.show_at_once()
    content = stage.window
    try:
        shell.hold(content)
        content.show()
        assert not content.isWindow()
        assert shell.rect() == content.geometry()
        shell.resize(1_100, 700)
        qtbot.waitUntil(lambda: shell.rect() == content.geometry())
        content.setWindowTitle("Another")
        assert "Another" == shell.windowTitle()
        held = content.current_layout().windows[0].geometry
        assert (1_100, 700) == (held.width, held.height)
        shell.activateWindow()
        qtbot.waitUntil(shell.isActiveWindow)
        handle = shell.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        assert not content.palette_card.isHidden()
        shell.close()
        assert stage.program.asked.quits == 1
    finally:
        content.setParent(None)
        take_away(shell)
