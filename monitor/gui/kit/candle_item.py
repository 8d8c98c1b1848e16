"""All candles of a chart with their volumes, painted from arrays: no object per candle."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from monitor.gui.kit.chart import GRID_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.plotting import arrayToQPolygonF
from monitor.gui.kit.primitives import FAR, fill_rects
from monitor.gui.kit.theme import Theme, blend
from monitor.market.candle_series import CLOSED, FROM_VENUE, PARTIAL, CandleColumns

VOLUME_SHARE = 0.18
"""The volume pane's part of the view's height."""
VOLUME_ROOM_PX = 10
STRIP_PX = 24
"""The room of the figures along the top: no candle, grid or ground lies there."""
GAP_PX = 6
"""The least distance of a candle from the strip and from the volume pane."""
VOLUME_STRENGTH = 0.38
BODY_SHARE = 0.76
HOLLOW_FROM_PX = 3
LEGEND_FROM_PX = 90
LEGEND = "backfilled"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CandlePicture:
    """What a CandleItem paints: candles in sight, their interval and base in ns.

    View x are seconds since ``base``. ``top_volume`` fills the volume pane's height.
    """

    candles: CandleColumns
    step: int
    base: int
    top_volume: float
    line: bool = False
    broken: tuple[tuple[float, float], ...] = ()
    """Stretches of view x that no line may cross."""


class CandleItem(ChartItem):
    """Paints a CandlePicture: bodies and wicks, or a line of closes; volume below.

    Candles of which trades were missed are hollow. Rectangles of whole pixels, opaque and
    without antialiasing: sharp, and a fraction of the cost of lines in view coordinates.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.picture: CandlePicture | None = None

    def show_picture(self, picture: CandlePicture | None) -> None:
        """Paint other candles from the next frame on."""
        self.picture = picture
        self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        picture = self.picture
        if picture is None or not len(picture.candles.ts_open):
            return
        place = _Place(picture, to, area)
        p.save()
        p.setClipRect(place.prices, Qt.ClipOperation.IntersectClip)
        if picture.line:
            self._paint_line(p, place)
        else:
            self._paint_candles(p, place)
        p.restore()
        self._paint_volumes(p, place)

    def _paint_candles(self, p: QPainter, at: "_Place") -> None:
        candles, theme = at.candles, self.theme
        opened, closed = at.y(candles.open), at.y(candles.close)
        high, low = at.y(candles.high), at.y(candles.low)
        top, height = np.minimum(opened, closed), np.maximum(np.abs(closed - opened), 1.0)
        up = candles.close >= candles.open
        hollow = is_partial(candles.flags)
        for side, colour in ((up, theme.buy), (~up, theme.sell)):
            fill_rects(p, colour, at.middle[side], high[side], 1.0, (low - high + 1)[side])
            fill_rects(p, colour, at.left[side], top[side], at.width, height[side])
        if at.width >= HOLLOW_FROM_PX:
            inside = hollow & (height > 2)
            left, width = at.left[inside] + 1, at.width - 2
            fill_rects(p, theme.panel, left, top[inside] + 1, width, height[inside] - 2)
        else:
            # Too thin to be hollow: grey says that they can't be relied on.
            y, tall = high[hollow], (low - high + 1)[hollow]
            fill_rects(p, theme.dim, at.left[hollow], y, at.width, tall)

    def _paint_line(self, p: QPainter, at: "_Place") -> None:
        """Closes joined where candles follow on each other; alone, one is a dash."""
        x, y = at.middle + 0.5, at.y(at.candles.close) + 0.5
        p.setPen(QPen(self.theme.text, 1))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        for first, last in at.runs():
            if last - first == 1:
                half = max(at.width / 2, 1.0)
                p.drawLine(QLineF(x[first] - half, y[first], x[first] + half, y[first]))
            else:
                p.drawPolyline(arrayToQPolygonF(x[first:last], np.clip(y[first:last], -FAR, FAR)))

    def _paint_volumes(self, p: QPainter, at: "_Place") -> None:
        theme, pane = self.theme, at.volumes
        p.fillRect(QRectF(pane.left(), round(pane.top()), pane.width(), 1), theme.hairline)
        if at.picture.top_volume <= 0:
            return
        share = at.candles.volume / at.picture.top_volume
        height = np.round(np.clip(share, 0.0, 1.0) * (pane.height() - VOLUME_ROOM_PX))
        height[(height < 1) & (at.candles.volume > 0)] = 1
        up = at.candles.close >= at.candles.open
        for side, colour in ((up, theme.buy), (~up, theme.sell)):
            quiet = blend(colour, theme.panel, VOLUME_STRENGTH)
            top = pane.bottom() - height[side]
            fill_rects(p, quiet, at.left[side], top, at.width, height[side])


