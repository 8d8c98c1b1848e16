"""Candles are painted where they belong, hollow where trades were missed, and all at once."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from monitor.app.bench import candle_paint
from monitor.gui.kit import candle_item
from monitor.gui.kit.candle_item import CandlePicture, body_width, is_backfilled, is_partial
from monitor.gui.kit.price_chart import PriceChart
from monitor.gui.kit.primitives import fill_rects
from monitor.gui.kit.theme import Theme
from monitor.market.candle_series import CLOSED, FROM_VENUE, PARTIAL, CandleSeries
from monitor.model.time import SECOND


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> Iterator[PriceChart]:
    made = PriceChart(theme, utc=True)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.show_candles(None)


def traded(n: int) -> CandleSeries:
    """Candles from 10 up to 20 or down to it, each a second; the first of them is partial."""
    series = CandleSeries(SECOND)
    for second in range(n):
        for price in (10.0, 20.0) if second % 2 else (20.0, 10.0):
            series.add(second * SECOND, price, 1.0, "buy")
    return series


def shown(chart: PriceChart, series: CandleSeries) -> QImage:
    """What the chart looks like with the whole series in sight."""
    chart.set_times(0.0, float(len(series)))
    chart.set_prices(0.0, 30.0, 4.0)
    chart.show_candles(CandlePicture(series.view(), SECOND, 0, 4.0))
    picture: QImage = chart.grab().toImage()
    return picture


def test_bodies_are_filled_and_partial_ones_hollow(chart: PriceChart, theme: Theme) -> None:
    """The first candle, whose beginning was missed, has an edge only; the others are full."""
    picture = shown(chart, traded(6))
    found = []
    for second in range(6):
        at = chart.view.mapViewToScene(QPointF(second + 0.5, 15.0))
        found.append(picture.pixelColor(int(at.x()), int(at.y())).name())
    sides = [theme.sell.name(), theme.buy.name()] * 3
    assert [theme.panel.name(), *sides[1:]] == found


def test_any_number_of_candles_takes_as_many_calls(
    chart: PriceChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No call to Qt and no object per candle: ten and ten thousand are painted in equal steps."""
    calls: list[int] = []

    def counted(*arguments: object) -> None:
        calls.append(1)
        fill_rects(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(candle_item, "fill_rects", counted)
    shown(chart, traded(10))
    few = len(calls)
    calls.clear()
    shown(chart, traded(10_000))
    assert len(calls) == few <= 8


@pytest.mark.parametrize("step", [0.1, 1.0, 2.0, 3.0, 4.4, 9.7, 33.0])
def test_bodies_have_a_middle_and_a_gap(step: float) -> None:
    """A width is odd, so that the wick is in the middle, and bodies don't touch where they can."""
    width = body_width(step)
    assert 1 == width % 2
    assert width < step or width == 1


def test_flags_in_words() -> None:
    """The venue's forming candle is not missing anything; ours that began early is."""
    flags = np.array([0, PARTIAL, PARTIAL | CLOSED, FROM_VENUE | PARTIAL, FROM_VENUE], np.uint8)
    assert [False, True, True, False, False] == is_partial(flags).tolist()
    assert [False, False, False, True, True] == is_backfilled(flags).tolist()


def test_the_benchmark_measures_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure of the candles' part comes about, and the cost does not follow history."""
    monkeypatch.setattr(candle_paint, "FRAMES", 1)
    rows = {row.name: row for row in candle_paint.candle_rows()}
    assert {"T8"} == {row.target for row in rows.values()}
    assert rows["candles against a QPicture rebuild"].value > 3
    assert rows["history of 50,000 against 500"].value < 5
