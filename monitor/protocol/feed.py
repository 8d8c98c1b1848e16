"""One channel of one symbol beside its book, and how the streams that live on it stand."""

from monitor.model.verdict import State
from monitor.protocol.status import StreamStatus


class Feed:
    """The streams of one channel. ``rest`` is how they stand while nothing is wrong.

    That is LIVE, or why the symbol does not trade; ``rest_reason`` says it in words.
    """

    def __init__(self, symbol: str, instrument: str) -> None:
        self.symbol = symbol
        self.instrument = instrument
        self.statuses: list[StreamStatus] = []
        self.rest = State.LIVE
        self.rest_reason = ""

    def connected(self, now: int, wall: int) -> None:
        """A new connection: nothing was heard on it yet."""
        for status in self.statuses:
            status.become(State.SYNCING, now, wall)

    def acknowledged(self, now: int, wall: int) -> None:
        """The venue said it will send; what is quiet is well all the same."""
        for status in self.statuses:
            if status.state is State.SYNCING:
                status.become(self.rest, now, wall, self.rest_reason)

    def heard(self, now: int, ts_recv: int) -> None:
        """A message came."""
        for status in self.statuses:
            status.messages += 1
            status.last_message = now
            if status.state is not self.rest:
                status.become(self.rest, now, ts_recv, self.rest_reason)

    def missed(self) -> None:
        """Something came that others must have come before."""
        for status in self.statuses:
            status.gaps += 1

    def settle(self, now: int, wall: int) -> None:
        """Show a halt, or its end, on what was heard."""
        for status in self.statuses:
            if status.state in (State.LIVE, State.HALTED, State.CLOSED):
                status.become(self.rest, now, wall, self.rest_reason)
