"""How each venue behaves around its data, where a recording of it is served anew."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from monitor.feeds.recording import Entry

_ID: Final = re.compile(rb'"id":("[^"]*"|[0-9]+)')
_STATUS: Final = (
    '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online",'
    '"api_version":"v2","connection_id":13834774380200032777}]}'
)


class Recorded(Protocol):
    """What there is of a recording."""

    @property
    def symbols(self) -> tuple[str, ...]: ...
    @property
    def entries(self) -> Sequence[Entry]: ...
    def lines(self, symbol: str) -> list[Entry]: ...


class Manner(msgspec.Struct, frozen=True):
    """How a venue behaves around its data.

    ``greet`` and ``answer`` say what is said beside it; ``skipped`` is what of a recording
    was such an answer and is not sent again. ``about`` finds a line's symbol. ``begun`` and
    ``ended`` name the symbols whose books a message subscribes or gives up. ``alive`` is
    what a venue may repeat without telling anything new.
    """

    greet: Callable[[Recorded], list[str]]
    answer: Callable[[Recorded, dict[str, Any]], list[str]]
    skipped: re.Pattern[bytes]
    about: re.Pattern[bytes]
    begun: Callable[[dict[str, Any]], list[str]]
    ended: Callable[[dict[str, Any]], list[str]]
    alive: re.Pattern[bytes]


def text_of(message: bytes) -> str:
    """A line as it was sent."""
    return message.decode("utf-8", "replace")


def _binance_answer(_: Recorded, said: dict[str, Any]) -> list[str]:
    return [json.dumps({"result": None, "id": said.get("id")}, separators=(",", ":"))]


def _binance_names(method: str) -> Callable[[dict[str, Any]], list[str]]:
    def symbols(said: dict[str, Any]) -> list[str]:
        if said.get("method") != method:
            return []
        return [name.partition("@")[0].upper() for name in said["params"] if "@depth" in name]

    return symbols


def _kraken_answer(venue: Recorded, said: dict[str, Any]) -> list[str]:
    """The depth is the one recorded, as its levels are; nothing is told of another symbol."""
    params = said.get("params", {})
    request = {"req_id": said["req_id"]} if "req_id" in said else {}
    if said["method"] == "ping":
        return [json.dumps({"method": "pong"} | request)]
    answers = []
    for symbol in params.get("symbol", [None]):
        named = {} if symbol is None else {"symbol": symbol}
        if symbol is not None and symbol not in venue.symbols:
            error = f"Currency pair not supported {symbol}"
            answer = {"error": error, "method": said["method"], "success": False} | named
            answers.append(json.dumps(answer | request, separators=(",", ":")))
            continue
        result = {key: value for key, value in params.items() if key != "symbol"} | named
        if params.get("channel") == "book":
            result |= _recorded_depth(venue, symbol)
        answer = {"method": said["method"], "result": result, "success": True}
        answers.append(json.dumps(answer | request, separators=(",", ":")))
    return answers


def _recorded_depth(venue: Recorded, symbol: str) -> dict[str, int]:
    for entry in venue.lines(symbol):
        if entry.m.startswith(b'{"method":"subscribe","result":{"channel":"book"'):
            return {"depth": json.loads(entry.m)["result"]["depth"]}
    return {}


def _kraken_books(method: str) -> Callable[[dict[str, Any]], list[str]]:
    def symbols(said: dict[str, Any]) -> list[str]:
        params = said.get("params", {})
        is_book = said.get("method") == method and params.get("channel") == "book"
        return list(params["symbol"]) if is_book else []

    return symbols


def _open_feed_books(kind: str) -> Callable[[dict[str, Any]], list[str]]:
    def symbols(said: dict[str, Any]) -> list[str]:
        is_book = said.get("type") == kind and said.get("channel") == "book"
        return list(said["symbols"]) if is_book else []

    return symbols


def _open_feed_answer(venue: Recorded, said: dict[str, Any]) -> list[str]:
    kind, number = said.get("type", ""), said.get("id")
    if kind in ("subscribe", "unsubscribe"):
        kept = {key: said[key] for key in ("channel", "symbols", "interval_s") if key in said}
        return [json.dumps({"type": f"{kind}d", "id": number} | kept, separators=(",", ":"))]
    # What was recorded in answer to somebody else's question answers this one too.
    wanted = f'{{"type":"{kind}","id":'.encode()
    for entry in venue.entries:
        if entry.k == "in" and entry.m.startswith(wanted):
            answer = _ID.sub(b'"id":' + json.dumps(number).encode(), entry.m, count=1)
            return [text_of(answer)]
    if kind == "instruments":
        return [json.dumps({"type": kind, "id": number, "instruments": []})]
    reason = f"The recording has no answer to {kind!r}."
    return [json.dumps({"type": "error", "code": "not_offered", "reason": reason, "id": number})]


def _open_feed_greeting(venue: Recorded) -> list[str]:
    for entry in venue.entries:
        if entry.m.startswith(b'{"type":"hello"'):
            return [text_of(entry.m)]
    return []


_OPEN_FEED: Final = Manner(
    greet=_open_feed_greeting,
    answer=_open_feed_answer,
    skipped=re.compile(rb'^\{"type":"(hello|subscribed|unsubscribed|instruments|candles|tickers)"'),
    about=re.compile(rb'"symbol":"([^"]+)"'),
    begun=_open_feed_books("subscribe"),
    ended=_open_feed_books("unsubscribe"),
    alive=re.compile(rb'^\{"type":"heartbeat"'),
)
MANNERS: Final = {
    "binance": Manner(
        greet=lambda _: [],
        answer=_binance_answer,
        skipped=re.compile(rb'^\{"(result|error|code)":'),
        about=re.compile(rb'^\{"stream":"([a-z0-9]+)@|"s":"([A-Z0-9]+)"'),
        begun=_binance_names("SUBSCRIBE"),
        ended=_binance_names("UNSUBSCRIBE"),
        alive=re.compile(rb'^\{"stream":"[a-z0-9]+@(bookTicker|kline_)'),
    ),
    "kraken": Manner(
        greet=lambda _: [_STATUS],
        answer=_kraken_answer,
        skipped=re.compile(rb'^\{("channel":"status"|"method":)'),
        about=re.compile(rb'"symbol":"([^"]+)"'),
        begun=_kraken_books("subscribe"),
        ended=_kraken_books("unsubscribe"),
        alive=re.compile(rb'^\{"channel":"heartbeat"'),
    ),
    "demo": _OPEN_FEED,
}
