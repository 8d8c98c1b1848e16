"""One side of an order book: sizes by tick in a dense window, the rest beside it."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from monitor.book.grid import FINEST, Grid

SMALLEST_WINDOW = 1 << 12
LARGEST_WINDOW = 1 << 19
WINDOW_SHARE = 0.1
"""The window spans this share of the price, within the two limits above."""
BEST_AT = 0.75
"""Where in the window the best level lies after a recentring: most room is for worse prices."""
SCATTER_FROM = 192
"""Messages of at least this many levels a side go through NumPy (crossover measured 150-250)."""
EXACT_DIGITS = 15
"""Every decimal of up to 15 significant digits survives a trip through a float."""
MOST_SIZE = 10**24
"""No market's level is as large; a size from here on is bad data."""
MOST_TICKS = 10**15
"""No market's price is more ticks; NumPy's integers, times a tick's fraction, hold so many."""

Floats = NDArray[np.float64]


class BadLevel(ValueError):
    """A level whose price or size no market has; the message says which."""


class NeedsText(Exception):
    """A float can't prove the venue's digits: decode the message's texts and apply those."""


class BookSide:
    """Bids or asks. Inside, a higher index is always a better price, on both sides.

    ``sizes`` is a dense array of sizes by tick, one spare cell at its end, and always
    current; levels worse than its window are in ``far``. Zero means no level. Sizes whose
    text a float can't hold have that text's exact value in ``wide``.
    """

    def __init__(self, sign: int, grid: Grid, size_decimals: int, depth: int | None) -> None:
        self.sign = sign
        self.depth = depth
        self.limit = 10.0 ** (EXACT_DIGITS - size_decimals)
        self.far: dict[int, float] = {}
        self.wide: dict[int, Decimal] = {}
        self.best_index = -1
        self.base = 0
        self._lay(grid, 0, SMALLEST_WINDOW)

    # Reading.

    @property
    def best(self) -> float | None:
        """The best price; None where the side is empty."""
        return None if self.best_index < 0 else self.grid.price(self.best_tick)

    @property
    def best_tick(self) -> int:
        """The best price in ticks; only meaningful where the side isn't empty."""
        return self.sign * (self.best_index + self.base)

    @property
    def best_size(self) -> float:
        """The size at the best price; 0 where the side is empty."""
        return 0.0 if self.best_index < 0 else float(self.sizes[self.best_index])

    def __len__(self) -> int:
        return int(np.count_nonzero(self.sizes[: self.best_index + 1])) + len(self.far)

    def size_at(self, price: float) -> float:
        """The size at a price; 0 where there is no level, or the price is no tick."""
        ticks = price * self.grid.per_unit
        tick = round(ticks)
        return self._size(tick) if abs(ticks - tick) < rounding_slack(ticks) else 0.0

    def arrays(self, limit: int | None = None) -> tuple[Floats, Floats]:
        """Prices and sizes as float64 arrays of one length, best first, at most ``limit``."""
        index = self._indices(limit)
        ticks, sizes = self.sign * (index + self.base), self.sizes[index]
        if self.far and (limit is None or len(index) < limit):
            far = sorted(self.far, key=lambda tick: -self.sign * tick)
            far = far if limit is None else far[: limit - len(index)]
            ticks = np.concatenate([ticks, np.array(far, np.int64)])
            sizes = np.concatenate([sizes, np.array([self.far[tick] for tick in far])])
        return ticks * self.grid.numerator / self.grid.denominator, sizes

    def ticks(self, n: int) -> list[int]:
        """The best ``n`` prices in ticks, best first."""
        ticks: list[int] = (self.sign * (self._indices(n) + self.base)).tolist()
        if self.far and len(ticks) < n:
            ticks += sorted(self.far, key=lambda tick: -self.sign * tick)[: n - len(ticks)]
        return ticks

    def top(self, n: int) -> list[tuple[Decimal, Decimal]]:
        """The best ``n`` levels, exact, best first."""
        return [(self.grid.exact_price(tick), self._exact_size(tick)) for tick in self.ticks(n)]

    def texts(self, n: int, price_decimals: int, size_decimals: int) -> list[tuple[str, str]]:
        """The best ``n`` levels as texts with fixed decimals, best first: a checksum's food."""
        rows = []
        for tick in self.ticks(n):
            size = self._exact_size(tick) if tick in self.wide else self._size(tick)
            price = self.grid.price(tick)
            rows.append((f"{price:.{price_decimals}f}", f"{size:.{size_decimals}f}"))
        return rows

    def columns(self, low: float, high: float, n: int) -> Floats:
        """Sums of size over ``n`` equal price columns from ``low`` up to ``high``.

        Float64 of length ``n`` by rising price. Levels beyond either end are left
        out. The cost is that of the pixels and the window, not of the levels.
        """
        # As np.linspace and np.clip would, which cost more than all the rest together.
        edges = (np.arange(n + 1) * ((high - low) / n) + low) * self.grid.per_unit
        ticks = np.ceil(edges - 1e-6).astype(np.int64)
        bounds = self.sign * ticks - self.base
        if self.sign < 0:
            bounds = bounds[::-1] + 1
        cuts = np.minimum(np.maximum(bounds, 0), self.best_index + 1)
        # The spare cell at the window's end lets the last cut be an index like the others.
        sums = np.add.reduceat(self.sizes[: cuts[-1] + 1], cuts)[:-1]
        sums[cuts[1:] == cuts[:-1]] = 0.0
        if self.sign < 0:
            sums = sums[::-1]
        if self.far:
            self._add_far(sums, ticks)
        return sums

    # Writing.

    def apply(self, levels: Sequence[tuple[float, float]]) -> None:
        """Set levels to absolute sizes in order; 0 removes, also what isn't there.

        Raises NeedsText or BadLevel; the side may then hold a part of the message.
        """
        if len(levels) >= SCATTER_FROM and self.depth is None and self._scatter(levels):
            return
        cells, scale, offset, low, high, limit = self.hot
        floor = math.floor
        best = self.best_index
        try:
            for price, size in levels:
                x = price * scale + offset
                i = floor(x)
                # On a tick, x is a whole number and a half. Below the window i is
                # negative, and would write at the other end.
                if i >= 0 and 0.0 <= size < limit and low < x - i < high:
                    cells[i] = size
                    if i > best:
                        best = i
                elif not self._far_level(x, size):
                    self._apply_slowly(levels)
                    return
        except (IndexError, ValueError, OverflowError):
            self._apply_slowly(levels)
            return
        self.best_index = best
        if best < self.low_water or not cells[best]:
            self._settle()

    def apply_exact(self, levels: Iterable[tuple[Decimal, Decimal]]) -> None:
        """As ``apply``, with exact values of any number of digits. Raises BadLevel."""
        for price, size in levels:
            self._set_exact(price, size)
        self._settle()

    def clear(self, grid: Grid, best: Decimal) -> None:
        """Empty the side and lay ``grid`` under it, with room around the price ``best``.

        Raises BadLevel for a price of more ticks than can be counted; nothing is lost then.
        """
        ticks = best / grid.tick_size
        if ticks > MOST_TICKS:
            raise BadLevel(f"a level had price {best:.6g}, too many ticks of {grid.tick_size:f}")
        span = min(max(float(ticks) * WINDOW_SHARE, SMALLEST_WINDOW), LARGEST_WINDOW)
        self.far.clear()
        self.wide.clear()
        self._lay(grid, int(ticks), 1 << (int(span) - 1).bit_length())

    def relay(self, grid: Grid, best: Decimal) -> None:
        """Lay the grid anew, finer or elsewhere, and put every level back. Raises BadLevel."""
        index = np.flatnonzero(self.sizes)
        old, exact = self.grid, dict(self.wide)
        ticks = [*(self.sign * (index + self.base)).tolist(), *self.far]
        sizes = [*self.sizes[index].tolist(), *self.far.values()]
        if grid is not old and ticks and old.exact_price(max(ticks)) / grid.tick_size > MOST_TICKS:
            raise BadLevel(f"a tick of {grid.tick_size} is too fine for the prices of this book")
        self.clear(grid, best)
        for tick, size in zip(ticks, sizes, strict=True):
            price = old.exact_price(tick)
            moved = grid.tick(price)
            assert moved is not None
            self._set_tick(moved, size)
            if tick in exact:
                self.wide[moved] = exact[tick]

    # The window.

    def _lay(self, grid: Grid, best_tick: int, length: int) -> None:
        self.grid = grid
        self.base = self.sign * best_tick - int(length * BEST_AT)
        # No cell stands for a price of 0 or less, so none can be written to.
        if self.sign > 0:
            self.base = max(self.base, 1)
        else:
            length = min(length, -self.base)
        # A fresh array of zeros costs only the pages that are written to.
        self.sizes = np.zeros(length + 1)
        self.cells = float_cells(self.sizes)[:length]
        self.scale = self.sign * grid.per_unit
        self.offset = 0.5 - self.base
        # Bids whose window reaches down to the first tick have nowhere to follow to.
        self.low_water = 0 if self.base == 1 else length // 4
        slack = rounding_slack(max(abs(self.base), abs(self.base + length)))
        self.half_low, self.half_high = 0.5 - slack, 0.5 + slack
        # What the hot loop needs, in one tuple. A book cut to a depth counts its levels,
        # so there every level takes the slow way: nothing is below a limit of 0.
        limit = self.limit if self.depth is None else 0.0
        self.hot = (self.cells, self.scale, self.offset, self.half_low, self.half_high, limit)
        self.best_index = -1
        self.count = 0

    def _best_below(self, start: int) -> int:
        """The highest index up to ``start`` that holds a level; -1 where none does."""
        cells = self.cells
        for i in range(start, max(start - 8, -1), -1):
            if cells[i]:
                return i
        high, step = max(start - 7, 0), 64
        while high > 0:
            low = max(0, high - step)
            found = np.flatnonzero(self.sizes[low:high])
            if found.size:
                return low + int(found[-1])
            high, step = low, step * 8
        return -1

    def _settle(self) -> None:
        """Cut to the depth; find the best level; follow it where it left the window's middle."""
        while self.depth is not None and self.count > self.depth:
            self._drop_worst()
        best = self.best_index
        if best >= 0 and not self.cells[best]:
            best = self.best_index = self._best_below(best)
        if best < 0 and self.far:
            tick = self.sign * max(self.sign * tick for tick in self.far)
            self.relay(self.grid, self.grid.exact_price(tick))
        elif 0 <= best < self.low_water:
            self.relay(self.grid, self.grid.exact_price(self.best_tick))

    def _indices(self, limit: int | None) -> NDArray[np.int64]:
        """Indices of levels in the window, best first."""
        high = self.best_index + 1
        if limit is None:
            return np.flatnonzero(self.sizes[:high])[::-1]
        step, low, found = 1024, high, np.empty(0, np.int64)
        while len(found) < limit and low > 0:
            low, step = max(0, low - step), step * 8
            found = np.flatnonzero(self.sizes[low:high]) + low
        return found[::-1][:limit]

    # Single levels.

    def _scatter(self, levels: Sequence[tuple[float, float]]) -> bool:
        """Apply a large message with NumPy; False where it holds anything unusual."""
        flat = np.fromiter(chain.from_iterable(levels), float, 2 * len(levels))
        x = flat[::2] * self.scale + self.offset
        size = flat[1::2]
        whole = np.floor(x)
        if not (
            np.all(np.abs(x - whole - 0.5) < self.half_high - 0.5)
            and np.all((size >= 0) & (size < self.limit))
            and whole.max() < len(self.cells)
            and (self.sign < 0 or whole.min() + self.base > 0)
        ):
            return False
        index = whole.astype(np.int64)
        inside = index >= 0
        # Of repeated indices NumPy keeps the last, as a venue means it.
        self.sizes[index[inside]] = size[inside]
        for far, value in zip(index[~inside].tolist(), size[~inside].tolist(), strict=True):
            self._set_far(self.sign * (far + self.base), value)
        self.best_index = max(self.best_index, int(index.max()))
        self._settle()
        return True

    def _far_level(self, x: float, size: float) -> bool:
        """Take a level worse than the window; False where it isn't plainly one."""
        i = math.floor(x)
        if i >= 0 or not self.half_low < x - i < self.half_high:
            return False
        if self.depth is not None or not 0 <= size < self.limit:
            return False
        tick = self.sign * (i + self.base)
        if tick > 0:
            self._set_far(tick, size)
        return tick > 0

    def _apply_slowly(self, levels: Iterable[tuple[float, float]]) -> None:
        for price, size in levels:
            self._set_float(price, size)
        self._settle()

    def _set_float(self, price: float, size: float) -> None:
        check_level(price, size)
        ticks = price * self.grid.per_unit
        if size >= self.limit or ticks > 1e14:
            raise NeedsText
        tick = round(ticks)
        if abs(ticks - tick) < rounding_slack(ticks):
            self._set_tick(tick, size)
        else:
            self._set_exact(Decimal(repr(price)), Decimal(repr(size)))

    def _set_exact(self, price: Decimal, size: Decimal) -> None:
        if not (0 <= size < MOST_SIZE and price > 0 and price.is_finite()):
            raise BadLevel(f"a level had price {price} and size {size}")
        tick = self.grid.tick(price)
        if tick is None:
            if price % FINEST:
                raise BadLevel(f"a level had price {price}, finer than any venue's tick")
            best = self.grid.exact_price(self.best_tick) if self.best_index >= 0 else price
            self.relay(self.grid.refined(price), best)
            tick = self.grid.tick(price)
            assert tick is not None
        rounded = float(size)
        self._set_tick(tick, rounded)
        if Decimal(repr(rounded)) != size:
            self.wide[tick] = size

    def _set_tick(self, tick: int, size: float) -> None:
        if tick > MOST_TICKS:
            price = self.grid.exact_price(tick)
            raise BadLevel(f"a level had price {price:.6g}, higher than any market's")
        i = self.sign * tick - self.base
        if i < 0:
            self._set_far(tick, size)
            return
        if i >= len(self.cells):
            if not size:
                return
            self.relay(self.grid, self.grid.exact_price(tick))
            i = self.sign * tick - self.base
        self.count += (size > 0) - (self.cells[i] > 0)
        self.cells[i] = size
        self.best_index = max(self.best_index, i)

    def _set_far(self, tick: int, size: float) -> None:
        self.count += (size > 0) - (tick in self.far)
        if size:
            self.far[tick] = size
        else:
            self.far.pop(tick, None)

    def _drop_worst(self) -> None:
        if self.far:
            tick = self.sign * min(self.sign * tick for tick in self.far)
            self._set_far(tick, 0.0)
            return
        occupied = np.flatnonzero(self.sizes[: self.best_index + 1])
        for i in occupied[: self.count - (self.depth or 0)].tolist():
            self.cells[i] = 0.0
            self.count -= 1

    def _size(self, tick: int) -> float:
        i = self.sign * tick - self.base
        if 0 <= i < len(self.cells):
            return self.cells[i]
        return self.far.get(tick, 0.0)

    def _exact_size(self, tick: int) -> Decimal:
        size = self._size(tick)
        wide = self.wide.get(tick)
        # A later, shorter size leaves the old exact one behind; the float tells.
        if wide is not None and float(wide) == size:
            return wide
        return Decimal(repr(size))

    def _add_far(self, sums: Floats, ticks: NDArray[np.int64]) -> None:
        far = np.fromiter(self.far, np.int64, len(self.far))
        sizes = np.fromiter(self.far.values(), float, len(self.far))
        column = np.searchsorted(ticks, far, "right") - 1
        inside = (column >= 0) & (column < len(sums))
        np.add.at(sums, column[inside], sizes[inside])


def check_level(price: float, size: float) -> None:
    """Raises BadLevel for numbers that no market has."""
    if not (0 <= size < MOST_SIZE and 0 < price < math.inf):
        raise BadLevel(f"a level had price {price!r} and size {size!r}")


def float_cells(sizes: Floats) -> "memoryview[float]":
    """The array's own memory, as cells that are quicker to write one by one."""
    return memoryview(sizes)  # type: ignore[arg-type] # NumPy's stubs leave out the buffer


def rounding_slack(ticks: float) -> float:
    """How far a float price on a tick may seem off it, in ticks, at that many ticks.

    Four roundings of half a unit in the last place each (the price's own, the
    scale's, the product's, the sum's), doubled. A price truly off the grid is
    further off: of at most 15 digits, it can't be nearer without being on it.
    """
    return 4 * math.ulp(abs(ticks) + 1)
