"""One candle in words: its time, its figures, and what is to be known about it."""

from typing import NamedTuple

from monitor.market.candle_series import CLOSED, FROM_VENUE, PARTIAL, CandleColumns
from monitor.model.time import DAY
from monitor.studies.number_format import Digits, fixed, percent
from monitor.studies.time_axis import clock_text, date_text


class CandleFigures(NamedTuple):
    """``figures`` are names and texts; ``note`` is empty where the candle is whole and ours."""

    when: str
    figures: tuple[tuple[str, str], ...]
    note: str
    up: bool


def candle_figures(
    candles: CandleColumns, row: int, interval: int, digits: Digits, *, utc: bool
) -> CandleFigures:
    """Open, high, low, close, volume and change of a row; ``interval`` is what it spans (ns)."""
    opened, closed = float(candles.open[row]), float(candles.close[row])
    prices = (opened, float(candles.high[row]), float(candles.low[row]), closed)
    return CandleFigures(
        when=opening_text(int(candles.ts_open[row]), interval, utc=utc),
        figures=(
            *(
                (name, fixed(price, digits.price))
                for name, price in zip("OHLC", prices, strict=True)
            ),
            ("V", fixed(float(candles.volume[row]), digits.size)),
            ("", percent(closed / opened - 1 if opened else None)),
        ),
        note=_note(int(candles.flags[row])),
        up=closed >= opened,
    )


def opening_text(moment: int, interval: int, *, utc: bool) -> str:
    """When a candle opened, no finer than it is long: ``2026-11-20 10:15``."""
    day = date_text(moment, utc=utc)
    return day if interval >= DAY else f"{day} {clock_text(moment, utc=utc, step=interval)}"


def is_hollow(flags: int) -> bool:
    """True where trades are missing; not for the venue's own candle that is still forming."""
    return bool(flags & PARTIAL) and flags & (FROM_VENUE | CLOSED) != FROM_VENUE


def _note(flags: int) -> str:
    if is_hollow(flags):
        return "part missed"
    return "backfilled" if flags & FROM_VENUE else ""
