"""A grid of short texts painted by hand: only rows that changed are painted again."""

import math
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple

from PySide6.QtCore import QLineF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.glyphs import GlyphAtlas, Pen, Run, draw_as_text
from monitor.gui.kit.theme import Theme

ROW_PX = 18
MARGIN = 10
MARK_PX = 3
HATCHES_A_ROW = 3
"""Hatching repeats with the row, so a row that moves keeps it."""
THUMB_PX = 3
UNITS_A_ROW = 40
"""Of a wheel's turn; a notch is 120, so it moves three rows."""
UNITS_A_NOTCH = 120


class Ink(IntEnum):
    """What a cell is written or filled with, by meaning."""

    NONE = -1
    TEXT = 0
    DIM = 1
    FAINT = 2
    BUY = 3
    SELL = 4
    STRONG = 5
    STRONG_DIM = 6
    STRONG_BUY = 7
    STRONG_SELL = 8
    BUY_FILL = 9
    SELL_FILL = 10
    RAISED = 11
    HAIRLINE = 12


PENS = 9
"""Inks up to here write; those from here on fill."""


class Cell(NamedTuple):
    """One text with, behind it, a bar ``bar`` px long; the last ``tail`` letters are faint."""

    text: str = ""
    ink: Ink = Ink.TEXT
    tail: int = 0
    bar: int = 0
    bar_ink: Ink = Ink.NONE


class Row(NamedTuple):
    """One cell a column; ``fill`` behind all, ``mark`` a short bar at the left edge."""

    cells: tuple[Cell, ...]
    fill: Ink = Ink.NONE
    mark: Ink = Ink.NONE
    hatched: bool = False


class Column(NamedTuple):
    """Where a column's text ends (or begins, with ``left``) and where its bars grow from.

    ``bar`` is the fixed end of its bars in px, ``grows`` 1 to the right and -1 to the left.
    All of it lies between ``low`` and ``high`` and nothing else does, so one cell can be
    painted alone; without them a row is painted whole.
    """

    x: float
    left: bool = False
    bar: float = 0.0
    grows: int = -1
    low: float = 0.0
    high: float = 0.0


