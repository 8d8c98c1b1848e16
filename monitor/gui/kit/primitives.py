"""Many rectangles from one NumPy array: no Python object for each of them."""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from shiboken6 import Shiboken

FAR = 1e5
"""Pixels beyond this are cut: the raster engine's numbers are not endless."""


def fill_rects(
    p: QPainter,
    colour: QColor,
    left: NDArray[np.float64],
    top: NDArray[np.float64],
    width: float | NDArray[np.float64],
    height: float | NDArray[np.float64],
) -> None:
    """Fill rectangles of one colour; the arrays are of one length, in pixels.

    A QRectF is four doubles, so the array's memory is what Qt's C++ call asks for
    (PySide6 has offered it since 6.4.3); it lives until that call is done.
    """
    if not len(left):
        return
    rects = np.empty((len(left), 4))
    rects[:, 0], rects[:, 1], rects[:, 2], rects[:, 3] = left, top, width, height
    np.clip(rects, -FAR, FAR, out=rects)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(colour)
    first = cast("QRectF", Shiboken.wrapInstance(rects.ctypes.data, QRectF))
    p.drawRects(first, len(rects))
