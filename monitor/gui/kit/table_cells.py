"""What a painted table is made of: rows of cells, in inks with a meaning."""

from enum import IntEnum
from typing import NamedTuple

from PySide6.QtGui import QColor

from monitor.gui.kit.glyphs import Pen
from monitor.gui.kit.theme import Theme

ROW_PX = 18
MARGIN = 10
MARK_PX = 3


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
    """One text with, behind it, a bar ``bar`` px long; the last ``tail`` letters are faint.

    ``cut`` marks a bar that would be longer, in that ink: a stroke at its free end, after a
    gap, says that it goes on.
    """

    text: str = ""
    ink: Ink = Ink.TEXT
    tail: int = 0
    bar: int = 0
    bar_ink: Ink = Ink.NONE
    cut: Ink = Ink.NONE


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


def colours_of(theme: Theme) -> list[QColor]:
    """What each ink looks like, by its number."""
    colours = {
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
    return [colours[Ink(n)] for n in range(len(colours))]


def pens_of(theme: Theme) -> list[Pen]:
    """The inks that write."""
    strong = (Ink.STRONG, Ink.STRONG_DIM, Ink.STRONG_BUY, Ink.STRONG_SELL)
    return [Pen(colour, n in strong) for n, colour in enumerate(colours_of(theme)[:PENS])]
