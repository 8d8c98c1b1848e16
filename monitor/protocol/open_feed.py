"""The Open Feed v1 as both sides speak it: its messages, its numbers, its checksum.

``docs/open-feed.md`` is the specification; this module is its spelling in Python.
Structs that carry prices are generic over how a number is held: a reader asks for
``Delta[float]`` (with ``strict=False``, so that the texts become floats while they
are decoded) and turns to ``Delta[str]`` where it needs the venue's own digits; a
writer always fills in texts.
"""

import re
import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Generic, Literal, TypeVar

import msgspec

VERSION = 1
PROTOCOL = "open-feed"
CHECKSUM_LEVELS = 10
MAX_REQUEST_BYTES = 64 * 1024
MAX_SYMBOLS = 1_000
MAX_CANDLES = 5_000
MAX_ID_LENGTH = 64

Channel = Literal["book", "trades", "quotes", "candles", "ticker", "funding"]
CHANNELS: tuple[Channel, ...] = (
    "book",
    "trades",
    "quotes",
    "candles",
    "ticker",
    "funding",
)
Code = Literal[
    "bad_message",
    "unknown_type",
    "unknown_channel",
    "unknown_symbol",
    "not_offered",
    "bad_interval",
    "bad_limit",
    "too_many",
]
RequestId = int | str

N = TypeVar("N", str, float)


# What a client says.


class Subscribe(msgspec.Struct, tag="subscribe", tag_field="type", gc=False):
    """``{"type":"subscribe","id":1,"channel":"book","symbols":["BTC-USDT"]}``"""

    id: RequestId
    channel: str
    symbols: list[str]
    interval_s: int = 0


class Unsubscribe(msgspec.Struct, tag="unsubscribe", tag_field="type", gc=False):
    """``{"type":"unsubscribe","id":2,"channel":"book","symbols":["BTC-USDT"]}``"""

    id: RequestId
    channel: str
    symbols: list[str]
    interval_s: int = 0


class AskInstruments(msgspec.Struct, tag="instruments", tag_field="type", gc=False):
    """``{"type":"instruments","id":3}``"""

    id: RequestId


class AskCandles(msgspec.Struct, tag="candles", tag_field="type", gc=False):
    """``{"type":"candles","id":4,"symbol":"BTC-USDT","interval_s":60,"end":0,"limit":500}``"""

    id: RequestId
    symbol: str
    interval_s: int
    end: int = 0
    limit: int = 500


class AskTickers(msgspec.Struct, tag="tickers", tag_field="type", gc=False):
    """``{"type":"tickers","id":5,"symbols":["BTC-USDT","ETH-USDT"]}``"""

    id: RequestId
    symbols: list[str]


Request = Subscribe | Unsubscribe | AskInstruments | AskCandles | AskTickers


# What a server says.


class Hello(msgspec.Struct, tag="hello", tag_field="type", gc=False):
    """``{"type":"hello","protocol":"open-feed","version":1,"server":"Depthscope 0.1",
    "venue":"demo","name":"Demo exchange","heartbeat_ms":1000,"ts":1764072000000000000}``"""

    protocol: str
    version: int
    server: str
    venue: str
    name: str
    heartbeat_ms: int
    ts: int


class Subscribed(msgspec.Struct, tag="subscribed", tag_field="type", gc=False, omit_defaults=True):
    """``{"type":"subscribed","id":1,"channel":"book","symbols":["BTC-USDT"]}``"""

    id: RequestId
    channel: str
    symbols: list[str]
    interval_s: int = 0


class Unsubscribed(
    msgspec.Struct, tag="unsubscribed", tag_field="type", gc=False, omit_defaults=True
):
    """``{"type":"unsubscribed","id":2,"channel":"book","symbols":["BTC-USDT"]}``"""

    id: RequestId
    channel: str
    symbols: list[str]
    interval_s: int = 0


class Error(msgspec.Struct, tag="error", tag_field="type", gc=False, omit_defaults=True):
    """``{"type":"error","code":"unknown_symbol","reason":"There is no symbol 'NOPE' here.",
    "id":1,"channel":"book","symbol":"NOPE"}``"""

    code: str
    reason: str
    id: RequestId | None = None
    channel: str = ""
    symbol: str = ""


class Heartbeat(msgspec.Struct, tag="heartbeat", tag_field="type", gc=False):
    """``{"type":"heartbeat","ts":1764072000000000000,"books":{"BTC-USDT":1042}}``"""

    ts: int
    books: dict[str, int] = {}


class InstrumentInfo(msgspec.Struct, gc=False, kw_only=True, omit_defaults=True):
    """``{"symbol":"BTC-USDT","name":"Bitcoin / Tether","base":"BTC","quote":"USDT",
    "kind":"spot","tick_size":"0.01","lot_size":"0.00001","status":"trading"}``

    Left out where they have their usual value: ``size_unit`` (base),
    ``contract_size`` ("1"), ``inverse`` (false), ``expiry_ts`` (0, none), ``aliases`` ([]).
    """

    symbol: str
    name: str
    base: str
    quote: str
    kind: str
    tick_size: str
    lot_size: str
    status: str
    size_unit: str = "base"
    contract_size: str = "1"
    inverse: bool = False
    expiry_ts: int = 0
    aliases: list[str] = []


class Instruments(msgspec.Struct, tag="instruments", tag_field="type", gc=False):
    """``{"type":"instruments","id":3,"instruments":[{"symbol":"BTC-USDT",...}]}``"""

    id: RequestId
    instruments: list[InstrumentInfo]


