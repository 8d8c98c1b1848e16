"""A book whose snapshot comes with its subscription, so that subscribing anew repairs it."""

from typing import Final

from monitor.book.book import Book
from monitor.model.verdict import State
from monitor.protocol.status import StreamStatus
from monitor.protocol.venue import BookStream

CROSSED: Final = "the best bid was not below the best ask"
NO_SNAPSHOT: Final = "updates came without a snapshot"


class SubscribedBook(BookStream):
    """One symbol's book, from its subscription to its loss.

    ``current`` is True while updates can be joined to the book. ``broken`` is True
    from the moment something was wrong until the owner, having asked for a new
    snapshot, says so by ``asked``. ``expecting`` is True from then until the venue
    acknowledges. ``rest`` is the state while nothing is wrong: LIVE, or why the
    symbol does not trade, which ``rest_reason`` says in words.
    """

    def __init__(self, symbol: str, instrument: str, book: Book, status: StreamStatus) -> None:
        super().__init__(book, status)
        self.symbol = symbol
        self.instrument = instrument
        self.current = False
        self.broken = False
        self.expecting = False
        self.rest = State.LIVE
        self.rest_reason = ""

    def connected(self, now: int, wall: int) -> None:
        """A new connection: what was held stays to be seen, unproven, until the snapshot."""
        self.book.generation += 1
        self.current = self.broken = self.expecting = False
        self.status.become(State.SYNCING, now, wall)

    def asked(self) -> None:
        """A snapshot was asked for: updates before it belong to the time before."""
        self.current = self.broken = False
        self.expecting = True

    def acknowledged(self) -> None:
        """From here on an update without a snapshot is a gap."""
        self.expecting = False

    def given_up(self) -> None:
        """The venue stops sending: what comes later can't be joined to this book."""
        self.current = False

    def settle(self, now: int, wall: int) -> None:
        """Say what the book's state is while nothing is wrong with it."""
        if self.current:
            self.status.become(self.rest, now, wall, self.rest_reason)

    def distrust(self, reason: str, now: int, wall: int) -> None:
        """The book is not to be believed until a snapshot replaces it."""
        self.current, self.broken = False, True
        self.status.become(State.GAP, now, wall, reason)

    def _begin(self, now: int) -> None:
        """A snapshot came."""
        status = self.status
        status.messages += 1
        status.last_message = now
        if self.book.synced or self.broken:
            status.resyncs += 1
        self.current, self.broken, self.expecting = True, False, False

    def _missed(self, reason: str, now: int, ts_recv: int) -> None:
        self.status.gaps += 1
        self.distrust(reason, now, ts_recv)

    def _without_snapshot(self, now: int, ts_recv: int) -> None:
        """An update that joins nothing: a gap where none was expected, else of the past."""
        if self.expecting:
            return
        if self.status.state is State.GAP:
            self.broken = True  # the snapshot that was to repair it is lost, too
        else:
            self._missed(NO_SNAPSHOT, now, ts_recv)

    def _judge_crossing(self, now: int, ts_recv: int) -> None:
        """A crossed book is broken; one that isn't, and that nothing was said against, is well."""
        if self.book.crossed:
            self.status.crossed += 1
            self.distrust(CROSSED, now, ts_recv)
        elif self.current and self.status.state is not self.rest:
            self.settle(now, ts_recv)
