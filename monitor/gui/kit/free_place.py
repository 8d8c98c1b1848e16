"""Where a box hides least of a chart's curves, near the pointer, and without jumping about."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Floats = NDArray[np.float64]
Line = tuple[Floats, Floats]
"""The x (rising) and y of a curve in pixels."""

MARGIN = 8
"""Clear of the view's edges and of the curves."""
AWAY = 16
"""Clear of the pointer."""
STEP = 8
# What is bad, in pixels of way from the pointer.
PER_HIDDEN_PX = 20
ON_THE_FLOOR = 600
OVER_THE_UPRIGHT = 200
OVER_THE_POINT = 1e9
RESTS = 96
"""A box stays where another place is better only by so much."""


class FreePlace:
    """Places one box after another: at the top, or on the floor below the curves' feet.

    The nearest place to the pointer that hides no curve is best, and one at the top before
    one on the floor. It never hides the point itself, and never leaves the view.
    """

    def __init__(self) -> None:
        self._kept: tuple[float, bool] | None = None

    def forget(self) -> None:
        """The next box may stand anywhere."""
        self._kept = None

    def place(
        self, area: QRectF, width: float, height: float, point: QPointF, lines: Sequence[Line]
    ) -> QRectF:
        """The rectangle for a box of that size, with the pointer's ``point`` on its curve."""
        last = max(area.right() - MARGIN - width, area.left())
        first = min(area.left() + MARGIN, last)
        beside = (point.x() + AWAY, point.x() - AWAY - width)
        lefts = np.clip(np.array((*np.arange(first, last, STEP), last, *beside)), first, last)
        if self._kept is not None:
            lefts = np.append(lefts, min(max(self._kept[0], first), last))
        lefts = np.rint(lefts)
        high, low = _spans(area, lines)
        floor = max(area.bottom() - MARGIN - height, area.top())
        tops = (min(area.top() + MARGIN, floor), floor)
        rows = [_badness(area, lefts, top, width, height, point, high, low) for top in tops]
        rows[1] += ON_THE_FLOOR
        on_floor = bool(rows[1].min() < rows[0].min())
        at = int(rows[on_floor].argmin())
        if self._kept is not None:
            was_on_floor = self._kept[1]
            if rows[was_on_floor][-1] <= rows[on_floor][at] + RESTS:
                on_floor, at = was_on_floor, len(lefts) - 1
        self._kept = float(lefts[at]), on_floor
        return QRectF(float(lefts[at]), round(tops[on_floor]), round(width), round(height))


def _spans(area: QRectF, lines: Sequence[Line]) -> tuple[Floats, Floats]:
    """The upper and lower end of what curves take in each pixel column; NaN where nothing."""
    columns = np.arange(max(int(area.width()), 1)) + area.left()
    high = np.full(len(columns), np.nan)
    low = high.copy()
    for x, y in lines:
        if len(x):
            here = np.interp(columns, x, y, left=np.nan, right=np.nan)
            there = np.interp(columns + 1, x, y, left=np.nan, right=np.nan)
            high = np.fmin(high, np.fmin(here, there))
            low = np.fmax(low, np.fmax(here, there))
    return high, low


def _badness(
    area: QRectF,
    lefts: Floats,
    top: float,
    width: float,
    height: float,
    point: QPointF,
    high: Floats,
    low: Floats,
) -> Floats:
    """How bad a box at each of ``lefts`` is."""
    upper, lower = top - MARGIN, top + height + MARGIN
    inside = np.minimum(low, lower) - np.maximum(high, upper) + 1
    hidden = np.concatenate(((0.0,), np.cumsum(np.where(inside > 0, inside, 0.0))))
    starts, stops = lefts - area.left() - MARGIN, lefts - area.left() + width + MARGIN
    ends = [np.clip(np.rint(end).astype(int), 0, len(high)) for end in (starts, stops)]
    x, y = point.x(), point.y()
    gaps = np.maximum(np.maximum(lefts - x, x - lefts - width) - AWAY, 0.0)
    over = (lefts - MARGIN < x) & (x < lefts + width + MARGIN)
    on_it = over & (upper < y < lower)
    return np.asarray(
        gaps
        + PER_HIDDEN_PX * (hidden[ends[1]] - hidden[ends[0]])
        + OVER_THE_UPRIGHT * over
        + OVER_THE_POINT * on_it
    )
