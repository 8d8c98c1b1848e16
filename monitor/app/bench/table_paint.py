"""T8, ladder and tape: a frame of each against a QTableView with a model of the same content."""

from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from monitor.app.bench.candle_paint import application
from monitor.app.bench.measure import Row, at_least, interleaved, ratio, reported
from monitor.app.paths import resources
from monitor.app.plugins import panel_kinds
from monitor.book.book import Book
from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.theme import Theme, load_theme
from monitor.market.market import Market
from monitor.model.events import Trade
from monitor.model.instrument import Instrument
from monitor.model.time import MS, SECOND
from monitor.model.verdict import Proof, State, Verdict
from monitor.studies.bar_scale import bar_scale
from monitor.studies.ladder_grouping import traded_in_rows
from monitor.studies.ladder_rows import centred_top, ladder_rows
from monitor.studies.number_format import fixed
from monitor.studies.tape_rows import large_size
from monitor.studies.time_axis import clock_text

WIDTH, HEIGHT, HEADER = 420, 720, 28
ROWS = 40
FRAMES = 60
TICK = Decimal("0.01")
MID_TICK = 6_168_599
STEP = Decimal("0.01")
LEVELS_A_FRAME = 32
"""Levels told between two frames at 60 a second by 200 messages a second of ten levels;
they lie as they do in a market, mostly near the spread."""
START = 1_723_161_600 * SECOND
FRAME_MS = 16

Indexed = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class CellContent(NamedTuple):
    """What the model holds of one cell."""

    text: str
    colour: QColor
    right: bool
    bar: float = 0.0
    fill: QColor | None = None


class TableModel(QAbstractTableModel):
    """The peer's model: answers Qt role by role, as a stock table does."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[CellContent, ...]] = []

    def take(self, rows: list[tuple[CellContent, ...]]) -> None:
        """Hold other content of the same shape, and say that it changed."""
        if len(rows) != len(self.rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        self.rows = rows
        self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(rows[0]) - 1))

    def rowCount(self, parent: Indexed = _ROOT) -> int:  # noqa: N802
        return len(self.rows)

    def columnCount(self, parent: Indexed = _ROOT) -> int:  # noqa: N802
        return len(self.rows[0]) if self.rows else 0

    def data(self, index: Indexed, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ForegroundRole:
            return QBrush(cell.colour)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if cell.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.UserRole:
            return cell.bar, cell.fill
        if role == Qt.ItemDataRole.BackgroundRole and cell.fill is not None and not cell.bar:
            return QBrush(cell.fill)
        return None


class BarDelegate(QStyledItemDelegate):
    """The peer's bars, behind the text as Qt draws it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Indexed) -> None:
        bar, fill = index.data(Qt.ItemDataRole.UserRole)
        if bar:
            box = option.rect
            length = int(bar * box.width())
            painter.fillRect(box.right() + 1 - length, box.top(), length, box.height(), fill)
        super().paint(painter, option, index)


class Whole:
    """A feed that is proven at every moment."""

    def verdict(self, now: int) -> Verdict:
        return Verdict(State.LIVE, Proof.SEQUENCE, fresh=now)


def table_rows() -> list[Row]:
    """Ladder and tape while a market moves, a frame each 16 ms, ours and the peer's."""
    application()
    theme = load_theme(resources() / "themes", "dark")
    jobs = {
        "ladder": _ours("ladder", theme),
        "ladder peer": _peer(_ladder_content, theme, (1, 2)),
        "tape": _ours("tape", theme),
        "tape peer": _peer(_tape_content, theme),
    }
    times = interleaved(jobs)
    each = {name: median(seconds) / FRAMES * 1e3 for name, seconds in times.items()}
    rows = []
    total_ours = [a + b for a, b in zip(times["ladder"], times["tape"], strict=True)]
    total_peer = [a + b for a, b in zip(times["ladder peer"], times["tape peer"], strict=True)]
    detail = (
        f"{ROWS} rows each, {WIDTH}×{HEIGHT}: ladder {each['ladder']:.2f} against "
        f"{each['ladder peer']:.2f} ms, tape {each['tape']:.2f} against {each['tape peer']:.2f} ms"
    )
    rows.append(
        at_least(
            "T8", "ladder and tape against QTableView", ratio(total_peer, total_ours), 20, detail
        )
    )
    for name in ("ladder", "tape"):
        share = ratio(times[f"{name} peer"], times[name])
        rows.append(reported("T8", f"{name} alone against QTableView", share, "×"))
    return rows


def _market() -> Market:
    coin = Instrument(
        id="bench:BTCUSDT", venue="bench", symbol="BTCUSDT", base="BTC", quote="USDT",
        tick_size=TICK, lot_size=Decimal("0.00001"),
    )  # fmt: skip
    book = Book(tick_size=TICK, lot_size=coin.lot_size)
    bids = [((MID_TICK - n) / 100, 0.5 + n % 7) for n in range(1_000)]
    asks = [((MID_TICK + 1 + n) / 100, 0.25 + n % 5) for n in range(1_000)]
    book.replace(bids, asks)
    market = Market(coin, book, Whole())
    for n in range(2_000):
        # The last seconds' trades lie all over the rows in sight, as after a quick move.
        market.apply(_trade(n, START + n * MS, n % 37 - 18))
    return market


