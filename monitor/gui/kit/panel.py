"""What every panel is: a title, a market to look at, and a body drawn at the clock's pace."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QKeyCombination, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from monitor.export.table import Table
from monitor.gui.kit.panel_header import PanelHeader
from monitor.gui.kit.theme import Theme
from monitor.market.market import Market
from monitor.model.streams import StreamKind
from monitor.model.verdict import State, Verdict

BELIEVED = (State.LIVE, State.UNPROVEN)
"""States in which what came last may be shown at full strength."""


@dataclass
class Surroundings:
    """What a panel is given by the program: its looks, and ways to ask for more.

    ``utc`` tells which zone times are shown in. ``ask_candles(instrument, interval_ns,
    end_ns, limit)`` fetches the past; its answer arrives in the market. ``wall_clock``
    gives ns UTC as the market sees it (recorded time while replaying). ``since`` is the
    beginning of a recording whose clock tells no dates; None where it does. ``replay``
    says that a recording is shown.
    """

    theme: Theme
    utc: bool
    ask_candles: Callable[[str, int, int, int], None]
    wall_clock: Callable[[], int]
    since: int | None = None
    replay: bool = False


@dataclass(frozen=True)
class Action:
    """Something a panel can do, with its key; shown in the menu, the palette and the overlay.

    A panel that has the focus runs it on its key by itself.
    """

    name: str
    key: str
    run: Callable[[], None]
    checked: Callable[[], bool] | None = None
    group: str = ""
    """In the menu a line parts it from those of other groups."""
    submenu: str = ""
    """The name of the menu within the menu it stands in; empty for the menu itself."""


class Panel(QWidget):
    """One view of one market.

    A panel draws when the frame clock asks it to, and then only if its market's
    version, the verdict's words or its own settings changed. A panel computes nothing
    of the market: studies do. Nothing here is called per message.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[StreamKind, ...]]
    most_fps: ClassVar[int] = 0
    """It is drawn so often a second at most; 0 is at every frame."""

    menu_wanted = Signal(object)
    """The user asked for this panel's menu; carries the global position."""
    maximise_wanted = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surroundings = surroundings
        self.market: Market | None = None
        self.verdict: Verdict | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.title)
        self.header = PanelHeader(self.title, surroundings.theme, self)
        self.header.menu_wanted.connect(self.menu_wanted)
        self.header.maximise_wanted.connect(self.maximise_wanted)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self._drawn: tuple[object, ...] = ()
        self._dirty = True

    @property
    def theme(self) -> Theme:
        """The colours now in use."""
        return self.surroundings.theme

    @property
    def believed(self) -> bool:
        """True where the market may be shown at full strength; else its numbers are grey."""
        return self.verdict is not None and self.verdict.state in BELIEVED

    def set_body(self, body: QWidget) -> None:
        """Put the drawing below the header; called once by each panel."""
        self._column.addWidget(body, 1)
        self.setFocusProxy(body)

    def watch(self, market: Market | None) -> None:
        """Look at another market, or at none."""
        self.market = market
        self.verdict = None
        self.market_changed()
        self.mark_changed()

    def mark_changed(self) -> None:
        """Have the next frame draw, whatever the market's version."""
        self._dirty = True

    def frame(self, now: int) -> bool:
        """Draw if visible and changed; True if drawn. ``now`` is monotonic ns."""
        if not self.isVisible():
            return False
        market = self.market
        self.verdict = None if market is None else market.verdict(now)
        state = self.state_drawn(now)
        if state == self._drawn and not self._dirty:
            return False
        self._drawn, self._dirty = state, False
        self.header.show_verdict(self.verdict, now)
        self.draw(now)
        return True

    def state_drawn(self, now: int) -> tuple[object, ...]:
        """What the picture depends on; a panel with more (a pointer, a clock) adds it."""
        if self.market is None or self.verdict is None:
            return ()
        return (self.market.version, self.verdict.state, self.verdict.words(now))

    def set_surroundings(self, surroundings: Surroundings) -> None:
        """Take another theme or zone."""
        self.surroundings = surroundings
        self.header.set_theme(surroundings.theme)
        self.theme_changed()
        self.mark_changed()

    # What each panel says for itself.

    @abstractmethod
    def draw(self, now: int) -> None:
        """Bring the body up to date with the market."""

    @abstractmethod
    def paint_body(self, painter: QPainter, area: QRectF) -> None:
        """Paint the body into ``area`` of any painter: a picture, SVG or PDF; text as text."""

    @abstractmethod
    def table(self) -> Table:
        """The data behind the picture, exact."""

    def span_shown(self) -> tuple[int, int] | None:
        """The time of the data in sight (ns UTC), not the axis's; None where it is one moment."""
        return None

    def actions_offered(self) -> tuple[Action, ...]:
        """What the user can do here beyond what every panel offers."""
        return ()

    def market_changed(self) -> None:
        """``watch`` gave another market; forget what belonged to the old one."""

    def theme_changed(self) -> None:
        """The theme or the zone changed."""

    def settings(self) -> dict[str, Any]:
        """What the user chose here, for the workspace file."""
        return {}

    def settings_shown(self) -> dict[str, Any]:
        """What draws this very picture again: the settings, and what was not chosen but suited."""
        return self.settings()

    def restore(self, settings: dict[str, Any]) -> None:
        """Take back what ``settings`` gave; unknown or broken values are left aside."""

    # Qt's own.

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            event.ignore()  # That key is a command of the window's: it would open a second one.
        else:
            self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        pressed = _spellings(event)
        for action in self.actions_offered():
            if action.key and QKeySequence(action.key) in pressed:
                action.run()
                return
        super().keyPressEvent(event)


def _spellings(event: QKeyEvent) -> tuple[QKeySequence, ...]:
    """What was pressed, as an action may spell it: a sign that takes Shift is that sign."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    spelt = QKeySequence(QKeyCombination(held, Qt.Key(event.key())))
    if event.text().isprintable() and event.text() and not event.text().isalpha():
        bare = held & ~Qt.KeyboardModifier.ShiftModifier
        return spelt, QKeySequence(QKeyCombination(bare, Qt.Key(event.key())))
    return (spelt,)
