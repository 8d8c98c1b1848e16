"""What every venue's protocol does: messages in; events, messages and requests out.

A protocol does no I/O and reads no clock. Whoever drives it (a Session live, a
Player from a recording, a test) tells it what happened and when, and then
collects what it wants: ``messages_to_send`` and ``requests_to_make``. ``now`` is
monotonic ns, ``ts_recv`` wall clock ns UTC; a Player gives the recorded time
for both.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import msgspec

from monitor.book.book import Book
from monitor.model.events import Event
from monitor.model.instrument import Instrument
from monitor.model.streams import Stream
from monitor.protocol.facts import Facts
from monitor.protocol.status import Link, StreamStatus
from monitor.protocol.unreadable import is_broken


class HttpRequest(msgspec.Struct, frozen=True):
    """A GET to make. ``url`` is whole; ``path`` and query alone tell what was asked."""

    url: str
    headers: dict[str, str] = {}


class HttpResponse(msgspec.Struct, frozen=True):
    """An answer: its status, its body as received, and headers with lower-case names."""

    url: str
    status: int
    body: bytes
    headers: dict[str, str] = {}


class BookStream:
    """One instrument's order book and how it stands; owned by the venue's protocol."""

    def __init__(self, book: Book, status: StreamStatus) -> None:
        self.book = book
        self.status = status


class VenueProtocol(ABC):
    """One connection's worth of one venue, without the connection.

    ``books`` holds the order book of every symbol heard of, by the symbol as the
    venue spells it in its payloads; ``unknown_messages`` counts messages that made
    no sense, ``rejected_messages`` those that were no valid JSON or held a number
    no market has.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.link = Link(stale_after=int(facts.stale_after_s * 1e9))
        self.books: dict[str, BookStream] = {}
        self.instruments: dict[str, Instrument] = {}
        self.unknown_messages = 0
        self.rejected_messages = 0
        self.renew_reason = ""
        """Why a new connection should be opened at once (the venue said so); empty for no."""
        self.foreign = ""
        """Why what was heard is not this venue's, in a sentence; empty where nothing tells so."""
        self._outbox: list[str] = []
        self._requests: list[HttpRequest] = []

    # What the user wants.

    @abstractmethod
    def subscribe(self, streams: Iterable[Stream]) -> None:
        """Ask for streams; said to the venue when connected, and again on each connection."""

    @abstractmethod
    def unsubscribe(self, streams: Iterable[Stream]) -> None:
        """Give streams up."""

    @abstractmethod
    def ask_instruments(self) -> None:
        """Ask for the venue's list; an InstrumentList event answers."""

    @abstractmethod
    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        """Ask for past candles that open before ``end`` (ns); a CandleHistory answers."""

    @abstractmethod
    def ask_stats(self, instruments: Iterable[str]) -> None:
        """Ask once for 24 h figures; DayStats events answer."""

    # What happened.

    @abstractmethod
    def opened(self, url: str, now: int, ts_recv: int) -> None:
        """A new connection stands: every book starts anew."""

    @abstractmethod
    def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
        """One message came. Never raises: what is wrong is counted and shown."""

    @abstractmethod
    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        """A REST answer came, asked for or (in a recording) not. Never raises."""

    def failed(self, request: HttpRequest, reason: str, now: int, ts_recv: int) -> list[Event]:
        """A request could not be made at all; ``reason`` is one sentence."""
        return []

    def sent(self, data: bytes, now: int, ts_recv: int) -> None:  # noqa: B027 - most need nothing
        """A recording's client had sent this; a live protocol knows its own messages."""

    def closed(self, now: int, reason: str, next_try: int = 0) -> None:
        """The connection is gone."""
        self.link.down(now, reason, next_try)

    @abstractmethod
    def tick(self, now: int, ts_recv: int) -> list[Event]:
        """Time passed (called about four times a second): time-outs, retries, refreshes."""

    # What it wants.

    @property
    @abstractmethod
    def url(self) -> str:
        """The address of the WebSocket to open."""

    @property
    @abstractmethod
    def wants_socket(self) -> bool:
        """True while something is wanted that only comes over the WebSocket."""

    def messages_to_send(self) -> list[str]:
        """Hand over, once, the messages that want sending, oldest first."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def requests_to_make(self) -> list[HttpRequest]:
        """Hand over, once, the HTTP requests that want making."""
        requests, self._requests = self._requests, []
        return requests

    def status(self, stream: Stream) -> StreamStatus | None:
        """How a subscribed stream stands; None where it was never asked for."""
        return None

    def _count_unreadable(self, data: bytes, error: Exception) -> None:
        """Count a message whose decoding raised ``error``."""
        if is_broken(data, error):
            self.rejected_messages += 1
        else:
            self.unknown_messages += 1
