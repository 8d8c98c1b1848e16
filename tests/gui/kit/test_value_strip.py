"""The line of figures keeps what matters most, whatever the width."""

import pytest
from PySide6.QtGui import QFontMetricsF

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.theme import Theme
from monitor.gui.kit.value_strip import ValueStrip, laid_out

FIGURES = (
    ("O", "61,682.86"),
    ("H", "61,696.28"),
    ("L", "61,675.57"),
    ("C", "61,682.86"),
    ("V", "11.58401"),
    ("", "−0.02%"),
)


@pytest.mark.parametrize("width", range(300, 900, 50))
def test_a_narrow_strip_keeps_the_prices(theme: Theme, width: int) -> None:
    """One line that ends inside; first the note goes, then the day, volume, time and change."""
    strip = ValueStrip(theme)
    strip.show_figures("2026-05-28 20:27:35", FIGURES, "backfilled", theme.buy)
    metrics = QFontMetricsF(font(SMALL_PX))
    held = laid_out(strip.parts, metrics, width)
    kinds = [part.kind for _, part in held]
    assert ["O", "H", "L", "C"] == [kind for kind in kinds if kind in "OHLC" and kind]
    gone = [kind for kind in ("note", "day", "V", "when", "") if kind not in kinds]
    assert ["note", "day", "V", "when", ""][: len(gone)] == gone
    lefts = [left for left, _ in held]
    assert sorted(lefts) == lefts
    last, part = held[-1]
    if width >= 400:
        assert last + metrics.horizontalAdvance(f"{part.name} {part.figure}") <= width + 8


def test_nothing_is_said_without_a_time(theme: Theme) -> None:
    """A pointer between candles reads nothing."""
    strip = ValueStrip(theme)
    strip.show_figures("", (), "", theme.dim)
    assert "" == strip.text
    strip.show_figures("2026-05-28", FIGURES, "", theme.dim)
    assert strip.text.startswith("2026-05-28 O 61,682.86")
