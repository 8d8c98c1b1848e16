"""Drives a venue's protocol with the lines of a recording, and judges as ``check`` does."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
from backports import zstd

from monitor.model.events import BookDelta, BookSnapshot, Event, Trade
from monitor.model.verdict import Proof, State
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from tests.mutations.tally import Books

ALL_LEVELS = 1 << 30


class Line(msgspec.Struct):
    """One line of a recording; the header has none of these."""

    t: int
    c: int = 0
    k: str = ""
    m: msgspec.Raw = msgspec.Raw(b"")
    url: str = ""
    status: int = 200
    body: str = ""
    x: str = ""


_LINE = msgspec.json.Decoder(Line)


def read_lines(path: Path) -> list[bytes]:
    """The lines of a recording, header first."""
    return zstd.decompress(path.read_bytes()).rstrip(b"\n").split(b"\n")


def read_expected(path: Path) -> dict[str, Any]:
    """What an independent program found in the recording beside."""
    expected: dict[str, Any] = msgspec.json.decode(
        path.with_name(path.name.replace(".jsonl.zst", ".expected.json")).read_bytes()
    )
    return expected


class Replay:
    """A recording's way through a protocol.

    ``at`` holds the books after every line whose time is at most the first line's
    plus each offset (seconds).
    """

    def __init__(
        self, venue: VenueProtocol, lines: Sequence[bytes], offsets: Sequence[str] = ()
    ) -> None:
        self.venue = venue
        self.events: list[Event] = []
        self.rejected_lines = 0
        self.messages = 0
        self.at: list[Books] = []
        self._connection: int | None = None
        self._start: int | None = None
        waiting = [int(Fraction(offset) * 10**9) for offset in offsets]
        for text in lines[1:]:
            try:
                line = _LINE.decode(text)
            except msgspec.MsgspecError:
                self.rejected_lines += 1
                continue
            if self._start is None:
                self._start = line.t
            while waiting and line.t - self._start > waiting[0]:
                self.at.append(self.books())
                waiting.pop(0)
            self._take(line)
        self.at += [self.books() for _ in waiting]

    def _take(self, line: Line) -> None:
        venue, t = self.venue, line.t
        if line.c != self._connection or line.k == "open":
            self._connection = line.c
            venue.opened(line.url or venue.url, t, t)
        data = bytes(line.m)
        if line.x == "text":
            data = msgspec.json.decode(data, type=str).encode()
        if line.k == "in":
            self.messages += 1
            self.events += venue.received(data, t, t)
        elif line.k == "out":
            venue.sent(data, t, t)
        elif line.k == "http":
            request = HttpRequest(line.url)
            self.events += venue.answered(request, HttpResponse(line.url, line.status, data), t, t)

    def books(self) -> Books:
        """All levels of every book that was ever synced."""
        return {
            symbol: (stream.book.bids.top(ALL_LEVELS), stream.book.asks.top(ALL_LEVELS))
            for symbol, stream in self.venue.books.items()
            if stream.book.synced
        }

    def count(self, kind: type) -> int:
        """How many events of a kind there were."""
        return sum(isinstance(event, kind) for event in self.events)

    @property
    def book_events(self) -> int:
        """Snapshots and deltas."""
        return self.count(BookSnapshot) + self.count(BookDelta)

    @property
    def trades(self) -> list[Trade]:
        """Every print, in order."""
        return [event for event in self.events if isinstance(event, Trade)]

    @property
    def verdict(self) -> str:
        """``ok``, ``suspect`` or ``failed``, by the rules of ``check``."""
        statuses = [stream.status for stream in self.venue.books.values()]
        proven = (State.LIVE, State.HALTED)
        if any(status.state not in proven for status in statuses):
            return "failed"
        suspect = (
            self.rejected_lines
            or self.venue.unknown_messages
            or self.venue.rejected_messages
            or any(stream.book.outside_covered for stream in self.venue.books.values())
            or any(
                status.gaps or status.checksums_failed or status.proof is Proof.NONE
                for status in statuses
            )
        )
        return "suspect" if suspect else "ok"


def as_books(expected: dict[str, Any]) -> Books:
    """The ``books`` of an expected file as exact numbers."""
    return {
        symbol: (_levels(sides["bids"]), _levels(sides["asks"]))
        for symbol, sides in expected.items()
    }


def _levels(rows: list[list[str]]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(price), Decimal(size)) for price, size in rows]
