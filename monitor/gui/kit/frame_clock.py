"""The one clock that all drawing follows: visible, changed panels only, at a steady rate."""

from collections import deque
from collections.abc import Callable
from time import monotonic_ns
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer

from monitor.model.time import MS, SECOND

HISTORY = 600
SLOW_FRAMES = 30
"""After so many frames over half their interval the rate is halved; as many easy ones undo it."""


class Drawn(Protocol):
    """Anything the clock drives; ``frame`` draws where something changed and says whether."""

    def frame(self, now: int) -> bool: ...


class FrameClock(QObject):
    """Calls ``frame(now)`` of everything registered, ``fps`` times a second.

    ``now`` is monotonic ns. A precise timer, since asyncio's timers under qasync are
    coarse. A frame that costs too much for a while halves the rate, so that reading
    never starves; ``costs_ns`` and ``gaps_ns`` hold the last frames' figures.
    """

    def __init__(self, fps: int = 60, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fps = fps
        self.halved = False
        self.frames = self.drawn = 0
        self.costs_ns: deque[int] = deque(maxlen=HISTORY)
        self.gaps_ns: deque[int] = deque(maxlen=HISTORY)
        self._before: list[Callable[[], None]] = []
        self._drawn: list[Drawn] = []
        self._paces: dict[Drawn, int] = {}
        self._last = 0
        self._slow = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to tick."""
        self._last = monotonic_ns()
        self._timer.start(self._interval_ms())

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    def set_fps(self, fps: int) -> None:
        """Change the rate asked for."""
        self.fps = fps
        if self._timer.isActive():
            self._timer.start(self._interval_ms())

    def before_each(self, call: Callable[[], None]) -> None:
        """Have ``call`` run first in every frame, to read what waits on hot sockets."""
        self._before.append(call)

    def add(self, drawn: Drawn, fps: int = 0) -> None:
        """Drive something from now on, ``fps`` times a second where that is less."""
        self._drawn.append(drawn)
        if fps:
            self._paces[drawn] = fps

    def remove(self, drawn: Drawn) -> None:
        """Drive it no more; unknown is fine."""
        if drawn in self._drawn:
            self._drawn.remove(drawn)
            self._paces.pop(drawn, None)

    def tick(self) -> None:
        """One frame."""
        now = monotonic_ns()
        self.gaps_ns.append(now - self._last)
        self._last = now
        for call in self._before:
            call()
        changed = [drawn.frame(now) for drawn in self._due()]
        self.frames += 1
        self.drawn += any(changed)
        cost = monotonic_ns() - now
        self.costs_ns.append(cost)
        self._pace(cost)

    def _due(self) -> list[Drawn]:
        """What this frame drives. The slower ones take turns, so that frames cost alike."""
        rate = self.fps / 2 if self.halved else self.fps
        paces = self._paces
        due: list[Drawn] = []
        for place, drawn in enumerate(self._drawn):
            every = max(1, round(rate / paces[drawn])) if drawn in paces else 1
            if (self.frames + place) % every == 0:
                due.append(drawn)
        return due

    def _interval_ms(self) -> int:
        rate = self.fps / 2 if self.halved else self.fps
        return max(1, int(1000 / rate))

    def _pace(self, cost: int) -> None:
        too_slow = cost > SECOND // self.fps // 2
        if too_slow != self.halved:
            self._slow += 1
        else:
            self._slow = 0
        if self._slow >= SLOW_FRAMES:
            self.halved, self._slow = too_slow, 0
            self._timer.start(self._interval_ms())


def milliseconds(ns: int) -> float:
    """Nanoseconds as ms, for read-outs."""
    return ns / MS
