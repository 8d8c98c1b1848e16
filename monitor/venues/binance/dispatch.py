"""From a message's first bytes to who takes it, without decoding the message for that."""

import re
from typing import Final

from monitor.venues.binance.streams import Handler

PREFIX: Final = b'{"stream":"'
MIDDLE: Final = b'","data":'
NAME_AT: Final = len(PREFIX)
KEY_LENGTH: Final = 25
KEY_END: Final = NAME_AT + KEY_LENGTH
SHORTEST: Final = KEY_LENGTH - len(MIDDLE) - len('{"u":')
"""A shorter name would leave bytes in the key that change from message to message."""
_SPACED: Final = re.compile(rb'\s*\{\s*"stream"\s*:\s*"([^"]*)"')


class Dispatch:
    """Handlers by the stream's name in a combined message as the venue lays it out.

    Looking for the name's end costs more than a trade's decoding leaves to spare, so
    most names are found by a key of fixed length: the name with its closing quote
    and what always follows. Names too short or too long for it go the longer way.
    """

    def __init__(self) -> None:
        self._by_key: dict[bytes, Handler] = {}
        self._by_name: dict[bytes, Handler] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: str) -> bool:
        return name.encode() in self._by_name

    def find(self, data: bytes) -> Handler | None:
        """Who takes this message; None for an unknown stream or another layout."""
        return self._by_key.get(data[NAME_AT:KEY_END]) or self._by_name.get(
            data[NAME_AT : data.find(b'"', NAME_AT)]
        )

    def named(self, name: str) -> Handler | None:
        """Who takes a stream's messages."""
        return self._by_name.get(name.encode())

    def put(self, name: str, handler: Handler, message: bytes = b"") -> None:
        """Let ``handler`` take a stream, of which ``message`` is one as the venue lays it out."""
        key = name.encode()
        self.drop(name)
        self._by_name[key] = handler
        if SHORTEST <= len(key) < KEY_LENGTH and message.startswith(PREFIX + key + MIDDLE):
            self._by_key[message[NAME_AT:KEY_END]] = handler

    def drop(self, name: str) -> None:
        """Nobody takes a stream any more; its next message is looked at anew."""
        key = name.encode()
        self._by_name.pop(key, None)
        quoted = key + b'"'
        for stale in [found for found in self._by_key if found.startswith(quoted)]:
            del self._by_key[stale]

    def starting(self, prefix: str) -> list[str]:
        """The streams heard of whose names start so."""
        key = prefix.encode()
        return [name.decode() for name in self._by_name if name.startswith(key)]

    def clear(self) -> None:
        """Forget all of them."""
        self._by_key.clear()
        self._by_name.clear()


def wrap(name: str, payload: bytes) -> bytes:
    """A message in the layout that ``find`` knows."""
    return PREFIX + name.encode() + MIDDLE + payload + b"}"


def name_of(data: bytes) -> str:
    """The stream's name in a message, whole or broken, of that layout or with blanks in it."""
    if not data.startswith(PREFIX):
        named = _SPACED.match(data)
        return named[1].decode("utf-8", "replace") if named else ""
    return data[NAME_AT : data.find(b'"', NAME_AT)].decode("utf-8", "replace")
