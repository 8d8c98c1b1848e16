"""Whether a price outside the panels may be shown bright: only while its feed is believed."""

from monitor.gui.kit.panel import BELIEVED
from monitor.gui.window.program import Program
from monitor.model.time import SECOND
from monitor.model.verdict import State, Verdict

PAUSE_OF_A_PICK = SECOND
"""On a feed that is well another instrument's first book takes a moment: nothing flickers."""
OLDEST_FIGURES = 30 * SECOND
"""Figures of an instrument that isn't held; they are asked for every 5 or 10 s."""
OF_ONE = (State.HALTED, State.CLOSED)
"""The venue's own will for one instrument: of the feed they tell no ill."""
LONGEST_SILENCE = 3.0
"""Seconds without a message after which a feed is no longer believed, as the verdicts have it."""


class FeedBelief:
    """Knows of each venue when one of its markets was last believed."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._good: dict[str, int] = {}

    def holds(self, instrument: str, now: int) -> bool:
        """True where the instrument's price may be believed at ``now``, as verdicts know it."""
        market = self._program.markets.get(instrument)
        if market is not None:
            return market.verdict(now).state in BELIEVED
        venue = instrument.partition(":")[0]
        verdicts = [
            held.verdict(now) for held in self._program.markets if held.instrument.venue == venue
        ]
        if not verdicts:
            return self._are_new(instrument)
        if any(verdict.state in BELIEVED for verdict in verdicts):
            self._good[venue] = now
        elif any(_is_heard(verdict, now) for verdict in verdicts):
            self._good[venue] = now
            return self._are_new(instrument)
        elif any(verdict.state is not State.SYNCING for verdict in verdicts):
            self._good.pop(venue, None)
        good = self._good.get(venue)
        return good is not None and 0 <= now - good < PAUSE_OF_A_PICK

    def _are_new(self, instrument: str) -> bool:
        stats = self._program.markets.day_stats.get(instrument)
        return stats is None or self._program.wall() - stats.ts_recv < OLDEST_FIGURES


def _is_heard(verdict: Verdict, now: int) -> bool:
    """True where one instrument stands still on a feed that goes on."""
    return verdict.state in OF_ONE and verdict.age_s(now) <= LONGEST_SILENCE
