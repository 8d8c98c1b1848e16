"""How far a stream can be believed, and how the words for it come about."""

from enum import StrEnum
from typing import Protocol

import msgspec

from monitor.model.time import SECOND


class State(StrEnum):
    """The states a stream can be in; only LIVE may be shown as true now."""

    CONNECTING = "CONNECTING"
    SYNCING = "SYNCING"
    LIVE = "LIVE"
    UNPROVEN = "UNPROVEN"
    STALE = "STALE"
    GAP = "GAP"
    HALTED = "HALTED"
    CLOSED = "CLOSED"
    DOWN = "DOWN"


class Proof(StrEnum):
    """By what means a venue lets us prove a book whole."""

    CHECKSUM = "checksum"
    SEQUENCE = "sequence"
    SNAPSHOT = "snapshot"
    NONE = "none"


class Counters(msgspec.Struct, frozen=True):
    """What befell a stream since it was first subscribed."""

    messages: int = 0
    gaps: int = 0
    resyncs: int = 0
    duplicates: int = 0
    crossed: int = 0
    checksums_ok: int = 0
    checksums_failed: int = 0
    rejected: int = 0
    reconnects: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """A stream's state, its proof and since when.

    ``since``, ``fresh`` and ``next_try`` are monotonic ns, so a step of the wall
    clock changes no age. ``fresh`` is when the stream was last known good: the
    last message or heartbeat. ``detail`` says how far the proof reaches
    (``top 10``, ``every 0.5 s``); ``reason`` is one plain sentence where the
    state is not LIVE; ``next_try`` is when a DOWN feed is tried again, 0 for never.
    ``heard`` is when the newest data came that is believed, 0 where that is no matter
    of the state: however often a venue is tried again, what is shown only gets older.
    ``old`` says of a stream on its way to a book that one of before is still shown.
    """

    state: State
    proof: Proof = Proof.NONE
    since: int = 0
    fresh: int = 0
    detail: str = ""
    reason: str = ""
    next_try: int = 0
    counters: Counters = Counters()
    heard: int = 0
    old: bool = False

    def wait_s(self, now: int) -> float:
        """Seconds until a DOWN feed is tried again, never negative."""
        return max(0, self.next_try - now) / SECOND

    def age_s(self, now: int) -> float:
        """Seconds since the stream was last known good, never negative."""
        return max(0, now - self.fresh) / SECOND

    def words(self, now: int) -> str:
        """What the screen shows at ``now`` (monotonic ns): ``STALE 4.2 s``, ``LIVE sequence``.

        Anything but LIVE tells how old the data is, or how long it has been so.
        """
        if self.state is State.LIVE:
            return f"LIVE {self.proof}" + (f" ({self.detail})" if self.detail else "")
        if self.state is State.STALE:
            return f"STALE {self.age_s(now):.1f} s"
        if self.state is State.DOWN:
            next_try = f", next try in {self.wait_s(now):.0f} s" if self.next_try else ""
            return f"DOWN ({self.reason}{next_try})"
        if self.state is State.UNPROVEN:
            return self.state.value
        since = self.heard or self.since
        lasted = (now - since) / SECOND if since else 0.0
        if self.old and lasted >= 1 and self.state in (State.CONNECTING, State.SYNCING):
            return f"{self.state}, data {lasted:.0f} s old"
        age = f"{self.state} {lasted:.0f} s" if lasted >= 1 else self.state.value
        halted = self.state in {State.HALTED, State.CLOSED} and self.reason
        return f"{age} ({self.reason})" if halted else age


class Judged(Protocol):
    """Whatever can say how far a stream is to be believed at a moment (monotonic ns)."""

    def verdict(self, now: int) -> Verdict: ...
