"""The lines of a recording: the venue's own bytes between our braces, secrets replaced."""

import base64
import json
from collections.abc import Sequence

import msgspec

from monitor.feeds.recording import FORMAT, VERSION
from monitor.feeds.redaction import Redactor

_check_json = msgspec.json.Decoder(msgspec.Raw).decode
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Note(msgspec.Struct, frozen=True):
    """Anything but a message that came in: ``kind`` is out, http, open or close."""

    kind: str
    url: str = ""
    body: bytes = b""
    status: int = 200

    def __len__(self) -> int:
        return len(self.url) + len(self.body)


Queued = tuple[int, int, bytes | Note]
"""When (ns), on which connection, and what: bytes are a message that came in."""


class LineBuilder:
    """Turns what was heard into lines; remembers the last time, which never goes back."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._last_ts = 0

    def block(self, batch: Sequence[Queued]) -> bytes:
        """The lines of a batch."""
        start = self._last_ts
        try:
            block = self._plain_block(batch)
        except (*_NOT_JSON, TypeError):
            block = b""
        if block and block.isascii() and b"\r" not in block:
            return block
        self._last_ts = start
        return b"".join([self._line(*queued) for queued in batch])

    def _plain_block(self, batch: Sequence[Queued]) -> bytes:
        """The fast way, for messages of plain JSON only; raises where something else is queued."""
        parts: list[bytes] = []
        head, last, known = b"", self._last_ts, -1
        append, check = parts.append, _check_json
        if self._redactor.knows_secrets:
            raise TypeError
        for ts, connection, data in batch:
            if ts > last or connection != known:
                if ts > last:
                    last = ts
                known = connection
                head = b'}\n{"t":%d,"c":%d,"k":"in","m":' % (last, connection)
            check(data)  # type: ignore[arg-type] # a Note raises, which is meant
            if b"\n" in data:  # type: ignore[operator]
                raise TypeError
            append(head)
            append(data)  # type: ignore[arg-type]
        self._last_ts = last
        # Each head ends the line before it: the first has none, the last is ended here.
        parts[0] = parts[0][2:]
        append(b"}\n")
        return b"".join(parts)

    def _line(self, ts: int, connection: int, item: bytes | Note) -> bytes:
        """Any line, whatever it holds."""
        self._last_ts = ts = max(ts, self._last_ts)
        if isinstance(item, Note):
            kind, fields = item.kind, _note_fields(item, self._redactor)
        else:
            kind, fields = "in", _message_fields(self._redactor.literal_bytes(item))
        return b'{"t":%d,"c":%d,"k":"%b"%b}\n' % (ts, connection, kind.encode(), fields)


def header_line(venue: str, symbols: Sequence[str], source: str, started_ns: int) -> bytes:
    """Line 1."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "venue": venue,
        "symbols": list(symbols),
        "started_ns": started_ns,
        "source": source,
    }
    return json.dumps(header, separators=(",", ":")).encode() + b"\n"


def _note_fields(note: Note, redactor: Redactor) -> bytes:
    fields = b""
    if note.url:
        fields += b',"url":' + json.dumps(redactor.url(note.url)).encode()
    if note.status != 200:
        fields += b',"status":%d' % note.status
    if note.kind == "open":
        return fields
    body = redactor.literal_bytes(note.body)
    if note.kind == "close":
        return fields + b',"x":"text","m":' + json.dumps(body.decode("utf-8", "replace")).encode()
    if note.kind == "out":
        body = redactor.message(body.decode("utf-8", "replace")).encode("utf-8", "replace")
    return fields + _message_fields(body)


def _message_fields(data: bytes) -> bytes:
    """``"m"``: the bytes themselves where they are one JSON value, else text or base64 by ``"x"``.

    msgspec accepts no control character in a JSON text, so a line break in one
    that passed stands between tokens and may become a space. It does not look at
    UTF-8, which is asked for beside.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return b',"x":"binary","m":"' + base64.b64encode(data) + b'"'
    try:
        _check_json(data)
    except _NOT_JSON:
        return b',"x":"text","m":' + json.dumps(text).encode()
    return b',"m":' + data.replace(b"\n", b" ").replace(b"\r", b" ")
