"""One instrument's order book: both sides on one tick grid, always current."""

from collections.abc import Sequence
from decimal import Decimal

from monitor.book.grid import Grid, decimals_of, inferred_grid
from monitor.book.side import EXACT_DIGITS, BookSide, NeedsText

Levels = Sequence[tuple[float, float]]
ExactLevels = Sequence[tuple[Decimal, Decimal]]
Covered = tuple[float | None, float | None]

WHOLE: Covered = (None, None)


class Book:
    """Levels exactly as the venue holds them, as far as its messages told.

    ``covered`` is the lowest bid and the highest ask up to which the book is known
    whole; None where it has no such end. ``generation`` counts connections: a book
    of an older one is never merged with. ``version`` grows with every event.

    Numbers are float64 that stand for decimal texts of at most 15 significant
    digits; ``apply`` and ``replace`` raise NeedsText where a number may have had
    more, and BadLevel for what no market has. Both may then have taken a part of
    the message; applying it again, by ``apply_exact``, is right, since sizes are
    absolute.
    """

    def __init__(
        self,
        tick_size: Decimal | None = None,
        lot_size: Decimal | None = None,
        depth: int | None = None,
        size_decimals: int = 8,
    ) -> None:
        self.generation = 0
        self.version = 0
        self.synced = False
        self.crossed = False
        self.covered: Covered = WHOLE
        self.depth = depth
        self._declared = Grid(tick_size, declared=True) if tick_size else None
        if lot_size:
            size_decimals = decimals_of(lot_size)
        grid = self._declared or Grid(Decimal(1), declared=False)
        self.bids = BookSide(1, grid, size_decimals, depth)
        self.asks = BookSide(-1, grid, size_decimals, depth)

    # Reading.

    @property
    def best_bid(self) -> float | None:
        """The highest bid; None where there is none."""
        return self.bids.best

    @property
    def best_ask(self) -> float | None:
        """The lowest ask; None where there is none."""
        return self.asks.best

    @property
    def mid(self) -> float | None:
        """The middle between best bid and best ask; None where one is missing."""
        bid, ask = self.bids.best, self.asks.best
        return None if bid is None or ask is None else (bid + ask) / 2

    @property
    def spread(self) -> Decimal | None:
        """Best ask less best bid, exact; None where one is missing."""
        bids, asks = self.bids, self.asks
        if bids.best_index < 0 or asks.best_index < 0:
            return None
        return bids.grid.exact_price(asks.best_tick - bids.best_tick)

    @property
    def tick_size(self) -> Decimal:
        """The step of the grid the book lies on: declared by the venue, or inferred."""
        return self.bids.grid.tick_size

    @property
    def outside_covered(self) -> bool:
        """True where a best price has left the range that is known whole."""
        low, high = self.covered
        bid, ask = self.bids.best, self.asks.best
        return (low is not None and (bid is None or bid < low)) or (
            high is not None and (ask is None or ask > high)
        )

    # Writing.

    def declare(self, tick_size: Decimal | None, lot_size: Decimal | None) -> None:
        """Take on the steps of the venue's list; they hold from the next snapshot on."""
        if tick_size:
            self._declared = Grid(tick_size, declared=True)
        if lot_size:
            for side in (self.bids, self.asks):
                side.limit = 10.0 ** (EXACT_DIGITS - decimals_of(lot_size))

    def replace(self, bids: Levels, asks: Levels, covered: Covered = WHOLE) -> None:
        """Take a snapshot: what was there is gone."""
        grid = self._declared
        if grid is None:
            grid = inferred_grid(price for price, _ in (*bids, *asks))
            if grid is None:
                raise NeedsText
        best_bid = max((price for price, _ in bids), default=0.0)
        best_ask = min((price for price, _ in asks), default=0.0)
        self.bids.clear(grid, Decimal(repr(float(best_bid))))
        self.asks.clear(grid, Decimal(repr(float(best_ask))))
        self.bids.apply(bids)
        self.asks.apply(asks)
        self._replaced(covered)

    def replace_exact(self, bids: ExactLevels, asks: ExactLevels, covered: Covered = WHOLE) -> None:
        """Take a snapshot of numbers of any length."""
        finest = max((decimals_of(price) for price, _ in (*bids, *asks)), default=0)
        grid = self._declared or Grid(Decimal(1).scaleb(-finest), declared=False)
        self.bids.clear(grid, max((price for price, _ in bids), default=Decimal(0)))
        self.asks.clear(grid, min((price for price, _ in asks), default=Decimal(0)))
        self.bids.apply_exact(bids)
        self.asks.apply_exact(asks)
        self._replaced(covered)

    def apply(self, bids: Levels, asks: Levels) -> None:
        """Take changes: absolute sizes, in order, 0 removes."""
        if bids:
            self.bids.apply(bids)
        if asks:
            self.asks.apply(asks)
        self._changed()

    def apply_exact(self, bids: ExactLevels, asks: ExactLevels) -> None:
        """Take changes with numbers of any length."""
        self.bids.apply_exact(bids)
        self.asks.apply_exact(asks)
        self._changed()

    def clear(self) -> None:
        """Forget everything: a new connection's book starts empty and unproven."""
        for side in (self.bids, self.asks):
            side.clear(side.grid, Decimal(0))
        self.generation += 1
        self.version += 1
        self.synced = self.crossed = False
        self.covered = WHOLE

    def _replaced(self, covered: Covered) -> None:
        self.synced = True
        self.covered = covered
        self._changed()

    def _changed(self) -> None:
        bids, asks = self.bids, self.asks
        if bids.grid is not asks.grid:
            self._unify()
        self.version += 1
        crossed = bids.best_index + bids.base + asks.best_index + asks.base >= 0
        self.crossed = crossed and bids.best_index >= 0 and asks.best_index >= 0

    def _unify(self) -> None:
        """Lay the finer of the two grids under both sides."""
        finer = min(self.bids.grid, self.asks.grid, key=lambda grid: grid.tick_size)
        for side in (self.bids, self.asks):
            if side.grid is not finer:
                side.relay(finer, side.grid.exact_price(side.best_tick))
