"""What stands above every exported picture and table: what it is, when, and how far to trust it."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.moments import moment_words, span_words
from monitor.gui.kit.panel import Panel
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.kit.verdict_colours import ink_of
from monitor.model.verdict import State

LINE_PX = 20
MARGIN = 10
GAP = 14


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
    moment = moment_words(panel.surroundings.wall_clock(), utc=utc, since=panel.surroundings.since)
    return Caption(
        symbol=plain("" if market is None else market.instrument.symbol),
        venue=plain(venue),
        badge=badge,
        title=panel.title,
        span=span_words(*span, utc=utc) if span else moment,
        verdict="no feed" if verdict is None else plain(verdict.words(now)),
        state=None if verdict is None else verdict.state,
        version=version,
    )


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
        return theme.dim if caption.state is None else ink_of(theme, caption.state)
    if text == caption.badge:
        return theme.warn
    return theme.text if text == caption.symbol else theme.dim
