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
    t: int
    p: float
    q: float
    T: int
    m: bool


class BinanceTicker(msgspec.Struct, gc=False):
    """``{"u":1004,"s":"BTCUSDT","b":"64210.1","B":"0.5","a":"64210.2","A":"1.25"}``"""

    u: int
    s: str
    b: float
    B: float
    a: float
    A: float


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
    "binance": re.compile(rb'"stream":"[^@]*@([a-zA-Z]+)'),
    "demo": re.compile(rb'"type":"([a-z]+)"'),
}
_SHAPES: dict[str, dict[bytes, tuple[str, object]]] = {
    "binance": {
        b"depth": ("book", WrappedDepth),
        b"trade": ("trade", WrappedTrade),
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
        match = pattern.search(entry.m) if entry.k == "in" else None
        if match and match[1] in decoders:
            decode, kind = decoders[match[1]]
            found.append(Decoded(decode, entry.m, kind))
    return found
