"""``depthscope``: the window on the desk; it is painted before most of the program is even read.

Reading the program (NumPy, charts, venues) takes longer than Qt takes to show a window. So
this module imports little, shows the window, and only then reads the rest.
"""

import argparse
import gc
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from monitor import __version__
from monitor.app.allocator import keep_large_blocks_apart
from monitor.app.display import Display
from monitor.app.early_end import EarlyEnd
from monitor.app.failure import BadUse, JobFailed
from monitor.app.paths import config_folder, resources
from monitor.app.store import Store
from monitor.gui.kit.start import start_qt, theme_wanted
from monitor.gui.window.shell import Shell
from monitor.model.instrument import split_instrument_id
from monitor.workspace.layout import Geometry, Layout
from monitor.workspace.settings import Settings

if TYPE_CHECKING:
    from monitor.app.recorded_markets import RecordedMarkets

DEMO = "demo:"
SMALLEST = (800, 480)


def run(options: argparse.Namespace) -> int:
    """Show the window until it is closed; 0 however the user or the system ends it."""
    watched = None if options.watch is None else _venue_watched(options.watch)
    display = Display()
    if display.trouble:
        raise JobFailed(display.trouble)
    keep_large_blocks_apart()
    store = Store(config_folder())
    try:
        if watched is not None:
            _judge_watched(watched, store.settings)
        recorded = _opened(options)
        # A long recording could be left while it was read; from here on there is a window to end.
        early = EarlyEnd()
        # Nothing that is read while starting is garbage; the collector would look at it ten times.
        # Later ``Collector`` chooses its moments. To the very end none is Python's own: in the
        # midst of a call of Qt's, taking away a QObject waits for a lock which that call holds.
        gc.disable()
        application = start_qt(__version__)
        display.release()
        application.setQuitOnLastWindowClosed(False)
        shell = _first_sight(store)
        status = _run_in(application, shell, options, store, recorded, early)
        early.restore()
        return status
    finally:
        store.close()


def _first_sight(store: Store) -> Shell:
    """The window where it last stood, in the theme that was chosen, and nothing in it yet."""
    appearance = store.settings.appearance
    theme = theme_wanted(resources() / "themes", appearance.theme, appearance.side_colours)
    windows = (store.layout or Layout()).windows
    shell = Shell(theme, windows[0].geometry if windows else Geometry(), SMALLEST)
    shell.show_at_once()
    return shell


def _run_in(
    application: QApplication,
    shell: Shell,
    options: argparse.Namespace,
    store: Store,
    recorded: "RecordedMarkets | None",
    early: EarlyEnd,
) -> int:
    """Read the rest of the program, the demo exchange starting meanwhile, and run it."""
    from monitor.app.demo_server import DemoServer  # noqa: PLC0415 - the window comes first

    demo = DemoServer(seed=options.demo_seed, rate=options.demo_rate)
    try:
        if recorded is None and _shows_demo(options, store.layout):
            demo.begin()
        from monitor.app import screen_loop  # noqa: PLC0415 - likewise, and half a second long

        wanted = screen_loop.Wanted(options, store, shell, demo, recorded, early)
        return screen_loop.run_loop(application, wanted)
    finally:
        demo.end()


def _shows_demo(options: argparse.Namespace, layout: Layout | None) -> bool:
    """Whether the demo exchange will be asked for at once."""
    if options.demo or layout is None or not layout.windows:
        return not options.watch
    shown = (panel.instrument for panel in layout.windows[0].panels)
    return any(
        one.startswith(DEMO) for one in (*shown, *layout.links.values(), options.watch or "")
    )


def _opened(options: argparse.Namespace) -> "RecordedMarkets | None":
    """What is to be shown, as far as it can be judged before there is a window."""
    if options.replay is None:
        return None
    from monitor.app.recorded_markets import RecordedMarkets  # noqa: PLC0415 - only here
    from monitor.feeds.feed_error import FeedError  # noqa: PLC0415
    from monitor.feeds.recording import RecordingError  # noqa: PLC0415

    try:
        return RecordedMarkets(options.replay)
    except (RecordingError, FeedError) as error:
        raise JobFailed(str(error)) from error


def _venue_watched(instrument: str) -> str:
    """The venue of an instrument. Raises BadUse for what names none, wherever it is run."""
    try:
        return split_instrument_id(instrument)[0]
    except ValueError as error:
        raise BadUse(str(error)) from error


def _judge_watched(venue: str, settings: Settings) -> None:
    """Raises BadUse, in a sentence, for a venue that there is not."""
    from monitor.app.venue_sources import VenueSources  # noqa: PLC0415 - only here
    from monitor.feeds.feed_error import FeedError  # noqa: PLC0415

    sources = VenueSources(settings.network)
    if venue not in sources.ids():
        try:
            sources.protocol_of(venue)
        except FeedError as error:
            raise BadUse(str(error)) from error
