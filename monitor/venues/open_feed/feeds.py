"""An Open Feed's channels beside the book: how each stands, and its messages as events."""

from decimal import Decimal
from typing import Final

from monitor.model.events import Candle, DayStats, Funding, Quote, Trade
from monitor.model.time import SECOND
from monitor.protocol.feed import Feed
from monitor.protocol.numbers import (
    ABSURD,
    EXACT_DIGITS,
    NumberError,
    decimals_of,
    survives_float,
)
from monitor.protocol.open_feed import (
    CandleMessage,
    FundingMessage,
    QuoteMessage,
    Ticker,
    TradeMessage,
)
from monitor.venues.open_feed.wire import TRADE_TEXT

UNLISTED_DIGITS: Final = 10
"""Digits behind the point to reckon with where no list told of the steps."""


class ChannelFeed(Feed):
    """A feed of any channel; its trades' ids rise by one, so a hole is prints missed."""

    def __init__(self, symbol: str, instrument: str) -> None:
        super().__init__(symbol, instrument)
        self.last_id = 0
        self._price_limit = self._size_limit = _limit(UNLISTED_DIGITS)

    def declare(self, tick: Decimal | None, lot: Decimal | None) -> None:
        """The list tells the steps, and so from where on a float is not enough."""
        if tick is not None:
            self._price_limit = _limit(decimals_of(tick))
        if lot is not None:
            self._size_limit = _limit(decimals_of(lot))

    def connected(self, now: int, wall: int) -> None:
        """A new connection: nothing was heard on it yet, and numbers may start anew."""
        self.last_id = 0
        super().connected(now, wall)

    def trade(self, message: TradeMessage[float], data: bytes, now: int, ts_recv: int) -> Trade:
        """One print; a hole in the ids is prints that were missed. Raises NumberError."""
        price, size, number = message.price, message.size, message.id
        # One float beside another: the cheapest comparisons there are, and NaN fails each.
        if not (price > 0.0 and size > 0.0 and price < ABSURD and size < ABSURD):
            raise NumberError(f"a trade had price {price!r} and size {size!r}")
        if number != self.last_id + 1:
            self._skipped(number)
        self.last_id = number
        exact = None
        if price >= self._price_limit or size >= self._size_limit:
            exact = _exact_texts(data)
        if self.statuses:
            self.heard(now, ts_recv)
        return Trade(
            self.instrument,
            price,
            size,
            message.side,
            number,
            message.ts,
            ts_recv,
            exact=exact,
        )

    def quote(self, message: QuoteMessage[float], now: int, ts_recv: int) -> Quote:
        """Best bid and ask. Raises NumberError."""
        bid, bid_size, ask, ask_size = message.bid, message.bid_size, message.ask, message.ask_size
        if not (
            (bid >= 0.0 and bid_size >= 0.0 and ask >= 0.0 and ask_size >= 0.0)
            and (bid < ABSURD and bid_size < ABSURD and ask < ABSURD and ask_size < ABSURD)
        ):
            raise NumberError(f"a quote was {bid!r}/{bid_size!r}, {ask!r}/{ask_size!r}")
        if self.statuses:
            self.heard(now, ts_recv)
        return Quote(self.instrument, bid, bid_size, ask, ask_size, message.ts, ts_recv)

    def _skipped(self, number: int) -> None:
        if self.last_id and number > self.last_id:
            self.missed()


def _exact_texts(data: bytes) -> tuple[str, str] | None:
    """A trade's texts of price and size where floats can't hold them."""
    text = TRADE_TEXT.decode(data)
    if survives_float(text.price) and survives_float(text.size):
        return None
    return text.price, text.size


def check(*numbers: float, above: bool = False) -> None:
    """Raise NumberError where one is negative (or 0, if ``above``), no number, or absurd."""
    for number in numbers:
        if not 0 <= number < ABSURD or (above and not number):
            raise NumberError(f"{number!r} is no price and no size of any market")


def candle_of(instrument: str, message: CandleMessage[float], ts_recv: int) -> Candle:
    """A forming or a closed candle. Raises NumberError."""
    check(message.open, message.high, message.low, message.close, above=True)
    check(message.volume, message.buy_volume)
    return Candle(
        instrument=instrument,
        interval=message.interval_s * SECOND,
        ts_open=message.open_ts,
        open=message.open,
        high=message.high,
        low=message.low,
        close=message.close,
        volume=message.volume,
        buy_volume=message.buy_volume,
        trades=message.trades,
        closed=message.closed,
        ts_recv=ts_recv,
    )


def past_candle_of(
    instrument: str,
    interval_s: int,
    row: tuple[int, float, float, float, float, float, float, int],
    ts_recv: int,
) -> Candle:
    """A row of past candles; closed where its interval is over. Raises NumberError."""
    opened, *numbers, trades = row
    check(*numbers)
    opening, high, low, close, volume, buy_volume = numbers
    return Candle(
        instrument=instrument,
        interval=interval_s * SECOND,
        ts_open=opened,
        open=opening,
        high=high,
        low=low,
        close=close,
        volume=volume,
        buy_volume=buy_volume,
        trades=trades,
        closed=opened + interval_s * SECOND <= ts_recv,
        ts_recv=ts_recv,
    )


def stats_of(instrument: str, message: Ticker[float], ts_recv: int) -> DayStats:
    """24 h figures. Raises NumberError."""
    check(message.open, message.high, message.low, message.last, message.volume)
    return DayStats(
        instrument=instrument,
        open=message.open,
        high=message.high,
        low=message.low,
        last=message.last,
        volume=message.volume,
        change=message.change,
        ts_event=message.ts,
        ts_recv=ts_recv,
    )


def funding_of(instrument: str, message: FundingMessage[float], ts_recv: int) -> Funding:
    """A perpetual's funding rate."""
    if not abs(message.rate) < 1e3:
        raise NumberError(f"{message.rate!r} is no funding rate")
    return Funding(instrument, message.rate, message.next_ts, message.ts, ts_recv)


def _limit(decimals: int) -> float:
    return 10.0 ** (EXACT_DIGITS - decimals)
