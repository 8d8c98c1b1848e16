"""Binance's messages, written as its documents show them; none of these was recorded."""

import json
from collections.abc import Iterable, Sequence

from monitor.model.events import Event
from monitor.model.streams import Stream, StreamKind
from monitor.model.time import MS, SECOND
from monitor.protocol.venue import HttpRequest, HttpResponse
from monitor.venues.binance import Binance

Levels = Iterable[Sequence[float | str]]
T0 = 1_790_000_000 * SECOND
"""A wall clock to stamp messages with."""


def rows(levels: Levels) -> list[list[str]]:
    """Levels as Binance pads them."""
    return [[n if isinstance(n, str) else f"{n:.8f}" for n in level] for level in levels]


def wrapped(name: str, payload: object) -> bytes:
    """A message of a combined stream, laid out as the venue does."""
    data = {"stream": name, "data": payload}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def depth(
    first: int, last: int, bids: Levels = (), asks: Levels = (), symbol: str = "BTCUSDT"
) -> bytes:
    """One depthUpdate."""
    payload = {
        "e": "depthUpdate",
        "E": 1790000000123,
        "s": symbol,
        "U": first,
        "u": last,
        "b": rows(bids),
        "a": rows(asks),
    }
    return wrapped(f"{symbol.lower()}@depth@100ms", payload)


def snapshot(last: int, bids: Levels = (), asks: Levels = ()) -> bytes:
    """The body of a REST depth answer."""
    body = {"lastUpdateId": last, "bids": rows(bids), "asks": rows(asks)}
    return json.dumps(body, separators=(",", ":")).encode()


def trade(number: int, price: str, size: str, symbol: str = "BTCUSDT") -> bytes:
    """One trade that a buyer began."""
    payload = {
        "e": "trade",
        "E": 1790000000125,
        "s": symbol,
        "t": number,
        "p": price,
        "q": size,
        "T": 1790000000124,
        "m": False,
        "M": True,
    }
    return wrapped(f"{symbol.lower()}@trade", payload)


def quote(number: int, bid: Sequence[float], ask: Sequence[float]) -> bytes:
    """One bookTicker of BTCUSDT."""
    ((bid_price, bid_size), (ask_price, ask_size)) = rows([bid, ask])
    payload = {
        "u": number,
        "s": "BTCUSDT",
        "b": bid_price,
        "B": bid_size,
        "a": ask_price,
        "A": ask_size,
    }
    return wrapped("btcusdt@bookTicker", payload)


def stream(kind: StreamKind, symbol: str = "BTCUSDT") -> Stream:
    """One of our streams."""
    return Stream(f"binance:{symbol}", kind)


class Desk:
    """A test's seat at a Binance: it moves the clock, speaks for the venue, and listens."""

    def __init__(self, *streams: Stream) -> None:
        self.venue = Binance()
        self.now = 100 * SECOND
        self.said: list[dict[str, object]] = []
        self.asked: list[str] = []
        self.made: list[HttpRequest] = []
        self.events: list[Event] = []
        if streams:
            self.venue.subscribe(streams)

    def open(self, url: str = "wss://data-stream.binance.vision/stream") -> None:
        self.venue.opened(url, self.now, T0 + self.now)
        self._collect()

    def hear(self, *messages: bytes) -> list[Event]:
        """Messages come in; their events."""
        found: list[Event] = []
        for message in messages:
            found += self.venue.received(message, self.now, T0 + self.now)
        self.events += found
        self._collect()
        return found

    def acknowledge(self) -> None:
        """The venue acknowledges all it was told so far."""
        for message in self.said:
            self.hear(json.dumps({"result": None, "id": message["id"]}).encode())
        self.said.clear()

    def answer(
        self,
        body: bytes,
        path: str = "depth?symbol=BTCUSDT&limit=5000",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> list[Event]:
        """A REST answer comes in; its events."""
        url = f"https://data-api.binance.vision/api/v3/{path}"
        response = HttpResponse(url, status, body, headers or {})
        found = self.venue.answered(HttpRequest(url), response, self.now, T0 + self.now)
        self.events += found
        self._collect()
        return found

    def answer_to(self, request: HttpRequest, body: bytes) -> list[Event]:
        """The answer to one very request comes in; its events."""
        response = HttpResponse(request.url, 200, body)
        found = self.venue.answered(request, response, self.now, T0 + self.now)
        self.events += found
        self._collect()
        return found

    def wait(self, milliseconds: int) -> list[Event]:
        """Time passes, tick by tick."""
        found: list[Event] = []
        for _ in range(0, milliseconds, 250):
            self.now += 250 * MS
            found += self.venue.tick(self.now, T0 + self.now)
            self._collect()
        self.events += found
        return found

    def asked_for(self, path: str) -> list[str]:
        """Take out the addresses asked for that hold ``path``."""
        found = [url for url in self.asked if path in url]
        self.asked = [url for url in self.asked if path not in url]
        return found

    def _collect(self) -> None:
        self.said += [json.loads(text) for text in self.venue.messages_to_send()]
        requests = self.venue.requests_to_make()
        self.made += requests
        self.asked += [request.url for request in requests]
