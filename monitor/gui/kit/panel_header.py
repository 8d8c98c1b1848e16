"""The 28 px strip above a panel: its title, what it shows, read-outs and the menu."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.theme import Theme
from monitor.model.verdict import State, Verdict

HEIGHT = 28
MARGIN = 10
GAP = 8
MENU_WIDTH = 28
SLACK = 2
"""Pixels by which a text may be wider where it is painted than where it was measured."""
PART = " · "
"""Stands between the parts of a detail."""
READOUT_MS = 100
"""Figures are painted anew no more often: no eye reads them faster."""


class PanelHeader(QWidget):
    """Painted, not built of labels: venue text never meets a widget that reads HTML."""

    menu_wanted = Signal(object)
    maximise_wanted = Signal()
    drag_tried = Signal()

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._theme = title, theme
        self._detail = self._readout = self._badge = self._instrument = ""
        self._figures: Callable[[], str] | None = None
        self._pressed: QPoint | None = None
        self._wordings: tuple[str, ...] = ()
        self._link: QColor | None = None
        self._badge_colour = theme.dim
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(READOUT_MS)
        self._later.timeout.connect(self._catch_up)
        self._behind = False
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{title}: menu")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_detail(self, detail: str) -> None:
        """Say what the panel shows, in dim text behind the title."""
        if detail != self._detail:
            self._detail = detail
            self.update()

    def show_readout(self, readout: str) -> None:
        """Say figures at the right end."""
        self._figures = None
        if readout != self._readout:
            self._readout = readout
            self._update_in_time()

    def show_figures(self, figures: Callable[[], str]) -> None:
        """Say figures that cost something: they are asked for when they are painted."""
        self._figures = figures
        self._update_in_time()

    def show_link(self, colour: QColor | None) -> None:
        """Mark the group the panel follows by a colour; None for a panel that follows none."""
        if colour != self._link:
            self._link = colour
            self.update()

    def show_instrument(self, instrument: str) -> None:
        """Name the instrument, where it isn't the one the window speaks of."""
        if instrument != self._instrument:
            self._instrument = instrument
            self.update()

    def show_verdict(self, verdict: Verdict | None, now: int) -> None:
        """A badge where the panel can't be believed; nothing while it can."""
        wordings: tuple[str, ...] = ()
        colour = self._theme.dim
        if verdict is not None and verdict.state not in (State.LIVE, State.UNPROVEN):
            wordings = _wordings(verdict, now)
            calm = (State.CONNECTING, State.SYNCING, State.CLOSED, State.HALTED)
            colour = self._theme.warn if verdict.state in calm else self._theme.bad
        if (wordings, colour) != (self._wordings, self._badge_colour):
            self._wordings, self._badge_colour = wordings, colour
            self._badge = wordings[0] if wordings else ""
            self.setAccessibleDescription(self._badge)
            self.update()

    def badge_shown(self, room: int) -> str:
        """The badge in the most words that ``room`` px hold whole, else in the fewest."""
        metrics = QFontMetrics(font(TEXT_PX, strong=True))
        wide = room - SLACK
        fitting = (words for words in self._wordings if metrics.horizontalAdvance(words) <= wide)
        return next(fitting, self._wordings[-1] if self._wordings else "")

    def detail_shown(self, room: int) -> str:
        """As many parts of the detail as ``room`` px hold whole: a word cut off tells nothing."""
        metrics = QFontMetrics(font(SMALL_PX))
        parts = self._detail.split(PART)
        while parts and metrics.horizontalAdvance(PART.join(parts)) > room - SLACK:
            parts.pop()
        return PART.join(parts)

    def paint(self, painter: QPainter, area: QRect, *, menu: bool = True) -> None:
        """Paint the strip anywhere; a picture that is exported has no menu."""
        if self._figures is not None:
            self._readout, self._figures = self._figures(), None
        theme = self._theme
        painter.fillRect(area, theme.panel)
        painter.fillRect(area.adjusted(0, area.height() - 1, 0, 0), theme.hairline)
        right = area.right() - (MENU_WIDTH if menu else MARGIN)
        left = self._text(
            painter, area.left() + MARGIN, right, self._title, theme.text, strong=True
        )
        if menu and self._link is not None:
            painter.fillRect(area.left(), area.top() + 8, 3, area.height() - 16, self._link)
        left = self._text(painter, left, right, self._instrument, theme.text)
        badge = self.badge_shown(right - left)
        left = self._text(painter, left, right, badge, self._badge_colour, strong=True)
        left = self._text(painter, left, right, self.detail_shown(right - left), theme.dim)
        painter.setFont(font(SMALL_PX))
        painter.setPen(theme.dim)
        if painter.fontMetrics().horizontalAdvance(self._readout) <= right - left:
            rect = QRect(left, area.top(), right - left, area.height())
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(rect, int(flags), self._readout)
        if menu:
            self._paint_menu(painter, area)

    def _update_in_time(self) -> None:
        """At once after a pause, so that header and body show the same moment; else soon."""
        if self._later.isActive():
            self._behind = True
        else:
            self.update()
            self._later.start()

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self._update_in_time()

    def _text(
        self,
        painter: QPainter,
        left: int,
        right: int,
        text: str,
        colour: QColor,
        *,
        strong: bool = False,
    ) -> int:
        if not text or right <= left:
            return left
        painter.setFont(font(TEXT_PX if strong else SMALL_PX, strong=strong))
        painter.setPen(colour)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, right - left)
        rect = QRect(left, 0, right - left, HEIGHT)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)
        return left + painter.fontMetrics().horizontalAdvance(shown) + GAP

    def _paint_menu(self, painter: QPainter, area: QRect) -> None:
        colour = self._theme.accent if self.hasFocus() else self._theme.dim
        middle = area.center().y()
        for step in (-4, 0, 4):
            painter.fillRect(area.right() - 18 + step, middle, 2, 2, colour)
        if self.hasFocus():
            painter.setPen(self._theme.accent)
            painter.drawRect(area.adjusted(0, 0, -1, -2))

    # Qt's own.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        self.paint(painter, self.rect())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at_menu = event.position().x() >= self.width() - MENU_WIDTH
        if at_menu or event.button() is Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.globalPosition().toPoint())
        elif event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        moved = 0
        if self._pressed is not None:
            moved = (event.position().toPoint() - self._pressed).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed = None
            self.drag_tried.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.maximise_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Menu):
            self.menu_wanted.emit(self.mapToGlobal(QPoint(self.width() - MENU_WIDTH, HEIGHT)))
        else:
            super().keyPressEvent(event)


def _wordings(verdict: Verdict, now: int) -> tuple[str, ...]:
    """The same state in fewer and fewer words; the pill tells the reason in any case."""
    state, words = verdict.state.value, verdict.words(now)
    if verdict.state is State.DOWN and verdict.next_try:
        wait = f"in {verdict.wait_s(now):.0f} s"
        return words, f"{state} next try {wait}", f"{state} try {wait}", state
    return words, words.partition(" (")[0], words.replace(", data ", ", "), state
