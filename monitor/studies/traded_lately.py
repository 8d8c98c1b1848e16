"""What was traded lately in each row of a ladder, brought up to date by the trades since."""

from monitor.market.tape import Tape
from monitor.studies.ladder_grouping import row_of_price, traded_in_rows
from monitor.studies.ladder_rows import LadderRows

COUNTED_ANEW = 64
"""With so many new trades all are counted again: NumPy is then the quicker way."""


class TradedLately:
    """Sums that grow by each new trade; counted anew where rows or the span moved.

    They are those of ``traded_in_rows``, to the bit: a trade is added in the order it came.
    """

    def __init__(self) -> None:
        self._tape: Tape | None = None
        self._counted: tuple[object, ...] = ()
        self._count = 0
        self._bought: list[float] = []
        self._sold: list[float] = []

    def sums(self, tape: Tape, rows: LadderRows, since: int) -> tuple[list[float], list[float]]:
        """Sizes bought and sold in each row by trades that happened after ``since`` (ns UTC)."""
        counted = (tape.revision, rows.top, len(rows.prices), rows.step, since)
        new = tape.count - self._count
        if tape is not self._tape or counted != self._counted or not 0 <= new < COUNTED_ANEW:
            self._tape, self._counted = tape, counted
            bought, sold = traded_in_rows(tape, rows, since)
            self._bought, self._sold = bought.tolist(), sold.tolist()
        elif new:
            self._add(tape, rows, since, new)
        self._count = tape.count
        return self._bought, self._sold

    def _add(self, tape: Tape, rows: LadderRows, since: int, new: int) -> None:
        view = tape.view(new)
        columns = (view.ts_event, view.price, view.size, view.side)
        for ts, price, size, side in zip(*(column.tolist() for column in columns), strict=True):
            row = row_of_price(price, side, rows) if side and ts > since else -1
            if row >= 0:
                sums = self._bought if side > 0 else self._sold
                sums[row] += size
