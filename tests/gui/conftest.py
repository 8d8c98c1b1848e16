"""What tests of the window lean on: Qt without a screen, the font, a theme, a loop."""

import asyncio
import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import qasync
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication

from monitor.gui.kit.collector import Collector
from monitor.gui.kit.fonts import font, load_fonts
from monitor.gui.kit.panel import Surroundings
from monitor.gui.kit.theme import Theme, load_theme
from tests.conftest import ROOT

THEMES = ROOT / "resources" / "themes"
NOW = 1_723_161_600_000_000_000
"""2024-08-09 00:00:00 UTC, where a test's wall clock stands at first."""


class Hands:
    """What a panel was given in a test, and what it asked for.

    ``now`` is the wall clock (ns UTC); ``asked`` the calls of ``ask_candles``:
    instrument, interval, end, limit.
    """

    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[tuple[str, int, int, int]] = []

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        self.asked.append((instrument, interval, end, limit))

    def wall_clock(self) -> int:
        return self.now


@pytest.fixture(scope="session", autouse=True)
def _fonts(qapp: QApplication) -> None:
    """The program's own font: widths of texts are then the same on every machine."""
    load_fonts()
    qapp.setFont(font())


@pytest.fixture(scope="session", autouse=True)
def _collected_here(_fonts: None) -> Iterator[None]:
    """As in the program: what is Qt's is taken away in Qt's thread, and between its calls."""
    gc.disable()  # to the very end: Qt outlives the last test
    collector = Collector()
    yield
    collector.end()


@pytest.fixture
def theme() -> Theme:
    """The dark theme, as shipped."""
    return load_theme(THEMES, "dark")


@pytest.fixture
def hands() -> Hands:
    """A wall clock that a test turns, and the questions that a panel asked."""
    return Hands()


@pytest.fixture
def surroundings(theme: Theme, hands: Hands) -> Surroundings:
    """What the program gives a panel, in UTC; ``hands`` holds the other ends."""
    return Surroundings(theme, utc=True, ask_candles=hands.ask_candles, wall_clock=hands.wall_clock)


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[qasync.QEventLoop]:
    """Qt's loop as asyncio's; no task of a test may end in an error that nobody saw."""
    made = qasync.QEventLoop(qapp, already_running=False)
    failures: list[dict[str, Any]] = []
    made.set_exception_handler(lambda _, context: failures.append(context))
    asyncio.set_event_loop(made)
    try:
        yield made
        tasks = asyncio.all_tasks(made)
        for task in tasks:
            task.cancel()
        made.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    finally:
        asyncio.set_event_loop(None)
        made.close()
        QPixmapCache.clear()
    assert failures == []


@pytest.fixture
def settle(qapp: QApplication) -> Callable[[], None]:
    """Let Qt handle what it has queued."""
    return qapp.processEvents
