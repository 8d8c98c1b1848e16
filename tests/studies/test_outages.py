"""Trades missed between two candles are seen; quiet times are not taken for it."""

from monitor.market.candle_series import CandleSeries
from monitor.model.time import SECOND
from monitor.studies.candle_figures import candle_figures, is_hollow
from monitor.studies.number_format import Digits
from monitor.studies.outages import outages

START = 1_723_161_600 * SECOND


def traded(*seconds: int, cut_after: int = -1) -> CandleSeries:
    series = CandleSeries(SECOND)
    for second in seconds:
        series.add(START + second * SECOND, 100.0 + second, 2.0, "buy")
        if second == cut_after:
            series.interrupt()
    return series


def test_the_stretch_between_the_ends_of_an_outage() -> None:
    """It begins after the candle that was cut and ends where the next one opens."""
    candles = traded(0, 1, 2, 9, 10, cut_after=2).view()
    assert [(START + 3 * SECOND, START + 9 * SECOND)] == outages(candles, SECOND)


def test_quiet_times_and_short_cuts_leave_no_stretch() -> None:
    """No trade for a while is no outage; one within a candle is told by that candle."""
    assert [] == outages(traded(0, 1, 2, 9, 10).view(), SECOND)
    assert [] == outages(traded(0, 1, 2, 3, 4, cut_after=2).view(), SECOND)


def test_a_candle_in_words() -> None:
    """Figures have the instrument's digits, the time no more than the interval's."""
    candles = traded(0, 61, 62).view()
    figures = candle_figures(candles, 1, 60 * SECOND, Digits(2, 3), utc=True)
    assert "2024-08-09 00:01" == figures.when
    expected = ("O", "161.00"), ("H", "161.00"), ("L", "161.00"), ("C", "161.00"), ("V", "2.000")
    assert (*expected, ("", "0.00%")) == figures.figures
    assert "" == figures.note
    first = candle_figures(candles, 0, SECOND, Digits(2, 3), utc=True)
    assert "part missed" == first.note
    assert is_hollow(int(candles.flags[0]))
