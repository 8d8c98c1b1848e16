"""Cuts whole messages out of a WebSocket's bytes; everything unusual is left to the library.

The library's parser takes 4 µs a message, this one less than 1. It knows only
the one kind of frame that a venue's data comes in: whole (FIN), text or binary,
unmasked, without extensions (RFC 6455, 5.2). Pings, closes, fragments, broken
and over-long frames go, byte for byte and in their place, to the library, which
stays the judge of all that is allowed.
"""

from collections.abc import Callable

PATIENCE = 64 * 1024
"""A frame longer than this that is not whole yet goes to the library, which assembles it."""

RUN = 16 * 1024
"""At most so many bytes of fragments at a time: a million tiny ones must not pile up."""

_WHOLE = (0x81, 0x82)
_CONTINUED = (0x01, 0x02)
_LAST = 0x80


class FrameSplitter:
    """Feed it what the socket gives; it calls ``hear`` and ``defer`` in the order of the bytes.

    ``defer`` takes bytes for the library's parser and says whether the connection
    is still open; once it is not, all further bytes go there. ``limit`` is the
    size of the largest message cut here.
    """

    def __init__(
        self, hear: Callable[[bytes], None], defer: Callable[[bytes], bool], limit: int
    ) -> None:
        self._hear = hear
        self._defer = defer
        self._limit = limit
        self._begun = b""
        self._owed = 0
        self._in_fragments = False
        self._open = True

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the connection."""
        if self._owed:
            data = self._pay(data)
        if self._begun:
            data, self._begun = self._begun + data, b""
        at, end = 0, len(data)
        while at < end:
            if not self._open:
                self._defer(data[at:])
                return
            at = self._cut(data, at)
            if at < end:
                at = self._unusual(data, at)

    def _cut(self, data: bytes, at: int) -> int:
        """Hear the messages from ``at`` on, and tell where the first other thing begins."""
        end, hear, limit = len(data), self._hear, self._limit
        if self._in_fragments:
            return at
        while end - at >= 4 and data[at] in _WHOLE:
            start, size = at + 2, data[at + 1]
            if size == 126:
                start = at + 4
                size = (data[at + 2] << 8) | data[at + 3]
                if size < 126:
                    break  # not the shortest way to say it
            elif size > 126:
                break  # 8 bytes of length, or masked
            stop = start + size
            if stop > end or size > limit:
                break
            hear(data[start:stop])
            at = stop
        return at

    def _unusual(self, data: bytes, at: int) -> int:
        """Deal with what begins at ``at`` and is no whole plain message; where to go on."""
        end = len(data)
        stop = self._unusual_end(data, at)
        if stop is None or (stop > end and self._may_wait(data, at, stop)):
            self._begun = data[at:]
            return end
        if stop > end:
            self._note(data[at])
            self._owed = stop - end
        self._open = self._defer(data[at:stop]) and self._open
        return min(stop, end)

    def _may_wait(self, data: bytes, at: int, stop: int) -> bool:
        """True for a plain frame whose rest will come soon; the library judges others at once."""
        plain = data[at] in _WHOLE and data[at + 1] <= 126 and not self._in_fragments
        return plain and stop - at <= min(PATIENCE, self._limit)

    def _unusual_end(self, data: bytes, at: int) -> int | None:
        """The end of the frame at ``at`` and, for a run of whole fragments, of the last of them."""
        stop = _frame_end(data, at)
        if stop is None or stop > len(data):
            return stop
        self._note(data[at])
        while self._in_fragments and stop - at < RUN:
            further = _frame_end(data, stop)
            if further is None or further > len(data):
                break
            self._note(data[stop])
            stop = further
        return stop

    def _pay(self, data: bytes) -> bytes:
        """Give the library the rest of a frame it has begun; what is left after it."""
        rest, data = data[: self._owed], data[self._owed :]
        self._owed -= len(rest)
        self._open = self._defer(rest) and self._open
        return data

    def _note(self, first: int) -> None:
        """Keep count of whether a message in fragments is under way."""
        if first in _CONTINUED:
            self._in_fragments = True
        elif first == _LAST:
            self._in_fragments = False


def _frame_end(data: bytes, at: int) -> int | None:
    """Where the frame at ``at`` ends, perhaps beyond the data; None if that can't be told yet."""
    if len(data) - at < 2:
        return None
    mask = 4 if data[at + 1] & 0x80 else 0
    size = data[at + 1] & 0x7F
    wide = {126: 2, 127: 8}.get(size, 0)
    if len(data) - at < 2 + wide:
        return None
    if wide:
        size = int.from_bytes(data[at + 2 : at + 2 + wide], "big")
    return at + 2 + wide + mask + size
