"""Recordings made for tests, by our own recorder or line by line."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from monitor.feeds.recorder import Recorder
from monitor.feeds.recording import FORMAT, Entry, Reader
from monitor.feeds.zstd import compress

HEADER: dict[str, Any] = {
    "format": FORMAT,
    "version": 1,
    "venue": "test",
    "symbols": ["A-B"],
    "started_ns": 1,
    "source": "a test",
}


def recorded(path: Path, messages: Iterable[bytes]) -> list[Entry]:
    """What comes back of messages that went through the recorder, a nanosecond apart."""
    recorder = Recorder(path, "test", ["A-B"], "a test", 1)
    for ts, data in enumerate(messages):
        recorder.received(1, data, ts)
    recorder.close()
    assert recorder.problem is None
    return entries_of(path)


def entries_of(path: Path) -> list[Entry]:
    """All entries of a file that must be whole."""
    with Reader(path) as reader:
        entries = list(reader)
        assert [] == reader.damage.sentences()
        return entries


def line(t: int, kind: str, m: Any = None, c: int = 0, **more: Any) -> bytes:
    """A line as a stranger's program would write it."""
    fields = {"t": t, "c": c, "k": kind, **more}
    if m is not None:
        fields["m"] = m
    return json.dumps(fields).encode() + b"\n"


def file_of(path: Path, lines: Sequence[bytes], header: dict[str, Any] | None = None) -> Path:
    """A recording of these lines: a single frame, or plain text, by its name."""
    text = json.dumps(header or HEADER).encode() + b"\n" + b"".join(lines)
    path.write_bytes(compress(text) if path.name.endswith(".zst") else text)
    return path
