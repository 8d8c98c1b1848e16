"""The program on Qt's loop, from its window's first content to a clean end."""

import argparse
import asyncio
import gc
import logging
import signal
from typing import NamedTuple

import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from monitor.app.crashes import Crashes
from monitor.app.demo_server import DemoServer
from monitor.app.desk import Desk
from monitor.app.early_end import EarlyEnd
from monitor.app.recorded_markets import RecordedMarkets
from monitor.app.replay_desk import ReplayDesk
from monitor.app.shown import Shown
from monitor.app.store import Store
from monitor.feeds.lookup_threads import LookupThreads
from monitor.gui.kit.collector import Collector
from monitor.gui.kit.qt_pulse import QtPulse
from monitor.gui.window.shell import Shell

FREEZE_AFTER_S = 3.0
END_WITHIN_S = 1.8

log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """What was made ready before the loop: all that the content of the window needs."""

    options: argparse.Namespace
    store: Store
    shell: Shell
    demo: DemoServer
    recorded: RecordedMarkets | None
    early: EarlyEnd


def run_loop(application: QApplication, wanted: Wanted) -> int:
    """Fill the shell and show it until it is closed; the exit status."""
    loop = qasync.QEventLoop(application, already_running=False)
    loop.set_default_executor(LookupThreads())
    asyncio.set_event_loop(loop)
    collector = Collector()
    try:
        status = loop.run_until_complete(_show(wanted))
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        # Never inside a task: others woken meanwhile could not go on, nor ever end.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        collector.end()
    return int(status)


async def _show(wanted: Wanted) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    _stop_on_signals(loop, stop)
    if wanted.shell.closed or wanted.early.asked:
        return 0
    store, recorded = wanted.store, wanted.recorded
    program: Desk | ReplayDesk
    if recorded is not None:
        program = ReplayDesk(recorded, store, quit_program=stop.set)
    else:
        program = Desk(store, demo=wanted.demo, pulse=QtPulse, quit_program=stop.set)
    crashes = Crashes(store.notices)
    crashes.listen(loop)
    try:
        shown = Shown(program, store, wanted.options, wanted.shell)
        shown.begin()
        loop.call_later(FREEZE_AFTER_S, _freeze)
        await stop.wait()
        shown.end()
    finally:
        await _end(program)
        crashes.deafen()
    return 0


async def _end(program: Desk | ReplayDesk) -> None:
    """Close what is open; what hangs is left to the system."""
    try:
        await asyncio.wait_for(program.close(), END_WITHIN_S)
    except TimeoutError:
        log.warning("not everything ended within %s s", END_WITHIN_S)


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError):  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _freeze() -> None:
    """What is there now stays: the collector need not look at it again in a frame."""
    gc.collect()
    gc.freeze()
