"""Short texts by the hundred: glyphs cut once into an atlas, then laid down in one call."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap
from shiboken6 import Shiboken

from monitor.gui.kit.fonts import font

FIRST, LAST = 32, 126
"""Printable ASCII, one picture each; a text with anything else is drawn by Qt."""
_CODES = 128
_ANY_DIGIT = re.compile(r"\d")
PAD = 2
"""Device pixels about a glyph: none is cut where its ink leaves its advance."""


class Pen(NamedTuple):
    """What a text is written with."""

    colour: QColor
    strong: bool = False


class Run(NamedTuple):
    """One line of text. ``x`` is its left end, or its right one where ``right`` says so.

    ``y`` is the top of its line, ``pen`` a number among the pens; the last ``tail``
    characters are written with ``tail_pen``.
    """

    text: str
    x: float
    y: float
    pen: int
    right: bool = True
    tail: int = 0
    tail_pen: int = 0


class GlyphAtlas:
    """All glyphs in all pens, for one size of font and one device pixel ratio.

    Every glyph stands on a whole device pixel and advances by whole ones, so columns of
    digits are sharp and in line. The atlas' pixels are transparent around the ink: what
    lies below, a panel or a bar, shows through as Qt blends it.
    """

    def __init__(self, pens: Sequence[Pen], pixels: int, ratio: float) -> None:
        self.pens, self.pixels, self.ratio = tuple(pens), pixels, ratio
        metrics = [QFontMetricsF(font(pixels, strong=strong)) for strong in (False, True)]
        widths = [[m.horizontalAdvance(chr(code)) for code in _codes()] for m in metrics]
        advances = np.maximum(1, np.rint(np.array(widths) * ratio))
        self._wide = int(advances.max()) + 2 * PAD
        self._high = math.ceil(max(m.ascent() + m.descent() for m in metrics) * ratio)
        by_code = np.zeros((len(pens), _CODES))
        by_code[:, FIRST : LAST + 1] = advances[[int(pen.strong) for pen in pens]]
        self._advances = by_code.ravel()
        self._fragment_of = self._fragments_made()
        self._pixmap = self._cut(max(m.ascent() for m in metrics))

    @property
    def line_px(self) -> float:
        """The height of a line, device-independent."""
        return self._high / self.ratio

    def draw(self, painter: QPainter, runs: Sequence[Run]) -> None:
        """Lay down texts on a painter whose device has this atlas' pixel ratio."""
        drawn = [run for run in runs if run.text and run.text.isascii()]
        if drawn:
            cells = self._fragments(drawn)
            first = Shiboken.wrapInstance(cells.ctypes.data, QPainter.PixmapFragment)
            painter.drawPixmapFragments(
                cast("QPainter.PixmapFragment", first), len(cells), self._pixmap
            )
        if len(drawn) < len(runs):
            rest = [run for run in runs if not run.text.isascii()]
            draw_as_text(painter, rest, self.pens, self.pixels)

    def _fragments(
        self, runs: Sequence[Run]
    ) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        """One QPainter.PixmapFragment a glyph: ten doubles, as Qt's struct has them."""
        texts = [run[0] for run in runs]
        lengths = np.array([len(text) for text in texts])
        numbers = np.array([run[1:] for run in runs], np.float64)
        ends = np.cumsum(lengths)
        # One row a letter from here on.
        of = np.repeat(np.arange(len(runs)), lengths)
        tails = numbers[:, 4]
        pens = numbers[:, 2]
        pen = pens[of]
        if tails.any():
            in_tail = (ends - tails)[of] <= np.arange(len(of))
            pen = np.where(in_tail, numbers[:, 5][of], pen)
        glyph = np.frombuffer("".join(texts).encode(), np.uint8) + _CODES * pen.astype(np.int64)
        advances = self._advances[glyph]
        after = np.cumsum(advances)
        last = after[ends - 1]
        begun = np.concatenate(((0.0,), last[:-1]))
        # From the run's left end, or back from its right one.
        left = np.rint(numbers[:, 0] * self.ratio) - np.where(numbers[:, 3] > 0, last, begun)
        top = np.rint(numbers[:, 1] * self.ratio)
        cells: np.ndarray[tuple[int, int], np.dtype[np.float64]] = self._fragment_of[glyph]
        cells[:, 0] += (left[of] + after - advances) / self.ratio
        cells[:, 1] += (top / self.ratio)[of]
        return cells

    def _fragments_made(self) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        """The fragment of every glyph in every pen, as it stands at the origin."""
        pen, code = np.divmod(np.arange(_CODES * len(self.pens)), _CODES)
        made = np.zeros((len(pen), 10))
        made[:, 0] = (self._wide / 2 - PAD) / self.ratio
        made[:, 1] = self._high / 2 / self.ratio
        made[:, 2] = np.clip(code - FIRST, 0, LAST - FIRST) * self._wide
        made[:, 3] = pen * self._high
        made[:, 4], made[:, 5] = self._wide, self._high
        made[:, 6:8] = 1 / self.ratio
        made[:, 9] = 1
        return made

    def _cut(self, ascent: float) -> QPixmap:
        size = (self._wide * len(_codes()), self._high * len(self.pens))
        pixmap = QPixmap(*size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.scale(self.ratio, self.ratio)
        baseline = round(ascent * self.ratio)
        for row, pen in enumerate(self.pens):
            painter.setFont(font(self.pixels, strong=pen.strong))
            painter.setPen(pen.colour)
            for column, code in enumerate(_codes()):
                x, y = column * self._wide + PAD, row * self._high + baseline
                painter.drawText(QPointF(x / self.ratio, y / self.ratio), chr(code))
        painter.end()
        return pixmap


def draw_as_text(painter: QPainter, runs: Sequence[Run], pens: Sequence[Pen], pixels: int) -> None:
    """The same texts on any painter, by Qt: text stays text in an SVG and a PDF."""
    fonts = {strong: font(pixels, strong=strong) for strong in (False, True)}
    metrics = {strong: QFontMetricsF(made) for strong, made in fonts.items()}
    ascent = max(m.ascent() for m in metrics.values())
    for run in runs:
        head, tail = run.text, ""
        if run.tail:
            head, tail = run.text[: -run.tail], run.text[-run.tail :]
        parts = [(head, pens[run.pen]), (tail, pens[run.tail_pen])]
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
    return sum(math.ceil(metrics.horizontalAdvance(letter)) for letter in text)


def _write(painter: QPainter, at: QPointF, text: str, pen: Pen, written_in: QFont) -> None:
    painter.setFont(written_in)
    painter.setPen(pen.colour)
    painter.drawText(at, text)


def _codes() -> range:
    return range(FIRST, LAST + 1)
