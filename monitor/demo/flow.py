"""The order flow: what all traders of one instrument do next, seeing the book; the same for a seed.

One latent mood, a sum of a slow and a fast autoregressive part, is pushed through
the measured distributions: of trades and quotes in a second, of levels in a book
update. So counts have the real medians and tails, come in the same busy seconds,
and cluster in time. Depth is held near its measured profile by bands that rather
gain orders when thin and rather lose them when thick.
"""

from collections.abc import Iterator
from math import erfc, exp, log, sqrt
from random import Random

import msgspec

from monitor.demo.depth_plan import Band, DepthPlan
from monitor.demo.engine import ASK, BID, SIDES, Engine
from monitor.demo.profile import TABLE, Calibration, Profile, table
from monitor.model.time import MS, SECOND, US

SLOW, FAST, OWN = 0.45, 0.65, 0.61
"""Weights of the mood's parts; their squares sum to one."""
SLOW_S, FAST_S = 8.0, 1.5
"""How long the parts last."""
MOVES_PER_S = 0.5
"""Real seconds without any move of the best bid: 60 %, as exp(-0.5)."""
LATE_SHARE = 0.02
"""Moves after which the side that follows is late, so that the spread is wide for a while."""
LATE_PATIENCE = 0.8
BIG_SHARE = 0.12
"""Orders at the best that are as large as those behind; the others are dust."""
BIG_CLUSTER = 10
RUBBER_BAND = 0.1
"""At this distance from the opening (10 %) moves back are clearly likelier than moves away."""


class Limit(msgspec.Struct, frozen=True, gc=False):
    """Somebody places an order."""

    ts: int
    side: int
    tick: int
    lots: int


class Market(msgspec.Struct, frozen=True, gc=False):
    """Somebody takes what rests on the other side."""

    ts: int
    side: int
    lots: int


class Cancel(msgspec.Struct, frozen=True):
    """Somebody takes orders away, at one go."""

    ts: int
    orders: list[int]


Action = Limit | Market | Cancel


