"""A recording gives back what was recorded, byte for byte, and tells of every byte it can't."""

import errno
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.recorder import _OPTIONS, Recorder
from monitor.feeds.recording import Entry, Reader, RecordingError, last_time
from monitor.feeds.zstd import compress
from monitor.protocol.venue import HttpRequest, HttpResponse
from tests.feeds.recordings import HEADER, entries_of, file_of, line, recorded

NAMES = ("a.jsonl.zst", "a.jsonl")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def is_json(data: bytes) -> bool:
    """The standard library's word on whether these bytes are one JSON value."""
    try:
        json.loads(data.decode(), parse_constant=lambda constant: json.loads("no " + constant))
    except (ValueError, RecursionError):
        return False
    return True


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary() | st.text().map(str.encode) | JSON.map(json.dumps).map(str.encode)))
def test_any_bytes_come_back(messages: list[bytes]) -> None:
    """Whatever is received comes back; only blanks around a JSON value and its line breaks may go."""
    with tempfile.TemporaryDirectory() as folder:
        entries = recorded(Path(folder) / NAMES[0], messages)
    assert len(messages) == len(entries)
    for data, entry in zip(messages, entries, strict=True):
        spaced = data.replace(b"\n", b" ").replace(b"\r", b" ").strip(b" \t")
        assert entry.m == data or (is_json(data) and entry.m == spaced)


@settings(max_examples=100, deadline=None)
@given(st.lists(JSON, min_size=1), st.sampled_from([None, 2, "\t"]))
def test_json_is_embedded_verbatim(values: list[object], indent: int | str | None) -> None:
    """Every line of the file is valid JSON, and its ``m`` is the message's own text."""
    texts = [json.dumps(value, indent=indent, ensure_ascii=False) for value in values]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[1]
        recorded(path, [text.encode("utf-8", "replace") for text in texts])
        lines = path.read_bytes().split(b"\n")[1:-1]
    for text, line_ in zip(texts, lines, strict=True):
        assert isinstance(json.loads(line_), dict)
        assert text.replace("\n", " ").encode("utf-8", "replace") in line_


@pytest.mark.parametrize(
    "message",
    [
        b'{"price":0.00005100,"id":12345678901234567890,"a":1,"a":2}',
        b'{"a":"\xe2\x80\xa8\xc2\x85\x7f"}',  # line separators that are no line breaks here
        b'{"a":"\\ud83d\\ude00"}',
        b"[1E400,-0.0]",
        b'"pong"',
        b"null",
        b"pong",
        b"",
        b" ",
        b"NaN",
        b"\xff\xfe",
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b'1},{"k":"out"',
        b'1,"k":"out","m":2',
        b'1}\n{"t":0,"c":0,"k":"out","m":1',
        b"[" * 100_000 + b"]" * 100_000,
        b"9" * 1_000_000,
        b"\x00\n\r\n",
    ],
    ids=lambda message: repr(message[:24]),
)
def test_odd_messages_come_back(tmp_path: Path, message: bytes) -> None:
    """No message, however odd or hostile, changes, or adds a line."""
    neighbours = [b'{"before":1}', message, b'{"after":1}']
    assert neighbours == [entry.m for entry in recorded(tmp_path / NAMES[0], neighbours)]


def test_line_breaks_between_tokens_become_spaces(tmp_path: Path) -> None:
    """A message set over several lines stays one line."""
    entries = recorded(tmp_path / NAMES[0], [b'{\r\n"a": 1\n}\n'])
    assert b'{  "a": 1 }' == entries[0].m


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_line_comes_back(tmp_path: Path, name: str) -> None:
    """Connections, answers, what was said and how it ended are kept beside the messages."""
    recorder = Recorder(tmp_path / name, "kraken", ["BTC/USD"], "a test", 5)
    recorder.opened(1, "wss://example.invalid/v2", 10)
    recorder.sent(1, '{"method":"subscribe"}', 11)
    recorder.received(1, b'{"channel":"status"}', 12)
    url = "https://example.invalid/depth?symbol=A&limit=5"
    recorder.answered(0, HttpRequest(url), HttpResponse(url, 200, b'{"bids":[]}'), 13)
    recorder.answered(0, HttpRequest(url), HttpResponse(url, 429, b"<html>"), 14)
    recorder.closed(1, 'the venue said "bye"', 15)
    recorder.close()
    with Reader(tmp_path / name) as reader:
        assert ("kraken", ("BTC/USD",), 5) == (
            reader.header.venue,
            reader.header.symbols,
            reader.header.started_ns,
        )
    assert [
        Entry(10, 1, "open", b"", "wss://example.invalid/v2"),
        Entry(11, 1, "out", b'{"method":"subscribe"}'),
        Entry(12, 1, "in", b'{"channel":"status"}'),
        Entry(13, 0, "http", b'{"bids":[]}', url),
        Entry(14, 0, "http", b"<html>", url, "GET", 429),
        Entry(15, 1, "close", b'the venue said "bye"'),
    ] == entries_of(tmp_path / name)


