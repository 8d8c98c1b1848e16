"""The bar on top: which instrument, its price and day, timeframes, the verdict, Rec and Export."""

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.theme import Theme
from monitor.gui.window.chip import Chip, ChipLook, chip_width
from monitor.gui.window.program import Program, RecordingState
from monitor.gui.window.sizes import bytes_words
from monitor.gui.window.timeframe_chips import TimeframeChips
from monitor.gui.window.top_parts import DayText, PriceText, SymbolButton
from monitor.gui.window.verdict_words import pill_look, verdict_words
from monitor.market.market import Market
from monitor.model.time import MS, SECOND

HEIGHT = 44
GAP = 8
LEFT, RIGHT = 6, 8
SLOWLY = 250 * MS
ASK_STATS_EVERY = 10 * SECOND
PILL_PX, BRIEF_PILL_PX = 330, 150


class Room(NamedTuple):
    """What there is room for, beside what is always there."""

    hint: bool = True
    venue: bool = True
    volume: bool = True
    chips: bool = True
    proof: bool = True
    export: bool = True
    change: bool = True


ROOMS = tuple(Room(*(step > gone for step in range(len(Room._fields)))) for gone in range(-1, 7))
"""From a wide window to a narrow one: names and hints go before numbers, the change goes last."""


class TopBar(QWidget):
    """One row of 44 px. What doesn't fit a narrow window steps aside, the least needed first."""

    palette_wanted = Signal()
    timeframe_picked = Signal(str)
    card_wanted = Signal()
    record_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, program: Program, theme: Theme, *, can_export: bool) -> None:
        super().__init__()
        self._program, self._theme = program, theme
        self._market: Market | None = None
        self._instrument = ""
        self._said: tuple[str, ...] = ()
        self._slow = self._asked = -1
        self._room = Room()
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.symbol = SymbolButton(theme)
        self.price = PriceText(theme)
        self.day = DayText(theme)
        self.timeframes = TimeframeChips(theme, self)
        self.pill = Chip(theme, pill_look(theme, None, None, 0), widest=PILL_PX)
        self.record = Chip(theme, record_look(theme, None))
        self.export = Chip(theme, export_look(theme))
        self.export.setVisible(can_export)
        self._can_export = can_export
        self._lay_out()
        self._connect()

    def watch(self, instrument: str, market: Market | None) -> None:
        """Speak of another instrument."""
        self._instrument, self._market = instrument, market
        self._slow = self._asked = -1
        self.price.forget()

    def show_timeframe(self, name: str) -> None:
        """Mark the timeframe of the price panel used last; empty for none."""
        self.timeframes.show_picked(name)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for part in (self.symbol, self.price, self.day, self.timeframes):
            part.set_theme(theme)
        for chip in (self.pill, self.record, self.export):
            chip.set_theme(theme)
        self.export.show_look(export_look(theme, hint=self._room.hint))
        self._slow = -1
        self.update()

    def frame(self, now: int, told: int | None = None) -> bool:
        """Bring all up to date; True where something was drawn.

        ``now`` is monotonic ns, ``told`` what verdicts go by where that is another time.
        """
        told = now if told is None else told
        market, replay = self._market, self._program.replay
        verdict = None if market is None else market.verdict(told)
        believed = verdict is not None and verdict.state in BELIEVED
        changed = self.price.show_price(market, believed=believed)
        # The panels' headers tell a change at once, and an age; no two may differ.
        said = () if verdict is None else (verdict.state, verdict_words(verdict, told, replay))
        if now // SLOWLY == self._slow and said == self._said:
            return changed
        self._slow, self._said = now // SLOWLY, said
        figures = self._program.figures(self._instrument) if self._instrument else None
        self.pill.show_look(pill_look(self._theme, verdict, figures, told, replay))
        self.symbol.show_instrument(market, self._program)
        self.day.show_day(market, believed=believed)
        self._show_recording()
        if market is not None and now - self._asked > ASK_STATS_EVERY:
            self._asked = now
            if market.day_stats is None:
                self._program.ask_stats([self._instrument])
        self._fit()
        return True

    def _show_recording(self) -> None:
        state = self._program.recording(self._instrument) if self._instrument else None
        self.record.show_look(record_look(self._theme, state))
        self.record.setVisible(self._program.replay is None)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(LEFT, 0, RIGHT, 1)
        row.setSpacing(GAP)
        for part in (self.symbol, self.price, self.day, self.timeframes):
            row.addWidget(part)
        row.addStretch(1)
        for button in (self.pill, self.record, self.export):
            row.addWidget(button)

    def _connect(self) -> None:
        self.symbol.clicked.connect(self.palette_wanted)
        self.timeframes.picked.connect(self.timeframe_picked)
        self.pill.clicked.connect(self.card_wanted)
        self.record.clicked.connect(self.record_wanted)
        self.export.clicked.connect(self.export_wanted)

    def _fit(self) -> None:
        """Let what is least needed step aside until the rest fits."""
        wide = self.width() - LEFT - RIGHT
        room = next((one for one in ROOMS if self._width_in(one) <= wide), ROOMS[-1])
        self._room = room
        self.symbol.show_venue(shown=room.venue)
        self.day.set_mode(2 if room.volume else 1 if room.change else 0)
        self.timeframes.show_all(shown=room.chips)
        self.pill.show_brief(brief=not room.proof, widest=PILL_PX if room.proof else BRIEF_PILL_PX)
        self.export.show_look(export_look(self._theme, hint=room.hint))
        self.export.setVisible(self._can_export and room.export)

    def _width_in(self, room: Room) -> int:
        """The pixels all take in a room."""
        pill = chip_width(self.pill.look(), brief=not room.proof)
        widths = [
            self.symbol.width_in(venue=room.venue),
            self.price.sizeHint().width(),
            self.day.width_in(2 if room.volume else 1 if room.change else 0),
            self.timeframes.width_in(every=room.chips),
            min(pill, PILL_PX if room.proof else BRIEF_PILL_PX),
        ]
        if not self.record.isHidden():
            widths.append(self.record.sizeHint().width())
        if self._can_export and room.export:
            widths.append(chip_width(export_look(self._theme, hint=room.hint)))
        # Between the parts, and on both sides of what stretches.
        return sum(widths) + GAP * len(widths)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        p.fillRect(self.rect(), self._theme.panel)
        p.fillRect(0, self.height() - 1, self.width(), 1, self._theme.hairline)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._fit()


def export_look(theme: Theme, *, hint: bool = True) -> ChipLook:
    """The Export button, with its key where there is room."""
    return ChipLook("Export", "Ctrl+E" if hint else "", edge=theme.hairline)


def record_look(theme: Theme, state: RecordingState | None) -> ChipLook:
    """The Rec button: a dot, and what is written while it runs."""
    if state is None:
        return ChipLook("Rec", dot=theme.bad, edge=theme.hairline)
    if state.trouble:
        return ChipLook("Rec stopped", dot=theme.bad, ink=theme.bad, edge=theme.bad)
    size = bytes_words(state.bytes_written)
    return ChipLook("Rec", size, dot=theme.bad, ink=theme.bad, edge=theme.bad, strong=True)
