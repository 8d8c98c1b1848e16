"""The strip at the bottom: how the feed does, what is recorded, and, live, what time it is."""

import math
from datetime import UTC, datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.kit.verdict_colours import ink_of
from monitor.gui.window.program import FeedFigures, Program
from monitor.gui.window.sizes import bytes_words, memory_held
from monitor.gui.window.verdict_words import NO_VERDICT, halt_words, verdict_words
from monitor.market.market import Market
from monitor.model.time import MS, SECOND
from monitor.model.verdict import State
from monitor.studies.number_format import MISSING

HEIGHT = 24
OFTEN = 250 * MS
GAP = 16
Segment = tuple[str, QColor]


class StatusBar(QAbstractButton):
    """One painted row, four times a second; a click opens the counters."""

    def __init__(self, program: Program, clock: FrameClock, theme: Theme) -> None:
        super().__init__()
        self._program, self._clock, self._theme = program, clock, theme
        self._market: Market | None = None
        self._instrument = ""
        self._utc = True
        self._slow, self._said = -1, ""
        self._frames: tuple[int, int] = (0, 0)
        self._rate = 0.0
        self._left: tuple[Segment, ...] = ()
        self._right: tuple[Segment, ...] = ()
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Feed status: opens the counters")

    def watch(self, instrument: str, market: Market | None) -> None:
        """Speak of another instrument."""
        self._instrument, self._market = instrument, market
        self._slow = -1

    def set_look(self, theme: Theme, *, utc: bool) -> None:
        """Take other colours, another zone."""
        self._theme, self._utc, self._slow = theme, utc, -1
        self.update()

    def frame(self, now: int, told: int) -> bool:
        """Bring the row up to date; ``now`` is monotonic ns, ``told`` what verdicts go by."""
        if not self.isVisible():
            return False
        # An age is told at once, as the pill and the panels' headers tell it.
        market, replay = self._market, self._program.replay
        said = "" if market is None else verdict_words(market.verdict(told), told, replay)
        if now // OFTEN == self._slow and said == self._said:
            return False
        self._slow, self._said = now // OFTEN, said
        self._count_frames(now)
        shown = self._left_side(told), self._right_side()
        if shown == (self._left, self._right):
            return False
        self._left, self._right = shown
        self.setAccessibleDescription(self.words())
        self.update()
        return True

    def words(self) -> str:
        """All that is said, as one text."""
        return " · ".join(text for text, _ in (*self._left, *self._right))

    def _count_frames(self, now: int) -> None:
        since, frames = self._frames
        if now - since >= SECOND:
            if since:
                self._rate = (self._clock.frames - frames) * SECOND / (now - since)
            self._frames = (now, self._clock.frames)

    def _left_side(self, now: int) -> tuple[Segment, ...]:
        theme, market = self._theme, self._market
        if market is None:
            return ((NO_VERDICT, theme.dim),)
        verdict = market.verdict(now)
        good = verdict.state in (State.LIVE, State.UNPROVEN)
        replay = self._program.replay
        names = {venue.id: venue.name for venue in self._program.venues()}
        venue = plain(names.get(market.instrument.venue, market.instrument.venue), 30)
        found: list[Segment] = [
            (venue, theme.text),
            (
                plain(verdict_words(verdict, now, replay), 90),
                theme.dim if good else ink_of(theme, verdict.state),
            ),
        ]
        figures = self._program.figures(self._instrument)
        if figures is not None and not halt_words(replay):
            found += self._figures(figures, timely=good or replay is not None)
        found.append((f"{self._rate:.0f} fps", theme.dim))
        if figures is not None:
            for name, count in (
                ("gaps", figures.gaps), ("dropped", figures.dropped), ("rejected", figures.rejected),
            ):  # fmt: skip
                found.append((f"{name} {count:,}", theme.warn if count else theme.dim))
        return tuple(found)

    def _figures(self, figures: FeedFigures, *, timely: bool) -> list[Segment]:
        """Lag is that of the last messages: where none is believed any more, it says nothing."""
        lags = (figures.lag_p50_ms, figures.lag_p99_ms)
        p50, p99 = (_whole(lag) for lag in lags)
        known = timely and any(math.isfinite(lag) for lag in lags)
        return [
            (f"lag p50 {p50} · p99 {p99} ms" if known else f"lag {MISSING}", self._theme.dim),
            (f"{_whole(figures.messages_per_s)} msg/s", self._theme.dim),
        ]

    def _right_side(self) -> tuple[Segment, ...]:
        theme = self._theme
        found: list[Segment] = []
        recording = self._program.recording(self._instrument) if self._instrument else None
        if recording is not None:
            words = plain(recording.trouble) or f"rec {bytes_words(recording.bytes_written)}"
            found.append((words, theme.bad))
        if held := memory_held():
            found.append((bytes_words(held), theme.dim))
        if self._program.replay is None:
            # Of a recording the bar above tells the time: two clocks would never quite agree.
            found.append((time_words(self._program.wall(), utc=self._utc), theme.dim))
        return tuple(found)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), theme.raised if self.underMouse() else theme.panel)
        p.fillRect(0, 0, self.width(), 1, theme.hairline)
        p.setFont(font(SMALL_PX))
        metrics = QFontMetricsF(p.font())
        right = self.width() - 10.0
        for text, ink in reversed(self._right):
            right -= metrics.horizontalAdvance(text)
            self._word(p, right, text, ink)
            right -= GAP
        left = 10.0
        for text, ink in self._left:
            width = metrics.horizontalAdvance(text)
            if left + width > right:
                break
            self._word(p, left, text, ink)
            left += width + GAP
        if self.hasFocus():
            p.setPen(theme.accent)
            p.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _word(self, p: QPainter, left: float, text: str, ink: QColor) -> None:
        p.setPen(ink)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        p.drawText(QRectF(left, 1, 2_000, self.height() - 1), int(flags), text)


def time_words(ts: int, *, utc: bool, date: bool = True) -> str:
    """An instant (ns UTC) with its zone: ``2024-08-09 00:00:00 UTC``."""
    moment = datetime.fromtimestamp(ts // SECOND, UTC)
    if not utc:
        moment = moment.astimezone()
    shape = "%Y-%m-%d %H:%M:%S" if date else "%H:%M:%S"
    return f"{moment:{shape}} {plain(moment.tzname() or '', 8)}"


def _whole(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else MISSING
