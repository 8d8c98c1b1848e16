"""One instrument of the demo exchange: its engine, driven by its flow, told of as events.

Trades and quotes are told at once, changes of the book every ``book_interval_ms``.
"""

import zlib
from collections.abc import Iterator
from fractions import Fraction
from math import sin, sqrt

from monitor.demo.engine import ASK, BID, Engine, Fill
from monitor.demo.flow import Action, Cancel, Flow, Limit
from monitor.demo.history import DAY_S, MINUTE_S, History
from monitor.demo.profile import Calibration, Profile, table
from monitor.model.events import (
    BookDelta,
    BookSnapshot,
    Candle,
    DayStats,
    Event,
    Funding,
    Level,
    Quote,
    Side,
    StatusChange,
    Trade,
)
from monitor.model.instrument import Instrument, Status, instrument_id
from monitor.model.time import HOUR, MS, SECOND

VENUE = "demo"
FALLEN_BEHIND = 2 * SECOND
"""After a longer pause (the machine slept) trading goes on from now; nothing is made up for it."""
FUNDING_INTERVAL = 8 * HOUR
QUIETER = 0.7
"""A day moves less than its busy minutes, which the flow is calibrated to, would make it."""


class Words:
    """Integers into the numbers of events: ticks into prices, lots into sizes.

    A quotient of two integers below 2**53 is correctly rounded, so each float is the
    nearest to its decimal text, as the events promise.
    """

    def __init__(self, profile: Profile) -> None:
        self.id = instrument_id(VENUE, profile.symbol)
        tick, lot = Fraction(profile.tick_size), Fraction(profile.lot_size)
        self._tick = (tick.numerator, tick.denominator)
        self._lot = (lot.numerator, lot.denominator)

    def price(self, tick: int) -> float:
        return tick * self._tick[0] / self._tick[1]

    def size(self, lots: int) -> float:
        return lots * self._lot[0] / self._lot[1]

    def tick(self, price: float) -> int:
        return round(price * self._tick[1] / self._tick[0])

    def lots(self, size: float) -> int:
        return round(size * self._lot[1] / self._lot[0])

    def levels(self, levels: list[tuple[int, int]]) -> list[Level]:
        (tick_up, tick_down), (lot_up, lot_down) = self._tick, self._lot
        return [(tick * tick_up / tick_down, lots * lot_up / lot_down) for tick, lots in levels]


