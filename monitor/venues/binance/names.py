"""Binance's stream names: from ours, from an address, and from a payload that came without one."""

from typing import Final
from urllib.parse import urlsplit

import msgspec

from monitor.model.streams import StreamKind
from monitor.model.time import MS, US
from monitor.venues.binance.rest import MICROSECONDS_FROM
from monitor.venues.binance.wire import STAMP, Envelope, Stamp

SUFFIXES: Final[dict[StreamKind, str]] = {
    "book": "depth@100ms",
    "trades": "trade",
    "candles": "trade",
    "quotes": "bookTicker",
    "stats": "miniTicker",
}
"""Our kinds of streams in Binance's words; candles of the present are made from trades."""
UNUSED: Final = frozenset(
    (
        "avgPrice",
        "referencePrice",
        "blockTrade",
        "ticker_1h",
        "ticker_4h",
        "ticker_1d",
    )
)
"""What a recording may hold that is understood and of no use here."""
FUTURES: Final = ("fstream", "dstream", "fapi", "dapi")
"""How the hosts of USD-M and COIN-M futures begin; other contracts, other books."""
SHUTDOWN: Final = "!serverShutdown"
ALL_DAYS: Final = ("!miniTicker@arr", "!ticker@arr")
BARE_EVENTS: Final = {
    "depthUpdate": "depth",
    "trade": "trade",
    "aggTrade": "aggTrade",
    "24hrTicker": "ticker",
    "24hrMiniTicker": "miniTicker",
    "avgPrice": "avgPrice",
    "referencePrice": "referencePrice",
    "blockTrade": "blockTrade",
    "1hTicker": "ticker_1h",
    "4hTicker": "ticker_4h",
    "1dTicker": "ticker_1d",
}
"""Event types of payloads, each with the stream that sends it."""


def stream_name(symbol: str, kind: StreamKind) -> str:
    """Binance wants its symbols in lower case here."""
    return f"{symbol.lower()}@{SUFFIXES[kind]}"


def bare_name(message: Envelope, raw_names: tuple[str, ...]) -> str:
    """The stream of a payload that came without its name; empty where it can't be told."""
    if message.event == "serverShutdown":
        return SHUTDOWN
    if message.snapshot_id is not None:
        partial = [name for name in raw_names if "@depth" in name]
        return partial[0] if len(partial) == 1 else ""
    suffix = BARE_EVENTS.get(message.event, "")
    if not message.event and bytes(message.bid_size):
        suffix = "bookTicker"
    if message.event == "kline" and bytes(message.kline):
        bar = msgspec.json.decode(message.kline, type=dict[str, msgspec.Raw])
        if "i" in bar:
            suffix = "kline_" + msgspec.json.decode(bar["i"], type=str)
    return f"{message.symbol.lower()}@{suffix}" if suffix and message.symbol else ""


def raw_names(url: str) -> tuple[str, ...]:
    """The streams an address ``/ws/a/b`` subscribes to, whose payloads come without a name."""
    path = url.partition("?")[0].partition("/ws/")[2]
    return tuple(name for name in path.split("/") if name)


def is_futures(url: str) -> bool:
    """True for an address of Binance's futures, whose streams have the same names as spot's."""
    host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    return host.startswith(FUTURES)


def stamp_of(payload: bytes) -> Stamp:
    """Time and symbol of a payload, where it has them."""
    return STAMP.decode(payload) if payload[:1] == b"{" else Stamp()


def unit_of(stamp: Stamp) -> int:
    """Nanoseconds in one unit of a connection's times, by their size: ms, or µs if asked for."""
    return US if stamp.time >= MICROSECONDS_FROM else MS


def is_unused(name: str) -> bool:
    """True for streams that are understood and not used."""
    lower, _, suffix = name.partition("@")
    return suffix.partition("@")[0] in UNUSED or lower in (
        "!bookTicker",
        "!ticker_1h",
        "!ticker_4h",
        "!ticker_1d",
    )
