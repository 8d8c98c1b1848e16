"""T13: what recording a message costs, compression and all, beside decoding it."""

import itertools
import tempfile
from collections.abc import Iterable
from pathlib import Path

from monitor.app.bench.decoding import read_all
from monitor.app.bench.floor import floor_of
from monitor.app.bench.measure import Row, at_most, interleaved, ratio
from monitor.feeds.recorder import Recorder

LIMIT = 1.3


def recording_rows(recordings: Iterable[Path]) -> list[Row]:
    """The CPU of the whole process, writer thread included, until all is on the disk."""
    return [row for path in recordings for row in _one(path)]


def _one(path: Path) -> list[Row]:
    venue, entries = read_all(path)
    floor = floor_of(venue, entries)
    if not floor:
        return []
    messages = [(entry.m, entry.t) for entry in entries if entry.k == "in"]
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as folder:

        def decode() -> None:
            for decode_one, message, _ in floor:
                decode_one(message)

        def record() -> None:
            target = Path(folder) / f"{next(numbers)}.jsonl.zst"
            recorder = Recorder(target, venue, [], "bench", messages[0][1])
            for message, ts in messages:
                recorder.received(0, message, ts)
            recorder.close()

        times = interleaved({"decode": decode, "record": record})
    share = ratio(times["record"], times["decode"])
    each = sum(len(message) for message, _ in messages) / len(messages)
    detail = f"{len(messages):,} messages of {each:.0f} bytes, zstd 1"
    name = f"{venue} {path.name.split('.')[0]}: recording against decoding"
    return [at_most("T13", name, share, LIMIT, detail)]
