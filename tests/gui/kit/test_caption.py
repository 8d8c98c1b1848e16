"""When a picture was: a day where there is one, and never an invented one."""

from monitor.gui.kit.moments import elapsed_words, moment_words, span_words, undated_since
from monitor.model.time import SECOND

DAY = 1_723_161_373_893_000_000


def test_a_moment_says_its_day_and_zone() -> None:
    """To the millisecond."""
    assert "2024-08-08 23:56:13.893 UTC" == moment_words(DAY, utc=True)


def test_a_synthetic_clock_counts_from_its_beginning() -> None:
    """What a header calls no date is none, however much it looks like one."""
    began = 1_700_000_000 * SECOND
    assert began == undated_since("synthetic: the capture had no receive times", began)
    assert 42 * SECOND == undated_since("", 42 * SECOND)
    assert undated_since("", began) is None
    words = moment_words(began + 12_345_000_000, utc=True, since=began)
    assert "12.345 s after the beginning" == words


def test_elapsed_time_is_written_as_a_clock_would() -> None:
    """To the tenth, hours only where there are some."""
    tenth = SECOND // 10
    told = [elapsed_words(at * tenth) for at in (-5, 0, 123, 599, 600, 36_000, 372_345)]
    assert [
        "00:00.0",
        "00:00.0",
        "00:12.3",
        "00:59.9",
        "01:00.0",
        "1:00:00.0",
        "10:20:34.5",
    ] == told


def test_a_clock_without_a_date_gets_none() -> None:
    """A recording of monotonic times is of no day of 1970."""
    assert "42,919.788 s of a clock without a date" == moment_words(42_919_788_000_000, utc=True)
    words = span_words(42_890 * SECOND, 42_949 * SECOND, utc=True)
    assert "42,890 – 42,949 s of a clock without a date" == words
