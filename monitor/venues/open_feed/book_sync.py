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
from typing import Final

from monitor.book.book import WHOLE, Book
from monitor.book.side import BookSide, NeedsText
from monitor.model.events import BookDelta, BookSnapshot, Event
from monitor.model.verdict import Proof
from monitor.protocol.numbers import exact_levels
from monitor.protocol.open_feed import CHECKSUM_LEVELS, Delta, Snapshot, canonical
from monitor.protocol.status import Link, StreamStatus
from monitor.protocol.subscribed_book import SubscribedBook
from monitor.venues.open_feed.wire import DELTA_TEXT, SNAPSHOT_TEXT

PROOF_REACHES: Final = "checksums agree"
GAP: Final = "a book message was missed"
MISMATCH: Final = "the checksum did not match the book"
KEEP: Final = 16
"""Messages kept to tell a repetition from another message under a number already held."""


class BookSync(SubscribedBook):
    """One symbol's book with all that proves it. ``due`` is the number of the next delta."""

    def __init__(self, symbol: str, instrument: str, book: Book, link: Link) -> None:
        status = StreamStatus(link, Proof.SEQUENCE, PROOF_REACHES)
        super().__init__(symbol, instrument, book, status)
        self.due = 0
        self._kept: deque[bytes] = deque(maxlen=KEEP)

    # What the feed sends.

    def snapshot(
        self, message: Snapshot[float], data: bytes, now: int, ts_recv: int
    ) -> list[Event]:
        """Take a snapshot. Raises BadLevel."""
        book = self.book
        self._begin(now)
        self.due = message.seq + 1
        self._kept.clear()
        covered = message.covered or WHOLE
        try:
            book.replace(message.bids, message.asks, covered)
        except NeedsText:
            rows = SNAPSHOT_TEXT.decode(data)
            book.replace_exact(exact_levels(rows.bids), exact_levels(rows.asks), covered)
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
        if seq != self.due or not self.current:
            self._out_of_line(seq, data, now, ts_recv)
            return []
        bids, asks = message.bids, message.asks
        try:
            self.book.apply(bids, asks)
        except NeedsText:
            rows = DELTA_TEXT.decode(data)
            self.book.apply_exact(exact_levels(rows.bids), exact_levels(rows.asks))
        self.due = seq + 1
        self._kept.append(data)
        if message.checksum is not None or self.book.crossed:
            self._check(message.checksum, now, ts_recv)
        return [BookDelta(self.instrument, bids, asks, seq, seq, message.ts, ts_recv)]

    def heartbeat(self, seq: int, now: int, ts_recv: int) -> None:
        """The feed names the number of its last book message [6]."""
        if self.current and self.due != seq + 1:
            self._missed(GAP, now, ts_recv)

    # Proving.

    def _out_of_line(self, seq: int, data: bytes, now: int, ts_recv: int) -> None:
        if not self.current:
            self._without_snapshot(now, ts_recv)  # [1]
        elif data in self._kept or seq < self.due - len(self._kept):
            self.status.duplicates += 1  # [3]
        else:
            # Further on [4], or another message under a number already held.
            self._missed(GAP, now, ts_recv)

    def _check(self, checksum: int | None, now: int, ts_recv: int) -> None:
        status = self.status
        if checksum is not None:
            if checksum == checksum_of(self.book):
                status.checksums_ok += 1
            else:
                status.checksums_failed += 1
                self.distrust(MISMATCH, now, ts_recv)  # [5]
        self._judge_crossing(now, ts_recv)


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
