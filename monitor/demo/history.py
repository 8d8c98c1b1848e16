"""An instrument's past: seconds in which it traded, from a seeded bridge that ends at today's opening.

Everything is integer ticks and lots, and longer intervals are sums of the shorter,
so candles of all intervals agree with each other. Days are made when first asked
for; of each only its minutes are kept for long.
"""

from array import array
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

DAYS = 30
"""How far the past goes back."""
DAY_S = 86_400
MINUTE_S = 60
KEPT_SECONDS = 2 * DAY_S
"""Live seconds with trades that are kept; minutes are kept for ever."""

_Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
"""One row a span with trades: second it begins, open, high, low, close, volume, buy volume, trades."""
_MakeDay = Callable[[int], Rows]
COLUMNS = 8
_OPENS, _OPEN, _HIGH, _LOW, _CLOSE, _VOLUME, _BUYS, _TRADES = range(COLUMNS)
_EMPTY: Rows = np.zeros((0, COLUMNS), np.int64)


def grouped(rows: Rows, interval_s: int) -> Rows:
    """Rows of ``interval_s`` from rows of a shorter interval, in the order of time."""
    if not len(rows):
        return rows
    opens = rows[:, _OPENS] // interval_s * interval_s
    first = np.flatnonzero(np.diff(opens, prepend=opens[0] - 1))
    last = np.append(first[1:], len(rows)) - 1
    sums = np.add.reduceat(rows[:, _VOLUME:], first, axis=0)
    return np.column_stack(
        (
            opens[first],
            rows[first, _OPEN],
            np.maximum.reduceat(rows[:, _HIGH], first),
            np.minimum.reduceat(rows[:, _LOW], first),
            rows[last, _CLOSE],
            sums,
        )
    )


