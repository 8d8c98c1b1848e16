"""When a feed could not be believed, as it was seen: the stretches that charts hatch."""

from collections import deque

from monitor.model.verdict import State, Verdict

KEPT = 500
BAD = (State.STALE, State.GAP, State.DOWN)
STARTING = (State.CONNECTING, State.SYNCING)
"""Bad too once the feed has been good; before that there is nothing to doubt."""


class BadSpans:
    """Told the verdict at every frame; ``spans`` are in ns UTC, the last one may still grow."""

    def __init__(self) -> None:
        self._spans: deque[tuple[int, int]] = deque(maxlen=KEPT)
        self._since: int | None = None
        self._been_good = False

    def see(self, verdict: Verdict, now: int, wall: int) -> None:
        """Take note of a verdict at ``now`` (monotonic ns), which is ``wall`` (ns UTC)."""
        bad = verdict.state in BAD or (self._been_good and verdict.state in STARTING)
        if not bad:
            self._been_good = self._been_good or verdict.state not in STARTING
            if self._since is not None:
                self._spans.append((self._since, wall))
                self._since = None
        elif self._since is None and self._been_good:
            # Doubt begins where the stream was last known good, not where we noticed.
            silent = max(0, now - verdict.fresh) if verdict.fresh else 0
            self._since = wall - silent

    def spans(self, wall: int) -> list[tuple[int, int]]:
        """All of them, oldest first, the present one up to ``wall`` (ns UTC)."""
        present = [] if self._since is None else [(self._since, max(wall, self._since))]
        return [*self._spans, *present]