def test_time_never_goes_back(tmp_path: Path) -> None:
    """Where the clock was set back, the last time stands until it is passed."""
    recorder = Recorder(tmp_path / NAMES[0], "test", [], "a test", 0)
    for ts in (5, 3, 4, 6):
        recorder.received(1, b"{}", ts)
    recorder.sent(1, "{}", 2)
    recorder.close()
    assert [5, 5, 5, 6, 6] == [entry.t for entry in entries_of(tmp_path / NAMES[0])]


def test_a_frame_is_written_within_a_second(tmp_path: Path) -> None:
    """What was received is in the file while the recording goes on, and zstd alone can read it."""
    path = tmp_path / NAMES[0]
    recorder = Recorder(path, "test", [], "a test", 0)
    recorder.received(1, b'{"n":1}', 1)
    begun = time.monotonic()
    while recorder.lines < 1:
        assert time.monotonic() - begun < 10
    assert [b'{"n":1}'] == [entry.m for entry in entries_of(path)]
    recorder.received(1, b'{"n":2}', 2)
    recorder.close()
    if shutil.which("zstdcat"):
        text = subprocess.run(["zstdcat", path], capture_output=True, check=True).stdout  # noqa: S607
        assert 3 == text.count(b"\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_tail_torn_at_any_byte_is_told(tmp_path: Path, name: str) -> None:
    """Cut anywhere, a file gives all its whole lines, tells of the rest, and never raises."""
    messages = [b'{"n":%d}' % n for n in range(12)]
    path = tmp_path / name
    recorder = Recorder(path, "test", [], "a test", 0)
    for start in range(0, 12, 4):
        for n in range(start, start + 4):
            recorder.received(1, messages[n], n)
        begun = time.monotonic()
        while recorder.lines < start + 4:
            assert time.monotonic() - begun < 10
    recorder.close()
    whole = path.read_bytes()
    header_end = len(whole) - sum(map(len, _pieces(path, messages)))
    for size in range(header_end, len(whole)):
        path.write_bytes(whole[:size])
        with Reader(path) as reader:
            read = [entry.m for entry in reader]
            torn = reader.damage.torn
        assert messages[: len(read)] == read
        assert 0 == reader.damage.rejected
        at_a_seam = size in _seams(whole, path, messages)
        assert bool(torn) is not at_a_seam, size
    for size in range(header_end):
        path.write_bytes(whole[:size])
        refusal = _refusal(path)
        assert "was empty" in refusal or "broke off" in refusal or size >= header_end - 8


def _refusal(path: Path) -> str:
    """Why a file without messages is refused; empty where all of its header is there after all."""
    try:
        with Reader(path) as reader:
            assert [] == list(reader)
    except RecordingError as error:
        return str(error)
    return ""


def _pieces(path: Path, messages: list[bytes]) -> list[bytes]:
    """What the file holds after its header: frames of four lines, or lines."""
    lines = [b'{"t":%d,"c":1,"k":"in","m":%b}\n' % (n, m) for n, m in enumerate(messages)]
    if path.name == NAMES[1]:
        return lines
    return [compress(b"".join(lines[n : n + 4]), options=_OPTIONS) for n in range(0, 12, 4)]


def _seams(whole: bytes, path: Path, messages: list[bytes]) -> set[int]:
    """Where a cut leaves nothing unfinished; a plain line needs no line break to be whole."""
    seams, end = set(), len(whole)
    for piece in reversed(_pieces(path, messages)):
        seams |= {end} if path.name == NAMES[0] else {end, end - 1}
        end -= len(piece)
    return seams | {end}


def test_a_damaged_middle_costs_its_frame_only(tmp_path: Path) -> None:
    """A flipped bit anywhere in a frame loses that frame at most, and is told."""
    header = json.dumps(HEADER).encode() + b"\n"
    frames = [compress(header), *(_frame(range(n, n + 5)) for n in range(0, 15, 5))]
    start = len(frames[0]) + len(frames[1])
    path = tmp_path / NAMES[0]
    for place in range(start, start + len(frames[2])):
        data = bytearray(b"".join(frames))
        data[place] ^= 0x10
        path.write_bytes(data)
        with Reader(path) as reader:
            read = [entry.t for entry in reader]
        assert {0, 1, 2, 3, 4} <= set(read)
        told = bool(reader.damage.sentences() or reader.damage.rejected)
        assert told is not (set(range(15)) == set(read))  # one bit of zstd's header has no meaning
    assert {10, 11, 12, 13, 14} <= set(read)


def _frame(times: range) -> bytes:
    return compress(b"".join(line(t, "in", {"n": t}) for t in times), options=_OPTIONS)


def test_broken_lines_are_counted_and_passed_over(tmp_path: Path) -> None:
    """A line that is no JSON, or none of ours, costs itself only."""
    lines = [
        line(1, "in", 1),
        b"no json\n",
        b'{"t":"x","k":"in","m":1}\n',
        b"\n",
        b'{"t":2,"k":"in","x":"binary","m":"!"}\n',
        b'{"t":2,"k":"in","m":NaN}\n',
        line(3, "in", 3, new_key=1),
    ]
    with Reader(file_of(tmp_path / NAMES[1], lines)) as reader:
        assert [b"1", b"3"] == [entry.m for entry in reader]
        assert 4 == reader.damage.rejected


def test_a_stranger_may_write_keys_in_any_order(tmp_path: Path) -> None:
    """The message's bytes are found wherever it stands in its line."""
    odd = b'{ "m" : {"a": 1.10} ,"k":"in", "t": 7 }\n'
    with Reader(file_of(tmp_path / NAMES[0], [odd])) as reader:
        assert [Entry(7, 0, "in", b'{"a": 1.10}')] == list(reader)


@pytest.mark.parametrize("name", NAMES)
def test_a_byte_order_mark_and_nulls_in_the_header_do_no_harm(tmp_path: Path, name: str) -> None:
    """Some programs begin every text with the one, and write what they don't know as the other."""
    header = HEADER | {"clock": None, "source": None, "symbols": None, "started_ns": None}
    text = b"\xef\xbb\xbf" + json.dumps(header).encode() + b"\n" + line(1, "in", 1)
    path = tmp_path / name
    path.write_bytes(compress(text) if name.endswith(".zst") else text)
    with Reader(path) as reader:
        assert ("test", "", ()) == (reader.header.venue, reader.header.clock, reader.header.symbols)
        assert [Entry(1, 0, "in", b"1")] == list(reader)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "was empty"),
        (b"<!DOCTYPE html>\n<html></html>\n", "first line began with '<!DOCTYPE html>'"),
        (b"<html>", "first line began with '<html>'"),
        (b"\x1f\x8b\x08\x00", "is gzip"),
        (b"PK\x03\x04", "is a zip archive"),
        (b'{"format":"other","version":1,"venue":"x"}\n', "its format was 'other'"),
        (json.dumps({**HEADER, "version": 2}).encode() + b"\n", "version 2"),
        (b'{"t":1,"k":"in","m":1}\n', "was no recording"),
        (b"[" * 100_000 + b"\n", "was no recording"),
        (b"\x28\xb5\x2f\xfd\x00", "broke off"),
        (b"\x28\xb5\x2f\xfd" * 5_000, "broke off, or was damaged"),
        (os.urandom(64).replace(b"\n", b"") + b"\n", "was no recording"),
    ],
    ids=lambda value: str(value[:16]),
)
def test_what_is_no_recording_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    """One typed error, in a sentence that names the file and what was found in it."""
    path = tmp_path / "foreign.jsonl.zst"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as raised:
        Reader(path)
    assert sentence in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    """What can't be opened is said with the system's reason."""
    for path, reason in ((tmp_path, "directory"), (tmp_path / "none.jsonl", "no such file")):
        with pytest.raises(RecordingError, match=reason):
            Reader(path)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_bring_the_reader_down(content: bytes, packed: bool) -> None:
    """Any content is read or refused, never an error of another kind."""
    head = json.dumps(HEADER).encode() + b"\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[0]
        path.write_bytes(compress(head) + content if packed else head + content)
        with Reader(path) as reader:
            list(reader)


