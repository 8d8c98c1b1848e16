"""A venue's past candles of one interval, as those of a coarser one."""

from collections.abc import Sequence

from monitor.model.events import Candle


def coarser(candles: Sequence[Candle], interval: int) -> list[Candle]:
    """The venue's past candles, oldest first, as closed ones of a coarser interval (ns).

    Only where all of an interval was told: the first and the last are mostly cut off.
    """
    if not candles:
        return []
    start, stop = candles[0].ts_open, candles[-1].ts_open + candles[-1].interval
    groups: dict[int, list[Candle]] = {}
    for candle in candles:
        groups.setdefault(candle.ts_open - candle.ts_open % interval, []).append(candle)
    return [
        _one_of(parts, ts_open, interval)
        for ts_open, parts in groups.items()
        if start <= ts_open and ts_open + interval <= stop and parts[-1].closed
    ]


def _one_of(parts: list[Candle], ts_open: int, interval: int) -> Candle:
    bought = [part.buy_volume for part in parts]
    trades = [part.trades for part in parts]
    return Candle(
        instrument=parts[0].instrument,
        interval=interval,
        ts_open=ts_open,
        open=parts[0].open,
        high=max(part.high for part in parts),
        low=min(part.low for part in parts),
        close=parts[-1].close,
        volume=sum(part.volume for part in parts),
        buy_volume=-1.0 if min(bought) < 0 else sum(bought),
        trades=-1 if min(trades) < 0 else sum(trades),
        closed=True,
    )
