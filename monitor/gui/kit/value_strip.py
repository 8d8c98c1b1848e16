"""A line of names and figures along the top of a chart, in a room of its own."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from monitor.gui.kit.candle_item import STRIP_PX
from monitor.gui.kit.chart import CROSS_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.theme import Theme

MARGIN = 8
NAME_GAP, PART_GAP = 4, 12
LESS = ("note", "day", "V", "when", "")
"""What steps aside where the chart is too narrow, in this order; the prices stay."""


class Part(NamedTuple):
    """A dim name and its figure; either may be empty. ``kind`` is what ``LESS`` knows it by."""

    kind: str
    name: str
    figure: str = ""
    colour: QColor | None = None


class ValueStrip(ChartItem):
    """When, the figures of a candle, and what is to be known about it; always one line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(CROSS_Z + 1)
        self.theme = theme
        self.parts: tuple[Part, ...] = ()
        self._placed: list[tuple[float, Part]] = []
        self._placed_for: tuple[tuple[Part, ...], float] = ((), 0.0)

    def show_figures(
        self, when: str, figures: Sequence[tuple[str, str]], note: str, colour: QColor
    ) -> None:
        """Say these; nothing where ``when`` is empty. A day stands before a blank in it."""
        day, _, clock = when.rpartition(" ")
        parts = (
            Part("day", day),
            Part("when", clock),
            *(Part(name, name, text, colour) for name, text in figures),
            Part("note", note),
        )
        held = tuple(part for part in parts if part.name or part.figure) if when else ()
        if held != self.parts:
            self.parts = held
            self.update()

    @property
    def text(self) -> str:
        """All that it says where there is room."""
        return " ".join(f"{part.name} {part.figure}".strip() for part in self.parts)

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        p.setFont(font(SMALL_PX))
        metrics = QFontMetricsF(p.font())
        wanted = (self.parts, area.width() - 2 * MARGIN)
        if wanted != self._placed_for:
            # Measuring texts costs more than painting them.
            self._placed_for, self._placed = wanted, laid_out(self.parts, metrics, wanted[1])
        for left, part in self._placed:
            box = QRectF(area.left() + MARGIN + left, area.top(), area.width(), STRIP_PX)
            self._paint_part(p, box, part, metrics)

    def _paint_part(self, p: QPainter, box: QRectF, part: Part, metrics: QFontMetricsF) -> None:
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        if part.name:
            p.setPen(self.theme.dim)
            p.drawText(box, middle, part.name)
            box.setLeft(box.left() + metrics.horizontalAdvance(part.name) + NAME_GAP)
        p.setPen(part.colour or self.theme.text)
        p.drawText(box, middle, part.figure)


def laid_out(
    parts: Sequence[Part], metrics: QFontMetricsF, width: float
) -> list[tuple[float, Part]]:
    """The parts that fit into a line, with their left ends."""
    held = list(parts)
    for kind in LESS:
        if _ends(held, metrics)[-1] <= width:
            break
        held = [part for part in held if part.kind != kind]
    return list(zip(_ends(held, metrics), held, strict=False))


def _ends(parts: Sequence[Part], metrics: QFontMetricsF) -> list[float]:
    """Where each part begins, and at last where the line ends."""
    ends = [0.0]
    for part in parts:
        # A day and the time of it belong together.
        gap = NAME_GAP if part.kind == "day" else PART_GAP
        ends.append(ends[-1] + _width(part, metrics) + gap)
    ends[-1] -= PART_GAP if parts else 0
    return ends


def _width(part: Part, metrics: QFontMetricsF) -> float:
    name = metrics.horizontalAdvance(part.name) if part.name else 0.0
    gap = NAME_GAP if part.name and part.figure else 0.0
    return name + gap + metrics.horizontalAdvance(part.figure)
