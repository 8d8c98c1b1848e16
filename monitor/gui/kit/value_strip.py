"""A line of names and figures along the top of a chart; out of the pointer's way."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from monitor.gui.kit.candle_item import VOLUME_SHARE
from monitor.gui.kit.chart import CROSS_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.theme import Theme

STRIP_PX = 24
MARGIN = 8
NAME_GAP, PART_GAP = 4, 12


class Part(NamedTuple):
    """A dim name and its figure; either may be empty."""

    name: str
    figure: str
    colour: QColor | None = None


class ValueStrip(ChartItem):
    """Takes a second line where one is too narrow; moves to the bottom from under the pointer."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(CROSS_Z + 1)
        self.theme = theme
        self.parts: tuple[Part, ...] = ()
        self.pointer: QPointF | None = None
        self.clear_px = 0
        """Pixels above the volume pane that something else takes."""
        self.on_ground = False
        """Paint a ground below the texts: candles may lie there."""

    def show_parts(self, parts: Sequence[Part], pointer: QPointF | None, *, ground: bool) -> None:
        """Say these, keeping clear of a pixel of the view."""
        if (tuple(parts), pointer, ground) != (self.parts, self.pointer, self.on_ground):
            self.parts, self.pointer, self.on_ground = tuple(parts), pointer, ground
            self.update()

    @property
    def text(self) -> str:
        """All that it says."""
        return "  ".join(f"{part.name} {part.figure}".strip() for part in self.parts)

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        metrics = QFontMetricsF(font(SMALL_PX))
        lines = laid_out(self.parts, metrics, area.width() - 2 * MARGIN)
        height = STRIP_PX + (len(lines) - 1) * (STRIP_PX - 7)
        top = area.top()
        ground = self.on_ground
        if self.pointer is not None and self.pointer.y() < top + height + MARGIN:
            ground = True
            top = round(area.bottom() - area.height() * VOLUME_SHARE) - height - self.clear_px
        p.setFont(font(SMALL_PX))
        for number, line in enumerate(lines):
            y = top + number * (STRIP_PX - 7)
            for left, part in line:
                self._paint_part(
                    p, QRectF(area.left() + MARGIN + left, y, 0, STRIP_PX), part, ground=ground
                )

    def _paint_part(self, p: QPainter, box: QRectF, part: Part, *, ground: bool) -> None:
        metrics = QFontMetricsF(font(SMALL_PX))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        box.setWidth(_width(part, metrics) + 1)
        if ground:
            p.fillRect(box.adjusted(-3, 3, 3, -3), self.theme.panel)
        if part.name:
            p.setPen(self.theme.dim)
            p.drawText(box, middle, part.name)
            box.setLeft(box.left() + metrics.horizontalAdvance(part.name) + NAME_GAP)
        p.setPen(part.colour or self.theme.text)
        p.drawText(box, middle, part.figure)


def laid_out(
    parts: Sequence[Part], metrics: QFontMetricsF, width: float
) -> list[list[tuple[float, Part]]]:
    """Lines of parts with their left ends; what doesn't fit into two lines is left out."""
    lines: list[list[tuple[float, Part]]] = [[]]
    left = 0.0
    for part in parts:
        needed = _width(part, metrics)
        if left and left + needed > width:
            if len(lines) == 2:
                break
            lines.append([])
            left = 0.0
        lines[-1].append((left, part))
        left += needed + PART_GAP
    return lines


def _width(part: Part, metrics: QFontMetricsF) -> float:
    name = metrics.horizontalAdvance(part.name) + NAME_GAP if part.name else 0.0
    return name + metrics.horizontalAdvance(part.figure)
