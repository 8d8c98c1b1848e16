"""Whether a book agrees with the best quotes, which share its ids: ``bookTicker`` beside depth."""

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
    yet, FAR where there is none; ``newest`` is the last quote.
    """

    def __init__(self, book: Book) -> None:
        self.reached = FAR
        self.newest: BookTicker | None = None
        self._book = book
        self._mismatches = 0

    def opened(self) -> None:
        """A new connection: its ids have nothing to do with the quotes of the old one."""
        self.doubted()
        self.newest = None

    def doubted(self) -> None:
        """The book is in doubt already: there is nothing to compare."""
        self.reached, self._mismatches = FAR, 0

    def unjoined(self) -> None:
        """The book's updates do not follow one another: it has no id to compare by."""
        self.reached = FAR

    def proven(self) -> None:
        """The book is whole again."""
        self._mismatches = 0

    def refutes(self, message: BookTicker) -> bool:
        """A quote came; True where the book can't be right."""
        number, newest = message.id, self.newest
        wrong = number >= self.reached and self._differ(message)
        if newest is None or number >= newest.id:
            self.newest = message
        return wrong

    def refuted_late(self, quote: BookTicker, last: int) -> bool:
        """The newest quote came before the update, up to id ``last``, that it belongs to."""
        if quote.id == last:
            return self._differ(quote)
        self.reached = FAR
        return False

    def _differ(self, message: BookTicker) -> bool:
        reached, self.reached = self.reached, FAR
        same = message.id == reached
        quote = message if same else self.newest
        if quote is None or quote.id > reached:
            return False
        bids, asks = self._book.bids, self._book.asks
        if (
            quote.bid_price == (bids.best or 0.0)
            and quote.bid_size == bids.best_size
            and quote.ask_price == (asks.best or 0.0)
            and quote.ask_size == asks.best_size
        ):
            self._mismatches = 0
            return False
        self._mismatches += 1
        return same or self._mismatches >= MISMATCHES
