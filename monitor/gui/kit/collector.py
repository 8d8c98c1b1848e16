"""Garbage collected in Qt's thread only, for what is collected may be Qt's."""

import gc
from typing import Final

from monitor.gui.kit.qt_pulse import QtPulse

EVERY_S: Final = 0.5
YOUNG: Final = 700
"""So many new objects are worth a look; Python's own threshold."""
OLDER_AFTER: Final = 10
"""After so many looks at the young, those that survived are looked at too."""
ALL_AFTER: Final = 12
"""After so many looks at the survivors, at all."""


class Collector:
    """Collects cycles at moments of its own, in the thread it was made in.

    Python collects where an object happens to be made, so also in a thread that looks a name
    up. A timer of Qt's that is taken away there stays in Qt's list, and the next time it
    is due the program crashes. In Qt's own thread it may come in the midst of a call that
    holds a lock of Qt's, and a QObject that is taken away then waits for it for ever. So
    Python's own collecting is off from the first to the last.
    """

    def __init__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._pulse = QtPulse(EVERY_S, self.look)
        self._looks = 0

    def look(self) -> None:
        """Collect if enough was made since the last time."""
        if gc.get_count()[0] < YOUNG:
            return
        self._looks += 1
        if self._looks % (OLDER_AFTER * ALL_AFTER) == 0:
            gc.collect(2)
        else:
            gc.collect(1 if self._looks % OLDER_AFTER == 0 else 0)

    def end(self) -> None:
        """Look no more; Python collects by itself again if it did before."""
        self._pulse.cancel()
        if self._was_enabled:
            gc.enable()
