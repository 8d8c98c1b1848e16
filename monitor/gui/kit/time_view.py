"""Which stretch of time a chart has in sight: following the newest in steps, or put by hand."""

FEWEST, MOST = 12, 100_000
"""Candles in sight at the closest and at the farthest zoom."""
FIRST_IN_SIGHT = 150
LEAST_ROOM, ROOM = 0.02, 0.08
"""Shares of the width free right of the newest: below the first it moves on, to the second."""
KEPT_IN_SIGHT = 0.2
"""So much of the width always holds the market's own time, however far it is dragged."""


class TimeView:
    """``right`` is the right edge and ``span`` the width, both in seconds.

    ``newest`` is where the market's time ends, in the same seconds. While following, the
    edge moves only when the newest comes up to it: a changed range rebuilds the axes.
    """

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.span = interval_s * FIRST_IN_SIGHT
        self.right = 0.0
        self.following = True

    @property
    def left(self) -> float:
        """The left edge in seconds."""
        return self.right - self.span

    def follow(self, newest: float) -> None:
        """Let the newest be in sight, with some room right of it; nothing when let go."""
        if not self.following:
            return
        room = (self.right - newest) / self.span
        if not LEAST_ROOM <= room <= ROOM * 1.001:
            self.right = newest + ROOM * self.span

    def zoom(self, factor: float, at: float, newest: float) -> None:
        """See ``factor`` times as much; about the right edge while following, else about ``at``."""
        span = min(max(self.span * factor, FEWEST * self.interval_s), MOST * self.interval_s)
        if self.following:
            self.span = span
            self.follow(newest)
        else:
            self.right = at + (self.right - at) * span / self.span
            self.span = span

    def pan(self, seconds: float, oldest: float, newest: float) -> None:
        """Move by so many seconds, to the past where negative.

        Lets go of the newest once that is out of sight, and takes it up again when it is
        back. ``oldest`` is where the candles begin.
        """
        first = min(oldest, newest) + KEPT_IN_SIGHT * self.span
        self.right = min(max(self.right + seconds, first), newest + ROOM * self.span)
        self.following = self.right >= newest + LEAST_ROOM * self.span

    def go_live(self, newest: float) -> None:
        """Follow again, with the zoom as it is."""
        self.following = True
        self.follow(newest)

    def show_moment(self, at: float, newest: float) -> None:
        """Put a moment in the middle, with the zoom as it is."""
        self.right = min(at + self.span / 2, newest + ROOM * self.span)
        self.following = self.right >= newest + LEAST_ROOM * self.span

    def take_interval(self, interval_s: float, newest: float) -> None:
        """Go over to other candles, as many of them in sight as before."""
        self.span *= interval_s / self.interval_s
        self.interval_s = interval_s
        self.span = min(max(self.span, FEWEST * interval_s), MOST * interval_s)
        self.go_live(newest)
