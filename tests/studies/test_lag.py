"""Lag is told without believing that two clocks agree."""

import math

from monitor.model.time import MINUTE, MS, SECOND
from monitor.studies.lag import REMEMBERED, LagWindow

START = 1_723_161_600 * SECOND


def test_nothing_is_known_before_the_first_message() -> None:
    """No number stands for what isn't known."""
    lag = LagWindow()
    assert math.isnan(lag.offset_ms)
    assert all(math.isnan(value) for value in lag.percentiles_ms(50, 99))


def test_no_lag_is_ever_negative() -> None:
    """A recorder's clock 1.27 s behind its venue's is an offset; what is above it is lag."""
    lag = LagWindow()
    for number in range(100):
        sent = START + number * 10 * MS
        lag.add(sent, sent - 1_270 * MS + (number % 10) * MS)
    assert -1_270.0 == lag.offset_ms
    assert (0.0, 9.0) == lag.percentiles_ms(0, 100)
    assert (4.5,) == lag.percentiles_ms(50)


def test_only_the_newest_ten_seconds_count() -> None:
    """A burst of lag is gone from the figures ten seconds later."""
    lag = LagWindow()
    lag.add(START, START)
    lag.add(START, START + 5 * SECOND)
    assert (5_000.0,) == lag.percentiles_ms(100)
    later = START + 20 * SECOND
    lag.add(later, later + 2 * MS)
    assert (2.0, 2.0) == lag.percentiles_ms(0, 100)


def test_a_drifting_clock_is_followed() -> None:
    """The quickest message counts for ten minutes: a clock set back is forgotten after that."""
    lag = LagWindow()
    lag.add(START, START - SECOND)
    for minute in range(1, REMEMBERED + 1):
        at = START + minute * MINUTE
        lag.add(at, at + 3 * MS)
    assert 3.0 == lag.offset_ms
