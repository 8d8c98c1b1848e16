"""Writes a recording, crash-safe and off the hot path: a call only queues, one thread writes."""

import atexit
import errno
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from monitor.feeds.recording import SUFFIXES, RecordingError
from monitor.feeds.recording_lines import LineBuilder, Note, Queued, header_line
from monitor.feeds.redaction import Redactor
from monitor.feeds.zstd import CompressionParameter, compress
from monitor.protocol.venue import HttpRequest, HttpResponse

FLUSH_S = 0.4
"""A frame is handed to the system this often, so that kill -9 costs less than a second."""
FRAME_BYTES = 512 * 1024
"""A frame is closed early at this many bytes of messages."""
TAKEN_AT_ONCE = 64
QUEUE_BYTES = 64 * 1024 * 1024
"""A disk that is this far behind won't catch up: the recording stops and says so."""

_OPTIONS: dict[int, int] = {
    CompressionParameter.compression_level: 1,
    CompressionParameter.checksum_flag: 1,  # so that a reader sees a flipped bit
}


class RecordingFile(Protocol):
    """The little a recorder asks of a file; ``write`` may take fewer bytes than given."""

    def write(self, data: bytes, /) -> int | None: ...

    def truncate(self, size: int, /) -> int: ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...


def open_new(path: Path) -> RecordingFile:
    """A new file at ``path``; one that holds something is never overwritten. Raises OSError."""
    if path.is_file() and path.stat().st_size == 0:
        return path.open("wb", buffering=0)
    return path.open("xb", buffering=0)


class Recorder:
    """One venue's messages into one file; a ``RecorderSink``.

    Times never go back in the file. When the disk fails the recording stops,
    ``problem`` tells why in one sentence, ``lost`` counts what came after, and
    the feed is not disturbed. ``lines`` counts what is written; ``close`` leaves
    everything on the disk.
    Raises RecordingError where the file can't be begun.
    """

    def __init__(
        self,
        path: Path,
        venue: str,
        symbols: Sequence[str],
        source: str,
        started_ns: int,
        *,
        redactor: Redactor | None = None,
        open_file: Callable[[Path], RecordingFile] = open_new,
    ) -> None:
        if not path.name.endswith(SUFFIXES):
            raise RecordingError(f"{path}: a recording's name ends in {' or '.join(SUFFIXES)}")
        self.path = path
        self.problem: str | None = None
        self.lines = self.bytes_written = 0
        self._builder = LineBuilder(redactor or Redactor())
        self._compressed = path.name.endswith(".zst")
        self._queue: deque[Queued] = deque()
        self._given = self._taken = 0
        self._refused = self._dropped = 0
        self._ended = self._closed = False
        self._wake, self._idle = threading.Event(), threading.Event()
        try:
            self._file = open_file(path)
            self._write(header_line(venue, symbols, source, started_ns))
        except OSError as error:
            raise RecordingError(_sentence(path, "was not begun", error)) from error
        self._thread = threading.Thread(target=self._run, name=f"recorder {path.name}", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    @property
    def lost(self) -> int:
        """How many lines came after the recording had stopped, or could not be written."""
        return self._refused + self._dropped

    def opened(self, connection: int, url: str, ts: int) -> None:
        """A connection was made."""
        self._put(ts, connection, Note("open", url=url))

    def received(self, connection: int, data: bytes, ts: int) -> None:
        """A message came: the hot path notes it down and is gone."""
        if self._ended or self._given - self._taken > FRAME_BYTES:
            self._put(ts, connection, data)
            return
        self._queue.append((ts, connection, data))
        self._given += len(data)

    def sent(self, connection: int, text: str, ts: int) -> None:
        """A message of ours went out; its secrets are not written."""
        self._put(ts, connection, Note("out", body=_utf8(text)))

    def answered(
        self, connection: int, request: HttpRequest, response: HttpResponse, ts: int
    ) -> None:
        """An HTTP request was answered; headers, where keys travel, are never written."""
        note = Note("http", url=request.url, body=response.body, status=response.status)
        self._put(ts, connection, note)

    def closed(self, connection: int, reason: str, ts: int) -> None:
        """A connection ended."""
        self._put(ts, connection, Note("close", body=_utf8(reason)))

    def flush(self) -> None:
        """Have what is queued written now, and wait until the system has it."""
        self._idle.clear()
        self._wake.set()
        self._idle.wait()

    def close(self) -> None:
        """Write what is queued, to the disk itself, and end; a second call does nothing."""
        if self._closed:
            return
        self._closed = self._ended = True
        atexit.unregister(self.close)
        self._wake.set()
        self._thread.join()
        try:
            if self.problem is None:
                os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            self._stop(_sentence(self.path, "may lack its end", error))

    def _put(self, ts: int, connection: int, item: bytes | Note) -> None:
        """Queue one line, and look how far behind the disk is."""
        if self._ended:
            self._refused += 1
            return
        self._queue.append((ts, connection, item))
        self._given += len(item)
        behind = self._given - self._taken
        if behind > FRAME_BYTES:
            self._wake.set()
        if behind > QUEUE_BYTES:
            self._stop(
                f"The recording {self.path} was stopped: the disk was more than"
                f" {QUEUE_BYTES >> 20} MiB behind."
            )

    def _run(self) -> None:
        try:
            while not self._ended:
                self._wake.wait(FLUSH_S)
                self._wake.clear()
                self._drain()
                self._idle.set()
            self._drain()
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence still looks alive
            self._stop(f"The recording {self.path} was stopped by an error of the program: {error}")
        finally:
            self._idle.set()

    def _drain(self) -> None:
        """Write whatever is queued now, a frame at a time."""
        while self._queue and self.problem is None:
            batch = self._next_batch()
            try:
                self._write(self._builder.block(batch))
                self.lines += len(batch)
            except OSError as error:
                self._stop(_sentence(self.path, "was stopped", error))
                self._dropped += len(batch)
        if self.problem is not None:
            self._dropped += len(self._queue)
            self._queue.clear()

    def _next_batch(self) -> list[Queued]:
        """A frame's worth of lines, taken from the queue."""
        queue = self._queue
        batch: list[Queued] = []
        size = 0
        while queue and size < FRAME_BYTES:
            some = [queue.popleft() for _ in range(min(len(queue), TAKEN_AT_ONCE))]
            size += sum([len(queued[2]) for queued in some])
            batch += some
        self._taken += size
        return batch

    def _write(self, block: bytes) -> None:
        """One block as a frame of its own; a half-written one is cut off again. Raises OSError."""
        data = compress(block, options=_OPTIONS) if self._compressed else block
        try:
            _write_all(self._file, data)
        except OSError:
            self._file.truncate(self.bytes_written)
            raise
        self.bytes_written += len(data)

    def _stop(self, sentence: str) -> None:
        """The recording is over; whatever comes now is counted as lost."""
        if self.problem is None:
            self.problem = sentence
        self._ended = True


def _write_all(file: RecordingFile, data: bytes) -> None:
    """Every byte, though the file may take them piecemeal. Raises OSError where it takes none."""
    while data:
        taken = file.write(data)
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data = data[taken:]


def _utf8(text: str) -> bytes:
    """Any text as bytes, even one with half a surrogate pair in it: the hot path never raises."""
    return text.encode("utf-8", "surrogatepass")


def _sentence(path: Path, what: str, error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    if isinstance(error, FileExistsError):
        reason = "that file is there already, and a recording is never overwritten"
    return f"The recording {path} {what}: {reason[:1].lower()}{reason[1:]}."
