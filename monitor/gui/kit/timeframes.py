"""The timeframes of candles: their names, and how long they are."""

from monitor.model.time import DAY, HOUR, MINUTE, SECOND

TIMEFRAMES: dict[str, int] = {
    "1s": SECOND,
    "5s": 5 * SECOND,
    "15s": 15 * SECOND,
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "1h": HOUR,
    "4h": 4 * HOUR,
    "1d": DAY,
}
"""By name, in ns; their keys are the digits from 1 on."""
