"""Reading a busy socket once every few milliseconds instead of once a message.

On a screen's event loop the wake-up is what a message costs, many times its
parsing. A socket that was read more than some 200 times a second is therefore
no longer waited for: its transport is paused, and a timer reads what has come
since it last looked. A slow feed keeps its immediate delivery. Everything used
is public: asyncio's ``pause_reading`` and the socket a transport lends out, and
``websockets.connect(create_connection=…)``; handshake, TLS, parser, pings and
closing stay with the libraries.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import TooManyFragments
from websockets.protocol import State

from monitor.feeds.frame_splitter import FrameSplitter

WINDOW_S = 0.008
"""Half a screen frame at 60 Hz: adds 4 ms at the median and saves most of the cost."""

HOT_GAP_S = 0.005
HOT_AFTER = 4
COLD_AFTER = 3
LARGEST_READ = 256 * 1024
"""As asyncio's own; a read this long means that more is waiting."""

MAX_FRAGMENTS = 4096
"""The library's limit, for the words only."""

HEADERS_END = b"\r\n\r\n"

PIECE = 16 * 1024
"""What the library parses at a time: a bomb of fragments or of inflated messages
must not pile up before the messages are handed on."""

LOOKS = 4
"""Reads at one look: 1 MiB is some 10 ms of work, and a frame must be drawn too."""


class ReadPace:
    """Tells a hot socket from a slow one by the times of its reads. Pure; seconds."""

    def __init__(self) -> None:
        self.hot = False
        self._last = float("-inf")
        self._in_a_row = 0

    def woken(self, now: float) -> bool:
        """The loop woke us for a read: True where from now on we look ourselves."""
        close = now - self._last < HOT_GAP_S
        self._last = now
        self._count(close, enough=HOT_AFTER)
        return self.hot

    def looked(self, *, found: bool) -> bool:
        """We looked: True where we go on looking, False where the loop shall wake us again."""
        self._count(not found, enough=COLD_AFTER)
        return self.hot

    def _count(self, counts: bool, *, enough: int) -> None:  # noqa: FBT001 - a tally's step
        self._in_a_row = self._in_a_row + 1 if counts else 0
        if self._in_a_row >= enough:
            self.hot, self._in_a_row = not self.hot, 0


class Timer(Protocol):
    """What a pulse can be stopped by."""

    def cancel(self) -> object: ...


Pulse = Callable[[float, Callable[[], None]], Timer]
"""Calls a function every so many seconds until it is cancelled. A screen's event loop has
cheaper ones than asyncio's timers, which under qasync cost three times as much a call."""


class LoopPulse:
    """A pulse of asyncio's own timers."""

    def __init__(self, interval_s: float, call: Callable[[], None]) -> None:
        self._interval_s, self._call = interval_s, call
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(interval_s, self._beat)

    def cancel(self) -> None:
        self._timer.cancel()

    def _beat(self) -> None:
        self._timer = self._loop.call_later(self._interval_s, self._beat)
        self._call()


