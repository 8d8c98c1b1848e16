"""A protocol that understands nothing and notes down all that it is told."""

from collections.abc import Iterable
from typing import Any

from monitor.model.events import Event, Refusal
from monitor.model.streams import Stream
from monitor.protocol.facts import Facts
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol


class NotingProtocol(VenueProtocol):
    """``notes`` are (what, when, of what); every message is an event, a Refusal of its text."""

    def __init__(self) -> None:
        super().__init__(Facts(id="test", name="Test", urls=(), sources=()))
        self.notes: list[tuple[Any, ...]] = []
        self.ticks: list[int] = []

    def subscribe(self, streams: Iterable[Stream]) -> None:
        raise AssertionError("a player never subscribes")

    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        raise AssertionError("a player never unsubscribes")

    def ask_instruments(self) -> None:
        raise AssertionError("a player never asks")

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        raise AssertionError("a player never asks")

    def ask_stats(self, instruments: Iterable[str]) -> None:
        raise AssertionError("a player never asks")

    def opened(self, url: str, now: int, ts_recv: int) -> None:
        assert now == ts_recv
        self.notes.append(("opened", now, url))

    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        assert now == ts_recv
        self.notes.append(("received", now, data))
        return [Refusal("", data.decode(), ts_recv)]

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        assert request.url == response.url
        self.notes.append(("answered", now, request.url, response.status, response.body))
        return []

    def sent(self, data: bytes, now: int, ts_recv: int) -> None:
        self.notes.append(("sent", now, data))

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        self.notes.append(("closed", now, reason))

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        assert now == ts_recv
        self.ticks.append(now)
        self._outbox.append("please")
        self._requests.append(HttpRequest("https://example.invalid/"))
        return []

    @property
    def url(self) -> str:
        return ""

    @property
    def wants_socket(self) -> bool:
        return True
