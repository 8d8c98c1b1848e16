"""Reading a busy socket once every few milliseconds instead of once a message.

On a screen's event loop the wake-up is what a message costs, many times its
parsing. A socket that is read more than some 200 times a second is therefore
left alone for a window after each read; what came meanwhile is read at once. A
slow feed keeps its immediate delivery.
"""

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection

WINDOW_S = 0.008
"""Half a screen frame at 60 Hz: adds 4 ms at the median and saves most of the cost."""

HOT_GAP_S = 0.005
COLD_GAP_S = 2.5 * WINDOW_S
IN_A_ROW = 3
FULL_READ = 256 * 1024
"""asyncio reads at most this much at a time: more is waiting, so no pause."""


class ReadPace:
    """Tells a hot socket from a slow one by the times of its reads. Pure; seconds."""

    def __init__(self) -> None:
        self.hot = False
        self._last = float("-inf")
        self._in_a_row = 0

    def pause_after(self, now: float, size: int) -> bool:
        """A read of ``size`` bytes happened: True where the next one should wait a window."""
        gap, self._last = now - self._last, now
        counts = gap > COLD_GAP_S if self.hot else gap < HOT_GAP_S
        self._in_a_row = self._in_a_row + 1 if counts else 0
        if self._in_a_row >= IN_A_ROW:
            self.hot, self._in_a_row = not self.hot, 0
        return self.hot and size < FULL_READ


class CoalescedConnection(ClientConnection):
    """A client connection that pauses its transport between reads while it is hot.

    Only public means: ``websockets.connect(create_connection=…)``, and asyncio's
    ``pause_reading`` and ``resume_reading``. It needs ``max_queue=None``, for the
    library's own flow control would undo ours.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._pace = ReadPace()
        self._reading = _socket_transport(transport)
        self._resume: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        pause = self._pace.pause_after(self.loop.time(), len(data))
        if pause and self._reading is not None and not self._reading.is_closing():
            self._reading.pause_reading()
            self._resume = self.loop.call_later(WINDOW_S, self._reading.resume_reading)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._resume is not None:
            self._resume.cancel()
        super().connection_lost(exc)


def _socket_transport(transport: asyncio.BaseTransport) -> asyncio.ReadTransport | None:
    """The transport that reads the socket; None where it can't be reached: then never pause.

    asyncio's TLS transport, when paused, goes on reading the socket until 256 KiB
    wait, so that nothing is saved; the transport below it is not public.
    """
    below: Any = transport
    if transport.get_extra_info("ssl_object") is not None:
        below = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)
    return below if isinstance(below, asyncio.ReadTransport) else None
