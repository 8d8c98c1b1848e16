"""What messages mean: the events a venue's protocol hands on, in our words.

Prices and sizes are floats that stand for the venue's decimal text: each is the
float nearest to that text, and the text has at most 15 significant digits, so
``decimal.Decimal(repr(value))`` gives it back exactly. Where a venue's text has
more digits the exact text travels beside the float (``exact`` on a trade; the
order book keeps its own). ``instrument`` is an instrument id. ``ts_event`` is
the venue's time and ``ts_recv`` ours, both ns since the epoch in UTC; a
``ts_event`` of 0 means the venue gave none.
"""

from decimal import Decimal
from typing import Literal

import msgspec

from monitor.model.instrument import Instrument

Side = Literal["buy", "sell", "unknown"]
Level = tuple[float, float]
"""Price and size; a size of 0 means the level is gone."""


class Trade(msgspec.Struct, frozen=True, gc=False):
    """One print. ``side`` is the aggressor's; ``fills`` counts the single trades in it.

    ``exact`` holds the venue's texts of price and size where a float can't.
    ``backfill`` marks a trade of the past, sent in a snapshot.
    """

    instrument: str
    price: float
    size: float
    side: Side
    trade_id: str | int
    ts_event: int
    ts_recv: int
    aggregate: bool = False
    backfill: bool = False
    exact: tuple[str, str] | None = None

    @property
    def exact_price(self) -> Decimal:
        """The price exactly as the venue wrote it."""
        return Decimal(self.exact[0] if self.exact else repr(self.price))

    @property
    def exact_size(self) -> Decimal:
        """The size exactly as the venue wrote it."""
        return Decimal(self.exact[1] if self.exact else repr(self.size))


class BookSnapshot(msgspec.Struct, frozen=True, gc=False):
    """The book was replaced by these levels, best first; already in the stream's Book."""

    instrument: str
    bids: list[Level]
    asks: list[Level]
    first_seq: int
    last_seq: int
    ts_event: int
    ts_recv: int


class BookDelta(msgspec.Struct, frozen=True, gc=False):
    """These levels changed; already in the stream's Book."""

    instrument: str
    bids: list[Level]
    asks: list[Level]
    first_seq: int
    last_seq: int
    ts_event: int
    ts_recv: int


class Quote(msgspec.Struct, frozen=True, gc=False):
    """Best bid and ask; a missing side has price 0 and size 0."""

    instrument: str
    bid_price: float
    bid_size: float
    ask_price: float
    ask_size: float
    ts_event: int
    ts_recv: int


class Candle(msgspec.Struct, frozen=True, gc=False):
    """Open, high, low, close and volume of one interval.

    ``interval`` is in ns. ``volume`` and ``buy_volume`` are in base units;
    ``buy_volume`` and ``trades`` are -1 where the venue does not tell.
    ``closed`` is True once it can't change any more.
    """

    instrument: str
    interval: int
    ts_open: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    buy_volume: float
    trades: int
    closed: bool
    ts_recv: int = 0


class DayStats(msgspec.Struct, frozen=True, gc=False):
    """The venue's 24 h figures. ``change`` is a fraction of the open (0.01 is 1 %)."""

    instrument: str
    open: float
    high: float
    low: float
    last: float
    volume: float
    change: float
    ts_event: int
    ts_recv: int


class Funding(msgspec.Struct, frozen=True, gc=False):
    """A perpetual's funding rate, a fraction an interval; ``ts_next`` is when it is paid."""

    instrument: str
    value: float
    ts_next: int
    ts_event: int
    ts_recv: int


class OpenInterest(msgspec.Struct, frozen=True, gc=False):
    """Contracts or base units open."""

    instrument: str
    value: float
    ts_event: int
    ts_recv: int


class Liquidation(msgspec.Struct, frozen=True, gc=False):
    """A forced order; ``side`` is the order's own."""

    instrument: str
    price: float
    size: float
    side: Side
    ts_event: int
    ts_recv: int


class StatusChange(msgspec.Struct, frozen=True, gc=False):
    """An instrument began or ceased to trade (``trading``, ``halted``, ``closed``)."""

    instrument: str
    status: Literal["trading", "halted", "closed", "unknown"]
    ts_event: int
    ts_recv: int


class InstrumentList(msgspec.Struct, frozen=True):
    """All instruments a venue offers, or those one message told of (``complete`` False)."""

    venue: str
    instruments: tuple[Instrument, ...]
    complete: bool
    ts_recv: int


class CandleHistory(msgspec.Struct, frozen=True):
    """Past candles of one instrument and interval (ns), oldest first; may be empty."""

    instrument: str
    interval: int
    candles: tuple[Candle, ...]
    ts_recv: int


class Refusal(msgspec.Struct, frozen=True):
    """The venue won't serve something; ``sentence`` tells the user what and why.

    ``instrument`` is empty where the refusal concerns no single one.
    """

    instrument: str
    sentence: str
    ts_recv: int


Event = (
    Trade
    | BookSnapshot
    | BookDelta
    | Quote
    | Candle
    | DayStats
    | Funding
    | OpenInterest
    | Liquidation
    | StatusChange
    | InstrumentList
    | CandleHistory
    | Refusal
)
