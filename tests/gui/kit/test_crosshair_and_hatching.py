"""The crosshair's level line goes where it is told; a narrow hatched stretch is seen."""

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from monitor.gui.kit.chart import ChartItem, Crosshair, Hatching, Mapping
from monitor.gui.kit.theme import Theme, load_theme
from tests.gui.conftest import THEMES

AREA = QRectF(0, 0, 200, 100)
TO = Mapping(AREA, 0, 200, 0, 100)


def painted(item: ChartItem, theme: Theme) -> QImage:
    """The item on the panel's ground; view coordinates are pixels, y upwards."""
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    item.paint_pixels(painter, AREA, TO)
    painter.end()
    return image


def inked(image: QImage, theme: Theme, y: int) -> list[int]:
    """The x of a row that are not ground."""
    return [x for x in range(200) if image.pixelColor(x, y) != theme.panel]


def test_the_level_line_can_go_to_the_scale_only(theme: Theme) -> None:
    """From the point to the right; left of it there is nothing, and without level neither."""
    cross = Crosshair(theme)
    cross.move(QPointF(120, 40))
    assert min(inked(painted(cross, theme), theme, 60)) < 10
    cross.to_scale = True
    line = inked(painted(cross, theme), theme, 60)
    assert min(line) == 120
    assert max(line) > 190
    cross.move(QPointF(120, 40), level=False)
    assert len(inked(painted(cross, theme), theme, 60)) <= 1


def test_a_stretch_has_a_line_at_each_end_in_sight(theme: Theme) -> None:
    """Both ends are upright lines; one that lies beyond the view has none."""
    hatching = Hatching(theme)
    hatching.show_spans(((40, 46), (180, 300)))
    image = painted(hatching, theme)
    for x, line in ((40, True), (45, True), (180, True), (199, False)):
        column = {image.pixelColor(x, y).rgb() for y in range(100)}
        assert line == (column == {theme.faint.rgb()})
    hatching.show_spans(((0, 9), (190, 199.9999)))
    ends = [painted(hatching, theme).pixelColor(x, 50) == theme.faint for x in (0, 8, 190, 199)]
    assert ends == [False, True, True, False]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_hatching_is_seen_and_calm(name: str) -> None:
    """Its lines stand out from their ground, but less than the faintest text does."""
    theme = load_theme(THEMES, name)
    hatch, faint = (_contrast(ink, theme.background) for ink in (theme.hatch, theme.faint))
    assert 1.55 <= hatch < faint


def _contrast(ink: QColor, ground: QColor) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    lights = sorted(_luminance(colour) for colour in (ink, ground))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
