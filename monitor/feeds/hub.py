"""All feeds at once: who watches what, and the sessions that it takes."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from monitor.feeds.clock import Clock
from monitor.feeds.coalescing import LoopPulse, Pulse
from monitor.feeds.network import Network
from monitor.feeds.recorder_sink import RecorderSink, Unrecorded
from monitor.feeds.session import Session, Sink
from monitor.model.instrument import split_instrument_id
from monitor.model.streams import Stream
from monitor.protocol.status import StreamStatus
from monitor.protocol.venue import BookStream, VenueProtocol

LINGER_S = 10.0
"""A session nobody needs is kept this long: the next symbol is often of the same venue,
and the answer to a question may be under way."""


class Hub:
    """Opens and closes sessions as streams come to be wanted and cease to be.

    A stream may be watched by several users (panels, alerts, a recording); it is
    asked of its venue once and given up when the last of them leaves.
    ``protocol_of`` makes a new protocol for a venue's id, or raises FeedError
    where there is no such venue. Start and use it on a running event loop.
    """

    def __init__(
        self,
        protocol_of: Callable[[str], VenueProtocol],
        sink: Sink,
        network: Network | None = None,
        clock: Clock | None = None,
        pulse: Pulse = LoopPulse,
    ) -> None:
        self._protocol_of = protocol_of
        self._sink = sink
        self._network = network or Network()
        self._clock = clock or Clock()
        self._pulse = pulse
        self._users: Counter[Stream] = Counter()
        self._homes: dict[Stream, Session] = {}
        self._sessions: dict[str, list[Session]] = {}
        self._venues: dict[Session, str] = {}
        self._recorders: dict[str, RecorderSink] = {}
        self._farewells: dict[Session, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._numbers: Iterator[int] = itertools.count(1)

    def watch(self, streams: Iterable[Stream]) -> None:
        """Want these streams, once more for each time they are named.

        Raises FeedError for a venue that is not there, ValueError for an instrument
        that is no VENUE:SYMBOL; then none of them is watched.
        """
        wanted = list(streams)
        for stream in wanted:
            self._open(split_instrument_id(stream.instrument)[0])
        self._users.update(wanted)
        touched: dict[Session, list[Stream]] = {}
        for stream in dict.fromkeys(wanted):
            if stream not in self._homes:
                home = self._home_for(stream)
                self._homes[stream] = home
                touched.setdefault(home, []).append(stream)
        for session, new in touched.items():
            self._stay(session)
            session.protocol.subscribe(new)
            session.flush()

    def unwatch(self, streams: Iterable[Stream]) -> None:
        """Want these streams once less; one that was not watched is passed over."""
        left: dict[Session, list[Stream]] = {}
        for stream in streams:
            if self._users[stream] > 1:
                self._users[stream] -= 1
            elif self._users.pop(stream, 0):
                left.setdefault(self._homes.pop(stream), []).append(stream)
        for session, gone in left.items():
            session.protocol.unsubscribe(gone)
            session.flush()
            self._part_if_idle(session)

    # Questions; the answers are events.

    def ask_instruments(self, venue: str) -> None:
        """Ask for a venue's list; an InstrumentList answers."""
        self._ask(venue, lambda protocol: protocol.ask_instruments())

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        """Ask for the past of an instrument before ``end`` (ns); a CandleHistory answers."""
        venue, _ = split_instrument_id(instrument)
        self._ask(venue, lambda protocol: protocol.ask_candles(instrument, interval, end, limit))

    def ask_stats(self, instruments: Iterable[str]) -> None:
        """Ask once for 24 h figures; DayStats answer."""
        by_venue: dict[str, list[str]] = {}
        for instrument in instruments:
            by_venue.setdefault(split_instrument_id(instrument)[0], []).append(instrument)
        for venue, asked in by_venue.items():
            self._ask(venue, _stats_question(asked))

    # How things stand.

    def status(self, stream: Stream) -> StreamStatus | None:
        """The source of a watched stream's verdict; None where it is not watched."""
        home = self._homes.get(stream)
        return home.protocol.status(stream) if home is not None else None

    def book(self, instrument: str) -> BookStream | None:
        """The one order book of a watched instrument, kept by its protocol."""
        home = self._homes.get(Stream(instrument, "book"))
        _, symbol = split_instrument_id(instrument)
        return home.protocol.books.get(symbol) if home is not None else None

    def sessions(self, venue: str | None = None) -> list[Session]:
        """The sessions of one venue, or all."""
        if venue is not None:
            return list(self._sessions.get(venue, ()))
        return [session for sessions in self._sessions.values() for session in sessions]

    @property
    def watched(self) -> set[Stream]:
        """Every stream somebody wants."""
        return set(self._homes)

    # What the user may do to it.

    def record(self, venue: str, recorder: RecorderSink | None) -> None:
        """Tell ``recorder`` all that passes from now on; None ends it."""
        self._recorders[venue] = recorder or Unrecorded()
        for session in self.sessions(venue):
            session.recorder = self._recorders[venue]

    def retry_now(self, venue: str | None = None) -> None:
        """Cut every waiting for a next try short."""
        for session in self.sessions(venue):
            session.retry_now()

    async def close(self) -> None:
        """End every session, within a second."""
        for handle in self._farewells.values():
            handle.cancel()
        sessions = self.sessions()
        self._sessions.clear()
        self._venues.clear()
        self._homes.clear()
        self._users.clear()
        self._farewells.clear()
        await asyncio.gather(*(session.close() for session in sessions), *self._closing)

    def _ask(self, venue: str, question: Callable[[VenueProtocol], None]) -> None:
        session = self._open(venue)
        self._stay(session)
        question(session.protocol)
        session.flush()
        self._part_if_idle(session)

    def _open(self, venue: str) -> Session:
        """The venue's first session, begun if there is none."""
        sessions = self._sessions.get(venue)
        return sessions[0] if sessions else self._begin(venue)

    def _begin(self, venue: str) -> Session:
        protocol = self._protocol_of(venue)
        recorder = self._recorders.get(venue)
        session = Session(
            protocol, self._sink, recorder, self._network, self._clock, self._numbers, self._pulse
        )
        self._sessions.setdefault(venue, []).append(session)
        self._venues[session] = venue
        session.start()
        self._part_if_idle(session)
        return session

    def _home_for(self, stream: Stream) -> Session:
        """Where a stream lives: with its instrument's others if there is room, else any room."""
        venue, _ = split_instrument_id(stream.instrument)
        crowd = Counter(id(home) for home in self._homes.values())
        kin = [home for other, home in self._homes.items() if other.instrument == stream.instrument]
        for session in [*kin, *self._sessions[venue]]:
            limit = session.protocol.facts.streams_per_connection
            if not limit or crowd[id(session)] < limit:
                return session
        return self._begin(venue)

    def _part_if_idle(self, session: Session) -> None:
        """Close a session in a while, unless it is needed again by then."""
        if session in self._homes.values():
            return
        self._stay(session)
        loop = asyncio.get_running_loop()
        self._farewells[session] = loop.call_later(LINGER_S, self._part, session)

    def _stay(self, session: Session) -> None:
        handle = self._farewells.pop(session, None)
        if handle is not None:
            handle.cancel()

    def _part(self, session: Session) -> None:
        self._farewells.pop(session, None)
        venue = self._venues.pop(session)
        self._sessions[venue].remove(session)
        if not self._sessions[venue]:
            del self._sessions[venue]
        self._spawn(session.close())

    def _spawn(self, closing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _stats_question(instruments: list[str]) -> Callable[[VenueProtocol], None]:
    return lambda protocol: protocol.ask_stats(instruments)
