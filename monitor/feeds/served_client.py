"""One client of our server: what it is subscribed to, and what is still to be sent to it."""

import asyncio
import struct

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

Key = tuple[str, str, int]
"""A stream as the server keeps it: channel, symbol, and the candles' interval in seconds."""

_TEXT_FRAME = 0x81
"""RFC 6455 5.2: one final frame of text, unmasked as a server's are."""


def text_frame(message: bytes) -> bytes:
    """One message as it stands on the wire; made once, however many clients it goes to."""
    length = len(message)
    if length < 126:
        return bytes((_TEXT_FRAME, length)) + message
    if length < 65_536:
        return struct.pack("!BBH", _TEXT_FRAME, 126, length) + message
    return struct.pack("!BBQ", _TEXT_FRAME, 127, length) + message


class ServedClient:
    """A connection's streams and its unsent frames.

    Frames go to the transport in whole, many at a time: at 20,000 messages a second
    one call each would cost more than matching them. What the library sends itself
    (pongs, the closing handshake) goes between them, since it too writes whole frames;
    compression is off.
    """

    def __init__(self, connection: ServerConnection, most_unsent: int) -> None:
        self.connection = connection
        self.streams: set[Key] = set()
        self.sent = 0
        self._most_unsent = most_unsent
        self._frames: list[bytes] = []

    @property
    def name(self) -> str:
        """The client's address, for the log."""
        return ":".join(str(part) for part in (self.connection.remote_address or ("?",))[:2])

    @property
    def unsent(self) -> int:
        """Bytes handed to the system that it has not taken yet."""
        return self.connection.transport.get_write_buffer_size()

    def put(self, frame: bytes) -> None:
        """Add a frame to what the next ``flush`` sends."""
        self._frames.append(frame)

    def flush(self) -> bool:
        """Send what was put. False where the client has fallen too far behind."""
        frames, self._frames = self._frames, []
        if not frames or self.connection.state is not State.OPEN:
            return True
        self.sent += len(frames)
        self.connection.transport.write(b"".join(frames))
        return self.unsent <= self._most_unsent

    async def close(self, code: int, reason: str, patience_s: float = 1.0) -> None:
        """Say goodbye; where the client does not read it in time, hang up."""
        try:
            await asyncio.wait_for(self.connection.close(code, reason), patience_s)
        except TimeoutError:
            self.connection.transport.abort()
