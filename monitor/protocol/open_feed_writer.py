"""Events into Open Feed messages: numbers the books' and the trades' sequence, adds checksums.

It keeps every book it writes, as the texts its readers hold, so a snapshot for a
newcomer and the checksum of a delta are those of exactly the messages sent so far.
"""

from collections.abc import Iterable
from heapq import nlargest, nsmallest
from typing import Literal

import msgspec

from monitor.model.events import (
    BookDelta,
    BookSnapshot,
    Candle,
    DayStats,
    Event,
    Funding,
    Level,
    Quote,
    StatusChange,
    Trade,
)
from monitor.model.instrument import Instrument, split_instrument_id
from monitor.model.time import SECOND
from monitor.protocol.open_feed import (
    CHECKSUM_LEVELS,
    CandleMessage,
    Channel,
    Delta,
    FundingMessage,
    InstrumentInfo,
    QuoteMessage,
    Snapshot,
    StatusMessage,
    Ticker,
    TradeMessage,
    canonical,
    checksum,
)

CHECKSUM_EVERY = 16
"""Open Feed 6.5: at least every 16th delta ..."""
CHECKSUM_AFTER = SECOND
"""... and the first a second or more after the last one."""
TEXTS_KEPT = 200_000

Text = tuple[str, str]


class _Texts(dict[float, str]):
    """Canonical texts of numbers, remembered; forgotten all at once when they are too many."""

    def __missing__(self, value: float) -> str:
        if len(self) > TEXTS_KEPT:
            self.clear()
        text = self[value] = canonical(value)
        return text


class _WrittenBook:
    """What a reader of all messages holds: sizes by price, and the sequence number."""

    def __init__(self, event: BookSnapshot) -> None:
        self.seq = event.last_seq
        self.bids = dict(event.bids)
        self.asks = dict(event.asks)
        self.unchecked = 0
        self.ts_checked = event.ts_event


