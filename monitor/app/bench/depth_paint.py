"""T6: our depth item against pyqtgraph's stepped, filled curves at 5,000 levels a side."""

import importlib
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from monitor.app.bench.candle_paint import application
from monitor.app.bench.measure import Row, at_least, interleaved, ratio, reported
from monitor.app.paths import resources
from monitor.book.book import Book
from monitor.gui.kit.axes import PriceScale, SizeScale
from monitor.gui.kit.chart import Chart
from monitor.gui.kit.depth_item import DepthItem
from monitor.gui.kit.theme import Theme, load_theme
from monitor.studies.depth_curve import level_curve, pixel_curve

WIDTH, HEIGHT = 1_280, 720
LEVELS = 5_000
FRAMES = 4
TICK = Decimal("0.01")
MID_TICK = 6_170_000
CHANGED = 16


def depth_rows(frames: int = FRAMES) -> list[Row]:
    """The same moving book drawn both ways, each frame from the book to the last pixel."""
    application()
    theme = load_theme(resources() / "themes", "dark")
    jobs = {
        "ours": _ours(theme, frames),
        "peer": _peer(theme, frames),
        "empty": _empty(theme, frames),
    }
    times = interleaved(jobs)
    each = {name: median(seconds) / frames * 1e3 for name, seconds in times.items()}
    detail = (
        f"2 × {LEVELS:,} levels, {WIDTH}×{HEIGHT}, whole chart with axes and the book's arrays: ours "
        f"{each['ours']:.2f} ms, PlotDataItem stepMode + fill {each['peer']:.2f} ms, "
        f"empty chart {each['empty']:.2f} ms"
    )
    return [
        at_least("T6", "depth against PlotDataItem", ratio(times["peer"], times["ours"]), 20, detail),
        reported("T6", "an empty chart of that size", each["empty"], "ms"),
    ]  # fmt: skip


def depth_pictures() -> tuple[QImage, QImage]:
    """What both draw: ours, and the peer's."""
    theme = load_theme(resources() / "themes", "dark")
    pictures = []
    for make in (_ours, _peer):
        chart = _chart(theme)
        make(theme, 1, chart)()
        pictures.append(chart.grab().toImage())
    return pictures[0], pictures[1]


def _ours(theme: Theme, frames: int, chart: Chart | None = None) -> Callable[[], None]:
    book, chart, item = _book(), chart or _chart(theme), DepthItem(theme)
    chart.view.addItem(item, ignoreBounds=True)
    low, high, turn = *_span(), iter(range(1_000_000))

    def draw() -> None:
        for _ in range(frames):
            _move(book, next(turn))
            item.show_curve(pixel_curve(book, low, high, round(chart.view.width())))
            chart.grab()

    return draw


def _peer(theme: Theme, frames: int, chart: Chart | None = None) -> Callable[[], None]:
    """What a plain use of pyqtgraph does: every level a step, filled down to nothing."""
    book, chart = _book(), chart or _chart(theme)
    bids, asks = (_stepped(colour) for colour in (theme.buy, theme.sell))
    for curve in (bids, asks):
        chart.view.addItem(curve, ignoreBounds=True)
    turn = iter(range(1_000_000))

    def draw() -> None:
        for _ in range(frames):
            _move(book, next(turn))
            curve = level_curve(book)
            _show_steps(bids, curve.bid_prices[::-1], curve.bid_sums[::-1])
            _show_steps(asks, curve.ask_prices, curve.ask_sums)
            chart.grab()

    return draw


def _empty(theme: Theme, frames: int) -> Callable[[], None]:
    chart = _chart(theme)

    def draw() -> None:
        for _ in range(frames):
            chart.grab()

    return draw


def _show_steps(curve: Any, prices: Any, sums: Any) -> None:
    curve.setData(np.append(prices, prices[-1] + float(TICK)), sums)


def _stepped(colour: QColor) -> Any:
    """By name: only this peer meets pyqtgraph outside the kit."""
    pg: Any = importlib.import_module("pyqtgraph")
    fill = QColor(colour.red(), colour.green(), colour.blue(), 90)
    return pg.PlotDataItem(stepMode="center", fillLevel=0, brush=fill, pen=colour)


def _book() -> Book:
    book = Book(tick_size=TICK)
    bids = [((MID_TICK - n) / 100, 0.5 + n % 7) for n in range(LEVELS)]
    asks = [((MID_TICK + 1 + n) / 100, 0.5 + n % 5) for n in range(LEVELS)]
    book.replace(bids, asks)
    return book


def _move(book: Book, turn: int) -> None:
    """What comes between two frames: sizes near the spread."""
    sizes = [0.5 + (turn + n) % 11 for n in range(CHANGED)]
    bids = [((MID_TICK - 3 * n) / 100, size) for n, size in enumerate(sizes)]
    asks = [((MID_TICK + 1 + 3 * n) / 100, size) for n, size in enumerate(sizes)]
    book.apply(bids, asks)


def _span() -> tuple[float, float]:
    return (MID_TICK - LEVELS) / 100, (MID_TICK + LEVELS) / 100


def _chart(theme: Theme) -> Chart:
    chart = Chart(theme, SizeScale("right", theme), PriceScale("bottom", theme))
    chart.resize(WIDTH, HEIGHT)
    chart.view.setXRange(*_span(), padding=0)
    chart.view.setYRange(0, LEVELS * 4.0, padding=0)
    chart.show()
    QApplication.processEvents()
    return chart
