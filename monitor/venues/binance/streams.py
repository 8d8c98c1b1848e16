"""What comes on Binance's streams beside the book: prints, quotes, candles, 24 h figures."""

from collections.abc import Mapping
from typing import Protocol

from monitor.model.events import Candle, DayStats, Event, Quote, Trade
from monitor.model.time import MS, SECOND
from monitor.model.verdict import State
from monitor.protocol.numbers import parse_decimal, survives_float
from monitor.protocol.status import StreamStatus
from monitor.venues.binance.book_sync import BookSync
from monitor.venues.binance.quote_check import NOT_THE_QUOTES
from monitor.venues.binance.wire import (
    AGGREGATE,
    BOOK_TICKER,
    DAY,
    DAYS,
    KLINE,
    PRINT,
    PRINT_TEXT,
    AggregatePrint,
    DayTicker,
    Print,
)

SAFE = 1e7
"""Below this a number of at most 8 decimals, Binance's most, has at most 15 digits."""
PLACES = 8


class Handler(Protocol):
    """Takes one wrapped message. Raises ValueError for what it can't be."""

    def __call__(self, data: bytes, now: int, ts_recv: int) -> list[Event]: ...


class Feed:
    """One symbol's stream of one kind. ``unit`` is ns in one unit of the venue's times."""

    def __init__(self, symbol: str, instrument: str, status: StreamStatus) -> None:
        self.symbol = symbol
        self.instrument = instrument
        self.status = status
        self.unit = MS

    def take(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """Take one wrapped message; here one that is understood and not used."""
        return []

    def opened(self, now: int, wall: int) -> None:
        """A new connection."""
        self.status.become(State.SYNCING, now, wall)

    def _heard(self, symbol: str, now: int, ts_recv: int) -> None:
        """Count a message; it proves that the stream runs. Raises ValueError for another's."""
        self._begin(symbol, now, ts_recv)
        self.status.messages += 1
        self.status.last_message = now

    def _begin(self, symbol: str, now: int, ts_recv: int) -> None:
        if symbol != self.symbol:
            raise ValueError(f"a message of {symbol!r} came in {self.symbol}'s stream")
        if self.status.state is not State.LIVE:
            self.status.become(State.LIVE, now, ts_recv)


class Prints(Feed):
    """``trade`` and, where ``aggregate``, ``aggTrade``; both number their prints gaplessly."""

    def __init__(
        self, symbol: str, instrument: str, status: StreamStatus, *, aggregate: bool
    ) -> None:
        super().__init__(symbol, instrument, status)
        self.aggregate = aggregate
        self._decode = AGGREGATE.decode if aggregate else PRINT.decode
        self._due = -1
        # Only a message longer than all before can hold more decimals than they did.
        self._longest = 0

    def opened(self, now: int, wall: int) -> None:
        super().opened(now, wall)
        self._due = -1
        self._longest = 0

    def take(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = self._decode(data).data
        price, size, number = message.price, message.size, message.id
        if number != self._due or message.symbol != self.symbol:
            self._judge(message, now, ts_recv)
        self._due = number + 1
        status = self.status
        status.messages += 1
        status.last_message = now
        texts = None
        if not (0.0 < price < SAFE and 0.0 < size < SAFE and len(data) <= self._longest):
            texts = self._texts(data)
        return [
            Trade(
                self.instrument,
                price,
                size,
                "sell" if message.sold else "buy",
                number,
                message.time * self.unit,
                ts_recv,
                self.aggregate,
                False,
                texts,
            )
        ]

    def _texts(self, data: bytes) -> tuple[str, str] | None:
        """Price and size as text where a float can't hold them. Raises ValueError."""
        text = PRINT_TEXT.decode(data).data
        for number in (text.price, text.size):
            if parse_decimal(number) <= 0:
                raise ValueError(f"a print's price or size was {number}")
        if max(decimals_of(text.price), decimals_of(text.size)) <= PLACES:
            self._longest = max(self._longest, len(data))
        if survives_float(text.price) and survives_float(text.size):
            return None
        return text.price, text.size

    def _judge(self, message: Print | AggregatePrint, now: int, ts_recv: int) -> None:
        if message.symbol != self.symbol:
            raise ValueError(f"a print of {message.symbol!r} came in {self.symbol}'s stream")
        due, status = self._due, self.status
        reason = ""
        if message.id < due:
            status.duplicates += 1
        elif 0 <= due < message.id:
            status.gaps += 1
            reason = f"{message.id - due} prints before number {message.id} are missing"
        status.become(State.LIVE, now, ts_recv, reason)


class Quotes(Feed):
    """``bookTicker``; ``book`` is the symbol's book, where that is kept, to be checked by it."""

    def __init__(self, symbol: str, instrument: str, status: StreamStatus) -> None:
        super().__init__(symbol, instrument, status)
        self.book: BookSync | None = None

    def take(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = BOOK_TICKER.decode(data).data
        bid, bid_size = message.bid_price, message.bid_size
        ask, ask_size = message.ask_price, message.ask_size
        # One chain: every number is finite and none is negative (NaN fails too).
        if not (bid >= 0.0 and bid_size >= 0.0 and ask >= 0.0 and ask_size >= 0.0):
            raise ValueError("a quote held a number no market has")
        status = self.status
        if message.symbol != self.symbol or status.state is not State.LIVE:
            self._begin(message.symbol, now, ts_recv)
        status.messages += 1
        status.last_message = now
        book = self.book
        if book is not None and book.quotes.refutes(message):
            book.distrust(NOT_THE_QUOTES, now, ts_recv)
        return [Quote(self.instrument, bid, bid_size, ask, ask_size, 0, ts_recv)]


class Klines(Feed):
    """``kline`` of one interval; ``intervals`` maps Binance's names to ns."""

    def __init__(
        self,
        symbol: str,
        instrument: str,
        status: StreamStatus,
        intervals: Mapping[str, int],
    ) -> None:
        super().__init__(symbol, instrument, status)
        self.intervals = intervals

    def take(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = KLINE.decode(data).data
        bar = message.bar
        interval = self.intervals.get(bar.interval)
        self._heard(message.symbol, now, ts_recv)
        if interval is None:
            return []
        check_numbers(bar.open, bar.high, bar.low, bar.close, bar.volume)
        return [
            Candle(
                self.instrument,
                interval,
                bar.open_time * self.unit,
                bar.open,
                bar.high,
                bar.low,
                bar.close,
                bar.volume,
                bar.buy_volume,
                bar.trades,
                bar.closed,
                ts_recv,
            )
        ]


class Days(Feed):
    """``24hrTicker`` and ``24hrMiniTicker``."""

    def take(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        message = DAY.decode(data).data
        self._heard(message.symbol, now, ts_recv)
        return [day_stats(self.instrument, message, self.unit, ts_recv)]


class AllDays(Feed):
    """``!miniTicker@arr``: the symbols whose figures changed; ``prefix`` begins their ids."""

    def __init__(self, status: StreamStatus, prefix: str) -> None:
        super().__init__("", "", status)
        self.prefix = prefix

    def take(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        self._heard("", now, ts_recv)
        return [
            day_stats(self.prefix + message.symbol, message, self.unit, ts_recv)
            for message in DAYS.decode(data).data
        ]


def day_stats(instrument: str, message: DayTicker, unit: int, ts_recv: int) -> DayStats:
    """The 24 h figures of one message. Raises ValueError for numbers no market has."""
    check_numbers(message.open, message.high, message.low, message.last, message.volume)
    change = message.last / message.open - 1 if message.open > 0 else 0.0
    return DayStats(
        instrument,
        message.open,
        message.high,
        message.low,
        message.last,
        message.volume,
        change,
        message.time * unit,
        ts_recv,
    )


def check_numbers(*numbers: float) -> None:
    """Raise ValueError where a number is negative, infinite or none at all."""
    for number in numbers:
        if not 0.0 <= number < float("inf"):
            raise ValueError(f"a number was {number}")


def decimals_of(text: str) -> int:
    """Digits behind the point as they are written; an exponent counts as too many."""
    if "e" in text or "E" in text:
        return PLACES + 1
    return len(text.partition(".")[2])


def interval_names(facts: Mapping[str, str]) -> dict[str, int]:
    """Binance's names of intervals, each with its ns, from the facts' seconds."""
    return {name: int(seconds) * SECOND for seconds, name in facts.items()}
