"""A snapshot that waits for the updates which join it, and how far it tells the book."""

from monitor.venues.binance.wire import Snapshot


class Pending:
    """A snapshot that is newer than the updates heard so far."""

    def __init__(self, snapshot: Snapshot, body: bytes, limit: int, *, placed: bool) -> None:
        self.snapshot = snapshot
        self.body = body
        self.limit = limit
        self.placed = placed


def covered(message: Snapshot, limit: int) -> tuple[float | None, float | None]:
    """How far a snapshot tells the whole book: a side shorter than ``limit`` has no end."""
    low = min(price for price, _ in message.bids) if len(message.bids) >= limit > 0 else None
    high = max(price for price, _ in message.asks) if len(message.asks) >= limit > 0 else None
    return low, high
