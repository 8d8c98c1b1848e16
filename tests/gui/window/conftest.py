"""A window over the demo exchange, with the panels that are installed, and time in a test's hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from monitor.app.plugins import panel_kinds
from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.theme import load_theme
from monitor.gui.window.main_window import MainWindow
from monitor.workspace.layout import Layout
from monitor.workspace.settings import Settings
from tests.gui.conftest import THEMES
from tests.gui.demo_program import DemoProgram

BTC, ETH, MEME = "demo:BTC-USDT", "demo:ETH-USDT", "demo:MEME-USDT"


@dataclass
class Stage:
    """The window, the program behind it, and what was handed to the export."""

    program: DemoProgram
    clock: FrameClock
    window: MainWindow
    exported: list[Panel]

    def frames(self, seconds: float = 0.4) -> None:
        """Let the market go on, and draw all that is registered."""
        self.program.run(seconds)
        self.draw()

    def draw(self) -> None:
        """Draw all that is registered, at the program's time."""
        for drawn in tuple(self.clock._drawn):
            drawn.frame(self.program.now())
        QApplication.processEvents()

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(self.focus(), key, held)

    def type(self, text: str) -> None:
        """Type a text where the focus is, letter by letter."""
        for sign in text:
            QTest.keyClicks(self.focus(), sign)

    def focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window


Open = Callable[..., Stage]


@pytest.fixture
def open_window(qapp: QApplication) -> Iterator[Open]:
    """Opens a window as the program does; all are taken away in the end."""
    stages: list[Stage] = []

    def make(
        layout: Layout | None = None,
        settings: Settings | None = None,
        panels: dict[str, type[Panel]] | None = None,
    ) -> Stage:
        program, clock, exported = DemoProgram(settings), FrameClock(), list[Panel]()

        def surroundings() -> Surroundings:
            appearance = program.settings.appearance
            name = "light" if appearance.theme == "light" else "dark"
            return Surroundings(
                load_theme(THEMES, name, appearance.side_colours),
                appearance.time_zone == "utc",
                program.ask_candles,
                program.wall,
            )

        window = MainWindow(
            program,
            panel_kinds() if panels is None else panels,
            surroundings(),
            clock,
            layout or Layout(),
            renew=surroundings,
            open_export=exported.append,
        )
        window.resize(1280, 720)
        window.show()
        window.activateWindow()
        qapp.processEvents()
        stages.append(Stage(program, clock, window, exported))
        return stages[-1]

    yield make
    for stage in stages:
        stage.window.close()
        stage.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()


@pytest.fixture
def stage(open_window: Open) -> Stage:
    """A window as a newcomer sees it."""
    return open_window()
