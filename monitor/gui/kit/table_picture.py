"""The rows of a table kept as a picture: what changed is painted anew, what moved is not."""

import math
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import is_
from typing import NamedTuple

from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPen, QPixmap

from monitor.gui.kit.glyphs import GlyphAtlas, Run
from monitor.gui.kit.table_cells import MARK_PX, ROW_PX, Cell, Column, Row, colours_of
from monitor.gui.kit.theme import Theme

HATCHES_A_ROW = 3
"""Hatching repeats with the row, so a row that moves keeps it."""
CUT_PX = 2
"""The stroke at the free end of a bar that is cut, and the gap before it."""
PROBES = (0.5, 0.25, 0.75, 0.1, 0.9)
"""Where a row is looked for that moved and didn't change; any one will do."""


Laid = tuple[Row, int, Row | None]
"""A row, its top, and the row that is painted there already."""


class Place(NamedTuple):
    """A column in whole pixels of what is painted on; ``wide`` is 0 where it has no bounds."""

    x: int
    right: bool
    bar: int
    grows: int
    low: int
    wide: int


class Ground:
    """Lays rows on a painter whose unit is a pixel, ``ratio`` of them a point.

    ``drop`` is how far below a row's top its text begins.
    """

    def __init__(
        self, theme: Theme, columns: Sequence[Column], width: int, drop: float, ratio: float = 1.0
    ) -> None:
        self.high = line_px(ratio)
        self._theme, self._width, self._drop, self._ratio = theme, width, drop, ratio
        self._colours = colours_of(theme)
        self._places = tuple(_placed(column, ratio) for column in columns)
        self._bounded = all(place.wide for place in self._places)
        # Never so much that a text's own lines reach into it.
        self._inset = int(ratio)

    def lay(self, painter: QPainter, rows: Iterable[Laid], runs: list[Run]) -> None:
        """Fill what lies behind the texts of rows and gather those in ``runs``.

        Each comes with its top and the row that stood there before, or None: of such a one
        only the cells that differ are painted, where that can be.
        """
        fill, colours, ratio, panel = (
            painter.fillRect,
            self._colours,
            self._ratio,
            self._theme.panel,
        )
        drop, inset, places, bounded = self._drop, self._inset, self._places, self._bounded
        thick = self.high - 2 * inset
        for row, top, before in rows:
            held: Iterable[Cell | None] = _NONE_HELD
            if bounded and before is not None and _told_apart(before, row):
                held = before.cells
            else:
                self._lay_behind(painter, row, top)
            text_top, inner = top + drop, top + inset
            for cell, old, place in zip(row.cells, held, places, strict=False):
                if cell is old:
                    continue
                x, right, end, grows, low, wide = place
                if old is not None:
                    if cell == old:
                        continue
                    fill(low, inner, wide, thick, panel)
                text, ink, tail, bar, bar_ink, cut = cell
                if bar:
                    length = bar if ratio == 1 else round(bar * ratio)
                    if cut >= 0:
                        stroke = round(CUT_PX * ratio)
                        edge = end + length - stroke if grows > 0 else end - length
                        fill(edge, inner, stroke, thick, colours[cut])
                        length -= 2 * stroke
                    fill(end if grows > 0 else end - length, inner, length, thick, colours[bar_ink])
                if text:
                    runs.append(Run(text, x, text_top, ink, right, tail))

    def _lay_behind(self, painter: QPainter, row: Row, top: int) -> None:
        """All that lies behind a row's cells."""
        high, inset = self.high, self._inset
        colour = self._theme.panel if row.fill < 0 else self._colours[row.fill]
        painter.fillRect(0, top, self._width, high, colour)
        if row.hatched:
            self._hatch(painter, top)
        if row.mark >= 0:
            wide = round(MARK_PX * self._ratio)
            painter.fillRect(0, top + inset, wide, high - 2 * inset, self._colours[row.mark])

    def _hatch(self, painter: QPainter, top: int) -> None:
        high, step = self.high, self.high / HATCHES_A_ROW
        painter.setPen(QPen(self._theme.hatch, self._ratio))
        steps = range(math.ceil((self._width + high) / step))
        painter.save()
        painter.setClipRect(0, top, self._width, high)
        painter.drawLines([QLineF(n * step, top, n * step - high, top + high) for n in steps])
        painter.restore()


