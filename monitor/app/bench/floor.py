"""The floor every figure of the feed stands on: messages decoded into typed structs, and no more."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from monitor.feeds.recording import Entry
from monitor.protocol import open_feed

Decode = Callable[[bytes], object]


class Decoded(NamedTuple):
    """One message beside the decoder it needs, and what kind it is (``book`` is counted)."""

    decode: Decode
    message: bytes
    kind: str


class BinanceDepth(msgspec.Struct, gc=False):
    """``{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":4,"b":[["64210.1","0.5"]],"a":[]}``"""

    E: int
    s: str
    U: int
    u: int
    b: list[tuple[float, float]]
    a: list[tuple[float, float]]


class BinanceTrade(msgspec.Struct, gc=False):
    """``{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"64210.1","q":"0.01","T":1,"m":true}``"""

    E: int
    s: str
    p: float
    q: float
    T: int
    m: bool
    t: int = 0
    a: int = 0


class BinanceTicker(msgspec.Struct, gc=False):
    """``{"u":1004,"s":"BTCUSDT","b":"64210.1","B":"0.5","a":"64210.2","A":"1.25"}``"""

    u: int
    s: str
    b: float
    B: float
    a: float
    A: float


class BinanceKline(msgspec.Struct, gc=False):
    """``{"t":1,"i":"1m","o":"1.0","c":"1.1","h":"1.2","l":"0.9","v":"3","n":7,"x":false,"V":"1"}``"""

    t: int
    i: str
    o: float
    c: float
    h: float
    l: float  # noqa: E741 - the venue's own name
    v: float
    n: int
    x: bool
    V: float


class BinanceKlineEvent(msgspec.Struct, gc=False):
    """``{"e":"kline","E":1,"s":"BTCUSDT","k":{…}}``"""

    E: int
    s: str
    k: BinanceKline


class BinanceSnapshot(msgspec.Struct, gc=False):
    """``{"lastUpdateId":1000,"bids":[["64210.1","0.5"]],"asks":[["64210.2","1.25"]]}``"""

    lastUpdateId: int  # noqa: N815 - the venue's own name
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]


class WrappedKline(msgspec.Struct, gc=False):
    """A candle as the combined stream wraps it."""

    stream: str
    data: BinanceKlineEvent


class WrappedDepth(msgspec.Struct, gc=False):
    """A depth update as the combined stream wraps it."""

    stream: str
    data: BinanceDepth


class WrappedTrade(msgspec.Struct, gc=False):
    """A trade as the combined stream wraps it."""

    stream: str
    data: BinanceTrade


class WrappedTicker(msgspec.Struct, gc=False):
    """A best quote as the combined stream wraps it."""

    stream: str
    data: BinanceTicker


_PATTERNS = {
    "binance": re.compile(rb'"stream":"[^@]*@([a-zA-Z]+)|"(lastUpdateId)"'),
    "demo": re.compile(rb'"type":"([a-z]+)"'),
}
_SHAPES: dict[str, dict[bytes, tuple[str, object]]] = {
    "binance": {
        b"depth": ("book", WrappedDepth),
        b"trade": ("trade", WrappedTrade),
        b"aggTrade": ("trade", WrappedTrade),
        b"kline": ("candle", WrappedKline),
        b"lastUpdateId": ("book", BinanceSnapshot),
        b"bookTicker": ("quote", WrappedTicker),
    },
    "demo": {
        b"snapshot": ("book", open_feed.Snapshot[float]),
        b"delta": ("book", open_feed.Delta[float]),
        b"trade": ("trade", open_feed.TradeMessage[float]),
        b"quote": ("quote", open_feed.QuoteMessage[float]),
    },
}


def floor_of(venue: str, entries: Iterable[Entry]) -> list[Decoded]:
    """Each message of a kind the floor knows beside its decoder; empty for other venues."""
    pattern = _PATTERNS.get(venue)
    if pattern is None:
        return []
    decoders = {
        key: (msgspec.json.Decoder(shape, strict=False).decode, kind)
        for key, (kind, shape) in _SHAPES[venue].items()
    }
    found = []
    for entry in entries:
        match = pattern.search(entry.m) if entry.k in {"in", "http"} else None
        key = match[match.lastindex or 0] if match else b""
        if key in decoders:
            decode, kind = decoders[key]
            found.append(Decoded(decode, entry.m, kind))
    return found
