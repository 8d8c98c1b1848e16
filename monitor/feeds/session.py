"""One venue's connection, kept alive: opened, watched, dropped when silent, and opened again."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, TooManyFragments

from monitor.feeds.clock import Clock
from monitor.feeds.coalescing import CoalescedConnection, LoopPulse, Pulse
from monitor.feeds.network import USER_AGENT, Network, without_secret
from monitor.feeds.reasons import Ending, ending_of
from monitor.feeds.reconnect import BAD_DATA_WAIT, HELD, Hosts, Reconnect
from monitor.feeds.recorder_sink import CLOSED_BY_USER, RecorderSink, Unrecorded
from monitor.feeds.rest import Rest
from monitor.feeds.send_pace import SendPace
from monitor.model.events import Event
from monitor.model.time import SECOND
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol

Sink = Callable[[Sequence[Event]], None]

TICK_S = 0.25
CLOSE_TIMEOUT_S = 0.5
REJECTED_A_SECOND = 10
LATE_TICK = 2 * SECOND
"""A tick this late means that we slept, not the venue: the next tick judges its silence."""

log = logging.getLogger(__name__)


class _Connect(connect):
    """The library's opening handshake, without following redirects."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Session:
    """Drives one VenueProtocol over one WebSocket and its HTTP requests; never gives up.

    The protocol says what to send and what the messages mean; the session hands
    the events of each read to ``sink`` and everything that passed to ``recorder``. Silence
    makes the protocol's link STALE by itself; ``facts.dead_after_s`` of it ends
    the connection. Each new connection is told to the protocol, which starts its
    books anew; nothing of an old one can follow, for its reader has ended.

    Start and use it on a running event loop.
    """

    def __init__(
        self,
        protocol: VenueProtocol,
        sink: Sink,
        recorder: RecorderSink | None = None,
        network: Network | None = None,
        clock: Clock | None = None,
        numbers: Iterator[int] | None = None,
        pulse: Pulse = LoopPulse,
    ) -> None:
        self.protocol = protocol
        self.recorder: RecorderSink = recorder or Unrecorded()
        self.messages = self.bytes = 0
        self.url = ""
        self.request_problem = ""
        """Why the last HTTP request could not be made at all; empty where it was answered."""
        self._sink = sink
        self._network = network or Network()
        self._clock = clock or Clock()
        self._numbers = numbers or itertools.count(1)
        self._pulse = pulse
        self._number = 0
        self._reconnect = Reconnect(self._clock.random)
        self._hosts = Hosts(protocol.facts.urls)
        self._rest = Rest(protocol.facts, self._network, self._clock, self._answered, self._failed)
        self._connection: CoalescedConnection | None = None
        self._ending: Ending | None = None
        self._planned = False
        self._idle = False
        self._again = asyncio.Event()
        self._to_send: deque[str] = deque()
        self._send_now = asyncio.Event()
        self._watch = _Watch()
        self._main: asyncio.Task[None] | None = None
        self._ticker: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> bool:
        """True while a WebSocket stands."""
        return self._connection is not None

    def start(self) -> None:
        """Begin; connects as soon as the protocol wants a socket."""
        if self._main is None:
            loop = asyncio.get_running_loop()
            self._main = loop.create_task(self._run(), name=f"session {self.protocol.facts.id}")
            self._ticker = loop.call_later(TICK_S, self._tick)
            self.flush()

    def flush(self) -> None:
        """Send and fetch what the protocol wants now: call it after subscribing or asking."""
        # Until a socket stands the messages stay with the protocol, which says
        # them anew on each connection.
        if self._connection is not None:
            messages = self.protocol.messages_to_send()
            if messages:
                self._to_send.extend(messages)
                self._send_now.set()
        requests = self.protocol.requests_to_make()
        if requests:
            self._rest.make(requests)
        if self._idle and self.protocol.wants_socket:
            self._again.set()

    def retry_now(self) -> None:
        """The user is tired of waiting: try at once."""
        self._again.set()

    def renew(self, reason: str) -> None:
        """Open a new connection in place of the present one, so that all is told anew."""
        self._drop(Ending(reason), planned=True)

    async def close(self) -> None:
        """End within a second, politeness aside: a flooded socket would never close politely."""
        if self._ticker is not None:
            self._ticker.cancel()
        self._drop(Ending(CLOSED_BY_USER))
        if self._main is not None:
            self._main.cancel()
            await asyncio.wait([self._main], timeout=CLOSE_TIMEOUT_S)
            self._main = None
        await self._rest.close()

    # The connection and its ends.

    async def _run(self) -> None:
        while True:
            self._again.clear()
            if not self.protocol.wants_socket:
                self._idle = True
                await self._again.wait()
                self._idle = False
                continue
            ending = await self._attempt()
            await self._wait(ending)

    async def _attempt(self) -> Ending:
        """One connection from its opening to its end, and how it ended."""
        self._ending, self._planned = None, False
        self._reconnect.tried(self._now())
        self.protocol.link.connecting(self._now())
        self.url = self._hosts.of(self.protocol.url)
        proxy: str | None = None
        try:
            proxy = self._network.proxy_for(self.url)
            connection = await self._open(proxy)
        except Exception as error:  # noqa: BLE001 - whatever the network does becomes a phrase
            self._hosts.next()
            limit = self.protocol.facts.max_message_bytes
            return ending_of(error, self.url, limit, self._wall(), proxy)
        begun = self._now()
        ending = await self._serve(connection)
        if not self._planned and self._now() - begun < HELD:
            self._hosts.next()
        return ending

    async def _open(self, proxy: str | None) -> CoalescedConnection:
        facts = self.protocol.facts
        connection = await _Connect(
            self.url,
            compression="deflate" if facts.compression else None,
            user_agent_header=USER_AGENT,
            proxy=proxy,
            open_timeout=self._network.open_timeout_s,
            ping_interval=facts.ping_interval_s or None,
            ping_timeout=facts.ping_timeout_s or None,
            close_timeout=CLOSE_TIMEOUT_S,
            max_size=facts.max_message_bytes,
            max_queue=None,
            create_connection=CoalescedConnection,
        )
        assert isinstance(connection, CoalescedConnection)
        return connection

    async def _serve(self, connection: CoalescedConnection) -> Ending:
        self._number = next(self._numbers)
        self._connection = connection
        now, wall = self._now(), self._wall()
        self._reconnect.opened(now)
        self._watch.opened(now, self.protocol.rejected_messages)
        self.recorder.opened(self._number, without_secret(self.url), wall)
        sender = asyncio.get_running_loop().create_task(self._send(connection))
        try:
            self.protocol.opened(self.url, now, wall)
            self.flush()
            ending = await self._listen(connection)
        except Exception as error:  # noqa: BLE001 - a feed must not die unseen
            ending = self._ending = self._fault(error)
        finally:
            sender.cancel()
            connection.transport.abort()
            self._connection = None
            self._to_send.clear()
            reason = self._ending.reason if self._ending else "the connection ended"
            self.recorder.closed(self._number, reason, self._wall())
            self._number = 0
        return ending

    async def _listen(self, connection: CoalescedConnection) -> Ending:
        """Hear messages until the connection ends, and tell how it ended."""
        limit = self.protocol.facts.max_message_bytes
        connection.listen(
            self._hear,
            pulse=self._pulse if self._network.coalesce else None,
            split_up_to=limit if self._network.split else 0,
        )
        await connection.wait_closed()
        ending = self._ending  # where we ended it ourselves, our own reason is the true one
        if ending is None and connection.fault is not None:
            if isinstance(connection.fault, TooManyFragments):
                ending = ending_of(connection.fault, self.url, limit, self._wall())
            else:
                ending = self._fault(connection.fault)
        if ending is None:
            ending = ending_of(await _closed(connection), self.url, limit, self._wall())
        self._ending = ending
        return ending

    def _hear(self, messages: Sequence[bytes]) -> None:
        """Take what one read brought: it came at one moment, and is handed on in one go."""
        now, wall = self._clock.monotonic_ns(), self._clock.time_ns()
        self.messages += len(messages)
        self.bytes += sum(map(len, messages))
        record, understand = self.recorder.received, self.protocol.received
        events: list[Event] = []
        try:
            for data in messages:
                record(self._number, data, wall)
                events += understand(data, now, wall)
        finally:
            if events:
                self._sink(events)
        self.flush()

    async def _send(self, connection: CoalescedConnection) -> None:
        """Say what waits to be said, no faster than the venue takes it."""
        pace = SendPace(self.protocol.facts.send_limit)
        try:
            while True:
                await self._send_now.wait()
                self._send_now.clear()
                while self._to_send:
                    await asyncio.sleep(pace.wait_s(self._now()))
                    text = self._to_send.popleft()
                    self.recorder.sent(self._number, text, self._wall())
                    await connection.send(text)
        except ConnectionClosed:
            return  # the listener hears of it too and tells why

    def _fault(self, error: Exception) -> Ending:
        """What to say where the error is the program's own: start clean, and tell the log."""
        log.error("%s: an error stopped the feed", self.protocol.facts.id, exc_info=error)
        return Ending("an error of ours stopped the feed; the log tells more", BAD_DATA_WAIT)

    def _drop(self, ending: Ending, *, planned: bool = False) -> None:
        """End the present connection at once; ``planned``: nobody is to blame. Idempotent."""
        if self._connection is not None and self._ending is None:
            self._ending, self._planned = ending, planned
            self._connection.transport.abort()

    async def _wait(self, ending: Ending) -> None:
        """Say how it stands until the next try."""
        now = self._now()
        if not self.protocol.wants_socket:
            self.protocol.closed(now, ending.reason)
            return
        if self._planned:
            self.protocol.closed(now, ending.reason, now)
            return
        next_try = self._reconnect.failed(now, ending.at_least)
        log.info("%s: %s", self.protocol.facts.id, ending.reason)
        self._again.clear()
        self.protocol.closed(now, ending.reason, next_try)
        await asyncio.sleep(0)  # a wait of none must not starve the loop
        while (left := next_try - self._now()) > 0 and not self._again.is_set():
            handle = asyncio.get_running_loop().call_later(left / SECOND, self._again.set)
            try:
                await self._again.wait()
            finally:
                handle.cancel()

    # The passing of time.

    def _tick(self) -> None:
        self._ticker = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        now = self._now()
        self._take(lambda: self.protocol.tick(now, self._wall()))
        if self._connection is not None:
            self._judge(now)

    def _judge(self, now: int) -> None:
        """Drop the connection where it is dead, mad, old, or wanted no more."""
        protocol, facts = self.protocol, self.protocol.facts
        watch = self._watch
        watch.tick(now, protocol.rejected_messages)
        if not protocol.wants_socket:
            self._drop(Ending("nothing is watched"), planned=True)
        elif watch.dead(now, protocol.link.last_message, int(facts.dead_after_s * SECOND)):
            self._drop(Ending(f"nothing was heard for {facts.dead_after_s:g} s"))
        elif watch.mad:
            reason = f"bad data: {REJECTED_A_SECOND} messages in a second made no sense"
            self._drop(Ending(reason, BAD_DATA_WAIT))
        elif protocol.renew_reason:
            reason, protocol.renew_reason = protocol.renew_reason, ""
            self._drop(Ending(reason), planned=True)
        elif facts.lifetime_s and now - watch.opened_at > facts.lifetime_s * SECOND:
            self._drop(
                Ending("renewed before the venue's limit of a connection's life"), planned=True
            )

    # What HTTP brought.

    def _answered(self, request: HttpRequest, response: HttpResponse) -> None:
        now, wall = self._now(), self._wall()
        self.request_problem = ""
        self.recorder.answered(self._number, request, response, wall)
        self._take(lambda: self.protocol.answered(request, response, now, wall))

    def _failed(self, request: HttpRequest, reason: str) -> None:
        now, wall = self._now(), self._wall()
        self.request_problem = reason
        self._take(lambda: self.protocol.failed(request, reason, now, wall))

    def _take(self, happened: Callable[[], Sequence[Event]]) -> None:
        """Hand on what came of something that was no message."""
        try:
            events = happened()
            if events:
                self._sink(events)
            self.flush()
        except Exception as error:  # noqa: BLE001 - as in _listen
            self._drop(self._fault(error))

    def _now(self) -> int:
        return self._clock.monotonic_ns()

    def _wall(self) -> int:
        return self._clock.time_ns()


