"""One pass over a recording: its lines, in order, to a protocol that knows no other time."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from monitor.feeds.recorder_sink import CLOSED_BY_USER
from monitor.feeds.recording import Entry, Reader
from monitor.model.events import Event
from monitor.model.time import SECOND
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol

Sink = Callable[[Sequence[Event]], None]

LOOK_AHEAD = 256
"""Lines looked at, at most, to see whether the connection of an answer is opened after it."""
TICK = SECOND // 4
TICKS_IN_A_SILENCE = 40
"""Longer silences are a machine that slept: ten seconds of ticks, then one at their end."""


class Playback:
    """Drives a new protocol of the recording's venue line by line; events go to ``sink``.

    ``next`` is the line to come, None at the end. ``position`` is the recorded
    time reached. What the protocol wants sent or fetched is counted in
    ``discarded`` and goes nowhere. Raises RecordingError where the file is no
    recording, and whatever ``protocol_of`` raises for a venue it doesn't know.
    """

    def __init__(self, path: Path, protocol_of: Callable[[str], VenueProtocol], sink: Sink) -> None:
        self._path = path
        self.reader = Reader(path)
        try:
            self.protocol = protocol_of(self.reader.header.venue)
            self._entries: Iterator[Entry] = iter(self.reader)
            self._ahead: deque[Entry] = deque()
            self.next = self._read()
        except BaseException:
            self.reader.close()
            raise
        self.first_ts = self.position = self.next.t if self.next else 0
        self.messages = self.discarded = 0
        self._sink = sink
        self._next_tick = self.first_ts + TICK
        self._open: set[int] = set()
        self._line = 0
        self._last_lines: dict[int, int] | None = None
        self._url = ""
        self._begun = False
        self._early: list[Entry] = []

    def play(self, entry: Entry) -> None:
        """Play ``next``, and the ticks before it."""
        ts = self.position = max(self.position, entry.t)
        if ts >= self._next_tick:
            self._tick_until(ts)
        if entry.k == "in":
            self._need_open(entry.c, ts)
            self.messages += 1
            self._pass_on(self.protocol.received(entry.m, ts, ts))
        else:
            self._play_other(entry, ts)
        self._begun = True
        self._line += 1
        self.next = self._read()

    def _read(self) -> Entry | None:
        return self._ahead.popleft() if self._ahead else next(self._entries, None)

    def _play_other(self, entry: Entry, ts: int) -> None:
        """A line that is no message of the venue's."""
        match entry.k:
            case "open":
                self._url = entry.url
                if any(self._last_line(other) > self._line for other in self._open - {entry.c}):
                    self._open.add(entry.c)
                    self._answer_early(ts)
                else:
                    self._opened(entry.c, ts)
            case "close" | "stop":
                self._open.discard(entry.c)
                reason = entry.m.decode("utf-8", "replace")
                # Whoever recorded had enough: that ends the recording, and says nothing of the feed.
                if reason != CLOSED_BY_USER:
                    self.protocol.closed(ts, reason)
            case "out":
                self._need_open(entry.c, ts)
                self.protocol.sent(entry.m, ts, ts)
            case _:
                if entry.c not in self._open and self._is_opened_later(entry):
                    self._early.append(entry)
                    return
                # Only a file's very first answer opens: elsewhere it may come while no socket is.
                if not self._begun:
                    self._opened(entry.c, ts)
                self._answered(entry, ts)

    def _answered(self, entry: Entry, ts: int) -> None:
        request = HttpRequest(entry.url)
        response = HttpResponse(entry.url, entry.status, entry.m)
        self._pass_on(self.protocol.answered(request, response, ts, ts))

    def _is_opened_later(self, answer: Entry) -> bool:
        """True where an answer came a little before the beginning of the connection it is for.

        A new connection begins every book anew: a snapshot from before it would be lost.
        """
        for n in range(LOOK_AHEAD):
            if n == len(self._ahead):
                entry = next(self._entries, None)
                if entry is None:
                    return False
                self._ahead.append(entry)
            entry = self._ahead[n]
            if entry.k in ("open", "in", "out") and (entry.c == answer.c or not self._open):
                return self._begun or entry.k == "open"
        return False

    def _need_open(self, connection: int, ts: int) -> None:
        """Files may have no ``open`` lines: another connection number is another connection.

        It replaces those before it, and every book begins anew, unless one of them goes
        on: then a venue was heard on several sockets at once, which belong together.
        """
        if connection in self._open:
            return
        if any(self._last_line(other) > self._line for other in self._open):
            self._open.add(connection)
            self._answer_early(ts)
            return
        self._open.clear()
        self._opened(connection, ts)

    def _last_line(self, connection: int) -> int:
        """The number of a connection's last message; found, when first asked, by a look ahead."""
        if self._last_lines is None:
            self._last_lines = {}
            with contextlib.closing(Reader(self._path)) as ahead:
                for line, entry in enumerate(ahead):
                    if entry.k in {"in", "out"}:
                        self._last_lines[entry.c] = line
        return self._last_lines.get(connection, -1)

    def _opened(self, connection: int, ts: int) -> None:
        self._open.add(connection)
        self.protocol.opened(self._url, ts, ts)
        self._answer_early(ts)

    def _answer_early(self, ts: int) -> None:
        early, self._early = self._early, []
        for entry in early:
            self._answered(entry, ts)

    def _pass_on(self, events: Sequence[Event]) -> None:
        if events:
            self._sink(events)

    def _tick_until(self, ts: int) -> None:
        """Let the recorded time pass up to ``ts``."""
        for _ in range(TICKS_IN_A_SILENCE):
            if self._next_tick > ts:
                return
            self._tick(self._next_tick)
            self._next_tick += TICK
        self._tick(ts)
        self._next_tick = ts + TICK

    def _tick(self, ts: int) -> None:
        self._pass_on(self.protocol.tick(ts, ts))
        self.discarded += len(self.protocol.messages_to_send())
        self.discarded += len(self.protocol.requests_to_make())
