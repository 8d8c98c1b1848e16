"""Units of time and the texts of instants: everything is integer nanoseconds, UTC."""

from datetime import UTC, datetime

US = 1_000
MS = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def parse_rfc3339(text: str) -> int:
    """Nanoseconds since the epoch of a UTC text such as ``2026-11-20T10:11:12.123456789Z``.

    Raises ValueError where the text is no such instant.
    """
    head, dot, tail = text.partition(".")
    if dot:
        digits = tail.removesuffix("Z")
        if digits == tail or not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            raise ValueError(f"'{text}' was not a UTC time")
        nanos = int(digits.ljust(9, "0"))
    else:
        head, nanos = text.removesuffix("Z"), 0
        if head == text:
            raise ValueError(f"'{text}' was not a UTC time")
    moment = datetime.strptime(head, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND + nanos


def format_rfc3339(ts: int) -> str:
    """The instant ``ts`` (ns UTC) as text with milliseconds and a Z."""
    seconds, rest = divmod(ts, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // MS:03d}Z"
