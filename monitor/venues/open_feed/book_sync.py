"""One symbol's book on an Open Feed: proven by its sequence, checked by its checksums.

The numbers in brackets are those of docs/open-feed.md, 6.4:

[1] before the snapshot deltas are ignored
[2] the next number: apply
[3] a number already held: a repetition
[4] a number further on: a gap; subscribe again, ignore deltas until the snapshot
[5] a checksum that differs: likewise
[6] a heartbeat that names another number: likewise
"""

import zlib
from collections import deque
from decimal import Decimal
from typing import Final, TypeVar

from monitor.book.book import WHOLE, Book
from monitor.book.side import BookSide, NeedsText
from monitor.model.events import BookDelta, BookSnapshot, Event
from monitor.model.verdict import Proof, State
from monitor.protocol.numbers import parse_decimal
from monitor.protocol.open_feed import CHECKSUM_LEVELS, Delta, Snapshot, canonical
from monitor.protocol.status import Link, StreamStatus
from monitor.protocol.venue import BookStream
from monitor.venues.open_feed.wire import DELTA_TEXT, SNAPSHOT_TEXT

PROOF_REACHES: Final = "checksums agree"
GAP: Final = "a book message was missed"
MISMATCH: Final = "the checksum did not match the book"
CROSSED: Final = "the best bid was not below the best ask"
NO_SNAPSHOT: Final = "updates came without a snapshot"
NEVER: Final = -1
KEEP: Final = 16
"""Messages kept to tell a repetition from another message under a number already held."""


