"""The candles of a series as a table: exact texts, times in UTC."""

import math
from decimal import Decimal

from monitor.book.grid import decimals_of
from monitor.export.table import Table
from monitor.market.candle_series import CLOSED, FROM_VENUE, PARTIAL, CandleSeries
from monitor.model.instrument import Instrument
from monitor.model.time import format_rfc3339

COLUMNS = (
    "time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "buy_volume",
    "trades",
    "source",
    "complete",
)
FINEST_SIZE = 12
"""Decimals of a summed size where the venue named no lot: finer ones are the sum's own noise."""


def candle_table(series: CandleSeries, instrument: Instrument) -> Table:
    """All candles held, oldest first.

    Prices are the venue's numbers; volumes are sums, to the instrument's lot. An empty
    cell is what the venue doesn't tell. ``source`` says who counted: ``trades`` seen here
    or the ``venue``; ``complete`` is ``no`` where trades were missed or are still to come.
    """
    lot = instrument.lot_size
    decimals = FINEST_SIZE if lot is None else decimals_of(lot)
    columns = series.view()
    rows = [
        (
            format_rfc3339(ts),
            *(_price(price) for price in prices),
            _size(volume, decimals),
            _size(bought, decimals),
            "" if trades < 0 else str(trades),
            "venue" if flags & FROM_VENUE else "trades",
            "yes" if flags & (CLOSED | PARTIAL) == CLOSED else "no",
        )
        for ts, *prices, volume, bought, trades, flags in zip(
            *(column.tolist() for column in columns[:9]), strict=True
        )
    ]
    opens = columns.ts_open
    span = (int(opens[0]), int(opens[-1]) + series.interval) if rows else None
    return Table(COLUMNS, rows, numeric=frozenset(COLUMNS[1:8]), span=span)


def _price(price: float) -> str:
    return format(Decimal(repr(price)), "f")


def _size(size: float, decimals: int) -> str:
    if math.isnan(size):
        return ""
    text = f"{size:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
