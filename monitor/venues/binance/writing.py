"""Puts Binance's levels into a book, by their texts where floats won't do, and makes the events."""

from collections.abc import Callable

from monitor.book.book import Book
from monitor.book.side import NeedsText
from monitor.model.events import BookDelta, BookSnapshot
from monitor.protocol.numbers import exact_levels
from monitor.venues.binance.pending import covered
from monitor.venues.binance.wire import DEPTH_TEXT, Depth, Snapshot, SnapshotText


def replace_book(
    book: Book, message: Snapshot, limit: int, read_text: Callable[[], SnapshotText]
) -> None:
    """Put a snapshot of up to ``limit`` levels a side into a book. Raises ValueError."""
    extent = covered(message, limit)
    try:
        book.replace(message.bids, message.asks, extent)
    except NeedsText:
        text = read_text()
        book.replace_exact(exact_levels(text.bids), exact_levels(text.asks), extent)


def apply_texts(book: Book, data: bytes) -> None:
    """Apply an update by its exact texts. Raises ValueError where even they are no levels."""
    text = DEPTH_TEXT.decode(data).data
    book.apply_exact(exact_levels(text.bids), exact_levels(text.asks))


def delta_of(instrument: str, message: Depth, unit: int, ts_recv: int) -> BookDelta:
    """The event of an update; ``unit`` is ns in one unit of its time."""
    return BookDelta(
        instrument,
        message.bids,
        message.asks,
        message.first,
        message.last,
        message.time * unit,
        ts_recv,
    )


def snapshot_of(instrument: str, message: Snapshot, ts_recv: int) -> BookSnapshot:
    """The event of a snapshot, which has no time of its own."""
    return BookSnapshot(
        instrument, message.bids, message.asks, message.last, message.last, 0, ts_recv
    )
