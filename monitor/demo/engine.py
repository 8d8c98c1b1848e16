"""One order book matched by price-time priority, in integer ticks and lots.

It knows limit, market and cancel, and remembers which levels changed since it was
last asked, so that whoever publishes the book can aggregate as long as it likes.
"""

from heapq import heapify, heappop, heappush

import msgspec

BID, ASK = 0, 1
SIDES = (BID, ASK)


class Fill(msgspec.Struct, frozen=True, gc=False):
    """A resting order was met: ``lots`` of it at ``tick``; ``maker`` is its id."""

    tick: int
    lots: int
    maker: int


class Level:
    """The orders at one price, oldest first (a dict keeps its order), and their sum."""

    __slots__ = ("lots", "orders")

    def __init__(self) -> None:
        self.lots = 0
        self.orders: dict[int, int] = {}


class EngineSide:
    """One side: its levels by tick, and a heap of ticks whose stale entries are dropped late."""

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.changed: dict[int, int] = {}
        self._heap: list[int] = []

    @property
    def best(self) -> int | None:
        """The best tick, None where the side is empty."""
        heap, levels, sign = self._heap, self.levels, self.sign
        while heap:
            tick = heap[0] * sign
            if tick in levels:
                return tick
            heappop(heap)
        return None

    def add(self, order: int, tick: int, lots: int) -> None:
        level = self.levels.get(tick)
        if level is None:
            level = self.levels[tick] = Level()
            heappush(self._heap, tick * self.sign)
            self._forget_stale()
        if tick not in self.changed:
            self.changed[tick] = level.lots
        level.orders[order] = lots
        level.lots += lots

    def reduce(self, order: int, tick: int, lots: int) -> None:
        """Take ``lots`` from a resting order; what is empty then is gone."""
        level = self.levels[tick]
        if tick not in self.changed:
            self.changed[tick] = level.lots
        left = level.orders[order] - lots
        level.lots -= lots
        if left:
            level.orders[order] = left
        else:
            del level.orders[order]
            if not level.orders:
                del self.levels[tick]

    def sorted_ticks(self) -> list[int]:
        """All ticks, best first."""
        return sorted(self.levels, reverse=self.sign < 0)

    def _forget_stale(self) -> None:
        if len(self._heap) > 4 * len(self.levels) + 64:
            self._heap = [tick * self.sign for tick in self.levels]
            heapify(self._heap)


class Engine:
    """The book of one instrument. Sides are BID and ASK; an order's side is where it would rest."""

    def __init__(self) -> None:
        self.sides = (EngineSide(-1), EngineSide(1))
        self.orders: dict[int, tuple[int, int]] = {}
        self._next_order = 1

    def limit(self, side: int, tick: int, lots: int) -> list[Fill]:
        """Match what can be matched at ``tick`` or better; the rest rests."""
        if tick <= 0 or lots <= 0:
            raise ValueError(f"an order of {lots} lots at tick {tick} was not above zero")
        order, self._next_order = self._next_order, self._next_order + 1
        other = self.sides[1 - side]
        best = other.best
        fills: list[Fill] = []
        if best is not None and (tick >= best if side == BID else tick <= best):
            fills = self._match(other, lots, tick)
            lots -= sum(fill.lots for fill in fills)
        if lots:
            self.sides[side].add(order, tick, lots)
            self.orders[order] = (side, tick)
        return fills

    def market(self, side: int, lots: int) -> list[Fill]:
        """Match ``lots`` against the other side at any price; what finds nobody is dropped."""
        if lots <= 0:
            raise ValueError(f"a market order of {lots} lots was not above zero")
        return self._match(self.sides[1 - side], lots, None)

    def cancel(self, order: int) -> bool:
        """Take a resting order away; False where it does not rest (any more)."""
        place = self.orders.pop(order, None)
        if place is None:
            return False
        side, tick = place
        book = self.sides[side]
        book.reduce(order, tick, book.levels[tick].orders[order])
        return True

    def take_changes(self, side: int) -> list[tuple[int, int]]:
        """Ticks whose sum is another than when last taken, with it (0: gone), best first."""
        book = self.sides[side]
        changed, book.changed = book.changed, {}
        levels = book.levels
        now = []
        for tick in sorted(changed, reverse=side == BID):
            level = levels.get(tick)
            lots = level.lots if level else 0
            if lots != changed[tick]:
                now.append((tick, lots))
        return now

    def top(self, side: int, limit: int | None = None) -> list[tuple[int, int]]:
        """Ticks and their sums, best first."""
        book = self.sides[side]
        return [(tick, book.levels[tick].lots) for tick in book.sorted_ticks()[:limit]]

    def _match(self, book: EngineSide, lots: int, worst: int | None) -> list[Fill]:
        fills: list[Fill] = []
        while lots:
            tick = book.best
            if tick is None or (worst is not None and tick * book.sign > worst * book.sign):
                break
            orders = book.levels[tick].orders
            maker = next(iter(orders))
            met = min(lots, orders[maker])
            if met == orders[maker]:
                del self.orders[maker]
            book.reduce(maker, tick, met)
            fills.append(Fill(tick, met, maker))
            lots -= met
        return fills