async def _closed(connection: CoalescedConnection) -> Exception:
    """How a connection that is closed was closed, in the library's words."""
    try:
        while True:
            await connection.recv(decode=False)
    except (ConnectionClosed, TooManyFragments) as error:
        return error


class _Watch(msgspec.Struct):
    """What the ticks of one connection have seen: silence, nonsense, our own sleep."""

    opened_at: int = 0
    mad: bool = False
    last_tick: int = 0
    on_time: bool = True
    rejected: deque[tuple[int, int]] = msgspec.field(default_factory=deque)

    def opened(self, now: int, rejected: int) -> None:
        self.opened_at, self.last_tick, self.mad, self.on_time = now, now, False, True
        self.rejected.clear()
        self.rejected.append((now, rejected))

    def tick(self, now: int, rejected: int) -> None:
        self.on_time = now - self.last_tick < LATE_TICK
        self.last_tick = now
        self.rejected.append((now, rejected))
        while now - self.rejected[0][0] > SECOND:
            self.rejected.popleft()
        self.mad = rejected - self.rejected[0][1] >= REJECTED_A_SECOND

    def dead(self, now: int, last_message: int, after: int) -> bool:
        """True for a silence that is the venue's; after a sleep of ours the socket is read first."""
        return bool(after) and self.on_time and now - last_message > after
