"""A seeded random market of one symbol, whose every level is known exactly.

Ticks and lots are integers inside; prices and sizes leave as exact decimals. It is no
model of real flow (the demo exchange is): it is made to touch every case a book has.
"""

import random
from collections.abc import Callable
from decimal import Decimal

import msgspec

Level = tuple[Decimal, Decimal]
Levels = list[Level]

CHURN = 0.85
"""Of ten steps, so many change resting orders; the others are market orders."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What is traded: names, steps, and where its price begins."""

    symbol: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    price: Decimal
    status: str = ""


class Print(msgspec.Struct, frozen=True):
    """One trade; ``buy`` is True where the aggressor bought."""

    price: Decimal
    size: Decimal
    buy: bool


class Change(msgspec.Struct, frozen=True):
    """What one step did: new absolute sizes (0 for gone), each price once, and the prints."""

    bids: Levels
    asks: Levels
    prints: list[Print]
    best_moved: bool


class Picture:
    """A book at one moment, cheap to take: exact when asked."""

    def __init__(self, market: "Market") -> None:
        self._tick, self._lot = market.listing.tick, market.listing.lot
        self._bids, self._asks = dict(market.bids), dict(market.asks)

    def bids(self, limit: int | None = None) -> Levels:
        """Exact bids, best first."""
        return self._levels(self._bids, limit, reverse=True)

    def asks(self, limit: int | None = None) -> Levels:
        """Exact asks, best first."""
        return self._levels(self._asks, limit, reverse=False)

    def _levels(self, side: dict[int, int], limit: int | None, *, reverse: bool) -> Levels:
        ticks = sorted(side, reverse=reverse)[:limit]
        return [(self._tick * tick, self._lot * side[tick]) for tick in ticks]


class Market:
    """The truth. ``bids`` and ``asks`` map ticks to lots; they never cross."""

    def __init__(self, listing: Listing, seed: int, levels: int = 300) -> None:
        self.listing = listing
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self._levels = levels
        self._random = random.Random(f"{seed} {listing.symbol}")
        self._touched: tuple[dict[int, None], dict[int, None]] = ({}, {})
        self._prints: list[Print] = []
        middle = int(listing.price / listing.tick)
        for distance in self._distances(levels):
            self.bids[max(1, middle - distance)] = self._size()
            self.asks[middle + 1 + distance] = self._size()

    @property
    def best_bid(self) -> int:
        """The highest bid, in ticks."""
        return max(self.bids)

    @property
    def best_ask(self) -> int:
        """The lowest ask, in ticks."""
        return min(self.asks)

    def book(self) -> tuple[Levels, Levels]:
        """The exact levels, best first: bids, asks."""
        picture = self.picture()
        return picture.bids(), picture.asks()

    def picture(self) -> Picture:
        """The book as it stands now."""
        return Picture(self)

    def best(self) -> tuple[Level, Level]:
        """The best bid and the best ask, exact."""
        tick, lot = self.listing.tick, self.listing.lot
        bid, ask = self.best_bid, self.best_ask
        return (tick * bid, lot * self.bids[bid]), (tick * ask, lot * self.asks[ask])

    def step(self) -> Change:
        """Let something happen; what changed."""
        before = self.best()
        if self._random.random() < CHURN:
            for _ in range(self._random.randint(1, 5)):
                self._churn()
        else:
            self._trade(buy=self._random.random() < 0.5)
        self._close_spread()
        self._keep_size()
        return self._told(before)

    def _told(self, before: tuple[Level, Level]) -> Change:
        touched_bids, touched_asks = self._touched
        prints, self._prints, self._touched = self._prints, [], ({}, {})
        return Change(
            self._sizes(self.bids, touched_bids),
            self._sizes(self.asks, touched_asks),
            prints,
            before != self.best(),
        )

    def _churn(self) -> None:
        """Add, resize or cancel one level, near the best more often than far."""
        bid = self._random.random() < 0.5
        distance = int(self._random.expovariate(1 / 12))
        tick = self.best_bid - distance if bid else self.best_ask + distance
        side = self.bids if bid else self.asks
        if tick < 1:
            return
        gone = tick in side and self._random.random() < 0.45 and len(side) > 20
        self._set(bid, tick, 0 if gone else self._size())

    def _trade(self, *, buy: bool) -> None:
        """A market order that takes a part of the best level, or sweeps up to three."""
        best: Callable[[dict[int, int]], int] = min if buy else max
        side = self.asks if buy else self.bids
        for _ in range(self._random.randint(1, 3)):
            if len(side) <= 20:
                return
            tick = best(side)
            taken = side[tick] if self._random.random() < 0.5 else max(1, side[tick] // 3)
            self._set(not buy, tick, side[tick] - taken)
            listing = self.listing
            self._prints.append(Print(listing.tick * tick, listing.lot * taken, buy))
            if tick in side:
                return

    def _close_spread(self) -> None:
        """Mostly somebody quotes inside a spread of more than a tick at once."""
        while self.best_ask - self.best_bid > 1 and self._random.random() < 0.95:
            bid = self._random.random() < 0.5
            self._set(bid, self.best_bid + 1 if bid else self.best_ask - 1, self._size())

    def _keep_size(self) -> None:
        """The book neither empties nor grows without end."""
        for bid, side in ((True, self.bids), (False, self.asks)):
            worst = min(side) if bid else max(side)
            if len(side) > self._levels:
                self._set(bid, worst, 0)
            elif len(side) < self._levels * 3 // 4 and worst > 1:
                self._set(bid, worst - 1 if bid else worst + 1, self._size())

    def _set(self, bid: bool, tick: int, lots: int) -> None:
        side = self.bids if bid else self.asks
        if lots:
            side[tick] = lots
        else:
            side.pop(tick, None)
        self._touched[0 if bid else 1][tick] = None

    def _sizes(self, side: dict[int, int], ticks: dict[int, None]) -> Levels:
        tick_size, lot = self.listing.tick, self.listing.lot
        return [(tick_size * tick, lot * side.get(tick, 0)) for tick in ticks]

    def _size(self) -> int:
        """Lots, from one to some hundred thousand, small ones more often."""
        return 1 + int(10 ** self._random.uniform(0, 5.5))

    def _distances(self, levels: int) -> list[int]:
        """Ticks from the best, dense at first and thinner with distance."""
        distances, at = [], 0
        for number in range(levels):
            distances.append(at)
            at += 1 + int(self._random.expovariate(1) * number / 40)
        return distances


def plain_text(value: Decimal, decimals: int) -> str:
    """A number with fixed decimals, as venues pad it."""
    return f"{value:.{decimals}f}"


def decimals_of(step: Decimal) -> int:
    """Digits behind the point that multiples of a step need."""
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


DEAR = Listing(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=Decimal("0.01"),
    lot=Decimal("0.00001"),
    price=Decimal("64210.10"),
)
CHEAP = Listing(
    symbol="SHIBUSDT",
    base="SHIB",
    quote="USDT",
    tick=Decimal("0.00000001"),
    lot=Decimal(1),
    price=Decimal("0.00001234"),
)
