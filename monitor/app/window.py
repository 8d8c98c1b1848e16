"""``depthscope``: the window on the desk, from the first paint to a clean end."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from monitor import __version__
from monitor.app.demo_server import DemoServer
from monitor.app.desk import Desk
from monitor.app.display import why_no_display
from monitor.app.failure import BadUse, JobFailed
from monitor.app.frame_stats import FrameStats
from monitor.app.logs import note_crash
from monitor.app.paths import config_folder, resources
from monitor.app.plugins import panel_kinds
from monitor.app.recorded_markets import RecordedMarkets
from monitor.app.replay_desk import ReplayDesk
from monitor.app.store import Store
from monitor.app.venue_sources import VenueSources
from monitor.feeds.feed_error import FeedError
from monitor.feeds.recording import RecordingError
from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.qt_pulse import QtPulse
from monitor.gui.kit.start import start_qt, theme_wanted
from monitor.gui.window.export_dialog import ExportCard
from monitor.gui.window.main_window import FIRST_INSTRUMENT, MainWindow
from monitor.model.instrument import split_instrument_id
from monitor.workspace.layout import Layout, PanelLayout, WindowLayout
from monitor.workspace.settings import Settings

SAVE_EVERY_S = 60.0
FREEZE_AFTER_S = 3.0
END_WITHIN_S = 1.8

log = logging.getLogger(__name__)


def run(options: argparse.Namespace) -> int:
    """Show the window until it is closed; 0 however the user or the system ends it."""
    trouble = why_no_display()
    if trouble:
        raise JobFailed(trouble)
    store = Store(config_folder())
    try:
        recorded = _opened(options, store.settings)
        application = start_qt(__version__)
        application.setQuitOnLastWindowClosed(False)
        return _run_loop(application, lambda: _show(options, store, recorded))
    finally:
        store.close()


def _opened(options: argparse.Namespace, settings: Settings) -> RecordedMarkets | None:
    """What is to be shown, as far as it can be judged before there is a window."""
    if options.watch:
        try:
            venue, _ = split_instrument_id(options.watch)
        except ValueError as error:
            raise BadUse(str(error)) from error
        sources = VenueSources(settings.network)
        if venue not in sources.ids():
            try:
                sources.protocol_of(venue)
            except FeedError as error:
                raise BadUse(str(error)) from error
    if options.replay is None:
        return None
    try:
        return RecordedMarkets(options.replay)
    except (RecordingError, FeedError) as error:
        raise JobFailed(str(error)) from error


def _run_loop(application: QApplication, job: Callable[[], Any]) -> int:
    loop = qasync.QEventLoop(application, already_running=False)
    asyncio.set_event_loop(loop)
    try:
        status = loop.run_until_complete(job())
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        # Never inside a task: others woken meanwhile could not go on, nor ever end.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return int(status)


async def _show(options: argparse.Namespace, store: Store, recorded: RecordedMarkets | None) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    _stop_on_signals(loop, stop)
    program: Desk | ReplayDesk
    if recorded is not None:
        program = ReplayDesk(recorded, store, quit_program=stop.set)
    else:
        demo = DemoServer(seed=options.demo_seed, rate=options.demo_rate)
        program = Desk(store, demo=demo, pulse=QtPulse, quit_program=stop.set)
    crashes = Crashes(store.notices)
    crashes.listen(loop)
    try:
        shown = Shown(program, store, options)
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


class Shown:
    """The window with its clock, saved now and then while it is open."""

    def __init__(
        self, program: Desk | ReplayDesk, store: Store, options: argparse.Namespace
    ) -> None:
        self._program, self._store = program, store
        self._keeps = program.replay is None
        self.clock = FrameClock(program.settings.appearance.frames_per_second)
        self._stats = FrameStats(options.stats, self.clock) if options.stats else None
        self._panels: dict[str, type[Panel]] = panel_kinds()
        first = _first_instrument(program, options)
        self.window = MainWindow(
            program,
            self._panels,
            self._surroundings(),
            self.clock,
            _layout(program, store, first),
            renew=self._surroundings,
            open_export=self._open_export,
            instrument=first or FIRST_INSTRUMENT,
        )
        if first and program.replay is None:
            self.window.workbench.pick(first)
        self.export_card = ExportCard(
            program, self.window.workbench.panels, f"Depthscope {__version__}", self.window.ground
        )
        self._saver: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Show it, and let time pass."""
        if self._stats is not None:
            headers = [panel.header for panel in self.window.workbench.panels()]
            self._stats.see_first_paint([self.window.top, *headers])
        self.window.show()
        if self._stats is not None:
            self.clock.add(self._stats)
            if isinstance(self._program, Desk):
                self._program.heard = self._stats.heard
        self.clock.start()
        if self._program.replay is not None:
            self._program.replay.play()
        self._save_later()

    def end(self) -> None:
        """Save how it stands, and take it away."""
        self.clock.stop()
        if self._saver is not None:
            self._saver.cancel()
        if self._stats is not None:
            self._stats.close()
        self._save()
        self.window.close()
        self.window.deleteLater()

    def _save_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._saver = loop.call_later(SAVE_EVERY_S, self._save_again)

    def _save_again(self) -> None:
        self._save()
        self._save_later()

    def _save(self) -> None:
        if self._keeps:
            self._store.save_layout(self.window.current_layout())

    def _surroundings(self) -> Surroundings:
        appearance = self._program.settings.appearance
        themes = resources() / "themes"
        return Surroundings(
            theme=theme_wanted(themes, appearance.theme, appearance.side_colours),
            utc=appearance.time_zone == "utc",
            ask_candles=self._program.ask_candles,
            wall_clock=self._program.wall,
        )

    def _open_export(self, panel: Panel) -> None:
        self.export_card.open_for(panel)


