"""The palette: type a few letters, see the instruments they may mean, press Enter."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from monitor.gui.kit.text import plain_label
from monitor.gui.kit.theme import Theme
from monitor.gui.window.command import Command
from monitor.gui.window.feed_belief import FeedBelief
from monitor.gui.window.palette_rows import (
    CommandRow,
    InstrumentRow,
    NoMatchRow,
    Row,
    RowSource,
    VenueRow,
    command_rows,
)
from monitor.gui.window.program import Program
from monitor.gui.window.row_list import RowList
from monitor.gui.window.row_painter import ROW_PX, RowPainter
from monitor.model.time import MS, SECOND

WIDTH = 660
ROWS = 13
ASK_EVERY = 10 * SECOND
OFTEN = 200 * MS
GONE = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason)
HINT = "Enter picks · * stars · a digit picks the timeframe · > lists commands · Esc closes"
COMMAND_HINT = "Enter does it · Esc closes"
TRYING = "Trying "
NOTHING = "Nothing fits. Try a symbol, a coin's name, or a venue's."


class SymbolPalette(QFrame):
    """Keys: arrows, PageUp and PageDown move, Enter picks, Esc closes, * or Ctrl+D stars.

    ``digit_pressed`` carries a digit typed before any text.
    """

    picked = Signal(str)
    star_pressed = Signal(str)
    digit_pressed = Signal(int)
    closed = Signal()

    def __init__(
        self,
        program: Program,
        theme: Theme,
        commands: Callable[[], Sequence[Command]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._ground = parent
        self.setObjectName("card")
        self._program, self._commands = program, commands
        self._source = RowSource(program)
        self._slow = self._asked = -1
        self._state: tuple[object, ...] = ()
        self._asked_for: frozenset[str] = frozenset()
        self.input = QLineEdit(self)
        self.input.setAccessibleName("Find a symbol")
        self.input.setPlaceholderText("Symbol, name or venue")
        self.input.setMaxLength(80)
        belief = FeedBelief(program)
        rows = RowPainter(theme, program.markets, lambda one: belief.holds(one, program.now()))
        self.list = RowList(rows, self)
        self.list.setFixedHeight(ROWS * ROW_PX)
        self.hint: QLabel = plain_label(HINT, self, name="dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        for part, margin in ((self.input, 8), (self.list, 0), (self.hint, 10)):
            holder = QVBoxLayout()
            holder.setContentsMargins(margin, margin // 2 + 2 if margin else 0, margin, margin // 2)
            holder.addWidget(part)
            column.addLayout(holder)
        self.input.textEdited.connect(self._typed)
        self.input.installEventFilter(self)
        self.list.chosen.connect(self._choose)
        self.list.starred.connect(self._star)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.list.set_theme(theme)

    def show_current(self, instrument: str) -> None:
        """List those of this instrument's venue first."""
        self._source.venue = instrument.partition(":")[0]

    def open_with(self, text: str) -> None:
        """Open with a text already typed; ``>`` begins the commands."""
        self._program.list_instruments()
        self._source.refresh(opening=True)
        self.input.setText(text)
        self._typed(text)
        self.place()
        self.show()
        self.raise_()
        self.input.setFocus()
        self.input.setCursorPosition(len(text))

    def place(self) -> None:
        """Stand in the upper middle of the window."""
        parent = self._ground
        width = min(WIDTH, parent.width() - 32)
        room = parent.height() - 90 - 48
        self.list.setFixedHeight(max(4, min(ROWS, (room - 80) // ROW_PX)) * ROW_PX)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((parent.width() - width) // 2, 52)

    def close_palette(self) -> None:
        """Go away; the focus returns to where it was."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def frame(self, now: int) -> bool:
        """Show new figures and venues while open."""
        if now // OFTEN == self._slow:
            return False
        self._slow = now // OFTEN
        if self.isHidden():
            self._source.refresh()  # a list that came is ready before it is wanted
            return False
        text = self.input.text()
        if not text.startswith(">"):
            state = self._source.state()
            if state != self._state:
                self._state = state
                self._show(self._source.instruments(text), keep=True)
            self._ask_figures(now)
        self.list.update()
        return True

    def _ask_figures(self, now: int) -> None:
        """Have the 24 h figures of the rows in sight fetched, now and then."""
        wanted = frozenset(
            row.instrument.id for row in self.list.seen() if isinstance(row, InstrumentRow)
        )
        if wanted and (now - self._asked > ASK_EVERY or not wanted <= self._asked_for):
            self._asked, self._asked_for = now, wanted
            self._program.ask_stats(sorted(wanted))

    def _typed(self, text: str) -> None:
        rows: list[Row]
        if text.startswith(">"):
            rows = command_rows(self._commands(), text[1:])
            self.hint.setText(COMMAND_HINT)
        else:
            rows = self._source.instruments(text)
            self.hint.setText("")
            self._show(rows, keep=False)
            return
        self.list.show_rows(rows)

    def _show(self, rows: Sequence[Row], *, keep: bool) -> None:
        """What was found; a venue that is tried again is spoken of till another text is typed."""
        if not self.hint.text().startswith(TRYING):
            found = bool(rows) and not isinstance(rows[0], NoMatchRow)
            self.hint.setText(HINT if found else NOTHING)
        self.list.show_rows(rows, keep=keep)

    def _choose(self, number: int) -> None:
        if not self.list.rows:
            return
        row = self.list.rows[number]
        if isinstance(row, InstrumentRow):
            self.close_palette()
            self.picked.emit(row.instrument.id)
        elif isinstance(row, CommandRow) and row.command.possible():
            self.close_palette()
            row.command.run()
        elif isinstance(row, VenueRow) and row.trouble:
            self.hint.setText(f"{TRYING}{row.venue} again …")
            self._program.retry_now(row.id)

    def _star(self, number: int) -> None:
        if not self.list.rows:
            return
        row = self.list.rows[number]
        if isinstance(row, InstrumentRow):
            self.star_pressed.emit(row.instrument.id)
            self.list.show_rows(self._source.instruments(self.input.text()), keep=True)

    def _pressed(self, event: QKeyEvent) -> bool:
        key, rows = Qt.Key(event.key()), self.list
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -rows.in_sight(),
            Qt.Key.Key_PageDown: rows.in_sight(),
        }
        starred = event.text() == "*" or (
            key is Qt.Key.Key_D and event.modifiers() is Qt.KeyboardModifier.ControlModifier
        )
        if key in steps:
            rows.select(rows.selected + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(rows.selected)
        elif key is Qt.Key.Key_Escape:
            self.close_palette()
        elif starred:
            self._star(rows.selected)
        elif not self.input.text() and event.text() in tuple("123456789"):
            self.close_palette()
            self.digit_pressed.emit(int(event.text()))
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is not self.input:
            return False
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() in GONE:
            self.close_palette()
        return False