class BackfilledGround(ChartItem):
    """Tints the ground of candles that the venue told; the grid lies upon it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(GRID_Z - 1)
        self.theme = theme
        self.picture: CandlePicture | None = None
        self.boxes: list[QRectF] = []
        """What was tinted last, in pixels."""

    def show_picture(self, picture: CandlePicture | None) -> None:
        """Stand below other candles from the next frame on."""
        self.picture = picture
        self.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        self.boxes = _told_boxes(self.picture, area, to)
        for box in self.boxes:
            p.fillRect(box, self.theme.background)
            p.fillRect(QRectF(box.right(), box.top(), 1, box.height()), self.theme.hairline)


class BackfilledLegend(ChartItem):
    """Says of that ground what it is; on the grid and all hatching, below the candles."""

    def __init__(self, theme: Theme, ground: BackfilledGround) -> None:
        super().__init__(GRID_Z + 2)
        self.theme = theme
        self._ground = ground
        self.taken_px = 0
        """Pixels at the right end, above the volume pane, that something else takes."""

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        if not self._ground.boxes:
            return
        p.setFont(font(SMALL_PX))
        metrics = QFontMetricsF(p.font())
        width, height = metrics.horizontalAdvance(LEGEND) + 8, metrics.height()
        for box in self._ground.boxes:
            right = min(box.right(), area.right() - self.taken_px) - 3
            if right - box.left() >= LEGEND_FROM_PX:
                words = QRectF(right - width, box.bottom() - height - 2, width, height)
                p.fillRect(words, self.theme.background)
                p.setPen(self.theme.dim)
                p.drawText(words, int(Qt.AlignmentFlag.AlignCenter), LEGEND)


class _Place:
    """Where the candles of a picture lie in pixels: whole ones, so that edges are sharp."""

    def __init__(self, picture: CandlePicture, to: Mapping, area: QRectF) -> None:
        self.picture, self.candles, self._to = picture, picture.candles, to
        self.step_px = to.ax * picture.step / 1e9
        self.width = body_width(self.step_px)
        # Relative first: ns since 1970 as floats are good to 0.2 µs only.
        seconds = (picture.candles.ts_open - picture.base) / 1e9
        self.edges: Floats = to.ax * seconds + to.bx
        self.middle: Floats = np.floor(self.edges + self.step_px / 2)
        self.left: Floats = self.middle - self.width // 2
        floor = area.bottom() - round(area.height() * VOLUME_SHARE)
        head = min(area.top() + STRIP_PX, floor)
        self.prices = QRectF(QPointF(area.left(), head), QPointF(area.right(), floor))
        self.volumes = QRectF(QPointF(area.left(), floor), QPointF(area.right(), area.bottom()))

    def y(self, prices: Floats) -> Floats:
        """Prices as whole pixels from the top."""
        return np.round(self._to.ay * prices + self._to.by)

    def runs(self) -> list[tuple[int, int]]:
        """Stretches of rows that follow on each other with nothing missing between."""
        opens = self.candles.ts_open
        breaks = np.diff(opens) != self.picture.step
        seconds = (opens - self.picture.base) / 1e9
        for start, stop in self.picture.broken:
            first, last = np.searchsorted(seconds, (start, stop)).tolist()
            breaks[max(first - 1, 0) : last] = True
        edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(opens)]
        return list(itertools.pairwise(edges))


def _told_boxes(picture: CandlePicture | None, area: QRectF, to: Mapping) -> list[QRectF]:
    """The ground of candles that the venue told, in pixels."""
    told = None if picture is None else is_backfilled(picture.candles.flags)
    if picture is None or told is None or not told.any():
        return []
    place = _Place(picture, to, area)
    top, height = place.prices.top(), place.prices.height()
    boxes = []
    for first, last in _runs(told):
        left = max(area.left(), place.edges[first])
        right = min(area.right(), place.edges[last - 1] + place.step_px)
        if right > left:
            boxes.append(QRectF(round(left), top, round(right - left), height))
    return boxes


def body_width(step_px: float) -> int:
    """An odd number of pixels, so that the wick is in the middle, with a gap between bodies."""
    width = int(step_px * BODY_SHARE)
    return max(1, width if width % 2 else width - 1)


def is_partial(flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True for candles of which trades are missing; not for the venue's that is still forming."""
    missing = (flags & PARTIAL) != 0
    forming = (flags & (FROM_VENUE | CLOSED)) == FROM_VENUE
    return np.asarray(missing & ~forming, np.bool_)


def is_backfilled(flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True for candles told by the venue rather than built of trades seen here."""
    return np.asarray((flags & FROM_VENUE) != 0, np.bool_)


def _runs(true: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of rows that are True: first, and last excluded."""
    padded = np.concatenate(([False], true, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
