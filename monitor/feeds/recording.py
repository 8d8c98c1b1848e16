"""The recording format, and its reader: one venue's messages as they came, streamed line by line."""

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from monitor.feeds.zstd import ZstdDecompressor, ZstdError

FORMAT = "depthscope-recording"
VERSION = 1
SUFFIXES = (".jsonl.zst", ".jsonl")
CHUNK = 256 * 1024
TAIL = 4 * 1024 * 1024
MAX_LINE = 64 * 1024 * 1024
"""No venue's message comes near; a longer line is damage, or meant to fill the memory."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAGIC = b"\x28\xb5\x2f\xfd"
_BEGINNING = b'{"format":"'
_SKIPPABLE = b"\x2a\x4d\x18"
_MAX_DAMAGED = 1_000
"""A file with more damaged frames than this is given up: it is none, or was made to take time."""
_KNOWN_AS = {b"\x1f\x8b": "gzip", b"PK": "a zip archive", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}

Kind = Literal["in", "out", "http", "open", "close", "stop"]
"""We write no ``stop``; other programs end a recording with one."""


class RecordingError(Exception):
    """A file that is no recording, or can't be read or written; one sentence for the user."""


class Header(msgspec.Struct, frozen=True):
    """Line 1. ``clock`` is empty where ``t`` is ns since the epoch, else says what it is."""

    format: str
    version: int
    venue: str
    symbols: tuple[str, ...] = ()
    started_ns: int = 0
    source: str = ""
    clock: str = ""


class Entry(msgspec.Struct, gc=False):
    """One line: when (``t``, ns), on which connection, what kind, and the message's own bytes."""

    t: int
    c: int
    k: Kind
    m: bytes
    url: str = ""
    method: str = "GET"
    status: int = 200


class Damage(msgspec.Struct):
    """What of a file could not be read, so far as it was read.

    ``torn`` counts the bytes of an unfinished end (a killed writer leaves one),
    ``damaged`` the bytes of the file in unreadable frames in its middle, ``rejected``
    the lines that were no valid JSON or no line of a recording.
    """

    torn: int = 0
    damaged: int = 0
    rejected: int = 0

    def sentences(self) -> list[str]:
        """What to tell the user of torn and damaged bytes; empty where there are none."""
        told = []
        if self.torn:
            told.append(f"the end is torn: its last {self.torn} bytes were an unfinished record")
        if self.damaged:
            told.append(f"{self.damaged} bytes in the middle were damaged and skipped")
        return told