class PaintedTable(QWidget):
    """The rows last shown, kept as a picture: a frame in which three rows changed paints three.

    Rows that only moved up or down are moved with the picture. Emits ``turned`` with
    units of the wheel and whether Ctrl was held, ``row_clicked`` with its number from the
    top, and ``resized``.
    """

    turned = Signal(int, bool)
    row_clicked = Signal(int)
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.note = ""
        self.describe: Callable[[], str] = str
        """Tells a screen reader what is shown, when the focus arrives."""
        self.rows_painted = 0
        """Rows painted so far, for tests and measurements."""
        self._columns: tuple[Column, ...] = ()
        self._rows: list[Row] = []
        self._thumb: tuple[float, float] | None = None
        self._picture = QPixmap()
        self._held: list[Row] = []
        self._atlas: GlyphAtlas | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def capacity(self) -> int:
        """Rows that fit, the last one perhaps cut."""
        return max(0, math.ceil(self.height() / self.row_px))

    @property
    def row_px(self) -> float:
        """The height of a row: whole device pixels."""
        ratio = self.devicePixelRatioF()
        return round(ROW_PX * ratio) / ratio

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.theme = theme
        self._atlas = None
        self._forget()

    def show_rows(self, columns: tuple[Column, ...], rows: Sequence[Row], note: str = "") -> None:
        """Show these rows from the top; ``note`` stands in the middle where there are none."""
        if columns != self._columns or (note, bool(rows)) != (self.note, bool(self._rows)):
            self._columns, self.note = columns, note
            self._forget()
        self._rows = list(rows)
        changed = self._bring_up_to_date()
        if not changed.isEmpty():
            self.update(changed)

    def show_thumb(self, thumb: tuple[float, float] | None) -> None:
        """Show where in the whole the rows lie: from and to, as shares; None hides it."""
        if thumb != self._thumb:
            self._thumb = thumb
            self.update()

    def paint_into(
        self,
        painter: QPainter,
        area: QRectF,
        columns: tuple[Column, ...],
        rows: Sequence[Row],
        note: str,
    ) -> None:
        """Paint rows anywhere by the same code; texts stay texts."""
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, self.theme.panel)
        painter.translate(area.topLeft())
        tops = [n * float(ROW_PX) for n in range(len(rows))]
        runs = _lay(painter, self.theme, columns, rows, tops, ROW_PX, area.width(), _text_top())
        draw_as_text(painter, runs, _pens(self.theme), SMALL_PX)
        if not rows:
            _write_note(painter, self.theme, QRectF(0, 0, area.width(), area.height()), note)
        painter.restore()

    # The picture.

    def _forget(self) -> None:
        self._picture = QPixmap()
        self._held = []
        self.update()

    def _bring_up_to_date(self) -> QRect:
        """Paint what changed into the picture; returns where."""
        ratio = self.devicePixelRatioF()
        wanted = self.size() * ratio
        if self._picture.size() != wanted or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(wanted)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(self.theme.panel)
            self._held = []
            self._atlas = self._atlas if self._atlas and self._atlas.ratio == ratio else None
        if self._picture.isNull():
            return QRect()
        moved = self._move_rows()
        held, rows = self._held, self._rows
        kept = min(len(held), len(rows))
        changed = [n for n in range(kept) if rows[n] != held[n]]
        changed += range(kept, max(len(rows), len(held)))
        if changed:
            self._paint_rows(changed)
        self._held = rows
        if moved:
            return self.rect()
        if not changed:
            return QRect()
        top, bottom = changed[0] * self.row_px, (changed[-1] + 1) * self.row_px
        return QRect(0, math.floor(top), self.width(), math.ceil(bottom) - math.floor(top))

    def _move_rows(self) -> bool:
        """Move the picture where the rows are the held ones some places up or down."""
        by = _shift(self._held, self._rows)
        if by:
            pixels = round(by * self.row_px * self.devicePixelRatioF())
            self._picture.scroll(0, pixels, self._picture.rect())
            blank = [_BLANK] * min(abs(by), len(self._held))
            held = self._held
            self._held = [*blank, *held[:-by]] if by > 0 else [*held[-by:], *blank]
        return bool(by)

    def _paint_rows(self, which: Sequence[int]) -> None:
        atlas = self._atlas
        if atlas is None:
            atlas = GlyphAtlas(_pens(self.theme), SMALL_PX, self.devicePixelRatioF())
            self._atlas = atlas
        rows, high = self._rows, self.row_px
        self.rows_painted += len(which)
        painter = QPainter(self._picture)
        tops = [n * high for n in which]
        width = float(self.width())
        held = self._held
        chosen = []
        for n, top in zip(which, tops, strict=True):
            row = rows[n] if n < len(rows) else _BLANK
            cells = _changed_cells(held[n], row, self._columns) if n < len(held) else None
            if cells is None:
                painter.fillRect(QRectF(0, top, width, high), self.theme.panel)
            else:
                for column in cells:
                    low, end = self._columns[column].low, self._columns[column].high
                    painter.fillRect(QRectF(low, top, end - low, high), self.theme.panel)
                kept = [_NOTHING] * len(row.cells)
                for column in cells:
                    kept[column] = row.cells[column]
                row = row._replace(cells=tuple(kept), mark=Ink.NONE)
            chosen.append(row)
        drop = (high - atlas.line_px) / 2
        runs = _lay(painter, self.theme, self._columns, chosen, tops, high, width, drop)
        atlas.draw(painter, runs)
        painter.end()

    # Over the rows.

    def _paint_thumb(self, painter: QPainter, thumb: tuple[float, float]) -> None:
        top, bottom = (round(share * self.height()) for share in thumb)
        length = max(12, bottom - top)
        top = min(top, self.height() - length)
        painter.fillRect(self.width() - THUMB_PX, top, THUMB_PX, length, self.theme.dim)

    # Qt's own.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self._bring_up_to_date()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if not self._rows:
            _write_note(painter, self.theme, QRectF(self.rect()), self.note)
        if self._thumb is not None:
            self._paint_thumb(painter, self._thumb)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.accent, 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            self.row_clicked.emit(int(event.position().y() / self.row_px))
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.turned.emit(event.angleDelta().y(), held)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self.setAccessibleDescription(self.describe())
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.update()


