"""How the feeds do, in figures: lag, rates, and the log of what became of each stream."""

from collections import deque
from collections.abc import Sequence

from monitor.feeds.hub import Hub
from monitor.feeds.network import without_secret
from monitor.gui.window.program import FeedFigures, Transition
from monitor.model.events import BookDelta, Event, Quote, Trade
from monitor.model.instrument import split_instrument_id
from monitor.model.streams import Stream
from monitor.model.time import SECOND
from monitor.model.verdict import Judged, State
from monitor.protocol.status import StreamStatus
from monitor.studies.lag import LagWindow

LOG_LENGTH = 500
RATE_SPAN = 2 * SECOND
NAN = float("nan")
MEASURED_A_READ = 4
"""Of what one read brought so many messages' lag is taken: enough for a percentile."""
_TIMED = (BookDelta, Quote, Trade)


class Rate:
    """A count that grows, and how fast it grew in the last two seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def note(self, now: int, count: int) -> None:
        """It stands at ``count``; one that fell (a session ended) begins anew."""
        seen = self._seen
        if seen and count < seen[-1][1]:
            seen.clear()
        seen.append((now, count))
        while len(seen) > 2 and now - seen[0][0] > RATE_SPAN:
            seen.popleft()

    @property
    def per_s(self) -> float:
        """NaN before there are two looks."""
        seen = self._seen
        if len(seen) < 2 or seen[-1][0] <= seen[0][0]:
            return NAN
        return (seen[-1][1] - seen[0][1]) * SECOND / (seen[-1][0] - seen[0][0])


class StreamLog:
    """The states one stream has been in: its protocol's own changes and its connection's."""

    def __init__(self) -> None:
        self.entries: deque[Transition] = deque(maxlen=LOG_LENGTH)
        self._taken: object = None
        self._state: State | None = None

    def look(self, judged: Judged | None, now: int, wall: int) -> None:
        """Note what has changed since the last look."""
        if judged is None:
            return
        if isinstance(judged, StreamStatus):
            self._take_own(judged)
        verdict = judged.verdict(now)
        if verdict.state is not self._state:
            self._note(Transition(wall, verdict.state.value, verdict.reason))
            self._state = verdict.state

    def _take_own(self, status: StreamStatus) -> None:
        own = list(status.log)
        places = [at for at, entry in enumerate(own) if entry is self._taken]
        for entry in own[places[-1] + 1 if places else 0 :]:
            self._note(Transition(entry.at, entry.state.value, entry.reason))
            self._state = entry.state
        if own:
            self._taken = own[-1]

    def _note(self, change: Transition) -> None:
        if not self.entries or self.entries[-1].state != change.state or change.reason:
            self.entries.append(change)


class Meters:
    """What the status bar tells of each watched instrument and of each venue."""

    def __init__(self) -> None:
        self._lags: dict[str, LagWindow] = {}
        self._logs: dict[str, StreamLog] = {}
        self._messages: dict[str, Rate] = {}
        self._bytes: dict[str, Rate] = {}
        self._reads = 0

    def begin(self, instrument: str) -> None:
        """An instrument is watched from now on."""
        self._lags.setdefault(instrument, LagWindow())
        self._logs.setdefault(instrument, StreamLog())

    def forget(self, instrument: str) -> None:
        """It is watched no more."""
        self._lags.pop(instrument, None)
        self._logs.pop(instrument, None)

    def note(self, events: Sequence[Event]) -> None:
        """Take a few of what one read brought, evenly spread: on the way of every message."""
        step = -(-len(events) // MEASURED_A_READ)
        # Beginning elsewhere each time, so that no instrument's messages are always passed over.
        self._reads += 1
        for event in events[self._reads % step :: step]:
            if isinstance(event, _TIMED) and not (isinstance(event, Trade) and event.backfill):
                lag = self._lags.get(event.instrument)
                if lag is not None and event.ts_event:
                    lag.add(event.ts_event, event.ts_recv)

    def look(self, hub: Hub, now: int) -> None:
        """Note how far each venue's counts have come."""
        totals: dict[str, tuple[int, int]] = {}
        for session in hub.sessions():
            venue = session.protocol.facts.id
            messages, size = totals.get(venue, (0, 0))
            totals[venue] = messages + session.messages, size + session.bytes
        for venue, (messages, size) in totals.items():
            self._messages.setdefault(venue, Rate()).note(now, messages)
            self._bytes.setdefault(venue, Rate()).note(now, size)

    def look_at(self, instrument: str, judged: Judged | None, now: int, wall: int) -> None:
        """Note what has become of one stream."""
        log = self._logs.get(instrument)
        if log is not None:
            log.look(judged, now, wall)

    def figures(
        self, hub: Hub, instrument: str, judged: Judged | None, now: int, dropped: int
    ) -> FeedFigures:
        """All of it."""
        venue, _ = split_instrument_id(instrument)
        sessions = hub.sessions(venue)
        status = hub.status(Stream(instrument, "book"))
        lag = self._lags.get(instrument, LagWindow())
        p50, p99 = lag.percentiles_ms(50, 99)
        log = self._logs.get(instrument)
        url = next((session.url for session in sessions if session.url), "")
        return FeedFigures(
            venue=venue,
            url=without_secret(url),
            verdict=None if judged is None else judged.verdict(now),
            lag_p50_ms=p50,
            lag_p99_ms=p99,
            clock_offset_ms=lag.offset_ms,
            messages_per_s=_per_s(self._messages, venue),
            bytes_per_s=_per_s(self._bytes, venue),
            messages=sum(session.messages for session in sessions),
            gaps=status.gaps if status else 0,
            resyncs=status.resyncs if status else 0,
            dropped=dropped,
            rejected=sum(session.protocol.rejected_messages for session in sessions),
            unknown=sum(session.protocol.unknown_messages for session in sessions),
            reconnects=status.link.reconnects if status else 0,
            checksums_ok=status.checksums_ok if status else 0,
            checksums_failed=status.checksums_failed if status else 0,
            log=() if log is None else tuple(log.entries),
        )


def _per_s(rates: dict[str, Rate], venue: str) -> float:
    rate = rates.get(venue)
    return NAN if rate is None else rate.per_s
