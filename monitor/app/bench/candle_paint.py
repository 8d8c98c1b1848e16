"""T8, the candles: our item against a picture rebuilt from the same candles at every change."""

import os
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPen, QPicture
from PySide6.QtWidgets import QApplication, QGraphicsObject

from monitor.app.bench.measure import Row, at_least, at_most, interleaved, ratio, reported
from monitor.app.paths import resources
from monitor.gui.kit.candle_item import CandlePicture
from monitor.gui.kit.price_chart import PriceChart
from monitor.gui.kit.theme import Theme, load_theme
from monitor.market.candle_series import CandleSeries
from monitor.model.events import Candle
from monitor.model.time import SECOND
from monitor.studies.candle_window import CandleWindow

WIDTH, HEIGHT = 1_280, 720
FRAMES = 10
VISIBLE = 500
SHORT, LONG = 500, 50_000
MID = 61_685.99


class PictureItem(QGraphicsObject):
    """The peer: pyqtgraph's customGraphicsItem example (0.14), its picture made anew each time.

    Line by line as there: a QPicture of one line and one rectangle a candle, in view
    coordinates, replayed when painted.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.picture = QPicture()

    def generate(self, data: list[tuple[float, float, float, float, float]]) -> None:
        """Draw all candles into the picture: time, open, close, low, high."""
        self.picture = QPicture()
        p = QPainter(self.picture)
        p.setPen(QPen(self.theme.text, 0))
        width = (data[1][0] - data[0][0]) / 3.0
        for t, opened, closed, low, high in data:
            if low != high:
                p.drawLine(QPointF(t, low), QPointF(t, high))
            p.setBrush(self.theme.sell if opened > closed else self.theme.buy)
            p.drawRect(QRectF(t - width, opened, width * 2, closed - opened))
        p.end()
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF(self.picture.boundingRect())

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        painter.drawPicture(0, 0, self.picture)


def candle_rows() -> list[Row]:
    """The same candles painted both ways, and ours with 500 and 50,000 candles in sight."""
    application()
    ours, peer = _ours(SHORT, VISIBLE), _peer(VISIBLE)
    near, far, deep = _ours(SHORT, SHORT), _ours(LONG, LONG), _ours(LONG, SHORT)
    floor = _empty()
    jobs = {"ours": ours, "peer": peer, "500": near, "all": far, "deep": deep, "empty": floor}
    times = interleaved(jobs)
    each = {name: median(seconds) / FRAMES * 1e3 for name, seconds in times.items()}
    detail = (
        f"{VISIBLE} candles with volumes, {WIDTH}×{HEIGHT}, whole chart: ours {each['ours']:.2f} ms,"
        f" QPicture {each['peer']:.2f} ms, empty chart {each['empty']:.2f} ms"
    )
    far_detail = f"all in sight {each['all']:.2f} ms, 500 of 500 {each['500']:.2f} ms"
    deep_detail = f"500 of 50,000 in sight {each['deep']:.2f} ms"
    alone, with_volumes = _item_ratio(0.0), _item_ratio(10.0)
    return [
        at_least("T8", "candles against a QPicture rebuild", alone, 12, f"{VISIBLE} candles, the items alone"),
        reported("T8", "the same, ours with volumes too", with_volumes, "×"),
        reported("T8", "the same within the whole chart", ratio(times["peer"], times["ours"]), "×", detail),
        at_most("T8", "50,000 candles in sight against 500", ratio(times["all"], times["500"]), 1.5, far_detail),
        at_most("T8", "history of 50,000 against 500", ratio(times["deep"], times["500"]), 1.2, deep_detail),
    ]  # fmt: skip


def application() -> QGuiApplication:
    """Qt without a screen, once."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication.instance() or QApplication([])  # type: ignore[return-value]


def series_of(n: int) -> CandleSeries:
    """A walk of ``n`` closed seconds, the same each time."""
    steps = np.random.default_rng(8).normal(0, 3, n + 1).cumsum() + MID
    series = CandleSeries(SECOND)
    series.merge(
        Candle("b:X", SECOND, i * SECOND, a, max(a, b) + 2, min(a, b) - 2, b, 1.0 + i % 9, 1, 3, closed=True)
        for i, (a, b) in enumerate(zip(steps[:-1].tolist(), steps[1:].tolist(), strict=True))
    )  # fmt: skip
    return series


def _item_ratio(top_volume: float) -> float:
    """What the two items cost alone, with or without our volumes: no chart, no axes."""
    theme, candles = _theme(), series_of(VISIBLE).view()
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    chart = _chart(theme)
    _show(chart, CandleWindow(series_of(VISIBLE)), VISIBLE)
    chart.show_candles(CandlePicture(candles, SECOND, 0, top_volume))
    item, peer = chart.candles, PictureItem(theme)
    data = _tuples(VISIBLE)
    low, high = float(candles.low.min()), float(candles.high.max())

    def paint_ours() -> None:
        for _ in range(FRAMES):
            p = QPainter(image)
            p.setTransform(chart.view.childGroup.sceneTransform())
            item.paint(p, None, None)
            p.end()

    def paint_peer() -> None:
        for _ in range(FRAMES):
            peer.generate(data)
            p = QPainter(image)
            p.translate(0, HEIGHT)
            p.scale(WIDTH / VISIBLE, -HEIGHT / (high - low))
            p.translate(0, -low)
            peer.paint(p, None)
            p.end()

    times = interleaved({"ours": paint_ours, "peer": paint_peer})
    return ratio(times["peer"], times["ours"])


def _ours(history: int, visible: int) -> Callable[[], None]:
    """Frames of our chart: columns taken anew, the picture shown, the whole widget painted."""
    chart, window = _chart(_theme()), CandleWindow(series_of(history))

    def frames() -> None:
        for _ in range(FRAMES):
            _show(chart, window, visible)
            chart.grab()

    return frames


def _peer(visible: int) -> Callable[[], None]:
    chart = _chart(_theme())
    peer, data = PictureItem(_theme()), _tuples(visible)
    _show(chart, CandleWindow(series_of(visible)), visible)
    chart.show_candles(None)
    chart.view.addItem(peer, ignoreBounds=True)

    def frames() -> None:
        for _ in range(FRAMES):
            peer.generate(data)
            chart.grab()

    return frames


def _empty() -> Callable[[], None]:
    chart = _chart(_theme())
    _show(chart, CandleWindow(series_of(VISIBLE)), VISIBLE)
    chart.show_candles(None)

    def frames() -> None:
        for _ in range(FRAMES):
            chart.grab()

    return frames


def _show(chart: PriceChart, window: CandleWindow, visible: int) -> None:
    n = len(window.series)
    stop = n * SECOND
    chart.set_times(float(n - visible), float(n))
    columns, step = window.columns(stop - visible * SECOND, stop, chart.view.width())
    chart.set_prices(MID - 1_500, MID + 1_500, 10.0)
    chart.show_candles(CandlePicture(columns, step, 0, 10.0))


def _chart(theme: Theme) -> PriceChart:
    chart = PriceChart(theme, utc=True)
    chart.resize(WIDTH, HEIGHT)
    chart.show()
    QApplication.processEvents()
    return chart


def _theme() -> Theme:
    return load_theme(resources() / "themes", "dark")


def _tuples(n: int) -> list[tuple[float, float, float, float, float]]:
    candles = series_of(n).view()
    columns = (candles.open, candles.close, candles.low, candles.high)
    return [
        (float(i), *values)
        for i, values in enumerate(zip(*(column.tolist() for column in columns), strict=True))
    ]