class BookSync(BookStream):
    """One symbol's book with all that proves it.

    ``due`` is the number of the next delta, NEVER while there is no snapshot.
    ``broken`` is True from the moment something was wrong until ``asked``.
    """

    def __init__(
        self, symbol: str, instrument: str, link: Link, tick: Decimal | None, lot: Decimal | None
    ) -> None:
        super().__init__(Book(tick, lot), StreamStatus(link, Proof.SEQUENCE, PROOF_REACHES))
        self.symbol = symbol
        self.instrument = instrument
        self.due = NEVER
        self.broken = False
        self.expecting = False
        self.rest = State.LIVE
        self.rest_reason = ""
        self._kept: deque[bytes] = deque(maxlen=KEEP)

    # What the owner knows.

    def connected(self, now: int, wall: int) -> None:
        """A new connection: what was held stays to be seen, unproven, until the snapshot."""
        self.book.generation += 1
        self.due, self.broken, self.expecting = NEVER, False, False
        self._kept.clear()
        self.status.become(State.SYNCING, now, wall)

    def asked(self) -> None:
        """A snapshot was asked for: deltas before it are of no use [1]."""
        self.due, self.broken, self.expecting = NEVER, False, True

    def acknowledged(self) -> None:
        """From here on a delta without a snapshot is a gap."""
        self.expecting = False

    def given_up(self) -> None:
        """The feed stops sending: what comes later can't be joined to this book."""
        self.due = NEVER

    def settle(self, now: int, wall: int) -> None:
        """Say what the book's state is while nothing is wrong with it."""
        if self.due != NEVER:
            self.status.become(self.rest, now, wall, self.rest_reason)

    def distrust(self, reason: str, now: int, wall: int) -> None:
        """The book is not to be believed until a snapshot replaces it."""
        self.due, self.broken = NEVER, True
        self.status.become(State.GAP, now, wall, reason)

    # What the feed sends.

    def snapshot(
        self, message: Snapshot[float], data: bytes, now: int, ts_recv: int
    ) -> list[Event]:
        """Take a snapshot. Raises BadLevel."""
        status, book = self.status, self.book
        status.messages += 1
        status.last_message = now
        if book.synced or self.broken:
            status.resyncs += 1
        self.due, self.broken, self.expecting = message.seq + 1, False, False
        self._kept.clear()
        covered = message.covered or WHOLE
        try:
            book.replace(message.bids, message.asks, covered)
        except NeedsText:
            rows = SNAPSHOT_TEXT.decode(data)
            book.replace_exact(_exact(rows.bids), _exact(rows.asks), covered)
        self._check(message.checksum, now, ts_recv)
        return [
            BookSnapshot(
                self.instrument,
                message.bids,
                message.asks,
                message.seq,
                message.seq,
                message.ts,
                ts_recv,
            )
        ]

    def delta(self, message: Delta[float], data: bytes, now: int, ts_recv: int) -> list[Event]:
        """Take a delta [2]. Raises BadLevel."""
        status, seq = self.status, message.seq
        status.messages += 1
        status.last_message = now
        if seq != self.due:
            self._out_of_line(seq, data, now, ts_recv)
            return []
        bids, asks = message.bids, message.asks
        try:
            self.book.apply(bids, asks)
        except NeedsText:
            rows = DELTA_TEXT.decode(data)
            self.book.apply_exact(_exact(rows.bids), _exact(rows.asks))
        self.due = seq + 1
        self._kept.append(data)
        if message.checksum is not None or self.book.crossed:
            self._check(message.checksum, now, ts_recv)
        return [BookDelta(self.instrument, bids, asks, seq, seq, message.ts, ts_recv)]

    def heartbeat(self, seq: int, now: int, ts_recv: int) -> None:
        """The feed names the number of its last book message [6]."""
        if self.due not in (NEVER, seq + 1):
            self._gap(GAP, now, ts_recv)

    # Proving.

    def _out_of_line(self, seq: int, data: bytes, now: int, ts_recv: int) -> None:
        if self.due == NEVER:
            if not self.expecting and self.status.state is not State.GAP:
                self._gap(NO_SNAPSHOT, now, ts_recv)
        elif data in self._kept or seq < self.due - len(self._kept):
            self.status.duplicates += 1  # [3]
        else:
            # Further on [4], or another message under a number already held.
            self._gap(GAP, now, ts_recv)

    def _gap(self, reason: str, now: int, ts_recv: int) -> None:
        self.status.gaps += 1
        self.distrust(reason, now, ts_recv)

    def _check(self, checksum: int | None, now: int, ts_recv: int) -> None:
        status = self.status
        if checksum is not None:
            if checksum == checksum_of(self.book):
                status.checksums_ok += 1
            else:
                status.checksums_failed += 1
                self.distrust(MISMATCH, now, ts_recv)  # [5]
        if self.book.crossed:
            status.crossed += 1
            self.distrust(CROSSED, now, ts_recv)
        elif self.due != NEVER and status.state is not self.rest:
            self.settle(now, ts_recv)


def checksum_of(book: Book) -> int:
    """The checksum of a book (docs/open-feed.md, 6.5)."""
    return zlib.crc32(f"{_text_of(book.asks)}|{_text_of(book.bids)}".encode("ascii"))


def _text_of(side: BookSide) -> str:
    prices, sizes = side.arrays(CHECKSUM_LEVELS)
    n = len(prices)
    numbers: list[float] = [0.0] * (2 * n)
    numbers[::2], numbers[1::2] = prices.tolist(), sizes.tolist()
    text = _TEXTS[n] % tuple(numbers)
    if side.wide or "e" in text:
        rows = side.top(CHECKSUM_LEVELS)
        return ",".join(f"{canonical(price)}:{canonical(size)}" for price, size in rows)
    # Whole numbers have no point in the canonical form.
    return text.replace(".0:", ":").replace(".0,", ",").removesuffix(".0")


_TEXTS: Final = [",".join(["%r:%r"] * n) for n in range(CHECKSUM_LEVELS + 1)]
"""A float's ``repr`` is its shortest text, hence canonical but for a final ``.0`` and exponents."""

_Row = TypeVar("_Row", bound=tuple[str, str])


def _exact(rows: list[_Row]) -> list[tuple[Decimal, Decimal]]:
    return [(parse_decimal(price), parse_decimal(size)) for price, size in rows]