class Flow:
    """Decides; the caller carries each action out in the engine before asking for the next."""

    def __init__(
        self, profile: Profile, calibration: Calibration, engine: Engine, seed: int
    ) -> None:
        self._random = Random(f"{seed} {profile.symbol}")
        self._profile = profile
        self._engine = engine
        lots_per_unit = float(1 / profile.lot_size)
        self._plan = DepthPlan(profile, calibration, lots_per_unit)
        self._trades = table(calibration.trades_per_s.quantiles, 1)
        self._quotes = table(calibration.quotes_per_s.quantiles, 1)
        self._levels = table(calibration.levels_per_update, 1)
        size = profile.size_factor * lots_per_unit
        self._level_sizes = [one * size for one in table(calibration.level_size, 1e-5, 0.99)]
        self._trade_sizes = [one * size for one in table(calibration.trade_size, 1e-6)]
        self._mean_quotes = calibration.quotes_per_s.mean
        self._multi = calibration.multi_trade_ms_share
        self._replace_share = max(0.0, 1 - 2 * calibration.share_of_deletes)
        self._ticks_per_bps = float(profile.price / profile.tick_size) / 10_000
        self._jump = (calibration.volatility_bps * profile.volatility * self._ticks_per_bps) / sqrt(
            2 * MOVES_PER_S
        )
        self._opening = int(profile.price / profile.tick_size)
        self._fair = float(self._opening)
        self.front = [self._opening, self._opening + profile.spread_ticks]
        self._late: int | None = None
        self._slow = self._fast = 0.0
        self._pending: list[tuple[int, int, int]] = []
        self._second = -1

    def open(self, ts: int) -> Iterator[Action]:
        """The orders that rest when trading begins."""
        for side in SIDES:
            total = 0.0
            while total < self._plan.touch_target[side]:
                action = self._join_front(ts, side)
                total += action.lots
                yield action
            for band in self._plan.bands[side]:
                lots = 0
                while lots < band.target:
                    action = self._add(ts, side, band)
                    lots += action.lots
                    yield action
        self._plan.scan(self._engine, self.front)

    def step(self, start: int, length: int) -> Iterator[Action]:
        """What happens in the ``length`` ns from ``start``, in the order of time."""
        second = start // SECOND
        if second != self._second:
            self._second = second
            self._plan_second(start)
        end = start + length
        pending = self._pending
        while pending and pending[-1][0] < end:
            ts, kind, amount = pending.pop()
            if kind == _MOVE:
                yield from self._move(ts, amount)
            elif kind == _TRADES:
                yield from self._trade(ts, amount)
            else:
                yield from self._touch(ts)
        yield from self._churn(end - 1, length)

    def _plan_second(self, start: int) -> None:
        random, profile = self._random, self._profile
        self._slow = _ar(self._slow, 1 / SLOW_S, random)
        self._fast = _ar(self._fast, 1 / FAST_S, random)
        mood = self._mood()
        own = 0.92 * mood + 0.39 * random.gauss(0, 1)
        quotes = self._count(self._quotes, mood)
        trades = self._count(self._trades, own)
        foci = [random.randrange(SECOND) for _ in range(random.randint(1, 4))]
        busy = quotes / max(1.0, self._mean_quotes * profile.activity)
        moves = self._poisson(MOVES_PER_S * sqrt(busy) * min(1.0, profile.activity * 4))
        plan = [(self._moment(start, foci), _MOVE, 0) for _ in range(moves)]
        spent = 8 * moves
        mean = 3 + trades / 10
        while trades > 0:
            size = 1
            if random.random() < self._multi:
                size = min(trades, 2 + int(random.expovariate(1 / mean)))
            trades -= size
            spent += 1 + size // 3
            kind = _MOVE if size >= BIG_CLUSTER and random.random() < 0.3 else _TRADES
            plan.append((self._moment(start, foci), kind, size))
        left = quotes - spent
        while left > 0:
            ts = self._moment(start, foci)
            for _ in range(min(left, 1 + int(random.expovariate(0.7)))):
                plan.append((ts, _TOUCH, 0))
                ts += int(random.expovariate(1) * (2 * US if random.random() < 0.7 else MS))
                left -= 1
        self._pending = sorted(self._pending + plan, reverse=True)

    def _mood(self) -> float:
        return SLOW * self._slow + FAST * self._fast + OWN * self._random.gauss(0, 1)

    def _count(self, quantiles: list[float], normal: float) -> int:
        return self._round(self._profile.activity * quantiles[_share(normal)])

    def _round(self, value: float) -> int:
        return int(value + self._random.random())

    def _poisson(self, mean: float) -> int:
        count, product, limit = 0, self._random.random(), exp(-mean)
        while product > limit:
            count += 1
            product *= self._random.random()
        return count

    def _moment(self, start: int, foci: list[int]) -> int:
        random = self._random
        if random.random() < 0.5:
            return start + random.randrange(SECOND)
        near = random.choice(foci) + int(random.gauss(0, 12 * MS))
        return start + min(SECOND - 1, max(1, near))

    def _size(self, sizes: list[float], most: float = 1e18) -> int:
        return max(1, int(min(sizes[int(self._random.random() * TABLE)], most) + 0.5))

    # The best level.

    def _join_front(self, ts: int, side: int) -> Limit:
        target = self._plan.touch_target[side]
        if self._random.random() < BIG_SHARE:
            lots = self._size(self._level_sizes, target / 3)
        else:
            lots = self._size(self._trade_sizes, target / 3)
        return Limit(ts, side, self.front[side], lots)

    def _touch(self, ts: int) -> Iterator[Action]:
        """The best level gains or loses an order, the likelier the farther from its target."""
        random, engine = self._random, self._engine
        side = BID if random.random() < 0.5 else ASK
        if side == self._late:
            if random.random() < LATE_PATIENCE:
                return
            self._late = None
        level = engine.sides[side].levels.get(self.front[side])
        if level is None or len(level.orders) < 2:
            yield self._join_front(ts, side)
            return
        ratio = level.lots / self._plan.touch_target[side]
        if random.random() < 1 / (1 + ratio * ratio):
            yield self._join_front(ts, side)
        else:
            yield Cancel(ts, [random.choice(list(level.orders))])

    def _trade(self, ts: int, count: int) -> Iterator[Action]:
        """Takers meet ``count`` resting orders at the best, and leave some of it standing."""
        side = BID if self._random.random() < 0.5 else ASK
        while count > 0:
            level = self._engine.sides[1 - side].levels.get(self.front[1 - side])
            if level is None or level.lots < 2:
                return
            lots, met = self._taken(level.orders, count)
            yield Market(ts, side, min(lots, level.lots - 1))
            count -= met
            ts += 500

    def _taken(self, orders: dict[int, int], count: int) -> tuple[int, int]:
        """How much meets the first ``count`` orders, ending early inside a large one."""
        lots = met = 0
        for resting in orders.values():
            wanted = self._size(self._trade_sizes)
            met += 1
            if resting > 3 * wanted:
                return lots + wanted, met
            lots += resting
            if met == count:
                break
        return max(1, lots), met

    # The price.

    def _move(self, ts: int, sweep: int) -> Iterator[Action]:
        """The best prices move: who stands in the way is pulled or, by a sweep, taken."""
        random = self._random
        away = log(max(self._fair, 1.0) / self._opening) / RUBBER_BAND
        size = random.expovariate(1 / self._jump)
        if sweep:
            size = min(size, self._jump)
        self._fair += size if random.random() > 0.5 + 0.05 * max(-8.0, min(8.0, away)) else -size
        self._fair = max(self._fair, self._opening * 0.05, 2.0)
        jump = int(self._fair) - self.front[BID]
        if not jump:
            if sweep:
                yield from self._trade(ts, sweep)
            return
        lead, trail = (ASK, BID) if jump > 0 else (BID, ASK)
        self._late = None
        left = self.front[trail]
        self.front = [self.front[BID] + jump, self.front[BID] + jump + self._profile.spread_ticks]
        yield from self._clear(ts, lead, sweep)
        if self._engine.sides[lead].best != self.front[lead]:
            yield self._rebuild(ts + 10 * US, lead)
        if random.random() < LATE_SHARE:
            self._late = trail
        else:
            yield self._rebuild(ts + 20 * US, trail)
        yield from self._abandon(ts + 30 * US, trail, left)
        self._plan.scan(self._engine, self.front)

    def _clear(self, ts: int, lead: int, sweep: int) -> Iterator[Action]:
        engine, front = self._engine, self.front[lead]
        side = engine.sides[lead]
        passed = [tick for tick in side.levels if (tick - front) * side.sign < 0]
        passed.sort(reverse=lead == BID)
        orders = [order for tick in passed for order in side.levels[tick].orders]
        met = orders[:sweep]
        if orders[sweep:]:
            yield Cancel(ts, orders[sweep:])
        if met:
            lots = sum(side.levels[engine.orders[order][1]].orders[order] for order in met)
            yield Market(ts + US, 1 - lead, lots)

    def _rebuild(self, ts: int, side: int) -> Limit:
        target = self._plan.touch_target[side]
        lots = max(1, int(target * (0.3 + 0.4 * self._random.random())))
        return Limit(ts, side, self.front[side], lots)

    def _abandon(self, ts: int, side: int, tick: int) -> Iterator[Action]:
        level = self._engine.sides[side].levels.get(tick)
        if level and tick != self.front[side]:
            leaving = [order for order in level.orders if self._random.random() < 0.9]
            if leaving:
                yield Cancel(ts, leaving)

    # The depth behind.

    def _churn(self, ts: int, length: int) -> Iterator[Action]:
        random, engine, plan = self._random, self._engine, self._plan
        mood = 0.75 * (SLOW * self._slow + FAST * self._fast) / 0.79 + 0.66 * random.gauss(0, 1)
        wanted = self._levels[_share(mood)] * self._profile.activity * length / (100 * MS)
        changed = sum(len(engine.sides[side].changed) for side in SIDES)
        for _ in range(self._round(wanted) - changed):
            side = BID if random.random() < 0.5 else ASK
            bands = plan.bands[side]
            band = random.choices(bands, [one.weight for one in bands])[0]
            ratio = band.lots / band.target
            if band.ticks and random.random() < self._replace_share:
                yield from self._replace(ts, side, band)
            elif not band.ticks or random.random() < 1 / (1 + ratio * ratio):
                action = self._add(ts, side, band)
                if action.tick not in engine.sides[side].levels:
                    band.ticks.append(action.tick)
                band.lots += action.lots
                yield action
            else:
                yield from self._withdraw(ts, side, band)

    def _add(self, ts: int, side: int, band: Band) -> Limit:
        offset = band.draw_offset(self._random)
        tick = self.front[side] - offset if side == BID else self.front[side] + offset
        return Limit(ts, side, max(1, tick), self._size(self._level_sizes, band.target / 2))

    def _withdraw(self, ts: int, side: int, band: Band) -> Iterator[Action]:
        at = int(self._random.random() * len(band.ticks))
        tick, band.ticks[at] = band.ticks[at], band.ticks[-1]
        band.ticks.pop()
        level = self._engine.sides[side].levels.get(tick)
        if level is not None and tick != self.front[side]:
            band.lots -= level.lots
            yield Cancel(ts, list(level.orders))

    def _replace(self, ts: int, side: int, band: Band) -> Iterator[Action]:
        tick = self._random.choice(band.ticks)
        level = self._engine.sides[side].levels.get(tick)
        if level is None or tick == self.front[side]:
            return
        lots = self._size(self._level_sizes, band.target / 2)
        band.lots += lots - level.lots
        old = list(level.orders)
        yield Limit(ts, side, tick, lots)
        yield Cancel(ts, old)


_TOUCH, _TRADES, _MOVE = range(3)


def _ar(value: float, rate: float, random: Random) -> float:
    keep = exp(-rate)
    return keep * value + sqrt(1 - keep * keep) * random.gauss(0, 1)


def _share(normal: float) -> int:
    """The place in a table that a standard normal value stands for."""
    return min(TABLE - 1, int(0.5 * erfc(-normal / 1.4142135623730951) * TABLE))