class Reader:
    """A recording, opened: its header, and its entries one after the other in constant memory.

    ``position`` is how many bytes of the file have been read, of ``size``.
    Raises RecordingError, at once, where the file is no recording.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage = Damage()
        self.position = 0
        self._unfinished = b""
        try:
            self.size = path.stat().st_size
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise RecordingError(f"{path} was not readable: {_reason(error)}") from error
        try:
            self._lines = self._split()
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __iter__(self) -> Iterator[Entry]:
        """The entries not yet read, in the order of the file."""
        decode, damage = _decode_line, self.damage
        for line in self._lines:
            try:
                yield _entry(decode(line))
            except (msgspec.DecodeError, ValueError, RecursionError):
                if line.strip():
                    damage.rejected += 1

    def _read_header(self) -> Header:
        line = next(self._lines, None)
        if line is None:
            raise RecordingError(f"{self.path} {self._why_no_line()}")
        try:
            header = _decode_header(line)
        except (msgspec.DecodeError, RecursionError):
            raise RecordingError(f"{self.path} {_no_recording(line)}") from None
        if header.format != FORMAT:
            raise RecordingError(f"{self.path} was no recording: its format was {header.format!r}")
        if header.version != VERSION:
            raise RecordingError(
                f"{self.path} was written in version {header.version} of the format;"
                f" this program reads version {VERSION}"
            )
        return header

    def _why_no_line(self) -> str:
        if not self.size:
            return "was empty"
        begun = self._unfinished.removeprefix(_BYTE_ORDER_MARK)
        if not _BEGINNING.startswith(begun[: len(_BEGINNING)]):
            return _no_recording(self._unfinished)
        return "broke off, or was damaged, before the end of its first line"

    def _split(self) -> Iterator[bytes]:
        r"""Whole lines, split at ``\n`` only; what follows damage up to the next line is dropped."""
        rest = b""
        for block in self._blocks():
            if block is None:  # damage: the line before it has no end, the one after no beginning
                rest = b""
                continue
            lines = (rest + block if rest else block).split(b"\n")
            rest = lines.pop()
            if len(rest) > MAX_LINE:
                raise RecordingError(
                    f"{self.path} was no recording: a line of it is longer than"
                    f" {MAX_LINE >> 20} MiB"
                )
            yield from lines
        if rest:
            yield from self._last_line(rest)
        self._file.close()

    def _last_line(self, rest: bytes) -> Iterator[bytes]:
        """The end of a file without a line break: whole, or torn."""
        try:
            _check_json(rest)
        except (msgspec.DecodeError, RecursionError):
            self.damage.torn = self.damage.torn or len(rest)
            self._unfinished = rest
        else:
            yield rest

    def _blocks(self) -> Iterator[bytes | None]:
        """The text in pieces as they come; None where something in between is lost."""
        first = self._read()
        if first.startswith(_MAGIC) or first[1:4] == _SKIPPABLE:
            yield from self._unpack(first)
            return
        if _MAGIC.startswith(first):  # the file ends within the first four bytes
            self.damage.torn = len(first)
            return
        for magic, name in _KNOWN_AS.items():
            if first.startswith(magic):
                raise RecordingError(f"{self.path} was no recording: it is {name}, not zstd")
        while first:
            yield first
            first = self._read()

    def _unpack(self, data: bytes) -> Iterator[bytes | None]:
        """The content of one frame after the other; a damaged one is skipped."""
        damaged = 0
        while data:
            unpacker, frame_start = ZstdDecompressor(), self.position - len(data)
            try:
                while not unpacker.eof:
                    block = unpacker.decompress(data, max_length=4 * CHUNK)
                    if block:
                        yield block
                    data = b""
                    if unpacker.needs_input and not unpacker.eof:
                        data = self._read()
                        if not data:
                            self.damage.torn = self.size - frame_start
                            return
                data = unpacker.unused_data or self._read()
            except ZstdError:
                damaged += 1
                data = self._find_frame(frame_start + 1) if damaged <= _MAX_DAMAGED else b""
                if data:
                    self.damage.damaged += self.position - len(data) - frame_start
                    yield None
                else:
                    self.damage.torn = self.size - frame_start

    def _find_frame(self, start: int) -> bytes:
        """What is read from the next beginning of a frame at or behind ``start``."""
        self._file.seek(start)
        self.position = start
        data = self._read()
        while data:
            found = data.find(_MAGIC)
            if found >= 0:
                return data[found:]
            more = self._read()
            data = data[-3:] + more if more else b""
        return b""

    def _read(self) -> bytes:
        try:
            data = self._file.read(CHUNK)
        except OSError as error:
            raise RecordingError(f"{self.path} was not readable: {_reason(error)}") from error
        self.position += len(data)
        return data


def last_time(path: Path) -> int:
    """The time of a recording's last line, 0 where it has none; from its end where that can be.

    Raises RecordingError where it can't be read.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(4) == _MAGIC
            file.seek(max(0, path.stat().st_size - TAIL))
            tail = file.read(TAIL)
    except OSError as error:
        raise RecordingError(f"{path} was not readable: {_reason(error)}") from error
    found = _last_packed_time(tail) if packed else _last_time_of(tail)
    if found is not None:
        return found
    with Reader(path) as reader:
        return max((entry.t for entry in reader), default=0)


def _last_packed_time(tail: bytes) -> int | None:
    """The same of frames: the last one that unpacks, if the tail holds its beginning."""
    start = tail.rfind(_MAGIC)
    for _ in range(16):
        if start < 0:
            break
        try:
            unpacker = ZstdDecompressor()
            text = unpacker.decompress(tail[start:], max_length=TAIL)
            text = text if unpacker.eof else b""
        except ZstdError:
            text = b""  # those four bytes were no beginning of a frame
        if (found := _last_time_of(text)) is not None:
            return found
        start = tail.rfind(_MAGIC, 0, start)
    return None


def _last_time_of(text: bytes) -> int | None:
    for line in reversed(text.split(b"\n")):
        try:
            return _decode_line(line).t
        except (msgspec.DecodeError, RecursionError):
            continue
    return None


class _Line(msgspec.Struct, gc=False):
    """A line as it stands: {"t":1723161253937085696,"c":0,"k":"in","m":{"stream":…}}."""

    t: int
    k: Kind
    c: int = 0
    m: msgspec.Raw = msgspec.Raw(b"")
    x: str = ""
    url: str = ""
    method: str = "GET"
    status: int = 200


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_text = msgspec.json.Decoder(str).decode
_check_json = msgspec.json.Decoder(msgspec.Raw).decode


def _decode_header(line: bytes) -> Header:
    """Line 1; a null is as good as nothing. Raises msgspec.DecodeError."""
    fields = msgspec.json.decode(line.removeprefix(_BYTE_ORDER_MARK), type=dict[str, object])
    return msgspec.convert(
        {key: value for key, value in fields.items() if value is not None}, Header
    )


def _entry(line: _Line) -> Entry:
    """The entry of a line; its message is a slice of the line. Raises ValueError."""
    message = bytes(line.m)
    if line.x:
        text = _decode_text(message)
        message = text.encode() if line.x == "text" else _unbase64(text)
    return Entry(line.t, line.c, line.k, message, line.url, line.method, line.status)


def _no_recording(line: bytes) -> str:
    start = line[:40].decode("utf-8", "replace")
    return f"was no recording: its first line began with {start!r}"


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]
