"""Kraken's channels beside the book: prints, best quotes and 24 h figures, candles."""

from decimal import Decimal
from typing import Final

from monitor.model.events import Candle, DayStats, Event, Quote, Side, Trade
from monitor.model.time import MINUTE, parse_rfc3339
from monitor.protocol.feed import Feed
from monitor.protocol.instants import Instants
from monitor.protocol.numbers import ABSURD, NumberError, survives_float
from monitor.venues.kraken.wire import (
    TEXT_TRADES,
    OhlcData,
    TickerData,
    TradeData,
    TradeMessage,
    texts,
)

EXACT_PRICE: Final = 1e7
EXACT_SIZE: Final = 1e5
"""From here on a number of up to 8 or 10 decimals may have more than 15 digits."""
_SIDES: Final[dict[str, Side]] = {"buy": "buy", "sell": "sell"}


class Prints(Feed):
    """A symbol's trades. Their ids rise by one, so a hole is prints that were missed."""

    def __init__(self, symbol: str, instrument: str) -> None:
        super().__init__(symbol, instrument)
        self.instants = Instants()
        self.last_id = 0

    def take(
        self,
        rows: list[TradeData],
        exact: list[tuple[str, str] | None],
        *,
        past: bool,
        ts_recv: int,
    ) -> list[Event]:
        """The trades of one message, in its order."""
        read, instrument = self.instants.read, self.instrument
        events: list[Event] = []
        for row, text in zip(rows, exact, strict=True):
            self._count(row.trade_id)
            events.append(
                Trade(
                    instrument=instrument,
                    price=row.price,
                    size=row.qty,
                    side=_SIDES.get(row.side, "unknown"),
                    trade_id=row.trade_id,
                    ts_event=read(row.timestamp),
                    ts_recv=ts_recv,
                    backfill=past,
                    exact=text,
                )
            )
        return events

    def _count(self, trade_id: int) -> None:
        if 0 < self.last_id < trade_id - 1:
            self.missed()
        self.last_id = max(self.last_id, trade_id)


class Ticker(Feed):
    """A symbol's best quotes and 24 h figures, which come in one message."""

    def __init__(self, symbol: str, instrument: str) -> None:
        super().__init__(symbol, instrument)
        self.instants = Instants()
        self._figures: tuple[float | None, ...] = ()

    def take(self, row: TickerData, ts_recv: int) -> list[Event]:
        """The quote, and the 24 h figures where they changed."""
        at = self.instants.read(row.timestamp) if row.timestamp else 0
        events: list[Event] = []
        bid, ask = row.bid or 0.0, row.ask or 0.0
        if bid or ask:
            sizes = row.bid_qty or 0.0, row.ask_qty or 0.0
            events.append(Quote(self.instrument, bid, sizes[0], ask, sizes[1], at, ts_recv))
        figures = (row.last, row.volume, row.high, row.low, row.change)
        if figures != self._figures:
            self._figures = figures
            if row.last:
                events.append(self._day(row, row.last, at, ts_recv))
        return events

    def connected(self, now: int, wall: int) -> None:
        super().connected(now, wall)
        self._figures = ()

    def _day(self, row: TickerData, last: float, at: int, ts_recv: int) -> DayStats:
        # The difference of two decimals, so that no float's noise shows in the open.
        change = row.change or 0.0
        opened = float(Decimal(repr(last)) - Decimal(repr(change)))
        return DayStats(
            instrument=self.instrument,
            open=opened,
            high=row.high or 0.0,
            low=row.low or 0.0,
            last=last,
            volume=row.volume or 0.0,
            change=change / opened if opened else 0.0,
            ts_event=at,
            ts_recv=ts_recv,
        )


def candle_of(instrument: str, row: OhlcData, ts_recv: int) -> Candle:
    """A candle of the ohlc channel, which never says that one is closed. Raises ValueError."""
    return Candle(
        instrument=instrument,
        interval=row.interval * MINUTE,
        ts_open=parse_rfc3339(row.interval_begin),
        open=row.open,
        high=row.high,
        low=row.low,
        close=row.close,
        volume=row.volume,
        buy_volume=-1.0,
        trades=row.trades,
        closed=False,
        ts_recv=ts_recv,
    )


def check_trades(rows: list[TradeData]) -> None:
    """Raise NumberError where a trade has numbers that no market has."""
    if not all(0 < row.price < ABSURD and 0 < row.qty < ABSURD for row in rows):
        raise NumberError("a trade's price or size is none that a market has")


def check_quotes(rows: list[TickerData]) -> None:
    """Raise NumberError where a quote has numbers that no market has."""
    prices = (number or 0.0 for row in rows for number in (row.bid, row.ask))
    if not all(0 <= price < ABSURD for price in prices):
        raise NumberError("a quote is none that a market has")


def exact_texts(message: TradeMessage, data: bytes) -> list[tuple[str, str] | None]:
    """For each trade the texts of price and size, where floats can't hold them."""
    rows = message.data
    if all(row.qty < EXACT_SIZE and row.price < EXACT_PRICE for row in rows):
        return [None] * len(rows)
    return [_exact(pair) for pair in texts(TEXT_TRADES.decode(data).data)]


def _exact(pair: tuple[str, str]) -> tuple[str, str] | None:
    return None if all(map(survives_float, pair)) else pair