class Listing:
    """Trades one instrument from ``ts_start`` on; ``pace`` is how fast its time runs."""

    def __init__(
        self,
        profile: Profile,
        calibration: Calibration,
        seed: int,
        ts_start: int,
        pace: float = 1.0,
    ) -> None:
        self.profile = profile
        self.words = Words(profile)
        self.engine = Engine()
        self.history = _history(profile, calibration, seed, ts_start)
        self.status: Status = "trading"
        self.seq = 0
        self.trades = 0
        self._flow = Flow(profile, calibration, self.engine, seed)
        self._ts_listed = self._ts_start = self._last_ts = ts_start
        self._pace = pace
        for action in self._flow.open(0):
            self._carry_out(action)
        for side in (BID, ASK):
            self.engine.take_changes(side)
        self._best = self._best_now()
        self._marks = self._all_marks()
        self._next = next(self._marks)

    # The running market.

    def advance(self, ts: int) -> list[Event]:
        """What happened up to ``ts`` (ns UTC), in the order of time."""
        events: list[Event] = []
        elapsed = ts - self._last_ts
        self._last_ts = ts
        if self._halted(ts, events) or elapsed > FALLEN_BEHIND:
            self._ts_start += elapsed
            return events
        now = int((ts - self._ts_start) * self._pace)
        while self._next[0] <= now:
            due, action = self._next
            wall = self._ts_start + int(due / self._pace)
            if action is None:
                self._tell_book(events, wall)
            else:
                self._carry_out(action, events, wall)
                self._tell_quote(events, wall)
            self._next = next(self._marks)
        return events

    def settle(self, ts: int) -> list[Event]:
        """Tell what changed in the book since it was last told."""
        events: list[Event] = []
        self._tell_book(events, ts)
        return events

    # What is true now.

    def instrument(self) -> Instrument:
        profile = self.profile
        return Instrument(
            id=self.words.id,
            venue=VENUE,
            symbol=profile.symbol,
            base=profile.base,
            quote=profile.quote,
            kind=profile.kind,
            tick_size=profile.tick_size,
            lot_size=profile.lot_size,
            status=self.status,
            name=profile.name,
            aliases=profile.aliases,
        )

    def book(self, ts: int) -> BookSnapshot:
        """The book as matched; the changes since the last delta told are in it already."""
        words, engine = self.words, self.engine
        bids, asks = words.levels(engine.top(BID)), words.levels(engine.top(ASK))
        return BookSnapshot(words.id, bids, asks, self.seq, self.seq, ts, ts)

    def quote(self, ts: int) -> Quote:
        """The best bid and ask."""
        words = self.words
        bid, bid_lots, ask, ask_lots = self._best_now()
        return Quote(
            words.id,
            words.price(bid),
            words.size(bid_lots),
            words.price(ask),
            words.size(ask_lots),
            ts,
            ts,
        )

    def candles(self, interval: int, end: int, limit: int, now: int) -> list[Candle]:
        """The latest ``limit`` candles that open before ``end``; ``interval`` is in ns."""
        interval_s = interval // SECOND
        ceiling = -(-min(end, now + 1) // SECOND)
        rows = self.history.candles(interval_s, ceiling, limit)
        return [self._candle(row, interval, now) for row in rows.tolist()]

    def stats(self, now: int) -> DayStats:
        """Figures of the last 24 hours."""
        second = now // SECOND
        rows = self.history.rows(MINUTE_S, second - DAY_S, second + 1)
        words = self.words
        opened, last = int(rows[0, 1]), int(rows[-1, 4])
        return DayStats(
            words.id,
            words.price(opened),
            words.price(int(rows[:, 2].max())),
            words.price(int(rows[:, 3].min())),
            words.price(last),
            words.size(int(rows[:, 5].sum())),
            round(last / opened - 1, 6),
            now,
            now,
        )

    def funding(self, now: int) -> Funding | None:
        """The perpetual's rate, a slow wave about 0.01 %; None for all others."""
        if self.profile.kind != "perpetual":
            return None
        minutes = now / (60 * SECOND)
        rate = round(0.0001 + 0.00012 * sin(minutes / 47) + 0.00004 * sin(minutes / 3.1), 6)
        due = (now // FUNDING_INTERVAL + 1) * FUNDING_INTERVAL
        return Funding(self.words.id, rate, due, now, now)

    # How events come about.

    def _all_marks(self) -> Iterator[tuple[int, Action | None]]:
        """Every action with its time, and None where the book is to be told; never back in time."""
        length = self.profile.book_interval_ms * MS
        start = latest = 0
        while True:
            for action in self._flow.step(start, length):
                # What a step begins late in its time is done within it, so books are told on time.
                latest = min(max(latest, action.ts), start + length - 1)
                yield latest, action
            start += length
            yield start, None

    def _carry_out(self, action: Action, events: list[Event] | None = None, ts: int = 0) -> None:
        engine = self.engine
        fills: list[Fill] = []
        if isinstance(action, Cancel):
            for order in action.orders:
                engine.cancel(order)
        elif isinstance(action, Limit):
            fills = engine.limit(action.side, action.tick, action.lots)
        else:
            fills = engine.market(action.side, action.lots)
        if fills and events is not None and not isinstance(action, Cancel):
            self._tell_trades(events, fills, ts, buy=action.side == BID)

    def _tell_trades(self, events: list[Event], fills: list[Fill], ts: int, *, buy: bool) -> None:
        words = self.words
        side: Side = "buy" if buy else "sell"
        for fill in fills:
            self.trades += 1
            self.history.trade(ts // SECOND, fill.tick, fill.lots, buy=buy)
            price, size = words.price(fill.tick), words.size(fill.lots)
            events.append(Trade(words.id, price, size, side, self.trades, ts, ts))

    def _best_now(self) -> tuple[int, int, int, int]:
        bids, asks = self.engine.sides
        bid, ask = bids.best, asks.best
        return (
            bid or 0,
            bids.levels[bid].lots if bid else 0,
            ask or 0,
            asks.levels[ask].lots if ask else 0,
        )

    def _tell_quote(self, events: list[Event], ts: int) -> None:
        best = self._best_now()
        if best != self._best:
            self._best = best
            events.append(self.quote(ts))

    def _tell_book(self, events: list[Event], ts: int) -> None:
        words = self.words
        bids = words.levels(self.engine.take_changes(BID))
        asks = words.levels(self.engine.take_changes(ASK))
        if bids or asks:
            self.seq += 1
            events.append(BookDelta(words.id, bids, asks, self.seq, self.seq, ts, ts))

    def _halted(self, ts: int, events: list[Event]) -> bool:
        halts = self.profile.halts
        if halts is None:
            return False
        cycle = (ts - self._ts_listed) // SECOND % (halts.trade_s + halts.pause_s)
        status: Status = "halted" if cycle >= halts.trade_s else "trading"
        if status != self.status:
            self.status = status
            self._tell_book(events, ts)
            events.append(StatusChange(self.words.id, status, ts, ts))
        return status == "halted"

    def _candle(self, row: list[int], interval: int, now: int) -> Candle:
        words = self.words
        opens = row[0] * SECOND
        return Candle(
            words.id,
            interval,
            opens,
            words.price(row[1]),
            words.price(row[2]),
            words.price(row[3]),
            words.price(row[4]),
            words.size(row[5]),
            words.size(row[6]),
            row[7],
            now >= opens + interval,
        )


def _history(profile: Profile, calibration: Calibration, seed: int, ts_start: int) -> History:
    rate = calibration.trades_per_s.mean * profile.activity
    mean_size = _mean(table(calibration.trade_size, 1e-6)) * profile.size_factor
    trade_share = min(0.97, 0.6 * rate)
    return History(
        seed=zlib.crc32(f"{seed} {profile.symbol}".encode()),
        second=ts_start // SECOND,
        opening=int(profile.price / profile.tick_size),
        daily=calibration.volatility_bps * profile.volatility * sqrt(DAY_S) / 10_000 * QUIETER,
        trade_share=trade_share,
        mean_lots=rate * mean_size / trade_share / float(profile.lot_size),
        mean_trades=max(0.0, rate / trade_share - 1),
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