class Wheel:
    """Units of a wheel or a touchpad gathered into whole steps."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._rest = 0

    def turn(self, units: int) -> int:
        """Steps that became whole; positive away from the user."""
        if (units > 0) != (self._rest > 0):
            self._rest = 0
        steps = int((self._rest + units) / self._units)
        self._rest += units - steps * self._units
        return steps


_BLANK = Row(())
_NOTHING = Cell()


def _changed_cells(held: Row, row: Row, columns: tuple[Column, ...]) -> list[int] | None:
    """The columns that changed; None where the row has to be painted whole."""
    if row.fill is not Ink.NONE or row.hatched or held[1:] != row[1:]:
        return None
    if len(held.cells) != len(row.cells) or len(row.cells) > len(columns):
        return None
    pairs = enumerate(zip(held.cells, row.cells, strict=True))
    changed = [n for n, (old, new) in pairs if old is not new and old != new]
    return None if any(columns[n].high <= columns[n].low for n in changed) else changed


def _shift(held: Sequence[Row], rows: Sequence[Row]) -> int:
    """By how many rows the held ones moved down (up where negative); 0 where not as a whole."""
    n = min(len(held), len(rows))
    if n < 3 or rows[n // 2] is held[n // 2]:
        return 0
    middle = held[n // 2]
    for place, row in enumerate(rows):
        if row is middle:
            by = place - n // 2
            same = sum(rows[k + by] is held[k] for k in range(max(0, -by), min(n, n - by)))
            return by if 2 * same > n else 0
    return 0


def _lay(
    painter: QPainter,
    theme: Theme,
    columns: tuple[Column, ...],
    rows: Sequence[Row],
    tops: Sequence[float],
    high: float,
    width: float,
    drop: float,
) -> list[Run]:
    """Fill what lies behind the texts of some rows, and return the texts."""
    # A handful of rectangles a frame: filling each costs less than gathering them.
    runs: list[Run] = []
    hatched: list[float] = []
    colours, fill = _colours(theme), painter.fillRect
    for row, top in zip(rows, tops, strict=True):
        if row.fill is not Ink.NONE:
            fill(QRectF(0, top, width, high), colours[row.fill])
        if row.hatched:
            hatched.append(top)
        for cell, column in zip(row.cells, columns, strict=False):
            text, ink, tail, bar, bar_ink = cell
            if bar:
                left = column.bar if column.grows > 0 else column.bar - bar
                fill(QRectF(left, top + 1, bar, high - 2), colours[bar_ink])
            if text:
                runs.append(Run(text, column.x, top + drop, ink, not column.left, tail, Ink.FAINT))
        if row.mark is not Ink.NONE:
            fill(QRectF(0, top + 1, MARK_PX, high - 2), colours[row.mark])
    _hatch(painter, theme, hatched, high, width)
    return runs


def _hatch(
    painter: QPainter, theme: Theme, tops: Sequence[float], high: float, width: float
) -> None:
    if not tops:
        return
    step = high / HATCHES_A_ROW
    painter.setPen(QPen(theme.hatch, 1))
    lines = []
    for top in tops:
        for n in range(math.ceil((width + high) / step)):
            x = n * step
            lines.append(QLineF(x, top, x - high, top + high))
    painter.drawLines(lines)


def _write_note(painter: QPainter, theme: Theme, area: QRectF, note: str) -> None:
    painter.setFont(font(TEXT_PX))
    painter.setPen(theme.dim)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(MARGIN, 24, -MARGIN, -24), int(flags), note)


def _text_top() -> float:
    metrics = QFontMetricsF(font(SMALL_PX))
    return (ROW_PX - metrics.ascent() - metrics.descent()) / 2


def _pens(theme: Theme) -> list[Pen]:
    strong = (Ink.STRONG, Ink.STRONG_DIM, Ink.STRONG_BUY, Ink.STRONG_SELL)
    colours = _colours(theme)
    return [Pen(colours[Ink(n)], Ink(n) in strong) for n in range(PENS)]


def _colours(theme: Theme) -> dict[Ink, QColor]:
    return {
        Ink.TEXT: theme.text,
        Ink.DIM: theme.dim,
        Ink.FAINT: theme.faint,
        Ink.BUY: theme.buy,
        Ink.SELL: theme.sell,
        Ink.STRONG: theme.text,
        Ink.STRONG_DIM: theme.dim,
        Ink.STRONG_BUY: theme.buy,
        Ink.STRONG_SELL: theme.sell,
        Ink.BUY_FILL: theme.buy_fill,
        Ink.SELL_FILL: theme.sell_fill,
        Ink.RAISED: theme.raised,
        Ink.HAIRLINE: theme.hairline,
    }
