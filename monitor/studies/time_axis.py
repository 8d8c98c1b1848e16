"""Where a time axis has its labels, and what they say: round moments of the user's zone."""

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from monitor.model.time import DAY, HOUR, MINUTE, MS, SECOND

LABEL_PX = 96
"""Room for one label and the gap beside it."""

STEPS = (
    *(n * MS for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7, 14, 28, 91, 182, 364, 1820)),
)


class TimeAxis(NamedTuple):
    """Labels: the moments (ns UTC), their texts, and the step between them in ns."""

    moments: tuple[int, ...]
    labels: tuple[str, ...]
    step: int


def time_axis(start: int, stop: int, width_px: float, *, utc: bool) -> TimeAxis:
    """Labels for moments from ``start`` to ``stop`` (ns UTC) over ``width_px`` pixels.

    The first label of a new day says the date. Empty where there is no span.
    """
    span = stop - start
    if span <= 0 or width_px < LABEL_PX:
        return TimeAxis((), (), 0)
    smallest = span * LABEL_PX / width_px
    step = next((step for step in STEPS if step >= smallest), STEPS[-1])
    shift = offset_ns(start, utc=utc)
    first = -(-(start + shift) // step) * step - shift
    moments = tuple(range(first, stop + 1, step))
    labels, day = [], None
    for moment in moments:
        local = at(moment, utc=utc)
        new_day = local.date() != day and day is not None
        day = local.date()
        labels.append(_label(local, moment, step, new_day=new_day))
    return TimeAxis(moments, tuple(labels), step)


def clock_text(moment: int, *, utc: bool, step: int = SECOND) -> str:
    """A moment (ns UTC) to the precision of ``step``: ``23:59:18``, with ms below a second."""
    local = at(moment, utc=utc)
    if step >= DAY:
        return f"{local:%Y-%m-%d}"
    if step >= MINUTE:
        return f"{local:%H:%M}"
    text = f"{local:%H:%M:%S}"
    return text if step >= SECOND else f"{text}.{moment % SECOND // MS:03d}"


def date_text(moment: int, *, utc: bool) -> str:
    """The day of a moment (ns UTC): ``2026-11-20``."""
    return f"{at(moment, utc=utc):%Y-%m-%d}"


def zone_text(moment: int, *, utc: bool) -> str:
    """What the zone is called at a moment: ``UTC``, ``CET`` or ``UTC+05:30``."""
    return "UTC" if utc else (at(moment, utc=False).tzname() or "local")


def at(moment: int, *, utc: bool) -> datetime:
    """A moment (ns UTC) as a date and time of the zone, cut to seconds."""
    zone: tzinfo | None = UTC if utc else None
    moment_utc = datetime.fromtimestamp(moment // SECOND, UTC)
    return moment_utc if utc else moment_utc.astimezone(zone)


def offset_ns(moment: int, *, utc: bool) -> int:
    """How far the zone is ahead of UTC at a moment, in ns."""
    offset = at(moment, utc=utc).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND


def _label(local: datetime, moment: int, step: int, *, new_day: bool) -> str:
    if step >= DAY:
        return f"{local:%d %b}" if step < 182 * DAY else f"{local:%b %Y}"
    if new_day:
        return f"{local:%d %b}"
    if step >= MINUTE:
        return f"{local:%H:%M}"
    text = f"{local:%H:%M:%S}"
    return text if step >= SECOND else f"{text}.{moment % SECOND // MS:03d}"
