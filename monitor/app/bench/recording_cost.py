"""T13: what recording a message costs, compression and all, beside decoding it."""

import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from monitor.app.bench.decoding import read_all
from monitor.app.bench.floor import Decoded, floor_of
from monitor.app.bench.measure import TIMES, Row, at_most, interleaved, ratio, reported
from monitor.feeds.recorder import Recorder

LIMIT = 1.3
PACE_BYTES = 256 * 1024
BYTES = 32 * 1024 * 1024


def recording_rows(recordings: Iterable[Path]) -> list[Row]:
    """The CPU of the whole process, writer thread included, until all is on the disk.

    Held to the limit are book messages, which make up the bytes; for the short
    messages between them the words around each weigh as much as the message.
    """
    return [row for path in recordings for row in _rows(path)]


def _rows(path: Path) -> list[Row]:
    venue, entries = read_all(path)
    floor = floor_of(venue, entries)
    if not floor:
        return []
    times = {entry.m: entry.t for entry in entries}
    books = [decoded for decoded in floor if decoded.kind == "book"]
    name = f"{venue} {path.name.split('.')[0]}"
    share, detail = _share(venue, books, times)
    held = at_most("T13", f"{name}: recording book messages", share, LIMIT, detail)
    share, detail = _share(venue, floor, times)
    return [held, reported("T13", f"{name}: recording all messages", share, TIMES, detail)]


def _share(venue: str, floor: Sequence[Decoded], times: Mapping[bytes, int]) -> tuple[float, str]:
    """Recording as a multiple of decoding, and what was recorded."""
    # Long enough that beginning and ending a file don't count.
    rounds = -(-BYTES // sum(len(decoded.message) for decoded in floor))
    messages = [(decoded.message, times[decoded.message]) for decoded in floor] * rounds
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as folder:

        def decode() -> None:
            for _ in range(rounds):
                for decode_one, message, _ in floor:
                    decode_one(message)

        def record() -> None:
            target = Path(folder) / f"{next(numbers)}.jsonl.zst"
            recorder = Recorder(target, venue, [], "bench", messages[0][1])
            size = 0
            for message, ts in messages:
                recorder.received(0, message, ts)
                size += len(message)
                if size > PACE_BYTES:
                    # As live: the writer works while the feed is quiet.
                    recorder.flush()
                    size = 0
            recorder.close()

        spent = interleaved({"decode": decode, "record": record})
    each = sum(len(message) for message, _ in messages) / len(messages)
    detail = f"{len(messages):,} messages of {each:.0f} bytes, zstd 1"
    return ratio(spent["record"], spent["decode"]), detail
