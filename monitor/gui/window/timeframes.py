"""How the window reaches a panel that has a timeframe."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from monitor.gui.kit.panel import Panel
from monitor.gui.kit.timeframes import TIMEFRAMES


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