class OpenFeedWriter:
    """Writes for all readers at once; one for each server."""

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._texts = _Texts()
        self._books: dict[str, _WrittenBook] = {}
        self._trade_ids: dict[str, int] = {}
        self._symbols: dict[str, str] = {}

    def write(self, event: Event) -> tuple[Channel | Literal["status"], str, bytes] | None:
        """An event's channel, symbol and message; None for what no stream carries.

        A delta of a book that had no snapshot is carried by none either.
        """
        match event:
            case Quote():
                return "quotes", self._symbol(event.instrument), self.quote(event)
            case Trade():
                return "trades", self._symbol(event.instrument), self._trade(event)
            case BookDelta():
                message = self._delta(event)
                return ("book", self._symbol(event.instrument), message) if message else None
            case BookSnapshot():
                self.hold(event)
                symbol = self._symbol(event.instrument)
                return "book", symbol, self.snapshot(symbol, event.ts_event)
            case StatusChange():
                return "status", self._symbol(event.instrument), self.status(event)
            case _:
                return None

    # Books.

    def hold(self, event: BookSnapshot) -> None:
        """Take a whole book as what readers hold from now on."""
        symbol = self._symbol(event.instrument)
        before = self._books.get(symbol)
        book = self._books[symbol] = _WrittenBook(event)
        if before is not None:
            book.seq = before.seq + 1

    def seq(self, symbol: str) -> int | None:
        """The sequence number of the last book message; None where there is no book."""
        book = self._books.get(symbol)
        return book.seq if book else None

    def snapshot(self, symbol: str, ts: int) -> bytes:
        """The whole book after the last message written. Raises KeyError where there is none."""
        book = self._books[symbol]
        bids = self._levels(sorted(book.bids.items(), reverse=True))
        asks = self._levels(sorted(book.asks.items()))
        return self._encode(Snapshot(symbol, book.seq, ts, bids, asks, checksum(asks, bids)))

    def _delta(self, event: BookDelta) -> bytes | None:
        symbol = self._symbol(event.instrument)
        book = self._books.get(symbol)
        if book is None:
            return None
        book.seq += 1
        _apply(book.bids, event.bids)
        _apply(book.asks, event.asks)
        bids, asks = self._levels(event.bids), self._levels(event.asks)
        return self._encode(
            Delta(symbol, book.seq, event.ts_event, bids, asks, self._checksum(book, event))
        )

    def _checksum(self, book: _WrittenBook, event: BookDelta) -> int | None:
        book.unchecked += 1
        due = event.ts_event - book.ts_checked >= CHECKSUM_AFTER
        if not due and book.unchecked < CHECKSUM_EVERY:
            return None
        book.unchecked, book.ts_checked = 0, event.ts_event
        bids = nlargest(CHECKSUM_LEVELS, book.bids.items())
        asks = nsmallest(CHECKSUM_LEVELS, book.asks.items())
        return checksum(self._levels(asks), self._levels(bids))

    def _levels(self, levels: Iterable[Level]) -> list[Text]:
        texts = self._texts
        return [(texts[price], texts[size]) for price, size in levels]

    # All else.

    def quote(self, event: Quote) -> bytes:
        """The message of a quote."""
        texts = self._texts
        return self._encode(
            QuoteMessage(
                self._symbol(event.instrument),
                event.ts_event,
                texts[event.bid_price],
                texts[event.bid_size],
                texts[event.ask_price],
                texts[event.ask_size],
            )
        )

    def candle(self, event: Candle, ts: int) -> bytes:
        """The message of a candle as it stood at ``ts``."""
        texts = self._texts
        return self._encode(
            CandleMessage(
                self._symbol(event.instrument),
                event.interval // SECOND,
                ts,
                event.ts_open,
                texts[event.open],
                texts[event.high],
                texts[event.low],
                texts[event.close],
                canonical(event.volume),
                canonical(event.buy_volume),
                event.trades,
                event.closed,
            )
        )

    def candle_rows(
        self, candles: Iterable[Candle]
    ) -> list[tuple[int, str, str, str, str, str, str, int]]:
        """Past candles as an answer lists them."""
        return [
            (
                one.ts_open,
                canonical(one.open),
                canonical(one.high),
                canonical(one.low),
                canonical(one.close),
                canonical(one.volume),
                canonical(one.buy_volume),
                one.trades,
            )
            for one in candles
        ]

    def ticker(self, event: DayStats) -> Ticker[str]:
        """24 h figures as they are sent and as they are listed in an answer."""
        return Ticker(
            self._symbol(event.instrument),
            event.ts_event,
            canonical(event.open),
            canonical(event.high),
            canonical(event.low),
            canonical(event.last),
            canonical(event.volume),
            canonical(event.change),
        )

    def funding(self, event: Funding) -> bytes:
        """The message of a funding rate."""
        symbol = self._symbol(event.instrument)
        return self._encode(
            FundingMessage(symbol, event.ts_event, canonical(event.value), event.ts_next)
        )

    def status(self, event: StatusChange, reason: str = "") -> bytes:
        """The message of a status."""
        symbol = self._symbol(event.instrument)
        return self._encode(StatusMessage(symbol, event.ts_event, event.status, reason))

    def _trade(self, event: Trade) -> bytes:
        symbol = self._symbol(event.instrument)
        number = self._trade_ids[symbol] = self._trade_ids.get(symbol, 0) + 1
        price, size = self._texts[event.price], self._texts[event.size]
        if event.exact:
            price, size = canonical(event.exact_price), canonical(event.exact_size)
        return self._encode(TradeMessage(symbol, number, event.ts_event, event.side, price, size))

    def _symbol(self, instrument: str) -> str:
        symbol = self._symbols.get(instrument)
        if symbol is None:
            symbol = self._symbols[instrument] = split_instrument_id(instrument)[1]
        return symbol


def instrument_info(instrument: Instrument) -> InstrumentInfo:
    """An instrument as the Open Feed lists it."""
    return InstrumentInfo(
        symbol=instrument.symbol,
        name=instrument.name,
        base=instrument.base,
        quote=instrument.quote,
        kind=instrument.kind,
        tick_size=canonical(instrument.tick_size or 0),
        lot_size=canonical(instrument.lot_size or 0),
        status=instrument.status,
        size_unit=instrument.size_unit,
        contract_size=canonical(instrument.contract_size),
        inverse=instrument.inverse,
        expiry_ts=instrument.expiry or 0,
        aliases=list(instrument.aliases),
    )


def _apply(side: dict[float, float], levels: Iterable[Level]) -> None:
    for price, size in levels:
        if size:
            side[price] = size
        else:
            side.pop(price, None)
