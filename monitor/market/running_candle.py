"""The candle that trades are being added to, in plain cells: a third of what columns cost."""

from typing import Any

Cells = Any
"""A column's memory, written cell by cell."""


class RunningCandle:
    """Takes the trades of ``begin`` ≤ time < ``end``; where none runs that is no time at all.

    Whoever holds it adds to it without a call, since that is done for every trade.
    """

    __slots__ = (
        "begin",
        "buy_volume",
        "close",
        "end",
        "high",
        "low",
        "open",
        "row",
        "trades",
        "ts_first",
        "ts_last",
        "volume",
    )

    def __init__(self) -> None:
        self.begin = self.end = 0
        self.row = -1
        self.open = self.high = self.low = self.close = 0.0
        self.volume = self.buy_volume = 0.0
        self.trades = self.ts_first = self.ts_last = 0

    def run(self, row: int, interval: int, columns: tuple[Cells, ...]) -> None:
        """Go on from what the columns hold in their row ``row``."""
        self.row = row
        (
            self.begin,
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.buy_volume,
            self.trades,
            _flags,
            self.ts_first,
            self.ts_last,
        ) = (column[row] for column in columns)
        self.end = self.begin + interval

    def write(self, columns: tuple[Cells, ...]) -> None:
        """Bring the row up to date; flags and opening time are not changed by trades."""
        if self.begin >= self.end:
            return
        row = self.row
        _, opens, highs, lows, closes, volumes, bought, trades, _, firsts, lasts = columns
        opens[row], highs[row], lows[row], closes[row] = self.open, self.high, self.low, self.close
        volumes[row], bought[row], trades[row] = self.volume, self.buy_volume, self.trades
        firsts[row], lasts[row] = self.ts_first, self.ts_last

    def stop(self) -> None:
        """No candle runs."""
        self.begin = self.end = 0