def _first_instrument(program: Desk | ReplayDesk, options: argparse.Namespace) -> str:
    """What the command line asks for; empty where it doesn't."""
    if isinstance(program, ReplayDesk):
        return program.first_instrument
    return FIRST_INSTRUMENT if options.demo else str(options.watch or "")


def _layout(program: Desk | ReplayDesk, store: Store, first: str) -> Layout:
    """How the window stood; while replaying, every panel looks at the recording."""
    layout = store.layout or Layout()
    if program.replay is None:
        return layout
    windows = tuple(_looking_at(window, first) for window in layout.windows[:1])
    links = dict.fromkeys(layout.links, first) if first else {}
    return msgspec.structs.replace(layout, windows=windows, links=links)


def _looking_at(window: WindowLayout, instrument: str) -> WindowLayout:
    panels: tuple[PanelLayout, ...] = tuple(
        msgspec.structs.replace(panel, instrument=instrument) for panel in window.panels
    )
    return msgspec.structs.replace(window, panels=panels)


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


class Crashes:
    """Errors nobody caught: each goes to the log once, and a notice names the log."""

    def __init__(self, notices: list[str]) -> None:
        self._notices = notices
        self._seen: set[str] = set()
        self._before = sys.excepthook

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take what the loop and Qt's slots leave."""
        loop.set_exception_handler(lambda _, context: self._in_loop(context))
        sys.excepthook = self._in_slot

    def deafen(self) -> None:
        """Leave the rest to the interpreter."""
        sys.excepthook = self._before

    def _in_loop(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._take(error)
        else:
            log.error("the event loop: %s", context.get("message"))

    def _in_slot(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._take(error.with_traceback(trace))

    def _take(self, error: BaseException) -> None:
        if isinstance(error, SystemError) and error.__cause__ is not None:
            error = error.__cause__  # PySide wraps what some slots raise
        frames = traceback.extract_tb(error.__traceback__)[-1:]
        place = "".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
        seen = f"{type(error).__name__} {place}"
        if seen in self._seen:
            return
        self._seen.add(seen)
        path: Path | None = note_crash(error)
        where = f"the details are in {path}" if path else "no log could be written"
        self._notices.append(f"An error of the program ({type(error).__name__}); {where}.")
