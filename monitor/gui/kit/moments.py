"""Moments as words: with day and zone, or as time elapsed where a clock tells no days."""

from datetime import UTC, datetime

from monitor.model.time import DAY, MS, SECOND

FIRST_DATE = 946_684_800 * SECOND
"""2000-01-01: a time before it is a recording's monotonic clock, and no day of any market."""


def undated_since(clock: str, first_ts: int) -> int | None:
    """The beginning of a recording whose times are no dates; None where they are.

    ``clock`` is the word of its header, which says so (docs/recording.md).
    """
    return first_ts if clock or first_ts < FIRST_DATE else None


def elapsed_words(elapsed: int) -> str:
    """A time since a beginning, to the tenth of a second: ``00:12.3``, ``1:02:03.4``."""
    tenths = max(elapsed, 0) // (SECOND // 10)
    minutes, seconds = divmod(tenths / 10, 60)
    hours, minutes = divmod(int(minutes), 60)
    words = f"{minutes:02d}:{seconds:04.1f}"
    return f"{hours}:{words}" if hours else words


def moment_words(ts: int, *, utc: bool, since: int | None = None) -> str:
    """A moment with its zone, to the millisecond; no day where the clock tells none.

    Such a clock's moments are told from ``since`` on.
    """
    if since is not None:
        return f"{(ts - since) / SECOND:,.3f} s after the beginning"
    if ts < FIRST_DATE:
        return f"{ts / SECOND:,.3f} s of a clock without a date"
    local = _at(ts, utc=utc)
    return f"{local:%Y-%m-%d %H:%M:%S}.{ts % SECOND // MS:03d} {_zone(local, utc=utc)}"


def span_words(start: int, stop: int, *, utc: bool) -> str:
    """A span of time with its zone, to the second; the day once where it is one."""
    if stop < FIRST_DATE:
        return f"{start / SECOND:,.0f} – {stop / SECOND:,.0f} s of a clock without a date"
    first, last = _at(start, utc=utc), _at(stop, utc=utc)
    same = first.date() == last.date() and stop - start < DAY
    ending = f"{last:%H:%M:%S}" if same else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} – {ending} {_zone(last, utc=utc)}"


def _at(ts: int, *, utc: bool) -> datetime:
    moment = datetime.fromtimestamp(ts // SECOND, UTC)
    return moment if utc else moment.astimezone()


def _zone(moment: datetime, *, utc: bool) -> str:
    if utc:
        return "UTC"
    offset = f"{moment:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset else "local time"
