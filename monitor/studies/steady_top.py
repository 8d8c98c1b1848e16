"""The end of a scale that rests: it gives way at once, and comes back after a while, in steps."""

from monitor.model.time import SECOND

LEAST = 0.68
"""Below this part of the scale it is too long: what it measures then fills 6/10 of a height."""
PATIENCE = 2 * SECOND


class SteadyTop:
    """``top`` is what a scale ends at; 0 until there is something to measure.

    What must fit is told by ``follow``, with the time (monotonic ns). A new top is ``room``
    times that. ``due`` says that it is to be followed again though nothing changed.
    """

    def __init__(self, room: float) -> None:
        self.room = room
        self.top = 0.0
        self._low_since: int | None = None
        self._seen = 0.0

    def follow(self, wanted: float, now: int) -> float:
        """The top that holds ``wanted``; the one there was, while it will do."""
        if wanted > self.top:
            self._take(wanted)
        elif wanted <= 0 or wanted >= LEAST * self.top:
            self._low_since = None
        elif self._low_since is None:
            self._low_since, self._seen = now, wanted
        else:
            # What came and went meanwhile is to have its room too.
            self._seen = max(self._seen, wanted)
            if self.due(now):
                self._take(self._seen)
        return self.top

    def due(self, now: int) -> bool:
        """Whether it was too long for long enough."""
        return self._low_since is not None and now - self._low_since >= PATIENCE

    def forget(self) -> None:
        """Begin anew."""
        self.top, self._low_since = 0.0, None

    def _take(self, wanted: float) -> None:
        self.top, self._low_since = wanted * self.room, None