class TablePicture:
    """Lines in a ring: rows that moved as a whole stay where they are, only the ring turns.

    Row n stands in line ``(first + n) % lines``. Sizes are in points; the picture is made of
    whole device pixels.
    """

    def __init__(
        self, theme: Theme, atlas: GlyphAtlas, width: float, height: float, ratio: float
    ) -> None:
        self._width, self._height = width, height
        self.row_px = line_px(ratio) / ratio
        self.painted = 0
        """Rows painted so far."""
        self._theme, self._atlas, self._ratio = theme, atlas, ratio
        self._line, self._wide = line_px(ratio), math.ceil(width * ratio)
        self._lines = max(1, math.ceil(height * ratio / self._line))
        self._pixmap = QPixmap(self._wide, self._lines * self._line)
        self._pixmap.fill(theme.panel)
        self._first = 0
        self._columns: tuple[Column, ...] = ()
        self._held: list[Row | None] = [None] * self._lines
        self._ground = self._ground_of(())

    def fits(self, width: float, height: float, ratio: float) -> bool:
        """True where this picture is of that size and screen."""
        return (self._width, self._height, self._ratio) == (width, height, ratio)

    def take(self, columns: tuple[Column, ...], rows: Sequence[Row]) -> tuple[int, int]:
        """Show these rows; tells from and to which of them the picture changed."""
        if columns is not self._columns and columns != self._columns:
            self._columns, self._ground = columns, self._ground_of(columns)
            self._held = [None] * self._lines
        lines = self._lines
        shown: list[Row | None] = [*rows[:lines], *[_BLANK] * (lines - len(rows))]
        changed = [n for n, row in enumerate(shown) if row is not self._held[n]]
        by = _shift(self._held, shown) if 2 * len(changed) > lines else 0
        if by:
            self._first = (self._first - by) % lines
            self._held = [*self._held[-by:], *self._held[:-by]]
            changed = [n for n, row in enumerate(shown) if row is not self._held[n]]
        changed = [n for n in changed if shown[n] != self._held[n]]
        if changed:
            self._paint(changed, shown)
        self._held = shown
        if by:
            return 0, lines
        return (changed[0], changed[-1] + 1) if changed else (0, 0)

    def blit(self, painter: QPainter) -> None:
        """Lay the picture at the origin of a painter whose unit is a point."""
        if self._ratio != 1:
            # Pixel on pixel is a copy; Qt would take any other way through a scaling.
            painter.save()
            painter.scale(1 / self._ratio, 1 / self._ratio)
        wide, high, cut = self._wide, self._lines * self._line, self._first * self._line
        painter.drawPixmap(0, 0, self._pixmap, 0, cut, wide, high - cut)
        if cut:
            painter.drawPixmap(0, high - cut, self._pixmap, 0, 0, wide, cut)
        if self._ratio != 1:
            painter.restore()

    def _paint(self, which: Sequence[int], shown: Sequence[Row | None]) -> None:
        painter = QPainter(self._pixmap)
        runs: list[Run] = []
        first, lines, line, held = self._first, self._lines, self._line, self._held
        rows = [(shown[n] or _BLANK, (first + n) % lines * line, held[n]) for n in which]
        self._ground.lay(painter, rows, runs)
        self._atlas.draw(painter, runs)
        painter.end()
        self.painted += len(which)

    def _ground_of(self, columns: tuple[Column, ...]) -> Ground:
        drop = round((self._line - self._atlas.line_px) / 2)
        return Ground(self._theme, columns, self._wide, drop, self._ratio)


_BLANK = Row(())
_NONE_HELD = repeat(None)


def _told_apart(before: Row, row: Row) -> bool:
    """True where each cell of a row can be painted without the others."""
    cells, filled, mark, hatched = row
    old, old_fill, old_mark, old_hatched = before
    return (
        filled < 0
        and not hatched
        and (filled, mark, hatched) == (old_fill, old_mark, old_hatched)
        and len(cells) == len(old)
    )


def line_px(ratio: float) -> int:
    """The height of a row in device pixels."""
    return round(ROW_PX * ratio)


def _placed(column: Column, ratio: float) -> Place:
    low, high = round(column.low * ratio), round(column.high * ratio)
    x, bar = round(column.x * ratio), round(column.bar * ratio)
    return Place(x, not column.left, bar, column.grows, low, max(0, high - low))


def _shift(held: Sequence[Row | None], rows: Sequence[Row | None]) -> int:
    """By how many rows most of the held ones moved down (up where negative); 0 for none."""
    n = len(rows)
    for share in PROBES:
        at = int(share * n)
        place = next((place for place, row in enumerate(rows) if row is held[at]), at)
        by = place - at
        if by and held[at] is not _BLANK:
            still = held[max(0, -by) : n - max(0, by)]
            if 2 * sum(map(is_, still, rows[max(0, by) :])) > n:
                return by
    return 0
