"""Two paces of one stream on a connection whose payloads come without a name.

``btcusdt@depth`` and ``btcusdt@depth@100ms`` tell the same changes by the same ids, once
a second and ten times. Over ``/ws`` nothing says which is which, so the ids must.
"""

from typing import Final

from monitor.protocol.sequence import Splice

Update = tuple[int, int, bytes]
"""First id, last id, message."""
FIRST_CONTACT: Final = 1
"""With so few updates kept, one that overlaps them may be the other pace's first."""


class Paces:
    """Follows one pace, whichever comes next; the other's updates repeat it, or run ahead.

    An update that lies inside a single kept one is neither: one of the two was not what
    it said it was. One that runs ahead is laid aside, since those it repeats are on
    their way; where they don't come it takes their place.
    """

    def __init__(self, splice: Splice[bytes]) -> None:
        self._splice = splice
        self._aside: Update | None = None

    def overtaken(self, first: int) -> Update | None:
        """The update laid aside, where one that begins with ``first`` needs it before itself."""
        aside, last = self._aside, self._splice.last
        if aside is None:
            return None
        if aside[1] <= last or first > aside[1] + 1:
            self._aside = None
        elif first > last + 1:
            self._aside = None
            return aside
        return None

    def repeats(self, first: int, last: int, data: bytes) -> bool:
        """True where the other pace told, or is about to tell, what this update tells."""
        window, reached = self._splice.window, self._splice.last
        if not window or first > reached or last < window[0][0] or (first, last, data) in window:
            return False
        spans = any(first <= kept[0] and kept[1] <= last for kept in window)
        if last <= reached:
            return spans or any(kept[1] == last for kept in window)
        if spans or len(window) == FIRST_CONTACT:
            self._aside = (first, last, data)
            return True
        return False
