"""T1: what proving a book costs on top of decoding its messages."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from monitor.app.bench.floor import Decoded, floor_of
from monitor.app.bench.measure import REPEATS, TIMES, Row, at_most, interleaved, ratio, reported
from monitor.app.plugins import protocol_of
from monitor.feeds.recording import Entry, Reader
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol

LIMIT = 2.5


def decoding_rows(recordings: Iterable[Path]) -> list[Row]:
    """Rows for each recording whose venue's messages the floor can decode.

    The floor decodes every message into a typed struct of just the fields needed and
    throws it away: what any program pays that looks at the messages at all.
    """
    rows = []
    for path in recordings:
        venue, entries = read_all(path)
        floor = floor_of(venue, entries)
        if floor:
            rows += _compare(f"{venue} {path.name.split('.')[0]}", venue, entries, floor)
    return rows


def play(protocol: VenueProtocol, entries: Iterable[Entry]) -> None:
    """Give a protocol everything of a recording that was heard, without pause or tick."""
    connections: set[int] = set()
    for entry in entries:
        ts = entry.t
        if entry.c not in connections:
            connections.add(entry.c)
            protocol.opened("", ts, ts)
        match entry.k:
            case "in":
                protocol.received(entry.m, ts, ts)
            case "http":
                answer = HttpResponse(entry.url, entry.status, entry.m)
                protocol.answered(HttpRequest(entry.url), answer, ts, ts)
            case "out":
                protocol.sent(entry.m, ts, ts)
            case _:
                pass


def read_all(path: Path) -> tuple[str, list[Entry]]:
    """A recording's venue and all its lines. Raises RecordingError."""
    reader = Reader(path)
    try:
        return reader.header.venue, list(reader)
    finally:
        reader.close()


def _compare(
    name: str, venue: str, entries: Sequence[Entry], floor: Sequence[Decoded]
) -> list[Row]:
    share, each = _share(venue, entries, floor)
    detail = f"{len(floor):,} messages, {each:.2f} µs each from bytes to proven book"
    rows = [at_most("T1", f"{name}: decode + sequence + book", share, LIMIT, detail)]
    books = [decoded for decoded in floor if decoded.kind == "book"]
    if 0 < len(books) < len(floor):
        wanted = {id(decoded.message) for decoded in books}
        only = [entry for entry in entries if id(entry.m) in wanted]
        share, each = _share(venue, only, books)
        levels = sum(decoded.message.count(b"[") for decoded in books) / len(books)
        detail = f"{len(books):,} messages of {levels:.0f} levels, {each:.2f} µs each"
        rows.append(reported("T1", f"{name}: book messages alone", share, TIMES, detail))
    return rows


def _share(venue: str, entries: Sequence[Entry], floor: Sequence[Decoded]) -> tuple[float, float]:
    """How much longer proving takes than decoding, and µs a message of the former."""

    def decode_alone() -> None:
        for decode, message, _ in floor:
            decode(message)

    ready = [protocol_of(venue) for _ in range(REPEATS + 1)]

    def decode_and_prove() -> None:
        play(ready.pop(), entries)

    times = interleaved({"alone": decode_alone, "proven": decode_and_prove})
    each = median(times["proven"]) / len(floor) * 1e6
    return ratio(times["proven"], times["alone"]), each
