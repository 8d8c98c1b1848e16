"""What to ask a venue for, so that the past in sight is whole, and no more often than useful."""

from monitor.market.candle_series import PARTIAL, CandleSeries
from monitor.model.time import MS, SECOND

LOOK_EVERY = 250 * MS
FIRST_PATIENCE = 15 * SECOND
TRIES = 3
"""A question is put again after 15 s and after 60 s more; then its holes are let be."""
FEWEST_ASKED, MOST_ASKED = 300, 1_000

Question = tuple[int, int]
"""Up to which moment (ns UTC, excluded), and how many candles."""


class Backfill:
    """Remembers what was asked for one series, so that an answer with holes ends the matter."""

    def __init__(self) -> None:
        self._asked: dict[object, tuple[int, int]] = {}
        self._next_look = 0

    def questions(
        self, series: CandleSeries, start: int, stop: int, wall: int, now: int
    ) -> list[Question]:
        """What to ask now for a view from ``start`` to ``stop`` (ns UTC).

        ``wall`` is the market's time (ns UTC), ``now`` monotonic ns. At most one question
        about the past beyond what is held, half a view ahead of the user's scrolling, and
        one about a hole in sight.
        """
        if now < self._next_look:
            return []
        self._next_look = now + LOOK_EVERY
        interval = series.interval
        if not len(series):
            # The forming candle is asked for too: only the venue knows how it began.
            end = wall - wall % interval + interval
            return [(end, MOST_ASKED // 2)] if self._due("all", now) else []
        found: list[Question] = []
        candles = series.view()
        oldest = int(candles.ts_open[0])
        # The first of ours began before we looked, so it is asked for with its past.
        end = oldest + (interval if candles.flags[0] & PARTIAL else 0)
        missing = (end - start + (stop - start) // 2) // interval
        if oldest > start - (stop - start) // 2 and self._due(oldest, now):
            found.append((end, min(max(missing, FEWEST_ASKED), MOST_ASKED)))
        for first, last in reversed(series.holes()):
            in_sight = last > start and first < stop and last > end
            if in_sight and self._due((first, last), now):
                found.append((last, min(max((last - first) // interval, 1), MOST_ASKED)))
                break
        return found

    def _due(self, key: object, now: int) -> bool:
        tries, again = self._asked.get(key, (0, now))
        if tries >= TRIES or now < again:
            return False
        self._asked[key] = (tries + 1, now + FIRST_PATIENCE * 4**tries)
        return True
