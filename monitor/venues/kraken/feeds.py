"""Kraken's channels beside the book: prints, best quotes and 24 h figures, candles."""

from decimal import Decimal
from typing import Final

from monitor.model.events import Candle, DayStats, Event, Quote, Side, Trade
from monitor.model.time import MINUTE, parse_rfc3339
from monitor.model.verdict import State
from monitor.protocol.instants import Instants
from monitor.protocol.numbers import parse_decimal
from monitor.protocol.status import StreamStatus
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
ABSURD: Final = 1e18
"""No price and no size of any market comes near this."""
_SIDES: Final[dict[str, Side]] = {"buy": "buy", "sell": "sell"}


class Feed:
    """One channel of one symbol and the streams that live on it."""

    def __init__(self, symbol: str, instrument: str) -> None:
        self.symbol = symbol
        self.instrument = instrument
        self.statuses: list[StreamStatus] = []
        self.halted = ""
        self.instants = Instants()

    def connected(self, now: int, wall: int) -> None:
        """A new connection: nothing was heard on it yet."""
        for status in self.statuses:
            status.become(State.SYNCING, now, wall)

    def acknowledged(self, now: int, wall: int) -> None:
        """The venue said it will send; what is quiet is well all the same."""
        for status in self.statuses:
            if status.state is State.SYNCING:
                state = State.HALTED if self.halted else State.LIVE
                status.become(state, now, wall, self.halted)

    def heard(self, now: int, ts_recv: int) -> None:
        """A message came."""
        state = State.HALTED if self.halted else State.LIVE
        for status in self.statuses:
            status.messages += 1
            status.last_message = now
            if status.state is not state:
                status.become(state, now, ts_recv, self.halted)

    def settle(self, now: int, wall: int) -> None:
        """Show a halt, or its end, on what was heard."""
        state = State.HALTED if self.halted else State.LIVE
        for status in self.statuses:
            if status.state in (State.LIVE, State.HALTED):
                status.become(state, now, wall, self.halted)


class Prints(Feed):
    """A symbol's trades. Their ids rise by one, so a hole is prints that were missed."""

    def __init__(self, symbol: str, instrument: str) -> None:
        super().__init__(symbol, instrument)
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
        missed = trade_id - self.last_id - 1
        if missed > 0 and self.last_id:
            for status in self.statuses:
                status.gaps += 1
        self.last_id = max(self.last_id, trade_id)


class Ticker(Feed):
    """A symbol's best quotes and 24 h figures, which come in one message."""

    def __init__(self, symbol: str, instrument: str) -> None:
        super().__init__(symbol, instrument)
        self._figures: tuple[float, ...] = ()

    def take(self, row: TickerData, ts_recv: int) -> list[Event]:
        """The quote, and the 24 h figures where they changed."""
        at = self.instants.read(row.timestamp) if row.timestamp else 0
        events: list[Event] = [
            Quote(self.instrument, row.bid, row.bid_qty, row.ask, row.ask_qty, at, ts_recv)
        ]
        figures = (row.last, row.volume, row.high, row.low, row.change)
        if figures != self._figures:
            self._figures = figures
            events.append(self._day(row, at, ts_recv))
        return events

    def connected(self, now: int, wall: int) -> None:
        super().connected(now, wall)
        self._figures = ()

    def _day(self, row: TickerData, at: int, ts_recv: int) -> DayStats:
        # The difference of two decimals, so that no float's noise shows in the open.
        opened = float(Decimal(repr(row.last)) - Decimal(repr(row.change)))
        return DayStats(
            instrument=self.instrument,
            open=opened,
            high=row.high,
            low=row.low,
            last=row.last,
            volume=row.volume,
            change=row.change / opened if opened else 0.0,
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


def exact_texts(message: TradeMessage, data: bytes) -> list[tuple[str, str] | None]:
    """For each trade the texts of price and size, where floats can't hold them."""
    rows = message.data
    if all(row.qty < EXACT_SIZE and row.price < EXACT_PRICE for row in rows):
        return [None] * len(rows)
    return [_exact(pair) for pair in texts(TEXT_TRADES.decode(data).data)]


def _exact(pair: tuple[str, str]) -> tuple[str, str] | None:
    survive = all(Decimal(repr(float(text))) == parse_decimal(text) for text in pair)
    return None if survive else pair
