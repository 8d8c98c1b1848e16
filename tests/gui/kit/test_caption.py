"""When a picture was: a day where there is one, and never an invented one."""

from monitor.gui.kit.caption import moment_words, span_words
from monitor.model.time import SECOND

DAY = 1_723_161_373_893_000_000


def test_a_moment_says_its_day_and_zone() -> None:
    """To the millisecond."""
    assert "2024-08-08 23:56:13.893 UTC" == moment_words(DAY, utc=True)


def test_a_clock_without_a_date_gets_none() -> None:
    """A recording of monotonic times is of no day of 1970."""
    assert "42,919.788 s of a clock without a date" == moment_words(42_919_788_000_000, utc=True)
    words = span_words(42_890 * SECOND, 42_949 * SECOND, utc=True)
    assert "42,890 – 42,949 s of a clock without a date" == words