class Snapshot(
    msgspec.Struct,
    Generic[N],
    tag="snapshot",
    tag_field="type",
    gc=False,
    omit_defaults=True,
):
    """``{"type":"snapshot","symbol":"BTC-USDT","seq":1041,"ts":1764072000000000000,
    "bids":[["60000.01","0.5"]],"asks":[["60000.02","1.25"]],"checksum":3632233996}``

    ``covered`` (lowest bid, highest ask known whole; null: no bound) is left out
    where the snapshot holds the whole book.
    """

    symbol: str
    seq: int
    ts: int
    bids: list[tuple[N, N]]
    asks: list[tuple[N, N]]
    checksum: int
    covered: tuple[N | None, N | None] | None = None


class Delta(
    msgspec.Struct,
    Generic[N],
    tag="delta",
    tag_field="type",
    gc=False,
    omit_defaults=True,
):
    """``{"type":"delta","symbol":"BTC-USDT","seq":1042,"ts":1764072000100000000,
    "bids":[["60000.01","0"]],"asks":[],"checksum":1591022283}``

    ``checksum`` may be left out.
    """

    symbol: str
    seq: int
    ts: int
    bids: list[tuple[N, N]]
    asks: list[tuple[N, N]]
    checksum: int | None = None


class TradeMessage(msgspec.Struct, Generic[N], tag="trade", tag_field="type", gc=False):
    """``{"type":"trade","symbol":"BTC-USDT","id":77001,"ts":1764072000000000000,
    "side":"buy","price":"60000.02","size":"0.00011"}``"""

    symbol: str
    id: int
    ts: int
    side: Literal["buy", "sell", "unknown"]
    price: N
    size: N


class QuoteMessage(msgspec.Struct, Generic[N], tag="quote", tag_field="type", gc=False):
    """``{"type":"quote","symbol":"BTC-USDT","ts":1764072000000000000,"bid":"60000.01",
    "bid_size":"0.5","ask":"60000.02","ask_size":"1.25"}``"""

    symbol: str
    ts: int
    bid: N
    bid_size: N
    ask: N
    ask_size: N


class CandleMessage(msgspec.Struct, Generic[N], tag="candle", tag_field="type", gc=False):
    """``{"type":"candle","symbol":"BTC-USDT","interval_s":60,"ts":1764072000250000000,
    "open_ts":1764072000000000000,"open":"60000","high":"60001.5","low":"59999.99",
    "close":"60000.02","volume":"1.2503","buy_volume":"0.7","trades":31,"closed":false}``"""

    symbol: str
    interval_s: int
    ts: int
    open_ts: int
    open: N
    high: N
    low: N
    close: N
    volume: N
    buy_volume: N
    trades: int
    closed: bool


CandleRow = tuple[int, N, N, N, N, N, N, int]
"""open_ts, open, high, low, close, volume, buy_volume, trades."""


class Candles(msgspec.Struct, Generic[N], tag="candles", tag_field="type", gc=False):
    """``{"type":"candles","id":4,"symbol":"BTC-USDT","interval_s":60,
    "candles":[[1764071940000000000,"60000","60001.5","59999.99","60000.02","1.25","0.7",31]]}``"""

    id: RequestId
    symbol: str
    interval_s: int
    candles: list[tuple[int, N, N, N, N, N, N, int]]


class Ticker(msgspec.Struct, Generic[N], tag="ticker", tag_field="type", gc=False):
    """``{"type":"ticker","symbol":"BTC-USDT","ts":1764072000000000000,"open":"59000",
    "high":"60500","low":"58750.5","last":"60000.02","volume":"18250.25","change":"0.01695"}``"""

    symbol: str
    ts: int
    open: N
    high: N
    low: N
    last: N
    volume: N
    change: N


class Tickers(msgspec.Struct, Generic[N], tag="tickers", tag_field="type", gc=False):
    """``{"type":"tickers","id":5,"tickers":[{"type":"ticker","symbol":"BTC-USDT",...}]}``"""

    id: RequestId
    tickers: list[Ticker[N]]


class StatusMessage(msgspec.Struct, tag="status", tag_field="type", gc=False, omit_defaults=True):
    """``{"type":"status","symbol":"HALT-USD","ts":1764072000000000000,"status":"halted",
    "reason":"volatility pause"}``"""

    symbol: str
    ts: int
    status: str
    reason: str = ""


class FundingMessage(msgspec.Struct, Generic[N], tag="funding", tag_field="type", gc=False):
    """``{"type":"funding","symbol":"BTC-PERP","ts":1764072000000000000,"rate":"0.0001",
    "next_ts":1764086400000000000}``"""

    symbol: str
    ts: int
    rate: N
    next_ts: int


_CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?", re.ASCII)


def is_canonical(text: str) -> bool:
    """True where ``text`` is a number as the Open Feed writes it: ``0.5``, not ``0.50`` or ``.5``."""
    return len(text) <= 40 and text != "-0" and _CANONICAL.fullmatch(text) is not None


def canonical(value: float | Decimal) -> str:
    """A number as the Open Feed writes it; a float stands for its shortest decimal text."""
    text = format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def checksum(asks: Sequence[tuple[str, str]], bids: Sequence[tuple[str, str]]) -> int:
    """CRC-32 of the best ten levels a side, given best first in canonical texts."""
    text = "|".join(
        ",".join(f"{price}:{size}" for price, size in side[:CHECKSUM_LEVELS])
        for side in (asks, bids)
    )
    return zlib.crc32(text.encode("ascii"))
