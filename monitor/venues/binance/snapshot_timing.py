"""When a book's snapshot is asked for: after a loss, in vain, and before the price leaves it."""

from typing import Final

from monitor.book.book import Book
from monitor.model.time import SECOND

ANSWER_LIMIT: Final = 10 * SECOND
"""Binance's own time-out for REST (rest-api.md); after it the answer won't come."""
FIRST_PAUSE, LONGEST_PAUSE = SECOND, 30 * SECOND
SETTLED: Final = SECOND
"""Binance's REST may be answered by a machine that lags behind its streams by so much."""
REFRESH_PAUSE: Final = 5 * SECOND
REFRESH_SHARE: Final = 0.3
"""A new snapshot is taken when this share of the way from best price to edge is left."""


class SnapshotTiming:
    """All times are monotonic ns, 0 for never.

    ``acknowledged_at`` is when the venue said that it sends every change from now on.
    """

    def __init__(self) -> None:
        self.acknowledged_at = 0
        self._asked_at = 0
        self._outstanding = False
        self._pause = FIRST_PAUSE
        self._not_before = 0
        self._refresh_from = 0
        self._edges = (-1.0, float("inf"))

    def opened(self) -> None:
        """A new connection: nothing is acknowledged, nothing asked."""
        self.acknowledged_at = self._asked_at = 0
        self._outstanding = False
        self.proven()

    def acknowledged(self, now: int) -> None:
        """The venue sends every change from now on; what was asked before is overtaken."""
        self.acknowledged_at = now or 1
        self._outstanding = False

    def asked(self, now: int) -> None:
        """A snapshot is being asked for."""
        self._outstanding = True
        self._asked_at = now
        self._refresh_from = now + REFRESH_PAUSE

    def answered(self) -> bool:
        """A snapshot came; True where it was asked for since the acknowledgement."""
        asked, self._outstanding = self._outstanding, False
        return asked and self._asked_at >= self.acknowledged_at > 0

    @property
    def settled(self) -> bool:
        """True where the last snapshot was asked for so late that it can't lack a change from
        before the acknowledgement; where nothing changed since, it is whole then."""
        return self._asked_at >= self.acknowledged_at + SETTLED

    def refused(self, now: int, wait: int) -> None:
        """None came; ``wait`` (ns) is the least pause the venue asks for."""
        self._outstanding = False
        self.later(now, wait)

    def later(self, now: int, wait: int = 0) -> None:
        """What came was of no use: ask again, each time after a longer pause."""
        self._not_before = now + max(self._pause, wait)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def wait(self, now: int) -> None:
        """What came will do if the update that joins it comes soon."""
        self._not_before = now + ANSWER_LIMIT

    def no_later(self, at: int) -> None:
        """The book is lost: ask at ``at``, if not before."""
        self._not_before = min(self._not_before, at)

    def proven(self) -> None:
        """The book is whole: the next loss is the first of its kind."""
        self._pause, self._not_before = FIRST_PAUSE, 0

    def may_ask(self, now: int) -> bool:
        """True where nothing forbids to ask now."""
        if not self.acknowledged_at or now < self._not_before:
            return False
        pause = ANSWER_LIMIT if self._outstanding else FIRST_PAUSE
        return not self._asked_at or now >= self._asked_at + pause

    def placed(self, book: Book) -> None:
        """A snapshot is in the book: note from which best prices on the next one is due."""
        low, high = book.covered
        bid, ask = book.best_bid, book.best_ask
        floor = -1.0 if low is None or bid is None else low + REFRESH_SHARE * (bid - low)
        roof = float("inf") if high is None or ask is None else high - REFRESH_SHARE * (high - ask)
        self._edges = floor, roof

    def refresh_due(self, book: Book, now: int) -> bool:
        """True where the price is near the edge of what the last snapshot told of."""
        bid, ask = book.best_bid, book.best_ask
        floor, roof = self._edges
        near = (bid is not None and bid < floor) or (ask is not None and ask > roof)
        return near and now >= self._refresh_from
