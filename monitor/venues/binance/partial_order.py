"""The order of partial depth messages: each is whole, so only whether it is the newest matters."""

from monitor.protocol.sequence import NEVER, Step


class PartialOrder:
    """Tells late messages from a newest one that was none.

    One message older than the newest came late. Where the next is older, too, and
    follows upon it, the stream goes on from there, and the newest had a wrong number.
    """

    def __init__(self) -> None:
        self._late = NEVER

    def offer(self, number: int, newest: int) -> Step:
        """Judge a message: APPLY or, after a wrong number, BREAK to take it; REPEAT and LATE not."""
        if number == newest:
            return Step.REPEAT
        if number < newest and not NEVER < self._late < number:
            self._late = number
            return Step.LATE
        self._late = NEVER
        return Step.APPLY if number > newest else Step.BREAK
