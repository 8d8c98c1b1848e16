"""Whether a book agrees with the best quotes, which share its ids: ``bookTicker`` beside depth."""

from collections.abc import Callable
from typing import Final

from monitor.book.book import Book
from monitor.venues.binance.wire import BookTicker

MISMATCHES: Final = 2
"""Quotes that must disagree in a row where no quote has the book's own id."""
FAR: Final = 1 << 62
NOT_THE_QUOTES: Final = "the best prices were not those of the quotes"


class QuoteCheck:
    """Compares a quote with the book where its id says that they must agree.

    Quotes come on every change of the best, so the last one up to the book's id
    holds for it. ``reached`` is the id of the book that no quote was compared with
    yet, FAR where there is none; ``newest`` is the id of the last quote, -1 without one.
    """

    def __init__(self, book: Book, distrust: Callable[[str, int, int], None]) -> None:
        self.reached = FAR
        self.newest = -1
        self._book = book
        self._distrust = distrust
        self._quote: BookTicker | None = None
        self._mismatches = 0

    def opened(self) -> None:
        """A new connection: its ids have nothing to do with the quotes of the old one."""
        self.doubted()
        self.newest, self._quote = -1, None

    def doubted(self) -> None:
        """The book is in doubt already: there is nothing to compare."""
        self.reached, self._mismatches = FAR, 0

    def unjoined(self) -> None:
        """The book's updates do not follow one another: it has no id to compare by."""
        self.reached = FAR

    def proven(self) -> None:
        """The book is whole again."""
        self._mismatches = 0

    def quote(self, message: BookTicker, now: int, ts_recv: int) -> None:
        """A quote came."""
        number = message.id
        if number >= self.reached:
            self._compare(message, now, ts_recv)
        if number >= self.newest:
            self.newest, self._quote = number, message

    def late(self, last: int, now: int, ts_recv: int) -> None:
        """The newest quote came before the update, up to id ``last``, that it belongs to."""
        if self._quote is not None and self.newest == last:
            self._compare(self._quote, now, ts_recv)
        else:
            self.reached = FAR

    def _compare(self, message: BookTicker, now: int, ts_recv: int) -> None:
        reached, self.reached = self.reached, FAR
        same = message.id == reached
        quote = message if same else self._quote
        if quote is None or quote.id > reached:
            return
        bids, asks = self._book.bids, self._book.asks
        if (
            quote.bid_price == (bids.best or 0.0)
            and quote.bid_size == bids.best_size
            and quote.ask_price == (asks.best or 0.0)
            and quote.ask_size == asks.best_size
        ):
            self._mismatches = 0
            return
        self._mismatches += 1
        if same or self._mismatches >= MISMATCHES:
            self._distrust(NOT_THE_QUOTES, now, ts_recv)
