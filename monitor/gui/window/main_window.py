"""The window: bars around the docked panels, and the road of every wish to the program."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from monitor.gui.kit.fonts import font
from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.style import stylesheet
from monitor.gui.kit.text import plain
from monitor.gui.kit.timeframes import TIMEFRAMES
from monitor.gui.window.alarm import Alarm
from monitor.gui.window.badge_band import BadgeBand
from monitor.gui.window.card import Card
from monitor.gui.window.command import run_pressed
from monitor.gui.window.docks import Docks
from monitor.gui.window.favourites_strip import FavouritesStrip
from monitor.gui.window.feed_card import FeedCard
from monitor.gui.window.geometry import geometry_of, stand
from monitor.gui.window.key_overlay import KeyOverlay
from monitor.gui.window.notices import Notices
from monitor.gui.window.panel_menu import PanelDeeds, panel_menu
from monitor.gui.window.program import Program
from monitor.gui.window.replay_bar import ReplayBar
from monitor.gui.window.settings_card import SettingsCard
from monitor.gui.window.status_bar import StatusBar
from monitor.gui.window.symbol_palette import SymbolPalette
from monitor.gui.window.timeframes import TakesTimeframe, name_of, timed
from monitor.gui.window.top_bar import TopBar
from monitor.gui.window.window_commands import adding_keys, overlay_groups, window_commands
from monitor.gui.window.workbench import FIRST_LINK, LINKS, Workbench
from monitor.model.time import SECOND
from monitor.workspace.layout import Layout, WindowLayout
from monitor.workspace.settings import Settings

FIRST_INSTRUMENT = "demo:BTC-USDT"
WELCOME = "Demo market. Ctrl+K to pick a live one. ? shows all keys."
ARRANGING = "Drag panels by their title bars. Ctrl+L ends arranging."
HOW_TO_DRAG = "Ctrl+L lets panels be dragged."
SMALLEST = (800, 480)
NOTICES_EVERY = SECOND // 4


class MainWindow(QMainWindow):
    """All there is to see. ``renew`` gives the surroundings anew after a setting changed;
    ``open_export`` opens the export of a panel; ``instrument`` is what a first layout shows.
    """

    def __init__(
        self,
        program: Program,
        panels: Mapping[str, type[Panel]],
        surroundings: Surroundings,
        clock: FrameClock,
        layout: Layout,
        *,
        renew: Callable[[], Surroundings] | None = None,
        open_export: Callable[[Panel], None] | None = None,
        instrument: str = FIRST_INSTRUMENT,
    ) -> None:
        super().__init__()
        self.program, self.clock = program, clock
        self.can_export = open_export is not None
        self._renew, self._open_export = renew, open_export
        self._surroundings = self._as_recorded(surroundings)
        self._first_instrument = instrument
        self._layout = layout
        self._watched = ""
        self._polled = 0
        self._closed_with: Layout | None = None
        self._first_layout = False
        self.setWindowTitle("Depthscope")
        self.setMinimumSize(*SMALLEST)
        self._build(panels)
        self._lay_out()
        self._connect()
        self.commands = window_commands(self)
        self.docks.empty.show_keys(adding_keys(self.commands))
        self._apply_style()
        self._restore(layout)
        clock.add(self)

    def _build(self, panels: Mapping[str, type[Panel]]) -> None:
        program, theme, utc = self.program, self._surroundings.theme, self._surroundings.utc
        self.ground = QWidget(self)
        self.ground.setObjectName("ground")
        self.band = BadgeBand(theme)
        self.top = TopBar(program, theme, can_export=self.can_export)
        self.strip = FavouritesStrip(program, theme)
        self.notices = Notices(theme)
        self.docks = Docks(theme, self.ground)
        self.replay_bar = ReplayBar(theme, utc=utc)
        self.status = StatusBar(program, self.clock, theme)
        self.workbench = Workbench(program, panels, self._surroundings, self.clock, self.docks)
        self.palette_card = SymbolPalette(program, theme, lambda: self.commands, self.ground)
        self.feed_card = FeedCard(program, theme, self.ground, utc=utc)
        self.settings_card = SettingsCard(program, self._settings_changed, self.ground)
        self.keys = KeyOverlay(theme, self.ground)

    def _lay_out(self) -> None:
        column = self._column = QVBoxLayout(self.ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.band, self.top, self.strip, self.notices):
            column.addWidget(part)
        column.addWidget(self.docks, 1)
        column.addWidget(self.replay_bar)
        column.addWidget(self.status)
        self.setCentralWidget(self.ground)

    def _connect(self) -> None:
        top, bench = self.top, self.workbench
        top.palette_wanted.connect(self.open_palette)
        top.timeframe_picked.connect(self.pick_timeframe)
        top.card_wanted.connect(self.toggle_feed_card)
        top.record_wanted.connect(self.toggle_recording)
        top.export_wanted.connect(self.export_active)
        self.status.clicked.connect(self.toggle_feed_card)
        self.strip.picked.connect(self.pick)
        self.strip.more_wanted.connect(self.open_palette)
        self.palette_card.picked.connect(self.pick)
        self.palette_card.star_pressed.connect(self.star)
        self.palette_card.digit_pressed.connect(
            lambda n: self.pick_timeframe(tuple(TIMEFRAMES)[n - 1])
        )
        self.palette_card.closed.connect(self._focus_panel)
        bench.current_changed.connect(self._current_changed)
        bench.menu_wanted.connect(self._show_menu)
        bench.drag_tried.connect(self._drag_tried)
        self.docks.floated.connect(lambda window: window.installEventFilter(self))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._settings_changed)

    # The frame.

    def frame(self, now: int) -> bool:
        """Bring the bars and whatever is open up to date; panels are driven by themselves."""
        if now - self._polled > NOTICES_EVERY:
            self._polled = now
            for sentence in self.program.notices():
                self.notices.say(sentence)
            self.notices.frame(now)
            self.top.show_timeframe(self._timeframe())
        # Verdicts know the program's time, which while replaying is not the clock's.
        told = self.program.now()
        drawn = [
            self.top.frame(now, told),
            self.strip.frame(now, told),
            self.status.frame(now, told),
            self.palette_card.frame(now),
            self.feed_card.frame(now, told),
            self.replay_bar.frame(self.program.replay, now),
        ]
        return any(drawn)

    # What the user wants.

    def pick(self, instrument: str) -> None:
        """Show an instrument, and remember that it was picked."""
        self.workbench.pick(instrument)
        settings = self.program.settings
        if settings.picks.recents[:1] != (instrument,):
            picks = settings.picks.with_recent(instrument)
            self._change(msgspec.structs.replace(settings, picks=picks))
        self._focus_panel()

    def star(self, instrument: str) -> None:
        """Make an instrument a favourite, or no longer one."""
        settings = self.program.settings
        picks = settings.picks.with_favourite(instrument)
        self._change(msgspec.structs.replace(settings, picks=picks))

    def star_current(self) -> None:
        """Star what the window speaks of."""
        if self.workbench.current:
            self.star(self.workbench.current)

    def pick_timeframe(self, name: str) -> None:
        """Give the price panel used last a timeframe."""
        panel = self._timed_panel()
        if panel is not None:
            panel.pick_timeframe(name)
            self.top.show_timeframe(name)

    def open_palette(self) -> None:
        """Find a symbol."""
        self.palette_card.open_with("")

    def open_commands(self) -> None:
        """List what can be done."""
        self.palette_card.open_with(">")

    def show_keys(self) -> None:
        """All keys, over the window."""
        self.keys.open_with(overlay_groups(self.commands, self.workbench.panels()))

    def toggle_feed_card(self) -> None:
        """The counters, or away with them."""
        self.settings_card.close_card()
        if self.feed_card.isHidden():
            self.feed_card.open_card()
        else:
            self.feed_card.close_card()

    def toggle_settings(self) -> None:
        """The settings, or away with them."""
        self.feed_card.close_card()
        if self.settings_card.isHidden():
            self.settings_card.open_card()
        else:
            self.settings_card.close_card()

    def toggle_fill(self) -> None:
        """Let the panel used last fill the window, or return."""
        filled = self.docks.filled or self.workbench.active
        if filled:
            self.workbench.toggle_fill(filled)

    def toggle_arranging(self) -> None:
        """Show title bars to drag panels by, or hide them."""
        self.docks.arrange(not self.docks.arranging)
        if self.docks.arranging:
            self.notices.withdraw(HOW_TO_DRAG)
            self.notices.say(ARRANGING, lasting=True)
        else:
            self.notices.withdraw(ARRANGING)

    def float_active(self) -> None:
        """Give the panel used last a window of its own, or end that."""
        active = self.workbench.active
        if active:
            self.docks.fill("")
            if self.docks.is_floating(active):
                self.docks.dock_again(active)
            else:
                self.docks.float_panel(active)
            panel = self.workbench.panel(active)
            panel.activateWindow()
            panel.setFocus()
            self.workbench.take_focus(active)

    def next_link(self) -> None:
        """Have the panel used last follow the next colour."""
        active = self.workbench.active
        if active:
            at = LINKS.index(self.workbench.link(active))
            self.workbench.set_link(active, LINKS[(at + 1) % len(LINKS)])

    def close_active(self) -> None:
        """Close the panel used last."""
        if self.workbench.active:
            self.workbench.close_panel(self.workbench.active)
            self._focus_panel()

    def add_panel(self, kind: str) -> None:
        """Open one more panel of a kind."""
        before = self._timeframe()
        panel_id = self.workbench.new_panel(kind)
        panel = self.workbench.panel(panel_id)
        if isinstance(panel, TakesTimeframe):
            panel.pick_timeframe(before or name_of(self._layout.timeframe))

    def show_default(self) -> None:
        """The first layout again."""
        self.docks.fill("")
        self.workbench.show_default(self.workbench.current or self._first_instrument)
        self._first_layout = not self.isVisible()

    def open_menu(self) -> None:
        """The menu of the panel used last."""
        active = self.workbench.active
        if active:
            header = self.workbench.panel(active).header
            at = header.mapToGlobal(QPoint(header.width() - 40, header.height()))
            self._show_menu(active, at)

    def export_active(self) -> None:
        """Export the panel used last."""
        if self._open_export is not None and self.workbench.active:
            self._open_export(self.workbench.panel(self.workbench.active))

    def toggle_recording(self) -> None:
        """Record what the window speaks of, or stop."""
        if self.workbench.current and self.program.replay is None:
            self.program.toggle_recording(self.workbench.current)

    def retry_now(self) -> None:
        """Try the venue at once."""
        self.feed_card.retry_now()

    def toggle_theme(self) -> None:
        """Dark becomes light, light dark."""
        theme = "light" if self._surroundings.theme.name == "dark" else "dark"
        self._change_appearance(theme=theme)

    def toggle_zone(self) -> None:
        """UTC becomes local time, and back."""
        self._change_appearance(time_zone="local" if self._surroundings.utc else "utc")

    def put_away(self) -> None:
        """Close what is on top: the palette, a card, a notice, or the panel that fills."""
        if not self.palette_card.isHidden():
            self.palette_card.close_palette()
            return
        for card in self.ground.findChildren(Card):
            if not card.isHidden():
                card.close_card()
                return
        if not self.notices.dismiss() and self.docks.filled:
            self.toggle_fill()

    def quit(self) -> None:
        """Leave."""
        self.close()

    def set_surroundings(self, surroundings: Surroundings) -> None:
        """Take another theme or zone, everywhere."""
        self._surroundings = surroundings = self._as_recorded(surroundings)
        theme, utc = surroundings.theme, surroundings.utc
        for painted in (
            self.band, self.top, self.strip, self.notices, self.palette_card, self.keys,
            self.docks.empty,
        ):  # fmt: skip
            painted.set_theme(theme)
        for bar in (self.replay_bar, self.status, self.feed_card):
            bar.set_look(theme, utc=utc)
        self._apply_style()
        self.workbench.set_surroundings(surroundings)

    # The workspace file.

    def current_layout(self) -> Layout:
        """How all stands now, for the workspace file; after closing, how it stood then."""
        if self._closed_with is not None:
            return self._closed_with
        window = WindowLayout(
            geometry=geometry_of(self.window()),
            panels=self.workbench.layouts(),
            filled_by=self.docks.filled,
        ).with_docking(self.docks.state())
        timeframe = TIMEFRAMES.get(self._timeframe(), self._layout.timeframe)
        return Layout(
            windows=(window, *self._layout.windows[1:]),
            links=dict(self.workbench.links),
            timeframe=timeframe,
        )

    def kinds_offered(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Every kind of panel: its id, its title and the keys that add one."""
        return tuple(
            (kind, panel.title, (f"Ctrl+Alt+{number}",) if number <= len("123456789") else ())
            for number, (kind, panel) in enumerate(self.workbench.kinds.items(), 1)
        )

    # Inside.

    def _restore(self, layout: Layout) -> None:
        window = layout.windows[0] if layout.windows else WindowLayout()
        stand(self, window.geometry)
        self.workbench.links = dict(layout.links)
        if not layout.windows:
            self.show_default()
            if self.program.badge(self.workbench.current) == "DEMO":
                self.notices.greet(WELCOME)
            return
        if not window.panels:  # All were closed: so it stands again.
            self.workbench.pick(layout.links.get(FIRST_LINK) or self._first_instrument)
            return
        for panel in window.panels:
            self.workbench.open_panel(panel)
        if not self.docks.restore(window.docking_state()):
            self.notices.say(
                Alarm("The saved places of the panels could not be read; the first ones hold.")
            )
            self.show_default()
            return
        for panel_id in self.workbench.ids():
            if not self.docks.is_placed(panel_id):
                self.docks.place_right(panel_id, share=25)
        if window.filled_by in self.workbench.ids():
            self.docks.fill(window.filled_by)
        self.workbench.take_focus(window.filled_by or self.workbench.active)
        if not self.workbench.current:
            self.workbench.pick(self._first_instrument)
        self._focus_panel()

    def _current_changed(self) -> None:
        instrument = self.workbench.current
        market = self.program.watch(instrument)
        if self._watched:
            self.program.release(self._watched)
        self._watched = instrument
        self.top.watch(instrument, market)
        self.status.watch(instrument, market)
        self.feed_card.watch(instrument, market)
        self.strip.show_current(instrument)
        self.palette_card.show_current(instrument)
        self.band.show_badge(self.program.badge(instrument))
        self.setWindowTitle(f"{plain(instrument.partition(':')[2], 60)} — Depthscope")

    def _drag_tried(self) -> None:
        if not self.docks.arranging:
            self.notices.say(HOW_TO_DRAG)

    def _show_menu(self, panel_id: str, at: QPoint) -> None:
        bench = self.workbench
        bench.take_focus(panel_id)
        deeds = PanelDeeds(
            fill=lambda: bench.toggle_fill(panel_id),
            float_it=self.float_active,
            close=self.close_active,
            link=lambda link: bench.set_link(panel_id, link),
            add=[
                (title, lambda kind=kind: self.add_panel(kind))  # type: ignore[misc]
                for kind, title, _ in self.kinds_offered()
            ],
            export=self.export_active if self.can_export else None,
            filled=self.docks.filled == panel_id,
        )
        panel = bench.panel(panel_id)
        menu = panel_menu(panel, bench.link(panel_id), deeds, self._surroundings.theme, self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _timed_panel(self) -> TakesTimeframe | None:
        """The panel with a timeframe used last."""
        active = self.workbench.active
        first = (self.workbench.panel(active),) if active else ()
        return timed((*first, *self.workbench.panels()))

    def _timeframe(self) -> str:
        panel = self._timed_panel()
        return "" if panel is None else panel.timeframe

    def _change_appearance(self, **changes: object) -> None:
        settings = self.program.settings
        appearance = msgspec.structs.replace(settings.appearance, **changes)
        self._change(msgspec.structs.replace(settings, appearance=appearance))
        self._settings_changed()

    def _change(self, settings: Settings) -> None:
        self.program.change_settings(settings)
        self.strip.show_current(self.workbench.current)

    def _settings_changed(self) -> None:
        self.clock.set_fps(self.program.settings.appearance.frames_per_second)
        self.strip.show_current(self.workbench.current)
        if self._renew is not None:
            self.set_surroundings(self._renew())

    def _as_recorded(self, surroundings: Surroundings) -> Surroundings:
        """Told of a recording, with its beginning where its clock tells no dates."""
        replay = self.program.replay
        if replay is None:
            return surroundings
        return replace(surroundings, since=replay.since, replay=True)

    def _apply_style(self) -> None:
        theme = self._surroundings.theme
        self.setFont(font())
        self.setPalette(theme.palette())
        self.setStyleSheet(stylesheet(theme))

    def _focus_panel(self) -> None:
        if self.workbench.active:
            self.workbench.panel(self.workbench.active).setFocus()
        else:
            self.setFocus()

    def _take_key(self, event: QKeyEvent) -> bool:
        if run_pressed(self.commands, event):
            return True
        held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if event.text().isalpha() and held is Qt.KeyboardModifier.NoModifier:
            self.palette_card.open_with(event.text())
            return True
        return False

    # Qt's own.

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self._take_key(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keys that a floating panel leaves are the window's."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.keys.setGeometry(self.ground.rect())
        self.palette_card.place()
        for card in self.ground.findChildren(Card):
            if not card.isHidden():
                card.place()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._first_layout:
            # Proportions need a size, and only now there is one.
            self._first_layout = False
            self._column.activate()
            self.workbench.divide_default()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self._closed_with is None:
            self._closed_with = self.current_layout()
            self.clock.remove(self)
            self.docks.hide_floating()
            self.program.quit()
        event.accept()
