"""The panels of the window: opened, closed, linked by colour, and what each looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget

from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.window.absent_panel import AbsentPanel
from monitor.gui.window.docks import Docks
from monitor.gui.window.program import Program
from monitor.workspace.layout import LinkGroup, PanelLayout

LINKS: tuple[LinkGroup, ...] = get_args(LinkGroup)
FIRST_LINK: LinkGroup = "amber"
ORDER = ("price", "depth", "ladder", "tape")
"""The kinds of the first layout, in the order they are opened."""
LADDER_PX, TAPE_PX = 240, 236
"""Their widths in the first layout."""


@dataclass
class _Place:
    panel: Panel
    instrument: str
    link: LinkGroup


class Workbench(QObject):
    """Opens and closes panels and hands each its market.

    ``links`` tells which instrument each colour follows. ``current`` is the instrument
    the window speaks of: that of the panel used last.
    """

    menu_wanted = Signal(str, object)
    current_changed = Signal()
    drag_tried = Signal()

    def __init__(
        self,
        program: Program,
        kinds: Mapping[str, type[Panel]],
        surroundings: Surroundings,
        clock: FrameClock,
        docks: Docks,
    ) -> None:
        super().__init__(docks)
        self.kinds = kinds
        self.links: dict[str, str] = {}
        self.current = ""
        self._program, self._clock, self._docks = program, clock, docks
        self._surroundings = surroundings
        self._places: dict[str, _Place] = {}
        self._last = ""
        docks.closed.connect(self.close_panel)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_changed)

    # Looking.

    def ids(self) -> tuple[str, ...]:
        """Every panel, in the order they were opened."""
        return tuple(self._places)

    def panel(self, panel_id: str) -> Panel:
        """A panel by its id."""
        return self._places[panel_id].panel

    def panels(self) -> tuple[Panel, ...]:
        """All of them."""
        return tuple(place.panel for place in self._places.values())

    def instrument(self, panel_id: str) -> str:
        """What a panel looks at; empty for nothing."""
        return self._places[panel_id].instrument

    def link(self, panel_id: str) -> LinkGroup:
        """The colour a panel follows; empty for none."""
        return self._places[panel_id].link

    @property
    def active(self) -> str:
        """The panel used last; empty where there is none."""
        return self._last if self._last in self._places else next(iter(self._places), "")

    # Opening and closing.

    def open_panel(self, layout: PanelLayout) -> Panel:
        """Make a panel and take it into the docks; the caller places it."""
        kind = self.kinds.get(layout.kind)
        if kind is None:
            panel: Panel = AbsentPanel(self._surroundings, layout.kind, layout.settings)
        else:
            panel = kind(self._surroundings)
            panel.restore(layout.settings)
        panel.setObjectName(layout.id)
        place = self._places[layout.id] = _Place(panel, "", layout.link)
        self._docks.make(layout.id, panel.title, panel)
        panel.menu_wanted.connect(lambda at: self.menu_wanted.emit(layout.id, at))
        panel.header.drag_tried.connect(self.drag_tried)
        panel.maximise_wanted.connect(lambda: self.toggle_fill(layout.id))
        self._clock.add(panel, panel.most_fps)
        wanted = self.links.get(layout.link, "") if layout.link else ""
        self._look_at(place, wanted or layout.instrument)
        self._mark(place)
        return panel

    def new_panel(self, kind: str) -> str:
        """Open one more of a kind beside the others, linked as the active one; gives its id."""
        beside = self.active
        link = self._places[beside].link if beside else FIRST_LINK
        panel_id = self._free_id(kind)
        self._docks.fill("")
        self.open_panel(PanelLayout(id=panel_id, kind=kind, instrument=self.current, link=link))
        self._docks.place_right(panel_id, share=25)
        self.panel(panel_id).setFocus()
        self._last = panel_id
        return panel_id

    def close_panel(self, panel_id: str) -> None:
        """Let a panel go, and its market with it."""
        place = self._places.pop(panel_id, None)
        if place is None:
            return
        self._clock.remove(place.panel)
        if place.instrument:
            self._program.release(place.instrument)
        self._docks.remove(panel_id)
        place.panel.deleteLater()

    def close_all(self) -> None:
        """Let all panels go."""
        for panel_id in self.ids():
            self.close_panel(panel_id)

    def toggle_fill(self, panel_id: str) -> None:
        """Let a panel fill the window, or return to its place."""
        self._docks.fill("" if self._docks.filled == panel_id else panel_id)
        self.panel(panel_id).setFocus()

    # Picking and linking.

    def pick(self, instrument: str) -> None:
        """Show an instrument in the active panel, and in all that follow its colour."""
        active = self._places.get(self.active)
        link = active.link if active is not None else FIRST_LINK
        if link:
            self.links[link] = instrument
        for place in self._places.values():
            if place is active or (link and place.link == link):
                self._look_at(place, instrument)
        self._take_current(instrument)

    def set_link(self, panel_id: str, link: LinkGroup) -> None:
        """Have a panel follow a colour, or none."""
        place = self._places[panel_id]
        place.link = link
        if link:
            self._look_at(place, self.links.setdefault(link, place.instrument))
        self._mark(place)
        if panel_id == self.active:
            self._take_current(place.instrument)

    def focus_next(self, step: int) -> None:
        """Go to the next panel that can be seen."""
        seen = [panel_id for panel_id, place in self._places.items() if place.panel.isVisible()]
        if not seen:
            return
        at = seen.index(self.active) if self.active in seen else -step
        chosen = seen[(at + step) % len(seen)]
        self.panel(chosen).activateWindow()
        self.panel(chosen).setFocus()
        self._last = chosen
        self._take_current(self._places[chosen].instrument)

    def set_surroundings(self, surroundings: Surroundings) -> None:
        """Hand another theme or zone to every panel."""
        self._surroundings = surroundings
        for place in self._places.values():
            place.panel.set_surroundings(surroundings)
            self._mark(place)

    # The workspace file.

    def layouts(self) -> tuple[PanelLayout, ...]:
        """Every panel as the workspace file holds it."""
        return tuple(
            PanelLayout(
                id=panel_id,
                kind=place.panel.missing
                if isinstance(place.panel, AbsentPanel)
                else place.panel.kind,
                instrument=place.instrument,
                link=place.link,
                settings=_plain_tree(place.panel.settings()),
            )
            for panel_id, place in self._places.items()
        )

    def show_default(self, instrument: str) -> None:
        """The first layout: price large with depth below it, ladder and tape at the right."""
        self.close_all()
        self.links = {FIRST_LINK: instrument}
        kinds = [kind for kind in ORDER if kind in self.kinds]
        for kind in kinds:
            self.open_panel(
                PanelLayout(id=f"{kind}-1", kind=kind, instrument=instrument, link=FIRST_LINK)
            )
        self._place_default()
        if kinds:
            self._last = f"{kinds[0]}-1"
            self.panel(self._last).setFocus()
        self._take_current(instrument)

    def divide_default(self) -> None:
        """Give the first layout its proportions; called again once the window has its size."""
        charts, columns = self._default_places()
        if charts and columns:
            wide = {"ladder": LADDER_PX, "tape": TAPE_PX}
            widths = [wide.get(self.panel(one).kind, LADDER_PX) for one in columns]
            rest = max(self._docks.width() - sum(widths), 400)
            self._docks.divide(columns[0], [rest, *widths])
        if len(charts) == 2:
            whole = max(self._docks.height(), 400)
            self._docks.divide(charts[0], [whole * 62 // 100, whole * 38 // 100])

    def _place_default(self) -> None:
        charts, columns = self._default_places()
        for panel_id in (*charts[:1], *columns):
            self._docks.place_right(panel_id)
        for chart in charts[1:]:
            self._docks.place_below(chart, charts[0])
        self.divide_default()

    def _default_places(self) -> tuple[list[str], list[str]]:
        """Charts one below the other, then columns beside them."""
        charts: list[str] = [one for one in ("price-1", "depth-1") if one in self._places]
        return charts, [one for one in ("ladder-1", "tape-1") if one in self._places]

    # Inside.

    def _look_at(self, place: _Place, instrument: str) -> None:
        if instrument == place.instrument:
            return
        before, place.instrument = place.instrument, instrument
        place.panel.watch(self._program.watch(instrument) if instrument else None)
        if before:
            self._program.release(before)

    def take_focus(self, panel_id: str) -> None:
        """Count a panel as the one used last."""
        if panel_id in self._places:
            self._last = panel_id
            self._take_current(self._places[panel_id].instrument)

    def _take_current(self, instrument: str) -> None:
        if instrument and instrument != self.current:
            self.current = instrument
            self.current_changed.emit()
        for place in self._places.values():
            self._mark(place)

    def _mark(self, place: _Place) -> None:
        header = place.panel.header
        header.show_link(link_colour(self._surroundings.theme, place.link))
        other = place.instrument if place.instrument != self.current else ""
        header.show_instrument(plain(other.partition(":")[2], 40))

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        for panel_id, place in self._places.items():
            if now is not None and (now is place.panel or place.panel.isAncestorOf(now)):
                self.take_focus(panel_id)
                return

    def _free_id(self, kind: str) -> str:
        number = 1
        while f"{kind}-{number}" in self._places:
            number += 1
        return f"{kind}-{number}"


def link_colour(theme: Theme, link: LinkGroup) -> QColor | None:
    """The mark of a group; None for panels that follow none."""
    colours: dict[str, QColor] = {
        "amber": theme.link_amber,
        "blue": theme.link_blue,
        "green": theme.link_green,
        "purple": theme.link_purple,
        "red": theme.link_red,
    }
    return colours.get(link)


def _plain_tree(settings: dict[str, Any]) -> dict[str, Any]:
    """Only what a file can hold; a panel that gives more loses its settings, not the user's all."""
    try:
        kept: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(settings))
    except (TypeError, ValueError, msgspec.MsgspecError):
        return {}
    return kept
