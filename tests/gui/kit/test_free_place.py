"""A box of figures hides neither the curves nor the pointer's point, and does not jump."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from monitor.gui.kit.free_place import FreePlace, Line

AREA = QRectF(0, 0, 900, 300)
BOX = 190.0, 93.0


def valley(steep: float = 0.55) -> tuple[Line, Line]:
    """Bids that fall towards the middle and asks that rise from it, in pixels."""
    left, right = np.arange(0.5, 440), np.arange(460.5, 900)
    return (left, 300 - steep * (450 - left)), (right, 300 - steep * (right - 450))


def on(lines: tuple[Line, Line], x: float) -> QPointF:
    """The curve's point at an x."""
    line = lines[x > 450]
    return QPointF(x, float(np.interp(x, *line)))


def hides(box: QRectF, lines: tuple[Line, Line]) -> bool:
    """Whether any of the curves' points lies in the box."""
    return any(
        bool(((box.left() < x) & (x < box.right()) & (box.top() < y) & (y < box.bottom())).any())
        for x, y in lines
    )


@pytest.mark.parametrize("x", [10, 120, 300, 430, 470, 600, 780, 890])
def test_it_hides_no_curve_where_there_is_room(x: float) -> None:
    """At the top of the valley both curves stay in sight, and the point and its upright too."""
    lines = valley()
    box = FreePlace().place(AREA, *BOX, on(lines, x), lines)
    assert AREA.contains(box)
    assert not hides(box, lines)
    assert not box.left() <= x <= box.right()
    assert box.top() < 20


@pytest.mark.parametrize("x", [20, 450, 880])
def test_a_free_corner_is_taken_beside_the_pointer(x: float) -> None:
    """Above low curves it stands at the top right beside the pointer."""
    lines = valley(0.2)
    box = FreePlace().place(AREA, *BOX, on(lines, x), lines)
    assert not hides(box, lines)
    assert min(abs(box.left() - x), abs(box.right() - x)) <= 17
    assert box.top() < 20


def test_below_full_curves_it_stands_on_the_floor() -> None:
    """A logarithmic scale leaves no room above: the box stands in the fill, off the line."""
    left, right = np.arange(0.5, 448), np.arange(452.5, 900)
    lines = (left, np.full(len(left), 12.0)), (right, np.full(len(right), 15.0))
    box = FreePlace().place(AREA, *BOX, QPointF(600, 15), lines)
    assert not hides(box, lines)
    assert box.bottom() > 280


def test_it_rests_while_the_pointer_moves_a_little() -> None:
    """Over 80 px there is one move at most; across the width, few."""
    lines, place = valley(), FreePlace()
    lefts = [place.place(AREA, *BOX, on(lines, x), lines).left() for x in range(500, 580)]
    assert len(set(lefts)) <= 2
    lefts = [place.place(AREA, *BOX, on(lines, x), lines).left() for x in range(580, 890)]
    assert len(set(lefts)) <= 4


@pytest.mark.parametrize("width", [40, 150, 230, 400])
@pytest.mark.parametrize("height", [40, 101, 160])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_it_never_leaves_the_view(width: int, height: int, share: float) -> None:
    """However small the view, and wherever the box stood before, it is inside."""
    place, lines = FreePlace(), valley()
    place.place(AREA, *BOX, on(lines, 880), lines)
    area = QRectF(0, 0, width, height)
    size = min(BOX[0], width), min(BOX[1], height)
    box = place.place(area, *size, QPointF(share * width, share * height), ())
    assert area.contains(box)


@pytest.mark.parametrize("x", range(0, 900, 30))
@pytest.mark.parametrize("y", [5.0, 60.0, 150.0, 299.0])
def test_it_never_covers_the_point(x: float, y: float) -> None:
    """Whatever the curves are, the point under the pointer is in sight."""
    full = np.arange(0.5, 900), np.full(900, 50.0)
    box = FreePlace().place(AREA, *BOX, QPointF(x, y), (full,))
    assert not box.contains(QPointF(x, y))