class CoalescedConnection(ClientConnection):
    """A client connection that hands on what each read brought, and reads a hot socket rarely.

    After ``listen`` nobody else may call ``recv`` until the connection is closed.
    It needs ``max_queue=None``: the library's own flow control would undo ours.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.fault: Exception | None = None
        self._tail = self._early = b""
        self._read: list[bytes] = []
        self._hear: Callable[[list[bytes]], None] | None = None
        self._pace: ReadPace | None = None
        self._pulse: Pulse = LoopPulse
        self._timer: Timer | None = None
        self._splitter: FrameSplitter | None = None
        self._below = _socket_transport(transport)

    def listen(
        self,
        hear: Callable[[list[bytes]], None],
        *,
        pulse: Pulse | None = LoopPulse,
        split_up_to: int = 0,
    ) -> None:
        """Hand the messages of each read to ``hear`` from now on, those that wait already first.

        ``pulse`` times the looks at a hot socket; without one all is delivered at
        once. ``split_up_to`` lets plain messages of up to so many bytes be cut out
        by our own splitter, where no extension was agreed on. What ``hear`` raises
        ends the connection and is kept in ``fault``.
        """
        self._hear = hear
        self._hand_on()
        if pulse is not None and self._below is not None:
            self._pulse, self._pace = pulse, ReadPace()
        plain = (
            self.response is not None and "Sec-WebSocket-Extensions" not in self.response.headers
        )
        if split_up_to and plain:
            self._splitter = FrameSplitter(self._read.append, self._defer, split_up_to)
        early, self._early = self._early, b""
        if early and self.state is State.OPEN:
            self.data_received(early)
        if self._below is not None and not self._below.is_closing():
            self._below.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self.response is None:
            self._shake_hands(data)
            return
        if self._hear is None:  # only where the transport can't be paused meanwhile
            self._early += data
            return
        if self._splitter is not None:
            self._splitter.feed(data)
            self._deliver()
        else:
            for at in range(0, len(data), PIECE):
                self._defer(data[at : at + PIECE])
        pace = self._pace
        if pace is not None and not pace.hot and pace.woken(self.loop.time()):
            self._look_from_now_on()

    def _shake_hands(self, data: bytes) -> None:
        """Give the library the handshake, and keep what came along until somebody listens."""
        end = (self._tail + data).find(HEADERS_END)
        cut = len(data) if end < 0 else end + len(HEADERS_END) - len(self._tail)
        self._tail = (self._tail + data)[1 - len(HEADERS_END) :]
        super().data_received(data[:cut])
        if self.response is None:
            if cut < len(data):  # the body of a refusal
                super().data_received(data[cut:])
            return
        self._early = data[cut:]
        if self._below is not None:
            self._below.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_looking()
        super().connection_lost(exc)

    def _deliver(self) -> None:
        """Hand on what was read, in one go: what is done once a read costs a message little."""
        if self._read and self.fault is None:
            messages = self._read[:]
            self._read.clear()
            assert self._hear is not None
            try:
                self._hear(messages)
            except Exception as error:  # noqa: BLE001 - whoever waits for the end is told
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.fault = error
        self.transport.abort()

    def _defer(self, data: bytes) -> bool:
        """Let the library parse these bytes; True while the connection is open after them."""
        self._deliver()
        if self.fault is None:
            super().data_received(data)
            if self._hear is not None:
                self._hand_on()
        return self.fault is None and self.state is State.OPEN

    def _hand_on(self) -> None:
        """Hand on the messages that the library has whole."""
        error = self._take_whole()
        self._deliver()
        if error is not None and self.fault is None:
            self._fail(error)

    def _take_whole(self) -> Exception | None:
        """Take them from the library, and what it raised meanwhile.

        ``recv`` is run by hand: where a message is at hand it ends without having
        waited, which spares a wake-up of the loop for each read.
        """
        try:
            while True:
                was_open = self.state is State.OPEN
                receiving = self.recv(decode=False)
                try:
                    receiving.send(None)
                except StopIteration as received:
                    self._read.append(received.value)
                    continue
                _give_up(receiving)
                if was_open and self.state is not State.OPEN:
                    # All that makes ``recv`` itself close a connection read as bytes.
                    return TooManyFragments(MAX_FRAGMENTS)
                return None
        except Exception as error:  # noqa: BLE001 - whoever waits for the end is told
            return error

    def _look_from_now_on(self) -> None:
        below = self._below
        if below is not None and not below.is_closing():
            below.pause_reading()
            self._timer = self._pulse(WINDOW_S, self._look)

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Read what has come; on silence, end or error let the transport wait for it again."""
        below, pace = self._below, self._pace
        if self._timer is None or below is None or pace is None or below.is_closing():
            return
        size = LARGEST_READ
        for _ in range(LOOKS):
            size = _read(below)
            if size < LARGEST_READ:
                break
        if size < 0 or not pace.looked(found=size > 0):
            self._stop_looking()
            self._pace = ReadPace()
            below.resume_reading()


def _give_up(receiving: Any) -> None:
    """Cancel a ``recv`` that began to wait; the library keeps what it has of a message."""
    try:
        receiving.throw(asyncio.CancelledError())
    except asyncio.CancelledError:
        return


def _read(below: asyncio.Transport) -> int:
    """Read a paused transport's socket for its protocol: bytes read, 0 for none, -1 for its end.

    The end, or an error, is left for the transport itself to meet.
    """
    protocol, place = below.get_protocol(), below.get_extra_info("socket").fileno()
    try:
        if isinstance(protocol, asyncio.BufferedProtocol):
            size = os.readv(place, [protocol.get_buffer(LARGEST_READ)])
            if size:
                protocol.buffer_updated(size)
            return size or -1
        data = os.read(place, LARGEST_READ)
    except BlockingIOError:
        return 0
    except OSError:
        return -1
    if data and isinstance(protocol, asyncio.Protocol):
        protocol.data_received(data)
    return len(data) or -1


def _socket_transport(transport: asyncio.BaseTransport) -> asyncio.Transport | None:
    """The transport that reads the socket; None where it may not be read beside it.

    Under TLS that is the one below, which is not public: without it a feed is
    only delivered at once. Windows' proactor goes on reading while it is paused.
    """
    if sys.platform == "win32":
        return None
    below: Any = transport
    if transport.get_extra_info("ssl_object") is not None:
        below = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)
    return below if isinstance(below, asyncio.Transport) else None
