"""One symbol's order book on Binance: kept, spliced, checked, and refreshed in time.

The numbers in brackets are those of the procedure in Binance's own documents ("How to
manage a local order book correctly", as corrected 2025-11-12):

[1] open the stream and buffer its events; remember the first event's ``U``
[2] fetch a snapshot; where its ``lastUpdateId`` is below that ``U``, fetch another
[3] drop the buffered events with ``u`` <= ``lastUpdateId``
[4] the first event left must have ``U`` <= ``lastUpdateId`` + 1 <= ``u``
[5] set the book to the snapshot, then apply the events, each with ``U`` == last ``u`` + 1
[6] anything else is a gap: start over
"""

from typing import Final

from monitor.book.book import Book
from monitor.book.side import NeedsText, check_level
from monitor.model.events import BookDelta, Event
from monitor.model.time import MS, SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.sequence import Fit, Splice, Step
from monitor.protocol.status import StreamStatus
from monitor.protocol.venue import BookStream
from monitor.venues.binance.paces import Paces
from monitor.venues.binance.partial_order import PartialOrder
from monitor.venues.binance.pending import Pending
from monitor.venues.binance.quote_check import NOT_THE_QUOTES, QuoteCheck
from monitor.venues.binance.rejoin import Rejoin
from monitor.venues.binance.snapshot_timing import FIRST_PAUSE, SnapshotTiming
from monitor.venues.binance.wire import DEPTH, PARTIAL, PARTIAL_TEXT, SNAPSHOT_TEXT, Depth, Snapshot
from monitor.venues.binance.writing import apply_texts, delta_of, replace_book, snapshot_of

KEEP_UPDATES: Final = 600
"""Updates kept to join a snapshot to: a minute at 100 ms; REST itself gives up after 10 s."""
CROSSED_LIMIT: Final = SECOND
"""A book may be crossed for a moment in an auction; for longer, updates were missed."""
HELD: Final = "waiting for Binance's request limit"
OUTSIDE: Final = "the price left the part of the book that the snapshot told of"
OLDER: Final = "a message older than the newest came after it"


