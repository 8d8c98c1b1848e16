"""The timeframes of price panels, and how the window reaches a panel that has one."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from monitor.gui.kit.panel import Panel
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


@runtime_checkable
class TakesTimeframe(Protocol):
    """A panel with a timeframe, named as in ``TIMEFRAMES``."""

    timeframe: str

    def pick_timeframe(self, name: str) -> None: ...


def timed(panels: Iterable[Panel]) -> TakesTimeframe | None:
    """The first panel that has a timeframe."""
    return next((panel for panel in panels if isinstance(panel, TakesTimeframe)), None)


def name_of(interval: int) -> str:
    """The name of a timeframe in ns; a minute's where none has that length."""
    return next((name for name, held in TIMEFRAMES.items() if held == interval), "1m")