def _trade(n: int, ts: int, away: int = 0) -> Trade:
    price, size = (MID_TICK + away + n % 2) / 100, 0.00001 * (1 + n * 7_919 % 50_000)
    return Trade("bench:BTCUSDT", price, size, "buy" if n % 2 else "sell", n, ts, ts)


def _move(market: Market, n: int) -> None:
    """What comes in between two frames: levels near the spread, and a trade."""
    changed: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for k in range(LEVELS_A_FRAME):
        away = (n * 31 + k * k * 17) % 97 * (k + 1) // LEVELS_A_FRAME
        size = 0.00001 * (1 + (n * 613 + k * 7_919) % 300_000)
        tick = MID_TICK + 1 + away if k % 2 else MID_TICK - away
        changed[k % 2].append((tick / 100, round(size, 5)))
    market.book.apply(*changed)
    market.version += 1
    market.apply(_trade(market.tape.count, START + (2_000 + n * FRAME_MS) * MS))


def _ours(kind: str, theme: Theme) -> Callable[[], None]:
    market, n = _market(), [0]
    wall = [START]
    surroundings = Surroundings(theme, utc=True, ask_candles=_no_past, wall_clock=lambda: wall[0])
    panel: Panel = panel_kinds()[kind](surroundings)
    panel.restore({"two_sided": True, "traded": True, "grouping": {"bench:BTCUSDT": str(STEP)}})
    _show(panel, HEIGHT + HEADER)
    panel.watch(market)

    def frames() -> None:
        for _ in range(FRAMES):
            n[0] += 1
            wall[0] = START + (2_000 + n[0] * FRAME_MS) * MS
            _move(market, n[0])
            panel.frame(wall[0])
            _paint_now(panel)

    return frames


def _peer(
    content: Callable[[Market, Theme], list[tuple[CellContent, ...]]],
    theme: Theme,
    columns_with_bars: tuple[int, ...] = (),
) -> Callable[[], None]:
    market, model, n = _market(), TableModel(), [0]
    view = QTableView()
    view.setFont(font(SMALL_PX))
    view.setPalette(theme.palette())
    view.setShowGrid(False)
    view.horizontalHeader().hide()
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(HEIGHT // ROWS)
    view.setModel(model)
    bars = BarDelegate(view)
    model.take(content(market, theme))
    if columns_with_bars:
        for column in columns_with_bars:
            view.setItemDelegateForColumn(column, bars)
    view.horizontalHeader().setDefaultSectionSize(WIDTH // model.columnCount())
    _show(view, HEIGHT)

    def frames() -> None:
        for _ in range(FRAMES):
            n[0] += 1
            _move(market, n[0])
            model.take(content(market, theme))
            _paint_now(view)

    return frames


def _ladder_content(market: Market, theme: Theme) -> list[tuple[CellContent, ...]]:
    top = centred_top(market.book, STEP, ROWS)
    assert top is not None
    seen = ladder_rows(market.book, STEP, ROWS, top)
    full = bar_scale(np.concatenate([seen.bids, seen.asks]))
    since = int(market.tape.view(1).ts_event[-1]) - 60 * SECOND
    traded = traded_in_rows(market.tape, seen, since)
    rows: list[tuple[CellContent, ...]] = []
    for price, bid, ask, bought, sold in zip(
        *(column.tolist() for column in (*seen[:3], *traded)), strict=True
    ):
        side = theme.sell if ask > 0 else theme.buy
        rows.append(
            (
                CellContent(fixed(price, 2), side, right=True),
                _sized(bid, full, theme.buy_fill, theme),
                _sized(ask, full, theme.sell_fill, theme),
                CellContent(fixed(sold, 3) if sold else "", theme.sell, right=True),
                CellContent(fixed(bought, 3) if bought else "", theme.buy, right=True),
            )
        )
    return rows


def _sized(size: float, full: float, fill: QColor, theme: Theme) -> CellContent:
    if not size > 0:
        return CellContent("", theme.text, right=True)
    return CellContent(fixed(size, 5), theme.text, True, min(1.0, size / full), fill)


def _tape_content(market: Market, theme: Theme) -> list[tuple[CellContent, ...]]:
    view = market.tape.view(ROWS)
    large = large_size(market.tape)
    rows: list[tuple[CellContent, ...]] = []
    for ts, price, size, side in zip(
        view.ts_event.tolist(),
        view.price.tolist(),
        view.size.tolist(),
        view.side.tolist(),
        strict=True,
    ):
        colour = theme.buy if side > 0 else theme.sell
        fill = None if size < large else theme.buy_fill if side > 0 else theme.sell_fill
        rows.append(
            (
                CellContent(clock_text(ts, utc=True, step=MS), theme.dim, right=False, fill=fill),
                CellContent(fixed(price, 2), colour, right=True, fill=fill),
                CellContent(fixed(size, 5), theme.text, right=True, fill=fill),
            )
        )
    return rows[::-1]


def _show(widget: QWidget, height: int) -> None:
    widget.resize(WIDTH, height)
    widget.show()
    QApplication.processEvents()


def _paint_now(window: QWidget) -> None:
    """Paint what a window marked to be painted, without the wait for a screen's own pace."""
    QApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))
    QApplication.processEvents()


def _no_past(instrument: str, interval: int, end: int, limit: int) -> None:
    """No past is asked for by these panels."""
