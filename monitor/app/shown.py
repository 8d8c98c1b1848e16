"""The window with its clock: made, saved now and then while it is open, and taken away."""

import argparse
import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from monitor import __version__
from monitor.app.desk import Desk
from monitor.app.frame_stats import FrameStats
from monitor.app.paths import resources
from monitor.app.plugins import panel_kinds
from monitor.app.replay_desk import ReplayDesk
from monitor.app.store import Store
from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.start import theme_wanted
from monitor.gui.window.main_window import FIRST_INSTRUMENT, MainWindow
from monitor.gui.window.shell import Shell
from monitor.workspace.layout import Layout, PanelLayout, WindowLayout

if TYPE_CHECKING:
    from monitor.gui.window.export_dialog import ExportCard

SAVE_EVERY_S = 60.0


class Shown:
    """The window with its clock, saved now and then while it is open.

    ``shell`` is the window that was shown before there was a program; without one the
    content stands by itself.
    """

    def __init__(
        self,
        program: Desk | ReplayDesk,
        store: Store,
        options: argparse.Namespace,
        shell: Shell | None = None,
    ) -> None:
        self._program, self._store, self._shell = program, store, shell
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
        self._saver: asyncio.TimerHandle | None = None

    @cached_property
    def export_card(self) -> "ExportCard":
        """Made when it is first asked for: it brings all the ways to write a picture along."""
        from monitor.gui.window.export_dialog import ExportCard  # noqa: PLC0415 - as it says

        panels, ground = self.window.workbench.panels, self.window.ground
        return ExportCard(self._program, panels, f"Depthscope {__version__}", ground)

    def begin(self) -> None:
        """Show it, and let time pass."""
        if self._stats is not None:
            headers = [panel.header for panel in self.window.workbench.panels()]
            first = None if self._shell is None else self._shell.painted
            self._stats.see_first_paint([self.window.top, *headers], first)
        if self._shell is not None:
            self._shell.hold(self.window)
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
        outermost = self._shell or self.window
        outermost.close()
        outermost.deleteLater()

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
    if first and layout.windows and not layout.windows[0].panels:
        return Layout(
            links=layout.links
        )  # Something is asked for, and no panel was left to show it.
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
