"""One symbol's order book on Kraken: kept to its depth and proven by its checksum.

The numbers in brackets are those of the procedure in Kraken's documents (websocket-v2/book,
websockets/book-checksum-v2):

[1] a snapshot replaces the book
[2] of an update, apply all rows in order, then cut each side to the subscribed depth:
    nobody tells which levels left it
[3] compare the checksum after each message: there are no sequence numbers
[4] where it differs: unsubscribe, subscribe, and ignore updates until the snapshot
[5] a crossed book is likewise broken, whatever its checksum says

Two updates that changed places can each have a right checksum; their times tell (ours):

[6] an update older than one already applied that touched the same price is a gap
"""

from collections import deque
from decimal import Decimal
from typing import Final

from monitor.book.book import Book
from monitor.book.side import NeedsText, check_level
from monitor.model.events import BookDelta, BookSnapshot
from monitor.model.verdict import Proof
from monitor.protocol.checksum import Digits, Ladder, most_digits
from monitor.protocol.instants import Instants
from monitor.protocol.numbers import EXACT_DIGITS, exact_levels
from monitor.protocol.status import Link, StreamStatus
from monitor.protocol.subscribed_book import SubscribedBook
from monitor.venues.kraken.wire import TEXT_BOOK, BookData, texts

DEPTHS: Final = (10, 25, 100, 500, 1000)
MOST_DIGITS: Final = 10
"""No pair of Kraken's has more digits behind the point, of price or size."""
SHORT: Final = EXACT_DIGITS + 1
"""A number written in this many characters, point included, survives a float."""
PROOF_REACHES: Final = "top 10"
MISMATCH: Final = "the checksum of the top 10 levels did not match the book"
OUT_OF_ORDER: Final = "updates came in another order than they were made"
KEEP_UPDATES: Final = 8
"""Updates kept to see whether a later one is older and touches the same price."""
BAD_MESSAGE: Final = "a message of this book could not be understood"

Pairs = list[tuple[float, float]]


