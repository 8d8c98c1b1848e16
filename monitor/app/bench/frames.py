"""T10: what one frame pays to see a book of 20,000 levels, against one of 1,000."""

from collections.abc import Callable
from decimal import Decimal
from statistics import median

from monitor.app.bench.measure import Row, at_most, interleaved, ratio
from monitor.book.book import Book

PIXELS = 640
FRAMES = 400
TICK = Decimal("0.01")
MID_TICK = 6_170_000


def frame_rows() -> list[Row]:
    """Columns of one side, as the depth panel takes them each frame."""
    jobs = {"1,000": _frames(1_000), "20,000": _frames(20_000)}
    times = interleaved(jobs)
    per_frame = median(times["20,000"]) / FRAMES * 1e6
    share = ratio(times["20,000"], times["1,000"])
    detail = f"{PIXELS} columns of one side, 20,000 levels; 1,000 levels {per_frame / share:.1f} µs"
    return [
        at_most("T10", "frame of a 20,000-level side", per_frame, 60, detail, "µs"),
        at_most("T10", "20,000 levels against 1,000", share, 3, detail),
    ]


def _frames(levels: int) -> Callable[[], None]:
    """A book with a level on every other tick, and ``FRAMES`` looks at its bids."""
    book = Book(tick_size=TICK)
    bids = [((MID_TICK - 2 * n) / 100, 1.0 + n % 7) for n in range(levels)]
    asks = [((MID_TICK + 1 + 2 * n) / 100, 1.0 + n % 7) for n in range(levels)]
    book.replace(bids, asks)
    low, high = bids[-1][0], bids[0][0]

    def look() -> None:
        for _ in range(FRAMES):
            book.bids.columns(low, high, PIXELS)

    return look
