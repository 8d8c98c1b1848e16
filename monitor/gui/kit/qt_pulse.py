"""A steady beat from Qt's own timer, several times cheaper under its loop than asyncio's."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer


class QtPulse:
    """Calls a function every so many seconds until it is cancelled."""

    def __init__(self, interval_s: float, call: Callable[[], None]) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(call)
        self._timer.start(max(1, round(interval_s * 1000)))

    def cancel(self) -> None:
        """Beat no more."""
        self._timer.stop()
