"""Short texts by the hundred: glyphs cut once into an atlas, then laid down in one call."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPixmap
from shiboken6 import Shiboken

from monitor.gui.kit.fonts import font

FIRST, LAST = 32, 126
"""Printable ASCII, one picture each; a text with anything else is drawn by Qt."""
_CODES = 128
Fragments = np.ndarray[tuple[int, int], np.dtype[np.float64]]
_ANY_DIGIT = re.compile(r"\d")
RATIOS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
"""Of device pixels; by these screens a text is measured, so that it fits on each."""
PAD = 2
"""Device pixels about a glyph: none is cut where its ink leaves its advance."""


class Pen(NamedTuple):
    """What a text is written with."""

    colour: QColor
    strong: bool = False


class Run(NamedTuple):
    """One line of text. ``x`` is its left end, or its right one where ``right`` says so.

    ``y`` is the top of its line, ``pen`` a number among the pens; the last ``tail``
    characters are written with the pen for tails.
    """

    text: str
    x: float
    y: float
    pen: int
    right: bool = True
    tail: int = 0


class GlyphAtlas:
    """All glyphs in all pens, for one size of font and one device pixel ratio.

    Every glyph stands on a whole device pixel and advances by whole ones, so columns of
    digits are sharp and in line. The atlas' pixels are transparent around the ink: what
    lies below, a panel or a bar, shows through as Qt blends it.
    """

    def __init__(self, pens: Sequence[Pen], pixels: int, ratio: float, tail_pen: int = 0) -> None:
        self.pens, self.pixels, self.ratio, self.tail_pen = tuple(pens), pixels, ratio, tail_pen
        metrics = [QFontMetricsF(font(pixels, strong=strong)) for strong in (False, True)]
        widths = [[m.horizontalAdvance(chr(code)) for code in _codes()] for m in metrics]
        advances = np.maximum(1, np.rint(np.array(widths) * ratio))
        self._wide = int(advances.max()) + 2 * PAD
        self._high = math.ceil(max(m.ascent() + m.descent() for m in metrics) * ratio)
        by_code = np.zeros((len(pens), _CODES))
        by_code[:, FIRST : LAST + 1] = advances[[int(pen.strong) for pen in pens]]
        self._advances = by_code.ravel()
        self._pixmap = self._cut(max(m.ascent() for m in metrics))
        self._fragment_of = self._fragments_made()

    @property
    def line_px(self) -> int:
        """The height of a line in device pixels."""
        return self._high

    def draw(self, painter: QPainter, runs: Sequence[Run]) -> None:
        """Lay down texts on a painter whose unit is a device pixel."""
        if not runs:
            return
        try:
            cells = self._fragments(runs)
        except UnicodeEncodeError:
            self.draw(painter, [run for run in runs if run.text.isascii()])
            self._draw_by_qt(painter, [run for run in runs if not run.text.isascii()])
            return
        # Of the ways to the address this is the one that imports nothing.
        address = cells.__array_interface__["data"][0]
        first = Shiboken.wrapInstance(address, QPainter.PixmapFragment)
        painter.drawPixmapFragments(
            cast("QPainter.PixmapFragment", first), len(cells), self._pixmap
        )

    def _draw_by_qt(self, painter: QPainter, runs: Sequence[Run]) -> None:
        ratio = self.ratio
        moved = [run._replace(x=run.x / ratio, y=run.y / ratio) for run in runs]
        painter.save()
        painter.scale(ratio, ratio)
        draw_as_text(painter, moved, self.pens, self.pixels, self.tail_pen)
        painter.restore()

    def _fragments(self, runs: Sequence[Run]) -> Fragments:
        """One QPainter.PixmapFragment a glyph: ten doubles, as Qt's struct has them."""
        # A frame has few glyphs: what costs here is each call of NumPy, not its work.
        texts, x, y, pens, right, tails = zip(*runs, strict=True)
        codes = "".join(texts).encode("ascii")
        n = len(texts)
        lengths = np.fromiter(map(len, texts), np.intp, n)
        ends = lengths.cumsum()
        glyph = np.fromiter(pens, np.intp, n).repeat(lengths)
        if any(tails):
            from_here = (ends - np.fromiter(tails, np.intp, n)).repeat(lengths)
            glyph[np.arange(len(codes)) >= from_here] = self.tail_pen
        glyph *= _CODES
        glyph += np.frombuffer(codes, np.uint8)
        after = self._advances.take(glyph).cumsum()
        last = after.take(ends - 1)
        left = np.fromiter(x, np.float64, n)
        if all(right):
            left -= last
        else:
            # From the run's left end, or back from its right one.
            begun = np.zeros(n)
            begun[1:] = last[:-1]
            left -= np.where(right, last, begun)
        after += left.repeat(lengths)
        cells: Fragments = self._fragment_of.take(glyph, axis=0)
        cells[:, 0] += after
        cells[:, 1] += np.fromiter(y, np.float64, n).repeat(lengths)
        return cells

    def _fragments_made(self) -> Fragments:
        """The fragment of every glyph in every pen, as it stands after its own advance."""
        left, top, wide, high = self._ink_boxes()
        pen, code = np.divmod(np.arange(_CODES * len(self.pens)), _CODES)
        glyph = np.clip(code - FIRST, 0, LAST - FIRST)
        made = np.zeros((len(pen), 10))
        made[:, 2] = pen * self._wide + left[glyph, pen]
        made[:, 3] = glyph * self._high + top[glyph, pen]
        made[:, 4], made[:, 5] = wide[glyph, pen], high[glyph, pen]
        # A fragment is placed by its middle.
        made[:, 0] = left[glyph, pen] + made[:, 4] / 2 - PAD - self._advances
        made[:, 1] = top[glyph, pen] + made[:, 5] / 2
        made[:, 6:8] = made[:, 9:] = 1
        return made

    def _ink_boxes(self) -> list[NDArray[np.intp]]:
        """Left, top, width and height of each glyph's ink by glyph and pen: less to lay down."""
        image = self._pixmap.toImage().convertToFormat(QImage.Format.Format_Alpha8)
        lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        cells: NDArray[np.uint8] = lines[:, : image.width()].reshape(
            LAST - FIRST + 1, self._high, -1, self._wide
        )
        found = []
        across, down = np.any(cells, axis=1), np.any(cells, axis=3).swapaxes(1, 2)
        for inked in (across, down):
            first, after = inked.argmax(axis=2), inked.shape[2] - inked[:, :, ::-1].argmax(axis=2)
            found.append((first, np.where(np.any(inked, axis=2), after - first, 1)))
        (left, wide), (top, high) = found
        return [left, top, wide, high]

    def _cut(self, ascent: float) -> QPixmap:
        # A pen is a column: the lines of a glyph then lie near one another in memory.
        size = (self._wide * len(self.pens), self._high * len(_codes()))
        pixmap = QPixmap(*size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.scale(self.ratio, self.ratio)
        baseline = round(ascent * self.ratio)
        for column, pen in enumerate(self.pens):
            painter.setFont(font(self.pixels, strong=pen.strong))
            painter.setPen(pen.colour)
            for row, code in enumerate(_codes()):
                x, y = column * self._wide + PAD, row * self._high + baseline
                painter.drawText(QPointF(x / self.ratio, y / self.ratio), chr(code))
        painter.end()
        return pixmap


def draw_as_text(
    painter: QPainter, runs: Sequence[Run], pens: Sequence[Pen], pixels: int, tail_pen: int = 0
) -> None:
    """The same texts on any painter, by Qt: text stays text in an SVG and a PDF."""
    fonts = {strong: font(pixels, strong=strong) for strong in (False, True)}
    metrics = {strong: QFontMetricsF(made) for strong, made in fonts.items()}
    ascent = max(m.ascent() for m in metrics.values())
    for run in runs:
        head, tail = run.text, ""
        if run.tail:
            head, tail = run.text[: -run.tail], run.text[-run.tail :]
        parts = [(head, pens[run.pen]), (tail, pens[tail_pen])]
        widths = [metrics[pen.strong].horizontalAdvance(text) for text, pen in parts]
        x = run.x - (sum(widths) if run.right else 0)
        for (text, pen), width in zip(parts, widths, strict=True):
            if text:
                _write(painter, QPointF(x, run.y + ascent), text, pen, fonts[pen.strong])
            x += width


def text_width(text: str, pixels: int, *, strong: bool = False) -> float:
    """How wide a text is at a size of font, at least so wide as the atlas lays it."""
    # Digits are equally wide, so a number's shape tells its width.
    return _shape_width(_ANY_DIGIT.sub("0", text), pixels, strong)


@lru_cache(maxsize=256)
def _shape_width(text: str, pixels: int, strong: bool) -> float:  # noqa: FBT001
    metrics = QFontMetricsF(font(pixels, strong=strong))
    advances = np.array([metrics.horizontalAdvance(letter) for letter in text])
    laid = (np.maximum(1, np.rint(advances * ratio)).sum() / ratio for ratio in RATIOS)
    return float(max(advances.sum(), *laid))


def _write(painter: QPainter, at: QPointF, text: str, pen: Pen, written_in: QFont) -> None:
    painter.setFont(written_in)
    painter.setPen(pen.colour)
    painter.drawText(at, text)


def _codes() -> range:
    return range(FIRST, LAST + 1)