def test_memory_stays_flat_under_a_bomb(tmp_path: Path) -> None:
    """A frame of a gigabyte of nothing is refused by its line, not swallowed."""
    path = tmp_path / NAMES[0]
    bomb = compress(bytes(1 << 20)) * 100
    path.write_bytes(compress(json.dumps(HEADER).encode() + b"\n") + bomb)
    with Reader(path) as reader, pytest.raises(RecordingError, match="longer than"):
        list(reader)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("frames", [1, 3])
def test_the_last_time_is_found(tmp_path: Path, name: str, frames: int) -> None:
    """The span is known without reading the whole file, torn or not."""
    head = json.dumps(HEADER).encode() + b"\n"
    parts = [head, *(line(t, "in", t) for t in range(10))]
    size = -(-len(parts) // frames)
    blocks = [b"".join(parts[n : n + size]) for n in range(0, len(parts), size)]
    path = tmp_path / name
    path.write_bytes(b"".join(map(compress, blocks) if name == NAMES[0] else blocks))
    assert 9 == last_time(path)


# Disks that fail.


class FullDisk:
    """Takes so many bytes, the last of them piecemeal, then none."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.content = b""
        self.closed = False

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = min(len(data), self.room, 7)
        self.content += data[:taken]
        self.room -= taken
        return taken

    def truncate(self, size: int) -> int:
        self.content = self.content[:size]
        return size

    def fileno(self) -> int:
        raise OSError(errno.EBADF, "no such thing")

    def close(self) -> None:
        self.closed = True


def test_a_full_disk_stops_the_recording_and_nothing_else(tmp_path: Path) -> None:
    """The recorder says so in a sentence, counts what is lost, and leaves whole frames."""
    disk = FullDisk(room=600)
    recorder = Recorder(tmp_path / NAMES[0], "test", [], "a test", 0, open_file=lambda _: disk)
    sent, begun = 0, time.monotonic()
    while recorder.problem is None:
        recorder.received(1, os.urandom(40), sent)
        sent += 1
        if sent % 100 == 0:
            recorder._wake.set()
        assert time.monotonic() - begun < 20
    recorder.received(1, b"{}", sent)
    recorder.close()
    assert "No space left on device".lower() in recorder.problem.lower()
    assert str(recorder.path) in recorder.problem
    assert sent + 1 == recorder.lines + recorder.lost
    assert disk.closed
    (tmp_path / "left.jsonl.zst").write_bytes(disk.content)
    assert recorder.lines == len(entries_of(tmp_path / "left.jsonl.zst"))


def test_a_disk_that_takes_nothing_is_full(tmp_path: Path) -> None:
    """A write of no bytes ends the attempt, not the program's patience."""

    class Wall(FullDisk):
        def write(self, data: bytes) -> int:
            return 0

    with pytest.raises(RecordingError, match="was not begun"):
        Recorder(tmp_path / NAMES[0], "test", [], "a test", 0, open_file=lambda _: Wall(0))


def test_a_real_full_disk(tmp_path: Path) -> None:
    """On a file system of 64 KiB the recording ends readable, and says so."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs can be mounted here, though root")
    try:
        recorder = Recorder(tmp_path / NAMES[0], "test", [], "a test", 0)
        begun = time.monotonic()
        while recorder.problem is None:
            recorder.received(1, os.urandom(20_000), 1)
            recorder._wake.set()
            assert time.monotonic() - begun < 20
        recorder.close()
        assert recorder.lines == len(entries_of(tmp_path / NAMES[0]))
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)  # noqa: S607


def test_a_disk_too_slow_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue that outgrows its bound ends the recording instead of the memory."""
    monkeypatch.setattr("monitor.feeds.recorder.QUEUE_BYTES", 2_000_000)
    recorder = Recorder(tmp_path / NAMES[0], "test", [], "a test", 0)
    big = b'"' + b"x" * 1_500_000 + b'"'
    recorder._taken -= 10_000_000  # as if the thread had been held up
    recorder.received(1, big, 1)
    recorder.received(1, big, 2)
    assert recorder.problem is not None
    assert "behind" in recorder.problem
    recorder.close()
    assert 2 == recorder.lines + recorder.lost


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    """A file that holds something is refused; an empty one is taken."""
    path = tmp_path / NAMES[0]
    path.touch()
    recorded(path, [b"{}"])
    with pytest.raises(RecordingError, match="never overwritten"):
        Recorder(path, "test", [], "a test", 0)
    assert 1 == len(entries_of(path))


@pytest.mark.parametrize("name", ["a.txt", "a.zst", "a.json"])
def test_a_name_must_say_what_it_is(tmp_path: Path, name: str) -> None:
    """Only names that readers know are written."""
    with pytest.raises(RecordingError, match="ends in"):
        Recorder(tmp_path / name, "test", [], "a test", 0)


def test_a_closed_recorder_counts_what_comes(tmp_path: Path) -> None:
    """After ``close`` nothing is written or raised, and a second ``close`` is harmless."""
    recorder = Recorder(tmp_path / NAMES[0], "test", [], "a test", 0)
    recorder.close()
    recorder.received(1, b"{}", 1)
    recorder.sent(1, "\ud800", 1)
    recorder.close()
    assert 2 == recorder.lost
