"""WebSocket frames cut out of a server's bytes and written anew: enough for a proxy that meddles."""

import struct

import msgspec

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Frame(msgspec.Struct, frozen=True):
    """One unmasked frame: its first byte (FIN and opcode) and its payload."""

    head: int
    payload: bytes

    @property
    def is_text(self) -> bool:
        """True for a whole text message."""
        return self.head == 0x80 | TEXT

    def encode(self) -> bytes:
        """The frame as a server sends it."""
        size = len(self.payload)
        if size < 126:
            return struct.pack("!BB", self.head, size) + self.payload
        if size < 1 << 16:
            return struct.pack("!BBH", self.head, 126, size) + self.payload
        return struct.pack("!BBQ", self.head, 127, size) + self.payload


class FrameReader:
    """Takes bytes as they come and hands out whole frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now."""
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            start += width
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start])
        if len(buffer) < start + size:
            return None
        frame = Frame(buffer[0], bytes(buffer[start : start + size]))
        del buffer[: start + size]
        return frame