class BookSync(BookStream):
    """One symbol's book with everything that proves it.

    ``feeder`` is the one stream that feeds it; where ``loose``, another may take its
    place. ``rejoin`` says whether it may begin elsewhere, ``quotes`` compares it with
    the best quotes. ``unit`` is ns in one unit of the venue's time fields.
    """

    def __init__(self, symbol: str, instrument: str, book: Book, status: StreamStatus) -> None:
        super().__init__(book, status)
        self.symbol = symbol
        self.instrument = instrument
        self.unit = MS
        self.feeder = ""
        self.loose = False
        self.rejoin = Rejoin()
        self.diff = True
        self.splice: Splice[bytes] = Splice(KEEP_UPDATES)
        self.wanted = False
        self.timing = SnapshotTiming()
        self.quotes = QuoteCheck(book)
        self._pending: Pending | None = None
        self._renew = False
        self._was_proven = False
        self._placed_at = 0
        self._order = PartialOrder()
        self._paces: Paces | None = None
        self._crossed_since = 0

    # Connections and subscriptions.

    def opened(self, now: int, wall: int) -> None:
        """A new connection: nothing of the old one is joined; its last content stays shown."""
        self.splice.restart()
        self.rejoin.cancel()
        self.feeder, self.loose, self._paces = "", False, None
        self._pending = None
        self._placed_at = 0
        self._renew = True
        self._crossed_since = 0
        self.quotes.opened()
        self.timing.opened()
        self.status.become(State.SYNCING, now, wall)

    def feed_by(self, name: str, unit: int, levels: str, *, bare: bool) -> None:
        """Name the stream that feeds the book; ``levels`` where it is a partial one.

        ``bare`` where its payloads come without a name: two paces may come as one.
        """
        if self.diff == bool(levels):
            self.splice.restart()
        self.feeder, self.loose, self.unit, self.diff = name, False, unit, not levels
        self._paces = (self._paces or Paces(self.splice)) if bare else None
        self.status.proof = Proof.SNAPSHOT if levels else Proof.SEQUENCE
        self.status.detail = f"top {levels}" if levels else ""

    @property
    def bare(self) -> bool:
        """True where its updates come without their stream's name."""
        return self._paces is not None

    def acknowledged(self, now: int) -> None:
        """The venue sends every change from here on."""
        self.timing.acknowledged(now)

    def may_begin_anew(self) -> None:
        """The stream may have been subscribed anew: its next update need not follow."""
        self.rejoin.next_update()
        self.splice.pause()

    def subscribed(self, now: int) -> None:
        """The venue answered a SUBSCRIBE of the stream."""
        self.acknowledged(now)
        if self.rejoin.answered():
            self.splice.pause()

    # What came over the stream.

    def depth(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """Take one ``depthUpdate``. Raises ValueError for what it can't be."""
        message = DEPTH.decode(data).data
        splice, status = self.splice, self.status
        first, last = message.first, message.last
        status.messages += 1
        if first != splice.due or last < first or message.symbol != self.symbol:
            return self._judge(message, data, now, ts_recv)
        # [5] the usual case: the one update that follows.
        book = self.book
        bids, asks = message.bids, message.asks
        try:
            book.apply(bids, asks)
        except (NeedsText, ValueError):
            self._apply_text(data, now, ts_recv)
        # Splice.take, in line: this is the hot path.
        splice.window.append((first, last, data))
        splice.last = last
        splice.due = last + 1
        if book.crossed or self._crossed_since:
            self._note_crossing(now, ts_recv)
        quotes = self.quotes
        quotes.reached = last
        quote = quotes.newest
        if quote is not None and quote.id >= last and quotes.refuted_late(quote, last):
            self.distrust(NOT_THE_QUOTES, now, ts_recv)
        return [
            BookDelta(self.instrument, bids, asks, first, last, message.time * self.unit, ts_recv)
        ]

    def lost(self, now: int, ts_recv: int) -> None:
        """An update could not be read, so the next will not follow: only a snapshot helps."""
        self.status.rejected += 1
        if self._proven:
            if self.splice.joined:
                self.splice.distrust()
            self.quotes.doubted()
            self.timing.no_later(now)
            self.status.become(State.GAP, now, ts_recv, "an update could not be read")

    def partial(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """Take one partial depth message, which replaces the book's best levels whole."""
        message = PARTIAL.decode(data).data
        self.status.messages += 1
        step = self._order.offer(message.last, self.splice.last)
        if step in (Step.REPEAT, Step.LATE):
            self.status.duplicates += 1
            if step is Step.LATE and self.status.state is State.LIVE:
                self.status.become(State.UNPROVEN, now, ts_recv, OLDER)
            return []
        if step is Step.BREAK:
            self.status.gaps += 1
            self.status.become(State.GAP, now, ts_recv, OLDER)
        depth = max(len(message.bids), len(message.asks))
        try:
            replace_book(self.book, message, depth, lambda: PARTIAL_TEXT.decode(data).data)
        except ValueError as error:
            self.status.become(State.GAP, now, ts_recv, str(error))
            raise
        self.splice.last = message.last
        self._note_crossing(now, ts_recv)
        self.status.become(State.LIVE, now, ts_recv)
        return [snapshot_of(self.instrument, message, ts_recv)]

    # What came over REST.

    def snapshot(
        self, message: Snapshot, body: bytes, limit: int, now: int, ts_recv: int
    ) -> list[Event]:
        """Take a snapshot of up to ``limit`` levels a side, asked for or not."""
        asked = self.timing.answered()
        if not self.diff:
            return []
        proven = self.splice.joined
        fit = self.splice.offer_snapshot(message.last)
        pending = Pending(message, body, limit, placed=False)
        if fit is Fit.TOO_OLD:
            # [2] and a proven book stays proven.
            self.timing.later(now)
            if not proven:
                self._explain("the snapshot was older than the updates, another is asked for")
            return []
        if fit is Fit.JOINS:
            self._pending = None
            return self._splice(pending, now, ts_recv)
        self._pending = pending
        if proven:
            return []
        if self._proven and message.last < self._placed_at:
            # Older than what is shown, and no update since: it can only tell of the past.
            self._pending, self.splice.waiting = None, None
            return []
        events = self._place(pending, ts_recv)
        # With no update since the acknowledgement there is nothing it could lack.
        quiet = asked and not self.splice.window
        if quiet and self.timing.settled:
            self._prove(now, ts_recv)
        else:
            self.timing.wait(now)
            if quiet:
                self.timing.no_later(now)  # a second look, at one that has settled
            if self._proven:
                self.status.become(State.SYNCING, now, ts_recv)
            self._explain("waiting for the update that joins the snapshot")
        return events

    def refused(self, now: int, reason: str, wait: int = 0) -> None:
        """No snapshot came; ``wait`` (ns) is the least pause the venue asks for."""
        self.timing.refused(now, wait)
        if not self.splice.joined:
            self._explain(reason)

    def held(self, wait: int) -> None:
        """The venue's limit holds the snapshot back for ``wait`` ns; 0 where it does no more."""
        if not self.splice.joined and (wait or self.status.reason.startswith(HELD)):
            seconds = -(-wait // SECOND)
            self._explain(f"{HELD}, next snapshot in {seconds} s" if wait else "")

    def distrust(self, reason: str, now: int, ts_recv: int) -> None:
        """The ids follow, but the content can't be right: only a new snapshot helps."""
        if not self.splice.joined:
            return
        self.splice.distrust()
        self.quotes.doubted()
        self.status.gaps += 1
        self.timing.no_later(now)
        self.status.become(State.GAP, now, ts_recv, reason)

    # Time.

    def tick(self, now: int, ts_recv: int) -> None:
        """Time passed: crossed for too long, or the price near the edge of what is known."""
        self._judge_crossing(now, ts_recv)
        # Of a recording that nobody watches, check tells by itself what lies outside.
        if self.wanted and self.splice.joined and self.diff:
            outside = self.book.outside_covered
            if outside and self.status.state is State.LIVE:
                self.status.become(State.UNPROVEN, now, ts_recv, OUTSIDE)
            elif not outside and self.status.state is State.UNPROVEN:
                self.status.become(State.LIVE, now, ts_recv)

    def wants_snapshot(self, now: int) -> bool:
        """True where a snapshot should be asked for now."""
        if not (self.wanted and self.diff and self.timing.may_ask(now)):
            return False
        if self.splice.joined:
            return self.timing.refresh_due(self.book, now)
        return self.status.state is not State.LIVE

    def asked(self, now: int) -> None:
        """A snapshot is being asked for."""
        self.timing.asked(now)

    # Judging updates.

    def _judge(self, message: Depth, data: bytes, now: int, ts_recv: int) -> list[Event]:
        if message.symbol != self.symbol:
            raise ValueError(f"an update of {message.symbol!r} came in {self.symbol}'s stream")
        if message.last < message.first:
            raise ValueError(f"an update covered the ids {message.first} to {message.last}")
        splice, first, last = self.splice, message.first, message.last
        if not splice.joined:  # what is kept for a snapshot is not looked at by the book yet
            for price, size in (*message.bids, *message.asks):
                check_level(price, size)
        events: list[Event] = []
        if self._paces is not None:
            overtaken = self._paces.overtaken(first)
            if overtaken is not None:
                step = splice.overlap(*overtaken)
                events = self._follow(step, overtaken[2], now, ts_recv)
            if self._paces.repeats(first, last, data):
                self.status.duplicates += 1
                return events
        breaks = splice.breaks
        step = splice.offer(first, last, data)
        if step is Step.LATE and self._numbered_anew(message, now, ts_recv):
            step = splice.offer(first, last, data)
        if step in (Step.REPEAT, Step.LATE):
            self.status.duplicates += step is Step.REPEAT or splice.joined
            return events
        if splice.breaks > breaks:
            self._broken(message, now, ts_recv)
        else:
            self.rejoin.went_on()
        return events + self._follow(step, data, now, ts_recv)

    def _follow(self, step: Step, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """Do what the splice said of an update, and of a snapshot that waited for it."""
        pending = self._pending
        if self.splice.waiting is None and pending is not None:
            self._pending = None
            if step is Step.SPLICE:
                return self._splice(pending, now, ts_recv)
            self._does_not_join(now, ts_recv, shown_live=self._proven)
        if step is Step.APPLY:
            return [self._apply(data, now, ts_recv)]
        return []

    @property
    def _proven(self) -> bool:
        return self.status.state in (State.LIVE, State.UNPROVEN)

    def _broken(self, message: Depth, now: int, ts_recv: int) -> None:
        """[6] the updates do not follow one another."""
        self.quotes.unjoined()
        self.timing.no_later(now + FIRST_PAUSE)
        if self.rejoin.broke(now):
            self.status.become(State.SYNCING, now, ts_recv, "the stream was subscribed anew")
            return
        self.status.gaps += 1
        self.status.become(
            State.GAP, now, ts_recv, f"updates before number {message.first} are missing"
        )

    def _numbered_anew(self, message: Depth, now: int, ts_recv: int) -> bool:
        """True where what has old ids is no old update: the venue counts from the start again."""
        newest = DEPTH.decode(self.splice.window[-1][2]).data
        if message.time <= newest.time:
            return False
        self.splice.restart()
        self._broken(message, now, ts_recv)
        return True

    def _does_not_join(self, now: int, ts_recv: int, *, shown_live: bool) -> None:
        """[4] the update after the snapshot begins too late: the snapshot was too old."""
        reason = "the snapshot was older than the updates, another is asked for"
        self.timing.later(now)
        if shown_live:
            self.status.gaps += 1
            self.status.become(State.GAP, now, ts_recv, reason)
        else:
            self._explain(reason)

    # Writing the book.

    def _splice(self, pending: Pending, now: int, ts_recv: int) -> list[Event]:
        """[3] [4] [5] the snapshot, then what came after it, in one go."""
        events: list[Event] = [] if pending.placed else self._place(pending, ts_recv)
        later = self.splice.after(pending.snapshot.last)
        events += [self._apply(data, now, ts_recv) for data in later]
        if self.splice.joined:
            self._prove(now, ts_recv)
        return events

    def _place(self, pending: Pending, ts_recv: int) -> list[Event]:
        message = pending.snapshot
        known = self.book.synced and (self._was_proven or self.status.state is State.GAP)
        if self._renew:
            self.book.clear()
            self._renew = False
        replace_book(self.book, message, pending.limit, lambda: SNAPSHOT_TEXT.decode(pending.body))
        self.status.resyncs += known
        pending.placed = True
        self._placed_at = message.last
        self.timing.placed(self.book)
        return [snapshot_of(self.instrument, message, ts_recv)]

    def _apply(self, data: bytes, now: int, ts_recv: int) -> BookDelta:
        message = DEPTH.decode(data).data
        try:
            self.book.apply(message.bids, message.asks)
        except (NeedsText, ValueError):
            self._apply_text(data, now, ts_recv)
        self._note_crossing(now, ts_recv)
        self.quotes.reached = message.last
        return delta_of(self.instrument, message, self.unit, ts_recv)

    def _apply_text(self, data: bytes, now: int, ts_recv: int) -> None:
        """Apply a message by its exact texts; where even they are no levels, all is in doubt."""
        try:
            apply_texts(self.book, data)
        except ValueError as error:
            self.splice.restart()
            self.status.gaps += 1
            self.status.become(State.GAP, now, ts_recv, str(error))
            raise

    def _prove(self, now: int, ts_recv: int) -> None:
        self._was_proven = True
        self.timing.proven()
        self.quotes.proven()
        self.status.proof = Proof.SEQUENCE
        self.status.become(State.LIVE, now, ts_recv)

    def _explain(self, reason: str) -> None:
        self.status.reason = reason

    # Looking for what the ids can't tell.

    def _note_crossing(self, now: int, ts_recv: int) -> None:
        if not self.book.crossed:
            self._crossed_since = 0
            return
        self.status.crossed += 1
        self._crossed_since = self._crossed_since or now or 1
        self._judge_crossing(now, ts_recv)

    def _judge_crossing(self, now: int, ts_recv: int) -> None:
        if self._crossed_since and now - self._crossed_since > CROSSED_LIMIT:
            self._crossed_since = 0
            self.distrust("best bid and best ask were crossed for over 1 s", now, ts_recv)
