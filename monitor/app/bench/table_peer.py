"""The peer of ladder and tape: a QTableView with a plain model, of the same cells."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.theme import Theme
from monitor.market.market import Market
from monitor.model.time import MS, SECOND
from monitor.studies.bar_scale import bar_scale
from monitor.studies.ladder_rows import centred_top, ladder_rows
from monitor.studies.number_format import fixed
from monitor.studies.tape_rows import large_size
from monitor.studies.time_axis import clock_text
from monitor.studies.traded_lately import TradedLately

LARGE_EVERY = 256

Indexed = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class CellContent(NamedTuple):
    """What the model holds of one cell."""

    text: str
    colour: QColor
    right: bool
    bar: float = 0.0
    fill: QColor | None = None


Content = list[tuple[CellContent, ...]]


class TableModel(QAbstractTableModel):
    """Answers Qt role by role, as a stock table does, and tells it of a change at once.

    With ``by_cell`` it tells of each cell that changed instead, and Qt paints only those;
    telling of rows would save nothing, since for more than a cell Qt paints all.
    """

    def __init__(self, *, by_cell: bool = False) -> None:
        super().__init__()
        self.rows: Content = []
        self._by_cell = by_cell

    def take(self, rows: Content) -> None:
        """Hold other content of the same shape, and say what changed."""
        before, self.rows = self.rows, rows
        if len(rows) != len(before):
            self.beginResetModel()
            self.endResetModel()
        elif self._by_cell:
            for n, (new, old) in enumerate(zip(rows, before, strict=True)):
                for column in (k for k in range(len(new)) if new[k] != old[k]):
                    changed = self.index(n, column)
                    self.dataChanged.emit(changed, changed)
        else:
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


class LadderContent:
    """The ladder's cells of a frame, by the studies that ours goes by."""

    def __init__(self, market: Market, theme: Theme, step: Decimal, rows: int) -> None:
        self._market, self._theme, self._step, self._n = market, theme, step, rows
        self._flow = TradedLately()

    def rows(self) -> Content:
        market, theme = self._market, self._theme
        top = centred_top(market.book, self._step, self._n)
        assert top is not None
        seen = ladder_rows(market.book, self._step, self._n, top)
        full = bar_scale(np.concatenate([seen.bids, seen.asks]))
        since = (int(market.tape.view(1).ts_event[-1]) // SECOND - 60) * SECOND
        flow = self._flow.sums(market.tape, seen, since)
        columns = (*(column.tolist() for column in seen[:3]), *flow)
        return [
            (
                CellContent(fixed(price, 2), theme.sell if ask > 0 else theme.buy, right=True),
                self._sized(bid, full, theme.buy_fill),
                self._sized(ask, full, theme.sell_fill),
                CellContent(fixed(sold, 3) if sold else "", theme.sell, right=True),
                CellContent(fixed(bought, 3) if bought else "", theme.buy, right=True),
            )
            for price, bid, ask, bought, sold in zip(*columns, strict=True)
        ]

    def _sized(self, size: float, full: float, fill: QColor) -> CellContent:
        if not size > 0:
            return CellContent("", self._theme.text, right=True)
        return CellContent(fixed(size, 5), self._theme.text, True, min(1.0, size / full), fill)


class TapeContent:
    """The tape's cells of a frame; a trade's are made once."""

    def __init__(self, market: Market, theme: Theme, rows: int) -> None:
        self._market, self._theme, self._n = market, theme, rows
        self._large, self._judged_at = math.inf, -LARGE_EVERY
        self._count = 0
        self._rows: Content = []

    def rows(self) -> Content:
        tape = self._market.tape
        if tape.count - self._judged_at >= LARGE_EVERY:
            self._large, self._judged_at = large_size(tape), tape.count
        view = tape.view(min(self._n, tape.count - self._count))
        columns = (view.ts_event, view.price, view.size, view.side)
        made = [self._row(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]
        self._count = tape.count
        self._rows = [*made[::-1], *self._rows][: self._n]
        return self._rows

    def _row(self, ts: int, price: float, size: float, side: int) -> tuple[CellContent, ...]:
        theme = self._theme
        colour = theme.buy if side > 0 else theme.sell
        large = theme.buy_fill if side > 0 else theme.sell_fill
        fill = None if size < self._large else large
        return (
            CellContent(clock_text(ts, utc=True, step=MS), theme.dim, right=False, fill=fill),
            CellContent(fixed(price, 2), colour, right=True, fill=fill),
            CellContent(fixed(size, 5), theme.text, right=True, fill=fill),
        )


def table_view(
    rows: Callable[[], Content],
    theme: Theme,
    width: int,
    row_height: int,
    columns_with_bars: tuple[int, ...] = (),
    *,
    by_cell: bool = False,
) -> tuple[QTableView, Callable[[], None]]:
    """A table of that content, and what brings it up to date."""
    model, view = TableModel(by_cell=by_cell), QTableView()
    view.setFont(font(SMALL_PX))
    view.setPalette(theme.palette())
    view.setShowGrid(False)
    view.horizontalHeader().hide()
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(row_height)
    view.setModel(model)
    model.take(rows())
    bars = BarDelegate(view)
    for column in columns_with_bars:
        view.setItemDelegateForColumn(column, bars)
    view.horizontalHeader().setDefaultSectionSize(width // model.columnCount())
    return view, lambda: model.take(rows())