class BookSync(SubscribedBook):
    """One symbol's book with all that proves it.

    ``doubts`` counts checksums that failed since the last that was right.
    """

    def __init__(self, symbol: str, instrument: str, book: Book, link: Link) -> None:
        status = StreamStatus(link, Proof.CHECKSUM, PROOF_REACHES)
        super().__init__(symbol, instrument, book, status)
        self.doubts = 0
        self.depth: int | None = None
        self._depth_said = False
        self._ladder = Ladder()
        self._declared = False
        self._listed: Digits | None = None
        self._refuted: Digits | None = None
        self._seen: Digits = (0, 0)
        self._needed: Digits = (0, 0)
        self._found: Digits | None = None
        self._last = b""
        self._recent: deque[tuple[int, Pairs, Pairs]] = deque(maxlen=KEEP_UPDATES)
        self._instants = Instants()

    # What the owner knows.

    def declare(self, digits: Digits) -> None:
        """The venue's list says how many digits prices and sizes have."""
        if digits == self._refuted:
            return
        self._listed = digits
        self._declared = True
        self._ladder.write_with(digits)

    def undeclare(self) -> None:
        """The list's digits prove wrong: go by what is written until the list says otherwise."""
        self._declared, self._refuted = False, self._listed

    def keep(self, depth: int) -> None:
        """The venue sends this many levels a side; a depth it does not offer is ignored."""
        if depth in DEPTHS:
            self.depth, self._depth_said = depth, True
            self._ladder.keep(depth)

    # What the venue sends.

    def snapshot(
        self, message: BookData, data: bytes, now: int, ts_recv: int, row: int = 0
    ) -> BookSnapshot:
        """Take a snapshot [1], the ``row``th of its message. Raises BadLevel."""
        self._begin(now)
        self._last = data
        self._recent.clear()
        self._ladder.clear()
        self._needed = (0, 0)  # nothing older is left: the digits may have become fewer
        self._fit_depth(max(len(message.bids), len(message.asks)))
        bids, asks = self._take(message, data, row, replace=True)
        self._check(message, now, ts_recv)
        return BookSnapshot(
            self.instrument, bids, asks, 0, 0, self._instants.read(message.timestamp), ts_recv
        )

    def update(
        self, message: BookData, data: bytes, now: int, ts_recv: int, row: int = 0
    ) -> BookDelta | None:
        """Take an update [2], the ``row``th of its message; None where it changes nothing.

        The delta also names, with size 0, the levels that left the book's depth.
        Raises BadLevel.
        """
        status = self.status
        status.messages += 1
        status.last_message = now
        if not self.current:
            self._without_snapshot(now, ts_recv)
            for level in (*message.bids, *message.asks):
                check_level(level.price, level.qty)
            return None
        if data == self._last and not row:
            status.duplicates += 1
            return None
        self._last = data
        bids, asks = self._take(message, data, row)
        self._check(message, now, ts_recv)
        at = self._instants.read(message.timestamp)
        recent = self._recent
        if recent and 0 < at < recent[-1][0] and self.current:
            self._check_order(at, bids, asks, now, ts_recv)
        recent.append((at, bids, asks))
        return BookDelta(self.instrument, bids, asks, 0, 0, at, ts_recv)

    # Applying.

    def _take(
        self, message: BookData, data: bytes, row: int, *, replace: bool = False
    ) -> tuple[Pairs, Pairs]:
        """Put a message into ladder and book; its rows, and what left the depth. Raises BadLevel."""
        bids = [(level.price, level.qty) for level in message.bids]
        asks = [(level.price, level.qty) for level in message.asks]
        short = self._declared or self._learn_digits(data, row)
        ladder, book = self._ladder, self.book
        if bids:
            bids += ladder.bids.apply(bids)
        if asks:
            asks += ladder.asks.apply(asks)
        if not short:
            self._take_texts(data, row, bids, asks, replace=replace)
            return bids, asks
        try:
            if replace:
                book.replace(bids, asks)
            else:
                book.apply(bids, asks)
        except NeedsText:
            self._take_texts(data, row, bids, asks, replace=replace)
        return bids, asks

    def _learn_digits(self, data: bytes, row: int) -> bool:
        """See how many digits are written; False where floats can't hold them all."""
        rows = TEXT_BOOK.decode(data).data[row]
        levels = texts(rows.bids) + texts(rows.asks)
        self._seen = most_digits(self._seen, levels)
        self._needed = most_digits(self._needed, [(bare(p), bare(q)) for p, q in levels])
        self._ladder.write_with(self._digits())
        return all(len(price) <= SHORT and len(size) <= SHORT for price, size in levels)

    def _take_texts(
        self, data: bytes, row: int, bids: Pairs, asks: Pairs, *, replace: bool
    ) -> None:
        """Put a message, of which ``bids`` and ``asks`` are the floats, into the book by its texts."""
        rows = TEXT_BOOK.decode(data).data[row]
        exact_bids, exact_asks = exact_levels(texts(rows.bids)), exact_levels(texts(rows.asks))
        # Beyond the message's own rows stand those that left the depth.
        left_bids, left_asks = bids[len(exact_bids) :], asks[len(exact_asks) :]
        self._ladder.bids.apply(_floats_where_possible(exact_bids))
        self._ladder.asks.apply(_floats_where_possible(exact_asks))
        put = self.book.replace_exact if replace else self.book.apply_exact
        put(
            exact_bids + [(Decimal(repr(price)), Decimal(0)) for price, _ in left_bids],
            exact_asks + [(Decimal(repr(price)), Decimal(0)) for price, _ in left_asks],
        )

    def _fit_depth(self, levels: int) -> None:
        """Without a word on the depth, a snapshot of as many levels as are offered tells it.

        One of another length is a whole side, and tells nothing: cutting by a guess would
        lose levels, so all are kept. More than said is more.
        """
        if not self._depth_said:
            self.depth = levels if levels in DEPTHS else None
        elif self.depth is None or levels > self.depth:
            self.depth = next((depth for depth in DEPTHS if depth >= levels), None)
        self._ladder.keep(self.depth)

    # Proving.

    def _check(self, message: BookData, now: int, ts_recv: int) -> None:
        """Compare the checksum [3] and look for a crossed book [5]."""
        status, book, ladder = self.status, self.book, self._ladder
        book.covered = (ladder.bids.worst, ladder.asks.worst)
        if ladder.checksum() != message.checksum and not self._found_digits(message.checksum):
            status.checksums_failed += 1
            self.doubts += 1
            self.distrust(MISMATCH, now, ts_recv)
        else:
            status.checksums_ok += 1
            self.doubts = 0
        if book.crossed or status.state is not self.rest:
            self._judge_crossing(now, ts_recv)

    def _check_order(self, at: int, bids: Pairs, asks: Pairs, now: int, ts_recv: int) -> None:
        """Where this update is older than another that touched the same price: a gap [6].

        Updates that touch different prices leave the same book in either order.
        """
        touched = {price for price, _ in bids}, {price for price, _ in asks}
        for then, *sides in self._recent:
            if then > at and any(
                price in prices
                for prices, levels in zip(touched, sides, strict=True)
                for price, _ in levels
            ):
                self._missed(OUT_OF_ORDER, now, ts_recv)
                return

    def _digits(self) -> Digits:
        """How many digits to write: as many as proved right while they do, else the most seen."""
        if self._found is None:
            return self._seen
        found = tuple(zip(self._found, self._seen, self._needed, strict=True))
        if all(needed <= proved for proved, _, needed in found):
            return self._found
        (prices, sizes) = (max(proved, seen) for proved, seen, _ in found)
        return prices, sizes

    def _found_digits(self, checksum: int) -> bool:
        """Look for other digits than the most that were written, where no list told how many.

        JSON numbers may have lost their trailing zeros, or carry one that is none of
        theirs (``60000.0`` where prices are whole); that a wrong guess matches is as
        unlikely as that a wrong book does.
        """
        if self._declared:
            return False
        for price_digits in range(self._needed[0], MOST_DIGITS + 1):
            for size_digits in range(self._needed[1], MOST_DIGITS + 1):
                self._ladder.write_with((price_digits, size_digits))
                if self._ladder.checksum() == checksum:
                    self._found = (price_digits, size_digits)
                    return True
        self._ladder.write_with(self._digits())
        return False


def bare(text: str) -> str:
    """A number's text without trailing zeros behind its point; one with an exponent as it is."""
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text.lower() else text


def _floats_where_possible(
    rows: list[tuple[Decimal, Decimal]],
) -> list[tuple[float, float | Decimal]]:
    pairs: list[tuple[float, float | Decimal]] = []
    for price, size in rows:
        rounded = float(size)
        pairs.append((float(price), rounded if Decimal(repr(rounded)) == size else size))
    return pairs
