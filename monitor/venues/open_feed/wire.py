"""The Open Feed's messages as a reader decodes them: numbers as floats, texts where needed."""

from typing import Any, Final, TypeVar

import msgspec

from monitor.protocol.open_feed import (
    CandleMessage,
    Candles,
    Delta,
    Error,
    FundingMessage,
    Heartbeat,
    Hello,
    Instruments,
    QuoteMessage,
    Request,
    Snapshot,
    StatusMessage,
    Subscribed,
    Ticker,
    Tickers,
    TradeMessage,
    Unsubscribed,
)

T = TypeVar("T")


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Texts of numbers come out as floats, ready for use."""
    return msgspec.json.Decoder(kind, strict=False)


class Kind(msgspec.Struct, gc=False):
    """What any message says it is."""

    type: str


KIND: Final = msgspec.json.Decoder(Kind)
DELTA: Final = _decoder(Delta[float])
DELTA_TEXT: Final = msgspec.json.Decoder(Delta[str])
SNAPSHOT: Final = _decoder(Snapshot[float])
SNAPSHOT_TEXT: Final = msgspec.json.Decoder(Snapshot[str])
TRADE: Final = _decoder(TradeMessage[float])
TRADE_TEXT: Final = msgspec.json.Decoder(TradeMessage[str])
QUOTE: Final = _decoder(QuoteMessage[float])
CANDLE: Final = _decoder(CandleMessage[float])
CANDLES: Final = _decoder(Candles[float])
TICKER: Final = _decoder(Ticker[float])
TICKERS: Final = _decoder(Tickers[float])
FUNDING: Final = _decoder(FundingMessage[float])
HELLO: Final = msgspec.json.Decoder(Hello)
HEARTBEAT: Final = msgspec.json.Decoder(Heartbeat)
STATUS: Final = msgspec.json.Decoder(StatusMessage)
INSTRUMENTS: Final = msgspec.json.Decoder(Instruments)
SUBSCRIBED: Final = msgspec.json.Decoder(Subscribed)
UNSUBSCRIBED: Final = msgspec.json.Decoder(Unsubscribed)
ERROR: Final = msgspec.json.Decoder(Error)
REQUEST: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(Request)
