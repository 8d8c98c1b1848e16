"""What is true now of one instrument: book, tape, candles, quote, figures, and how far to trust it."""

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from monitor.book.book import Book
from monitor.market.candle_series import CandleSeries
from monitor.market.coarser_candles import coarser
from monitor.market.depth_history import LARGEST_COLUMNS, LARGEST_ROWS, DepthHistory
from monitor.market.tape import CAPACITY, Tape
from monitor.model.events import (
    Candle,
    CandleHistory,
    DayStats,
    Event,
    Funding,
    Liquidation,
    OpenInterest,
    Quote,
    Refusal,
    StatusChange,
    Trade,
)
from monitor.model.instrument import Instrument, Status
from monitor.model.time import SECOND
from monitor.model.verdict import Judged, State, Verdict

LIQUIDATIONS = 1_000


class Market:
    """One instrument's state, fed by events and looked at by panels; no one is called back.

    ``book`` is the venue protocol's own, already up to date when its event arrives.
    ``version`` grows with every event: a panel that drew this version has nothing to do.
    """

    def __init__(
        self,
        instrument: Instrument,
        book: Book,
        judged: Judged | None = None,
        tape_capacity: int = CAPACITY,
    ) -> None:
        self.instrument = instrument
        self.book = book
        self.judged = judged
        self.version = 0
        self.tape = Tape(tape_capacity)
        self.quote: Quote | None = None
        self.day_stats: DayStats | None = None
        self.funding: Funding | None = None
        self.open_interest: OpenInterest | None = None
        self.liquidations: deque[Liquidation] = deque(maxlen=LIQUIDATIONS)
        self.refusal: Refusal | None = None
        self.status: Status = instrument.status
        self.depth_history: DepthHistory | None = None
        self.last_price: float | None = None
        """The newest trade's price; None before the first."""
        self.aggregates_skipped = 0
        """Aggregate trades left out because the venue sends their single ones too."""
        self._series = {SECOND: CandleSeries(SECOND)}
        self._generation = book.generation
        self._broken = False
        self._last_ts = 0
        self._singles = False

    def apply(self, event: Event) -> None:
        """Take one event of this instrument. Never raises."""
        self.version += 1
        kind = type(event)
        if kind is Quote:
            # Most that comes; whatever is asked before costs every message.
            self.quote = event  # type: ignore[assignment] # kind says so
            return
        handler = self._handlers.get(kind)
        if handler is not None:
            handler(self, event)

    def verdict(self, now: int) -> Verdict:
        """How far the book is to be believed at ``now`` (monotonic ns)."""
        if self.judged is None:
            return Verdict(State.CONNECTING)
        return self.judged.verdict(now)

    def attach(self, book: Book, judged: Judged | None) -> None:
        """Go on with another book: of a new session, or of a replay."""
        self.version += 1
        self.book, self.judged = book, judged
        self._generation = -1

    def begin_anew(self, book: Book, judged: Judged | None) -> None:
        """Forget all that happened: a replay went back in time. The version still grows."""
        version, kept = self.version + 1, self.depth_history
        vars(self).update(vars(Market(self.instrument, book, judged, self.tape.capacity)))
        self.version = version
        if kept is not None:
            self.keep_depth_history(kept.row_size, kept.rows, kept.columns)

    def candles(self, interval: int) -> CandleSeries:
        """The candles of an interval (ns, at least 1 s), made when first asked for.

        They begin with what finer candles already tell. Raises ValueError for a shorter one.
        """
        series = self._series.get(interval)
        if series is None:
            series = CandleSeries(interval)
            finer = [held for held in self._series.values() if interval % held.interval == 0]
            series.take_from(min(finer, key=_reach))
            self._series[interval] = series
        return series

    def best(self) -> tuple[float | None, float | None]:
        """Best bid and ask: the book's; the quote stream's where no book is held."""
        if self.book.synced or self.quote is None:
            return self.book.best_bid, self.book.best_ask
        return self.quote.bid_price or None, self.quote.ask_price or None

    def keep_depth_history(
        self, row_size: Decimal, rows: int = LARGEST_ROWS, columns: int = LARGEST_COLUMNS
    ) -> DepthHistory:
        """Begin to keep the book's past, anew where rows of another size were kept."""
        held = self.depth_history
        if held is None or (held.row_size, held.rows, held.columns) != (row_size, rows, columns):
            held = self.depth_history = DepthHistory(row_size, rows, columns)
        return held

    def sample_depth(self, now: int, ts: int) -> None:
        """Let the depth history look at the book; cheap to call at every frame.

        ``now`` is monotonic ns, ``ts`` ns UTC. The version stays: who draws the history
        looks at its ``count``, and nobody else needs to draw anew.
        """
        history = self.depth_history
        if history is not None and history.due(now):
            history.sample(now, ts, self.book, self.verdict(now).state)

    # What each kind of event does. A BookDelta or BookSnapshot needs nothing: its levels
    # are in the book already.

    def _take_trade(self, trade: Trade) -> None:
        if trade.aggregate:
            if self._singles:
                self.aggregates_skipped += 1
                return
        else:
            self._singles = True
        if self.book.generation != self._generation:
            # A new connection: trades were missed, unless the venue's snapshot of past
            # ones reaches back to one we have.
            self._generation = self.book.generation
            self._broken = True
        tape = self.tape
        duplicates = tape.duplicates
        if not tape.append(trade):
            if tape.duplicates > duplicates:
                self._broken = False
            return
        if self._broken:
            self._broken = False
            for series in self._series.values():
                series.interrupt()
        ts, price = trade.ts_event or trade.ts_recv, trade.price
        if ts >= self._last_ts:
            self._last_ts, self.last_price = ts, price
        size, side = trade.size, trade.side
        for series in self._series.values():
            series.add(ts, price, size, side)

    def _take_candle(self, candle: Candle) -> None:
        self.candles(candle.interval).put(candle)

    def _take_history(self, history: CandleHistory) -> None:
        self.candles(history.interval).merge(history.candles)
        for interval, series in self._series.items():
            if interval > history.interval and interval % history.interval == 0:
                series.merge(coarser(history.candles, interval))

    def _take_stats(self, stats: DayStats) -> None:
        self.day_stats = stats

    def _take_funding(self, funding: Funding) -> None:
        self.funding = funding

    def _take_interest(self, interest: OpenInterest) -> None:
        self.open_interest = interest

    def _take_liquidation(self, liquidation: Liquidation) -> None:
        self.liquidations.append(liquidation)

    def _take_status(self, change: StatusChange) -> None:
        self.status = change.status

    def _take_refusal(self, refusal: Refusal) -> None:
        self.refusal = refusal

    _handlers: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        Trade: _take_trade,
        Candle: _take_candle,
        CandleHistory: _take_history,
        DayStats: _take_stats,
        Funding: _take_funding,
        OpenInterest: _take_interest,
        Liquidation: _take_liquidation,
        StatusChange: _take_status,
        Refusal: _take_refusal,
    }


def _reach(series: CandleSeries) -> tuple[bool, int, int]:
    """Orders series: with candles first, then by how far back they reach, then the finer."""
    opens = series.view().ts_open
    return (not len(opens), int(opens[0]) if len(opens) else 0, series.interval)