class Tally:
    """Rows of one interval that grow at the end as trades come in."""

    def __init__(self, interval_s: int) -> None:
        self._interval_s = interval_s
        self._cells = array("q")
        self._opens = -1

    def add(self, second: int, tick: int, lots: int, *, buy: bool) -> None:
        opens = second - second % self._interval_s
        cells = self._cells
        if opens != self._opens:
            self._opens = opens
            cells.extend((opens, tick, tick, tick, tick, lots, lots if buy else 0, 1))
            return
        if tick > cells[-6]:
            cells[-6] = tick
        elif tick < cells[-5]:
            cells[-5] = tick
        cells[-4] = tick
        cells[-3] += lots
        if buy:
            cells[-2] += lots
        cells[-1] += 1

    def since(self, second: int) -> Rows:
        """The rows that begin at ``second`` or later."""
        cells = self._cells
        low, high = 0, len(cells) // COLUMNS
        while low < high:
            middle = (low + high) // 2
            if cells[middle * COLUMNS] < second:
                low = middle + 1
            else:
                high = middle
        return np.array(cells[low * COLUMNS :], np.int64).reshape(-1, COLUMNS)

    def trim(self, rows: int) -> int:
        """Forget the older half of more than ``rows`` rows; the first second kept, or -1."""
        if len(self._cells) > rows * COLUMNS:
            del self._cells[: rows // 2 * COLUMNS]
            return self._cells[0]
        return -1


class History:
    """The candles of one instrument: the made-up past up to ``second``, then its trades.

    ``opening`` (a tick) is where the past ends and trading begins. ``daily`` is the
    standard deviation of a day's log return, ``trade_share`` the share of seconds
    with a trade, ``mean_lots`` and ``mean_trades`` those of such a second.
    """

    def __init__(
        self,
        seed: int,
        second: int,
        opening: int,
        *,
        daily: float,
        trade_share: float,
        mean_lots: float,
        mean_trades: float,
    ) -> None:
        self._seed = seed
        self._second = second
        self._daily = daily
        self._trade_share = trade_share
        self._mean_lots = mean_lots
        self._mean_trades = mean_trades
        self._today = second // DAY_S
        returns = np.random.default_rng((seed, 0)).normal(0, daily, DAYS + 1)
        # _closes[n] is the log price at the end of the day n days ago; today's is the opening.
        self._closes = np.log(opening) - np.concatenate(([0.0], np.cumsum(returns)))
        self._opening = opening
        self._seconds, self._minutes = Tally(1), Tally(MINUTE_S)
        self._seconds_from = 0
        self._prepared = 0
        self._past_seconds = lru_cache(maxsize=3)(self._make_day)
        self._past_minutes = lru_cache(maxsize=DAYS + 1)(self._make_minutes)

    def trade(self, second: int, tick: int, lots: int, *, buy: bool) -> None:
        """A trade took place."""
        self._seconds.add(second, tick, lots, buy=buy)
        self._minutes.add(second, tick, lots, buy=buy)
        if second % 3_600 == 0:
            kept_from = self._seconds.trim(KEPT_SECONDS)
            self._seconds_from = max(self._seconds_from, kept_from)

    def prepare(self) -> bool:
        """Make one more day of the past; False once all are made.

        A day takes some ms. Made one by one beforehand, a chart of a month is there at once.
        """
        if self._prepared > DAYS:
            return False
        self._past_minutes(self._today - self._prepared)
        self._prepared += 1
        return True

    def candles(self, interval_s: int, end: int, limit: int) -> Rows:
        """The latest ``limit`` rows that open before second ``end``, one for every interval."""
        last = -(-end // interval_s) * interval_s - interval_s
        first = last - (limit - 1) * interval_s
        rows = grouped(self.rows(interval_s, first, last + interval_s), interval_s)
        if not len(rows) or rows[0, _OPENS] > first:
            before = self._last_before(interval_s, first)
            rows = np.concatenate((before, rows)) if len(before) else rows
        return _filled(rows, interval_s, first, last)

    def rows(self, interval_s: int, first: int, end: int) -> Rows:
        """What traded in the seconds ``first`` to ``end``, in seconds or in minutes."""
        minutes = interval_s % MINUTE_S == 0
        make = self._past_minutes if minutes else self._past_seconds
        parts = [] if first < self._seconds_from and not minutes else self._past(make, first, end)
        live = (self._minutes if minutes else self._seconds).since(first)
        rows = np.concatenate([*parts, live]) if parts else live
        opens = rows[:, _OPENS]
        return rows[np.searchsorted(opens, first) : np.searchsorted(opens, end)]

    def _past(self, make: _MakeDay, first: int, end: int) -> list[Rows]:
        earliest = max(self._today - DAYS, first // DAY_S)
        return [make(day) for day in range(earliest, min(self._today, (end - 1) // DAY_S) + 1)]

    def _last_before(self, interval_s: int, first: int) -> Rows:
        for days in (1, 7, DAYS):
            rows = grouped(self.rows(MINUTE_S, first - days * DAY_S, first), interval_s)
            if len(rows):
                return rows[-1:]
        return _EMPTY

    def _make_minutes(self, day: int) -> Rows:
        return grouped(self._past_seconds(day), MINUTE_S)

    def _make_day(self, day: int) -> Rows:
        """The seconds with trades of a past day, or of today up to the opening."""
        ago = self._today - day
        length = DAY_S if ago else self._second % DAY_S
        if not length:
            return _EMPTY
        random = np.random.default_rng((self._seed, ago + 1))
        mood = _mood(random, length)
        path = np.cumsum(random.normal(0, 1, length) * mood)
        path *= self._daily / np.sqrt(DAY_S) / np.sqrt(np.mean(mood**2))
        start, end = self._closes[ago + 1], self._closes[ago]
        share = np.arange(1, length + 1) / length
        closes = np.rint(np.exp(start + path - share * (path[-1] - (end - start))))
        return self._trades_along(random, day * DAY_S, closes.astype(np.int64), mood)

    def _trades_along(
        self, random: np.random.Generator, begins: int, closes: NDArray[np.int64], mood: _Floats
    ) -> Rows:
        length = len(closes)
        traded = random.random(length) < np.minimum(1, self._trade_share * mood)
        traded[-1] = True
        at = np.flatnonzero(traded)
        count = len(at)
        close = np.maximum(1, closes[at])
        opens = np.concatenate((close[:1], close[:-1]))
        reach = np.maximum(1, np.abs(close - opens))
        high = np.maximum(opens, close) + np.rint(random.exponential(0.4, count) * reach)
        low = np.minimum(opens, close) - np.rint(random.exponential(0.4, count) * reach)
        lots = random.lognormal(-0.72, 1.2, count) * mood[at] * self._mean_lots
        volume = np.maximum(1, np.rint(lots)).astype(np.int64)
        tilt = np.clip(0.5 + 0.15 * np.sign(close - opens) + random.normal(0, 0.15, count), 0, 1)
        rows = np.empty((count, COLUMNS), np.int64)
        rows[:, _OPENS] = begins + at
        rows[:, _OPEN], rows[:, _CLOSE] = opens, close
        rows[:, _HIGH], rows[:, _LOW] = high, np.maximum(1, low)
        rows[:, _VOLUME], rows[:, _BUYS] = volume, np.rint(volume * tilt)
        rows[:, _TRADES] = 1 + random.poisson(self._mean_trades * mood[at])
        return rows


def _mood(random: np.random.Generator, length: int) -> _Floats:
    """How busy each second is, about 1 on average: slow waves and bursts of minutes."""
    knots = np.arange(0, length + 600, 600)
    slow = np.interp(np.arange(length), knots, random.normal(0, 0.5, len(knots)))
    knots = np.arange(0, length + 45, 45)
    fast = np.interp(np.arange(length), knots, random.normal(0, 0.5, len(knots)))
    return np.exp(slow + fast - 0.17)


def _filled(rows: Rows, interval_s: int, first: int, last: int) -> Rows:
    """Rows for every interval from ``first`` to ``last``; a quiet one repeats the last close."""
    if not len(rows):
        return rows
    first = max(first, int(rows[0, _OPENS]))
    opens = np.arange(first, last + interval_s, interval_s)
    at = np.searchsorted(rows[:, _OPENS], opens, side="right") - 1
    filled = rows[at]
    quiet = filled[:, _OPENS] != opens
    filled[:, _OPENS] = opens
    filled[quiet, _OPEN : _CLOSE + 1] = filled[quiet, _CLOSE][:, None]
    filled[quiet, _VOLUME:] = 0
    return filled
