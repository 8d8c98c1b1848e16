"""What stands above every exported picture and table: what it is, when, and how far to trust it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.panel import Panel
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.model.time import DAY, MS, SECOND
from monitor.model.verdict import State

LINE_PX = 20
MARGIN = 10
GAP = 14

FIRST_DATE = 946_684_800 * SECOND
"""2000-01-01: a time before it is a recording's monotonic clock, and no day of any market."""


@dataclass(frozen=True)
class Caption:
    """The texts above a picture. ``state`` colours the verdict; None where nothing is shown."""

    symbol: str
    venue: str
    badge: str
    title: str
    span: str
    verdict: str
    state: State | None
    version: str

    def about(self) -> dict[str, str]:
        """The same for a table's comment lines and a manifest."""
        return {
            "title": self.title,
            "symbol": self.symbol,
            "venue": f"{self.venue} ({self.badge})" if self.badge else self.venue,
            "time": self.span,
            "verdict": self.verdict,
            "program": self.version,
        }


def caption_of(panel: Panel, venue: str, badge: str, version: str, now: int) -> Caption:
    """What is to be said of a panel as it was drawn last; ``now`` is monotonic ns."""
    market, verdict = panel.market, panel.verdict
    utc = panel.surroundings.utc
    span = panel.span_shown()
    moment = panel.surroundings.wall_clock()
    return Caption(
        symbol=plain("" if market is None else market.instrument.symbol),
        venue=plain(venue),
        badge=badge,
        title=panel.title,
        span=span_words(*span, utc=utc) if span else moment_words(moment, utc=utc),
        verdict="no feed" if verdict is None else plain(verdict.words(now)),
        state=None if verdict is None else verdict.state,
        version=version,
    )


def moment_words(ts: int, *, utc: bool) -> str:
    """A moment with its zone, to the millisecond; seconds alone where the clock has no date."""
    if ts < FIRST_DATE:
        return f"{ts / SECOND:,.3f} s of a clock without a date"
    local = _at(ts, utc=utc)
    return f"{local:%Y-%m-%d %H:%M:%S}.{ts % SECOND // MS:03d} {_zone(local, utc=utc)}"


def span_words(start: int, stop: int, *, utc: bool) -> str:
    """A span of time with its zone, to the second; the day once where it is one."""
    if stop < FIRST_DATE:
        return f"{start / SECOND:,.0f} – {stop / SECOND:,.0f} s of a clock without a date"
    first, last = _at(start, utc=utc), _at(stop, utc=utc)
    same = first.date() == last.date() and stop - start < DAY
    ending = f"{last:%H:%M:%S}" if same else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} – {ending} {_zone(last, utc=utc)}"


def height_of(caption: Caption, width: float) -> float:
    """How high the caption is at a width, in device-independent pixels."""
    lines = 1 + max((line for line, *_ in _places(caption, width)), default=0)
    return lines * LINE_PX + 8


def paint_caption(painter: QPainter, area: QRectF, caption: Caption, theme: Theme) -> None:
    """Paint the texts, as text, in as many lines as the width asks for."""
    painter.fillRect(area, theme.background)
    painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), theme.hairline)
    for line, x, text, strong in _places(caption, area.width()):
        painter.setFont(font(TEXT_PX if strong else SMALL_PX, strong=strong))
        painter.setPen(_colour(caption, text, theme))
        place = QRectF(area.left() + x, area.top() + 4 + line * LINE_PX, area.width() - x, LINE_PX)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)


def _places(caption: Caption, width: float) -> list[tuple[int, float, str, bool]]:
    """Line, left edge, text and weight of each part; a part that doesn't fit opens a line."""
    parts = [
        (caption.symbol, True),
        (caption.venue, False),
        (caption.badge, True),
        (caption.verdict, True),
        (caption.span, False),
        (caption.version, False),
    ]
    placed, line, x = [], 0, float(MARGIN)
    for text, strong in parts:
        if not text:
            continue
        metrics = QFontMetricsF(font(TEXT_PX if strong else SMALL_PX, strong=strong))
        wide = metrics.horizontalAdvance(text)
        if x > MARGIN and x + wide > width - MARGIN:
            line, x = line + 1, float(MARGIN)
        placed.append((line, x, text, strong))
        x += wide + GAP
    return placed


def _colour(caption: Caption, text: str, theme: Theme) -> QColor:
    if text == caption.verdict:
        if caption.state is State.LIVE:
            return theme.live
        return theme.text if caption.state is State.UNPROVEN else theme.warn
    if text == caption.badge:
        return theme.warn
    return theme.text if text == caption.symbol else theme.dim


def _at(ts: int, *, utc: bool) -> datetime:
    moment = datetime.fromtimestamp(ts // SECOND, UTC)
    return moment if utc else moment.astimezone()


def _zone(moment: datetime, *, utc: bool) -> str:
    if utc:
        return "UTC"
    offset = f"{moment:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset else "local time"
