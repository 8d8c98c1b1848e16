"""How the feed does: the proof in a sentence, every counter, and the log of its states."""

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.moments import elapsed_words
from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.text import plain, plain_label
from monitor.gui.kit.theme import Theme
from monitor.gui.window.card import Card
from monitor.gui.window.program import FeedFigures, Program
from monitor.gui.window.sizes import bytes_words
from monitor.gui.window.status_bar import time_words
from monitor.gui.window.verdict_words import explain, verdict_words
from monitor.market.market import Market
from monitor.model.time import MS
from monitor.model.verdict import State
from monitor.studies.number_format import MISSING

WIDTH = 460
ROW_PX = 20
LOG_ROWS = 12
OFTEN = 250 * MS
HINTS = {
    "451": "The venue refuses this place. Another address can be set: Settings, Venue addresses.",
    "407": "The proxy asks for a name and a password: give them in the environment, "
    "HTTPS_PROXY=http://name:password@host:port, and leave Settings, Proxy empty.",
}

Rows = list[tuple[str, str]]


class FeedCard(Card):
    """Opened from the pill or the status bar."""

    def __init__(self, program: Program, theme: Theme, parent: QWidget, *, utc: bool) -> None:
        super().__init__("Feed", parent, WIDTH)
        self._program, self._utc = program, utc
        self._instrument = ""
        self._market: Market | None = None
        self._slow = -1
        self.verdict = plain_label("", self, name="title", wrap=True)
        self.proof = plain_label("", self, name="dim", wrap=True)
        self.hint = plain_label("", self, name="wrong", wrap=True)
        self.retry = QPushButton("Retry now  Ctrl+G", self)
        self.retry.clicked.connect(self.retry_now)
        self.table = _Pairs(theme)
        for part in (self.verdict, self.proof, self.hint, self.retry, self.table):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def watch(self, instrument: str, market: Market | None) -> None:
        """Speak of another instrument."""
        self._instrument, self._market, self._slow = instrument, market, -1

    def set_look(self, theme: Theme, *, utc: bool) -> None:
        """Take other colours, another zone."""
        self._utc, self._slow = utc, -1
        self.table.set_theme(theme)

    def open_card(self) -> None:
        self.frame(self._program.now(), hidden_too=True)
        super().open_card()

    def wanted_height(self) -> int:
        return self.sizeHint().height()

    def retry_now(self) -> None:
        """Try the venue again at once."""
        if self._market is not None:
            self._program.retry_now(self._market.instrument.venue)
            self._slow = -1

    def frame(self, now: int, told: int | None = None, *, hidden_too: bool = False) -> bool:
        """Bring the card up to date while it can be seen.

        ``now`` is monotonic ns, ``told`` what verdicts go by where that is another time.
        """
        told = now if told is None else told
        if (self.isHidden() and not hidden_too) or now // OFTEN == self._slow:
            return False
        self._slow = now // OFTEN
        market = self._market
        verdict = None if market is None else market.verdict(told)
        figures = self._program.figures(self._instrument) if self._instrument else None
        self.title.setText(plain(f"Feed of {self._instrument}" if self._instrument else "Feed", 60))
        replay = self._program.replay
        words = MISSING if verdict is None else verdict_words(verdict, told, replay)
        self.verdict.setText(plain(words))
        self.proof.setText(explain(verdict))
        down = verdict is not None and verdict.state is State.DOWN
        reason = "" if verdict is None else verdict.reason
        hint = next((words for code, words in HINTS.items() if down and code in reason), "")
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.retry.setVisible(down and self._program.replay is None)
        timely = replay is not None or (verdict is not None and verdict.state in BELIEVED)
        self.table.show_rows(self._rows(figures, timely=timely), self._log(figures))
        if not self.isHidden():
            self.place()  # The log grows while one looks at it.
        return True

    def _rows(self, figures: FeedFigures | None, *, timely: bool) -> Rows:
        if figures is None:
            return []
        lags = (figures.lag_p50_ms, figures.lag_p99_ms) if timely else (math.nan, math.nan)
        checked = figures.checksums_ok + figures.checksums_failed
        return [
            ("Address", plain(figures.url, 300)),
            ("Lag, median", _ms(lags[0])),
            ("Lag, one in a hundred", _ms(lags[1])),
            ("Clocks differ by", _ms(self._offset_ms(figures))),
            ("Messages a second", _rate(figures.messages_per_s)),
            ("Bytes a second", _bytes(figures.bytes_per_s)),
            ("Messages", f"{figures.messages:,}"),
            ("Gaps", f"{figures.gaps:,}"),
            ("Books fetched anew", f"{figures.resyncs:,}"),
            ("Dropped", f"{figures.dropped:,}"),
            ("Rejected", f"{figures.rejected:,}"),
            ("Not understood", f"{figures.unknown:,}"),
            ("Reconnects", f"{figures.reconnects:,}"),
            ("Checksums", f"{figures.checksums_ok:,} of {checked:,} agreed" if checked else "none"),
        ]

    def _offset_ms(self, figures: FeedFigures) -> float:
        """How far the venue's clock is from ours; a clock without dates can't be far from any."""
        replay = self._program.replay
        undated = replay is not None and replay.since is not None
        return math.nan if undated else figures.clock_offset_ms

    def _moment(self, ts: int) -> str:
        replay = self._program.replay
        if replay is None or replay.since is None:
            return time_words(ts, utc=self._utc, date=False)
        return elapsed_words(ts - replay.since)

    def _log(self, figures: FeedFigures | None) -> Rows:
        if figures is None:
            return []
        return [
            (
                self._moment(one.at),
                plain(f"{one.state}  {one.reason}" if one.reason else one.state, 90),
            )
            for one in list(figures.log)[: -LOG_ROWS - 1 : -1]
        ]


