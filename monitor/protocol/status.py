"""How a connection and a stream stand: the mutable source of every verdict."""

from collections import deque

import msgspec

from monitor.model.time import SECOND
from monitor.model.verdict import Counters, Proof, State, Verdict

LOG_LENGTH = 200
LOST = (State.SYNCING, State.GAP)
"""A stream's own states in which its book, if there is one, is that of before."""


class Link:
    """One connection: open or not, when it was last heard, and when it is tried again.

    All times are monotonic ns. ``stale_after`` is the silence after which nothing
    on this connection may be called live; the venue's heartbeat, or one quiet 1 s
    stream, keeps a quiet market from being silent.
    """

    def __init__(self, stale_after: int = 3 * SECOND) -> None:
        self.phase = State.CONNECTING
        self.stale_after = stale_after
        self.last_message = 0
        self.since = 0
        self.reason = ""
        self.next_try = 0
        self.reconnects = 0
        self.generation = 0
        self._begun = self._opened = self._heard = 0

    @property
    def heard(self) -> int:
        """When a message last came, on whatever connection; before any, the first try.

        To be connected anew is not to hear something, though ``last_message`` starts again.
        """
        if self.last_message > self._opened:
            return self.last_message
        return self._heard or self._begun

    def connecting(self, now: int) -> None:
        self.phase, self.since = State.CONNECTING, now
        self._begun = self._begun or now

    def opened(self, now: int) -> None:
        self._begun = self._begun or now
        self._heard, self._opened = self.heard, now
        self.phase, self.since, self.last_message = State.LIVE, now, now
        self.reason, self.next_try = "", 0
        self.generation += 1

    def down(self, now: int, reason: str, next_try: int = 0) -> None:
        """The connection ended or never came about; ``next_try`` is monotonic ns, 0 for never."""
        if self.phase is State.LIVE:
            self.reconnects += 1
        self.phase, self.since = State.DOWN, now
        self.reason, self.next_try = reason, next_try

    def silent(self, now: int) -> bool:
        """True where the connection has said nothing for too long."""
        return now - self.last_message > self.stale_after


class Transition(msgspec.Struct, frozen=True):
    """One change of state, for the log the user can open. ``at`` is wall clock ns UTC."""

    at: int
    state: State
    reason: str


class StreamStatus:
    """One stream's own state on top of its connection's.

    ``stale_after`` (ns) is the stream's own limit of silence where its venue has
    no heartbeat to tell a quiet market from a dead feed; 0 for none.
    """

    def __init__(
        self, link: Link, proof: Proof = Proof.NONE, detail: str = "", stale_after: int = 0
    ) -> None:
        self.link = link
        self.proof = proof
        self.detail = detail
        self.stale_after = stale_after
        self.state = State.SYNCING
        self.reason = ""
        self.since = 0
        self.last_message = 0
        self._believed = 0
        self.log: deque[Transition] = deque(maxlen=LOG_LENGTH)
        self.messages = self.gaps = self.resyncs = self.duplicates = self.crossed = 0
        self.checksums_ok = self.checksums_failed = self.rejected = 0

    def become(self, state: State, now: int, wall: int, reason: str = "") -> None:
        """Enter ``state``; entering the present one again only renews its reason."""
        if state in LOST and self.state not in LOST:
            self._believed = self._last_heard()
        if state is not self.state:
            self.since = now
            self.log.append(Transition(wall, state, reason))
        self.state, self.reason = state, reason

    def verdict(self, now: int) -> Verdict:
        """What may be said of the stream at ``now`` (monotonic ns)."""
        link = self.link
        state, since, reason = self.state, self.since, self.reason
        fresh, heard = link.last_message, 0
        if link.phase is not State.LIVE:
            state, since, reason = link.phase, link.since, link.reason
            heard = self._newest() or link.heard
        elif state in LOST:
            heard = self._newest()
        elif state in (State.LIVE, State.UNPROVEN):
            if self.stale_after:
                fresh = self.last_message
            limit = self.stale_after or link.stale_after
            if now - fresh > limit:
                state, since, reason = State.STALE, fresh + limit, "nothing heard from the venue"
        return Verdict(
            state=state,
            proof=self.proof,
            since=since,
            fresh=fresh,
            detail=self.detail,
            reason=reason,
            next_try=link.next_try,
            counters=self.counters(),
            heard=heard,
            old=self.state not in LOST or self._believed > 0,
        )

    def _last_heard(self) -> int:
        """When this stream, or where it may be quiet its connection, last said something."""
        return (self.stale_after and self.last_message) or self.link.heard

    def _newest(self) -> int:
        """When the newest data came that is believed; 0 for never."""
        return self._believed if self.state in LOST else self._last_heard()

    def counters(self) -> Counters:
        """The tallies so far."""
        return Counters(
            messages=self.messages,
            gaps=self.gaps,
            resyncs=self.resyncs,
            duplicates=self.duplicates,
            crossed=self.crossed,
            checksums_ok=self.checksums_ok,
            checksums_failed=self.checksums_failed,
            rejected=self.rejected,
            reconnects=self.link.reconnects,
        )
