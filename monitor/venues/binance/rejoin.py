"""Whether a book's updates may begin elsewhere: once, where their stream was subscribed anew."""

from typing import Final

FOREVER: Final = 1 << 62


class Rejoin:
    """One allowance for one break. All times are monotonic ns.

    From UNSUBSCRIBE to the answer to SUBSCRIBE updates may still follow; from that
    answer on the very next update is the one that may begin elsewhere. So an update
    lost later is a gap, however soon.
    """

    def __init__(self) -> None:
        self._until = -1
        self._next_only = False

    def left(self) -> None:
        """UNSUBSCRIBE was said."""
        self._until, self._next_only = FOREVER, False

    def asked(self, until: int) -> None:
        """SUBSCRIBE was said; unless it is answered, nothing is allowed after ``until``."""
        self._until, self._next_only = until, False

    def answered(self) -> bool:
        """SUBSCRIBE was answered; True where the next update is to be judged by it."""
        if self._until >= 0:
            self.next_update()
        return self._next_only

    def next_update(self) -> None:
        """Only the very next update may begin elsewhere."""
        self._until, self._next_only = FOREVER, True

    def cancel(self) -> None:
        """Nothing is allowed."""
        self._until, self._next_only = -1, False

    def broke(self, now: int) -> bool:
        """An update did not follow; True where it need not."""
        allowed = now <= self._until
        self.cancel()
        return allowed

    def went_on(self) -> None:
        """An update followed."""
        if self._next_only:
            self.cancel()
