"""Which streams a connection carries: what is wanted against what the venue was told.

SUBSCRIBE and UNSUBSCRIBE are made from the difference, so users who come and go
within a moment cost no message, and never more are sent than the venue takes.
"""

import json
from collections import deque
from collections.abc import Iterable

import msgspec

from monitor.model.time import SECOND

HEARTBEAT_ID = "heartbeat"
"""The id of the SUBSCRIBE for our heartbeat, so that a recording tells it from a user's."""
WINDOW = SECOND + SECOND // 10
"""The venue counts messages by its own clock: a tenth more than its second."""


class Asked(msgspec.Struct, frozen=True):
    """One control message that was sent. ``at`` is monotonic ns."""

    method: str
    names: tuple[str, ...]
    at: int


class Subscriptions:
    """What is wanted, what was said, what was acknowledged, and what was heard of it.

    ``send_limit`` is messages a second, ``longest`` the bytes of one message.
    """

    def __init__(self, heartbeat: str, send_limit: float, longest: int) -> None:
        self.heartbeat = heartbeat
        self.send_limit = max(1, int(send_limit))
        self.longest = longest
        self.wanted: dict[str, None] = {}
        self.asked: dict[int | str, Asked] = {}
        self.mute: dict[str, int] = {}
        """Streams acknowledged and not heard of since, with when they were acknowledged."""
        self._said: dict[str, None] = {}
        self._sent_at: deque[int] = deque()
        self._next_id = 1
        self._open = False

    def want(self, name: str) -> None:
        self.wanted[name] = None

    def drop(self, name: str) -> None:
        self.wanted.pop(name, None)
        self.mute.pop(name, None)

    def carries(self, name: str) -> bool:
        """True where the connection carries a stream and the venue has acknowledged it."""
        return name in self._said and all(name not in asked.names for asked in self.asked.values())

    @property
    def heartbeat_said(self) -> bool:
        """True where we asked for the heartbeat on this connection ourselves."""
        return self.heartbeat in self._said

    def opened(self) -> None:
        """A new connection carries nothing yet."""
        self.closed()
        self._open = True

    def closed(self) -> None:
        """Nothing can be sent."""
        self._open = False
        self._said.clear()
        self.asked.clear()
        self.mute.clear()
        self._sent_at.clear()

    def flush(self, now: int) -> list[str]:
        """The messages that may be sent now."""
        if not self._open:
            return []
        messages: list[str] = []
        while len(self._sent_at) and now - self._sent_at[0] > WINDOW:
            self._sent_at.popleft()
        while len(self._sent_at) < self.send_limit:
            message = self._next_message(now)
            if not message:
                break
            self._sent_at.append(now)
            messages.append(message)
        return messages

    def acknowledged(self, number: int | str, now: int) -> Asked | None:
        """The venue acknowledged a message; None where it was none of ours."""
        asked = self.asked.pop(number, None)
        if asked is not None and asked.method == "SUBSCRIBE":
            self.mute.update(dict.fromkeys(asked.names, now))
        return asked

    def refused(self, number: int | str | None) -> Asked | None:
        """The venue refused a message: by its id, or else the only one it can mean."""
        if number is None and len(self.asked) == 1:
            number = next(iter(self.asked))
        return self.asked.pop(number, None) if number is not None else None

    def late(self, now: int, limit: int) -> list[Asked]:
        """Take back what the venue has not acknowledged within ``limit`` ns: to be said again."""
        late = {key: asked for key, asked in self.asked.items() if now - asked.at > limit}
        for key, asked in late.items():
            del self.asked[key]
            for name in asked.names:
                if asked.method == "SUBSCRIBE":
                    self._said.pop(name, None)
                else:
                    self._said[name] = None
        return list(late.values())

    def silent(self, now: int, limit: int) -> list[str]:
        """Take out the streams that were acknowledged and then never heard of for ``limit``."""
        names = [name for name, since in self.mute.items() if now - since > limit]
        for name in names:
            del self.mute[name]
        return names

    def seen_sent(self, data: bytes, now: int) -> Asked | None:
        """A recording's client had sent this; None where it was no (un)subscription."""
        asked, number = read_said(data, now)
        if asked is not None and number is not None:
            self.asked[number] = asked
        return asked

    def _next_message(self, now: int) -> str:
        if self.heartbeat not in self._said and self.wanted:
            return self._say("SUBSCRIBE", [self.heartbeat], now, HEARTBEAT_ID)
        gone = [name for name in self._said if name not in self.wanted and name != self.heartbeat]
        if gone:
            return self._say("UNSUBSCRIBE", gone, now)
        new = [name for name in self.wanted if name not in self._said]
        return self._say("SUBSCRIBE", new, now) if new else ""

    def _say(self, method: str, names: Iterable[str], now: int, number: int | str = 0) -> str:
        taken: list[str] = []
        size = 0
        for name in names:
            size += len(name.encode()) + 3
            if taken and size > self.longest:
                break
            taken.append(name)
        if not number:
            number, self._next_id = self._next_id, self._next_id + 1
        for name in taken:
            if method == "SUBSCRIBE":
                self._said[name] = None
            else:
                self._said.pop(name, None)
        self.asked[number] = Asked(method, tuple(taken), now)
        return json.dumps(
            {"method": method, "params": taken, "id": number},
            ensure_ascii=False,
            separators=(",", ":"),
        )


def read_said(data: bytes, now: int) -> tuple[Asked | None, int | str | None]:
    """A control message from its text, and its id; None where it is no (un)subscription."""
    try:
        said = msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(said, dict) or said.get("method") not in ("SUBSCRIBE", "UNSUBSCRIBE"):
        return None, None
    params = said.get("params")
    names = tuple(name for name in params if isinstance(name, str)) if params else ()
    number = said.get("id")
    return Asked(said["method"], names, now), number if isinstance(number, int | str) else None
