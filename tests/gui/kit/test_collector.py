"""Laws of the collector of garbage."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from monitor.gui.kit.collector import EVERY_S, YOUNG, Collector


class Cycle(QObject):
    """Qt's, and only a collector can take it away."""

    def __init__(self, ends: list[QThread]) -> None:
        super().__init__()
        self.me = self
        self._ends = ends

    def __del__(self) -> None:
        self._ends.append(QThread.currentThread())


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    assert qapp.thread() is QThread.currentThread()
    gc.collect()
    made = Collector()
    yield made
    made.end()
    gc.disable()  # as the tests of the window have it


def make_many(kept: list[list[int]]) -> None:
    """What makes Python collect where it collects by itself."""
    kept.extend([number] for number in range(20 * YOUNG))


@pytest.mark.usefixtures("collector")
def test_another_thread_never_collects() -> None:
    """However much is made there, Qt's objects are taken away in Qt's thread."""
    ends: list[QThread] = []
    Cycle(ends)
    thread = threading.Thread(target=make_many, args=([],))
    thread.start()
    thread.join()
    assert ends == []


@pytest.mark.usefixtures("collector")
def test_what_is_garbage_is_found_by_itself(qapp: QApplication, qtbot: QtBot) -> None:
    """No call is needed: Qt's loop is enough, and the thread is Qt's."""
    ends: list[QThread] = []
    kept: list[list[int]] = []
    Cycle(ends)
    make_many(kept)
    qtbot.waitUntil(lambda: bool(ends), timeout=int(20_000 * EVERY_S))
    assert [qapp.thread()] == ends


def test_old_garbage_is_found_in_time(collector: Collector) -> None:
    """What outlived two looks is found by a look at all."""
    ends: list[QThread] = []
    cycle = Cycle(ends)
    gc.collect()
    del cycle
    for _ in range(1_000):
        kept: list[list[int]] = []
        make_many(kept)
        collector.look()
        if ends:
            break
    assert ends


def test_little_is_not_worth_a_look(collector: Collector) -> None:
    """A quiet program is left alone."""
    ends: list[QThread] = []
    gc.collect()
    Cycle(ends)
    collector.look()
    assert ends == []


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("before", [True, False])
def test_in_the_end_python_is_as_it_was_before(*, before: bool) -> None:
    """A program that goes on without Qt collects again; one whose Qt is still there does not."""
    try:
        (gc.enable if before else gc.disable)()
        collector = Collector()
        assert not gc.isenabled()
        collector.end()
        assert before == gc.isenabled()
    finally:
        gc.disable()  # as the tests of the window have it
