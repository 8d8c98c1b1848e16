"""Verdicts where no protocol gives one, and those of a recording told in the screen's time."""

from collections.abc import Callable

import msgspec

from monitor.model.verdict import Judged, State, Verdict


class Standing:
    """A verdict that stands by itself, where no protocol is there yet to give one."""

    def __init__(self, state: State, reason: str = "") -> None:
        self._verdict = Verdict(state, reason=reason)

    def verdict(self, now: int) -> Verdict:
        """The same at any time."""
        return self._verdict


class Recorded:
    """A recorded stream's verdict at the recorded moment, its times moved to the asker's.

    So an age is the age it had then, whatever clock the asker reads.
    """

    def __init__(self, judged: Judged, recorded_now: Callable[[], int]) -> None:
        self.judged = judged
        self._recorded_now = recorded_now

    def verdict(self, now: int) -> Verdict:
        """As it was at the recorded moment."""
        then = self._recorded_now()
        verdict = self.judged.verdict(then)
        ahead = now - then
        return msgspec.structs.replace(
            verdict,
            since=verdict.since and verdict.since + ahead,
            fresh=verdict.fresh and verdict.fresh + ahead,
            next_try=verdict.next_try and verdict.next_try + ahead,
            heard=verdict.heard and verdict.heard + ahead,
        )