class _Pairs(QWidget):
    """Names and values, painted; below them the log, newest first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: Rows = []
        self._log: Rows = []
        self.setAccessibleName("Counters and log")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_rows(self, rows: Rows, log: Rows) -> None:
        if (rows, log) != (self._rows, self._log):
            self._rows, self._log = rows, log
            told = ", ".join(f"{name} {value}" for name, value in (*rows, *log))
            self.setAccessibleDescription(told)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(WIDTH - 32, ROW_PX * (len(self._rows) + len(self._log) + 2))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.setFont(font(SMALL_PX))
        top = 4.0
        for name, value in self._rows:
            self._row(p, top, name, value, right=True)
            top += ROW_PX
        if self._log:
            p.fillRect(QRectF(0, top + 5, self.width(), 1), theme.hairline)
            top += 12
        for at, words in self._log:
            self._row(p, top, at, words, right=False)
            top += ROW_PX

    def _row(self, p: QPainter, top: float, name: str, value: str, *, right: bool) -> None:
        area = QRectF(0, top, self.width(), ROW_PX)
        p.setPen(self._theme.dim)
        p.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), name)
        p.setPen(self._theme.text)
        left = 150.0 if right else 100.0
        # Of an address or a path both ends tell most; of a sentence its beginning.
        mode = Qt.TextElideMode.ElideMiddle if right else Qt.TextElideMode.ElideRight
        shown = QFontMetricsF(p.font()).elidedText(value, mode, self.width() - left)
        flags = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        p.drawText(area.adjusted(left, 0, 0, 0), int(flags | Qt.AlignmentFlag.AlignVCenter), shown)


def _rate(value: float) -> str:
    return f"{value:,.1f}" if math.isfinite(value) else MISSING


def _bytes(value: float) -> str:
    return bytes_words(round(value)) if math.isfinite(value) else MISSING


def _ms(value: float) -> str:
    return f"{value:,.1f} ms".replace("-", "−") if math.isfinite(value) else MISSING
