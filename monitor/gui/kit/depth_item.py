"""Cumulative bids and asks as two filled curves, one point a pixel column."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from monitor.gui.kit.chart import ChartItem, Mapping
from monitor.gui.kit.plotting import arrayToQPolygonF
from monitor.gui.kit.theme import Theme
from monitor.studies.depth_curve import PixelCurve

Floats = NDArray[np.float64]


class DepthItem(ChartItem):
    """Paints a PixelCurve; ``logarithmic`` says that view y are powers of ten.

    Opaque fills of colours blended beforehand and no antialiasing: both cost ten times
    less than transparent ones. ``believed`` False draws in grey.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.curve: PixelCurve | None = None
        self.logarithmic = False
        self.believed = True

    def show_curve(
        self, curve: PixelCurve | None, *, logarithmic: bool = False, believed: bool = True
    ) -> None:
        """Paint another curve from the next frame on."""
        self.curve, self.logarithmic, self.believed = curve, logarithmic, believed
        self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        curve = self.curve
        if curve is None:
            return
        theme = self.theme
        bids, asks = (theme.buy, theme.buy_fill), (theme.sell, theme.sell_fill)
        if not self.believed:
            bids = asks = (theme.faint, theme.raised)
        for heights, (line, fill) in ((curve.bids, bids), (curve.asks, asks)):
            x, y = self._outline(area, to, curve.edges, heights)
            if x.size:
                _paint_side(p, area, x, y, line, fill)

    def lines(self, area: QRectF, to: Mapping) -> tuple[tuple[Floats, Floats], ...]:
        """The x and y of both curves in the view's pixels."""
        curve = self.curve
        if curve is None:
            return ()
        sides = (curve.bids, curve.asks)
        return tuple(self._outline(area, to, curve.edges, heights) for heights in sides)

    def _outline(
        self, area: QRectF, to: Mapping, edges: Floats, heights: Floats
    ) -> tuple[Floats, Floats]:
        columns = np.flatnonzero(heights > 0)
        if not columns.size:
            return columns.astype(float), columns.astype(float)
        first, last = int(columns[0]), int(columns[-1]) + 1
        level = heights[first:last]
        if self.logarithmic:
            level = np.log10(np.maximum(level, np.finfo(float).tiny))
        x = to.ax * (edges[first:last] + edges[first + 1 : last + 1]) / 2 + to.bx
        y = np.clip(to.ay * level + to.by, area.top() - 2, area.bottom())
        return x, y


def _paint_side(
    p: QPainter, area: QRectF, x: Floats, y: Floats, line: QColor, fill: QColor
) -> None:
    outline = arrayToQPolygonF(x, y)
    x = np.concatenate(([x[0]], x, [x[-1]]))
    y = np.concatenate(([area.bottom()], y, [area.bottom()]))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(fill)
    p.drawPolygon(arrayToQPolygonF(x, y))
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.setPen(QPen(line, 1))
    p.drawPolyline(outline)
