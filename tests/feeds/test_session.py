"""A session against real servers on this machine: opening, hearing, ending, and opening again."""

import asyncio
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response

from monitor.feeds.clock import Clock
from monitor.feeds.network import Network
from monitor.feeds.reconnect import POLICY_WAIT
from monitor.feeds.send_pace import SendPace
from monitor.feeds.session import Session, _Watch
from monitor.model.events import Event
from monitor.model.time import SECOND
from monitor.model.verdict import State
from monitor.protocol.venue import HttpRequest, HttpResponse
from tests.feeds.counting_venue import (
    BOOK,
    TRADES,
    CountingProtocol,
    address_of,
    count_on,
    counting_facts,
    counting_server,
    raw_server,
    until,
)

IMPATIENT = Clock(random=lambda: 0.0)
"""Dice that always show 0: every wait without a floor is none."""

DIRECT = Network(proxy="direct", open_timeout_s=5.0)
WAYS = [
    pytest.param(Network(proxy="direct"), id="split"),
    pytest.param(Network(proxy="direct", split=False), id="library"),
    pytest.param(Network(proxy="direct", coalesce=False, split=False), id="at-once"),
]


class _Notes:
    """A recorder that keeps what it is told, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, int, str]] = []

    def opened(self, connection: int, url: str, ts: int) -> None:
        self.lines.append(("open", connection, url))

    def received(self, connection: int, data: bytes, ts: int) -> None:
        self.lines.append(("in", connection, data.decode()))

    def sent(self, connection: int, text: str, ts: int) -> None:
        self.lines.append(("out", connection, text))

    def answered(
        self, connection: int, request: HttpRequest, response: HttpResponse, ts: int
    ) -> None:
        self.lines.append(("http", connection, request.url))

    def closed(self, connection: int, reason: str, ts: int) -> None:
        self.lines.append(("close", connection, reason))


def _run(test: Coroutine[None, None, None]) -> None:
    async def within() -> None:
        async with asyncio.timeout(30):
            await test

    asyncio.run(within())


@asynccontextmanager
async def _session(
    protocol: CountingProtocol,
    *,
    network: Network = DIRECT,
    clock: Clock = IMPATIENT,
    notes: _Notes | None = None,
    sink: Callable[[Sequence[Event]], None] = lambda _events: None,
) -> AsyncIterator[Session]:
    session = Session(protocol, sink, notes, network, clock)
    protocol.subscribe([TRADES])
    session.start()
    try:
        yield session
    finally:
        begun = asyncio.get_running_loop().time()
        await session.close()
        assert asyncio.get_running_loop().time() - begun < 1.0


async def _ended_with(url: str, **facts: object) -> tuple[str, int]:
    """The first reason for which a connection to ``url`` ends or does not come about."""
    protocol = CountingProtocol(counting_facts(url, **facts))
    async with _session(protocol):
        await until(lambda: protocol.closings)
        return protocol.closings[0]


@pytest.mark.parametrize("network", WAYS)
def test_messages_become_events_and_lines_of_a_recording(network: Network) -> None:
    """All that passes reaches the protocol, the sink and the recorder once, in order."""

    async def test() -> None:
        said: list[str] = []

        async def venue(connection: ServerConnection) -> None:
            said.append(str(await connection.recv()))
            for number in range(1, 2_001):
                await connection.send(json.dumps({"n": number}))
            await connection.wait_closed()

        notes, events = _Notes(), list[Event]()
        async with counting_server(venue) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol, network=network, notes=notes, sink=events.extend) as own:
                await until(lambda: len(events) == 2_000)
                assert own.connected
        assert list(range(1, 2_001)) == protocol.heard
        assert ["count trades"] == said
        assert ("open", 1, url) == notes.lines[0]
        assert ("close", 1, "closed by the user") == notes.lines[-1]
        assert [f'{{"n": {n}}}' for n in range(1, 2_001)] == [
            text for kind, _, text in notes.lines if kind == "in"
        ]
        assert [("out", 1, "count trades")] == [line for line in notes.lines if line[0] == "out"]

    _run(test())


@pytest.mark.parametrize("network", WAYS)
def test_a_hot_feed_loses_nothing(network: Network) -> None:
    """Slow, then hot, then silent, then slow again; whole and in order, pings answered."""

    async def test() -> None:
        pongs: list[float] = []

        async def venue(connection: ServerConnection) -> None:
            number = 0
            for pause in (0.02, 0.0005, 0.3, 0.02):
                for _ in range(500 if pause < 0.01 else 5):
                    number += 1
                    await connection.send(json.dumps({"n": number}))
                    await asyncio.sleep(pause)
                pongs.append(await (await connection.ping()))
            await connection.wait_closed()

        async with counting_server(venue) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol, network=network):
                await until(lambda: len(pongs) == 4)
        assert list(range(1, 516)) == protocol.heard
        assert protocol.openings == 1

    _run(test())


async def _burst(connection: ServerConnection) -> None:
    """A hundred messages in one write, so that one read brings them all, or nearly."""
    await connection.recv()
    frames = [Frame(Opcode.TEXT, json.dumps({"n": n}).encode()) for n in range(1, 101)]
    connection.transport.write(b"".join(frame.serialize(mask=False) for frame in frames))
    await connection.wait_closed()


@pytest.mark.parametrize("network", WAYS)
def test_what_one_read_brings_is_handed_on_in_one_go(network: Network) -> None:
    """One call of the sink, and one time for all: they came at one moment."""

    async def test() -> None:
        calls: list[Sequence[Event]] = []
        async with counting_server(_burst) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol, network=network, sink=calls.append):
                await until(lambda: len(protocol.heard) == 100)
        assert 100 == sum(map(len, calls))
        assert len(calls) <= 3
        assert all(len({event.ts_recv for event in events}) == 1 for events in calls)

    _run(test())


@pytest.mark.parametrize("network", WAYS)
def test_a_fault_in_the_midst_of_a_read_takes_nothing_with_it(network: Network) -> None:
    """What was understood before it is handed on; what comes after it is not looked at."""

    class Failing(CountingProtocol):
        def received(self, data: bytes, now: int, ts_recv: int) -> list[Event]:
            if b"60" in data:
                raise RuntimeError("sixty")
            return super().received(data, now, ts_recv)

    async def test() -> None:
        events = list[Event]()
        async with counting_server(_burst) as url:
            protocol = Failing(counting_facts(url))
            patient = Clock(random=lambda: 1.0)
            async with _session(protocol, network=network, clock=patient, sink=events.extend):
                await until(lambda: protocol.closings)
                assert list(range(1, 60)) == protocol.heard
                assert 59 == len(events)
        assert protocol.closings[0][0].startswith("an error of ours")

    _run(test())


def test_a_new_connection_is_a_new_book() -> None:
    """After a loss the protocol is told of the new connection, and no number is missing in it."""

    async def test() -> None:
        async def venue(connection: ServerConnection) -> None:
            for number in range(1, 4):
                await connection.send(json.dumps({"n": number}))
            connection.transport.abort()

        async with counting_server(venue) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol):
                await until(lambda: protocol.openings >= 3)
            assert protocol.gaps == 0
            assert protocol.link.generation == protocol.openings
            assert protocol.books["ONE"].book.generation >= protocol.openings

    _run(test())


def test_a_mute_connection_is_stale_by_itself_and_then_replaced() -> None:
    """Rows 9 and 10: pings are answered, data does not come; STALE first, then a new connection."""

    async def test() -> None:
        async def venue(connection: ServerConnection) -> None:
            await connection.send(json.dumps({"n": 1}))
            await connection.wait_closed()

        async with counting_server(venue) as url:
            facts = counting_facts(
                url, stale_after_s=0.3, dead_after_s=0.9, ping_interval_s=0.1, ping_timeout_s=5.0
            )
            protocol = CountingProtocol(facts)
            async with _session(protocol):
                status = protocol.books["ONE"].status
                await until(lambda: protocol.heard)
                status.become(State.LIVE, Clock().monotonic_ns(), 0)
                await until(lambda: status.verdict(Clock().monotonic_ns()).state is State.STALE)
                assert protocol.openings == 1
                await until(lambda: protocol.openings == 2)
            assert protocol.closings[0][0] == "nothing was heard for 0.9 s"

    _run(test())


def test_a_sleep_of_our_own_is_not_the_venues_silence() -> None:
    """After a late tick the socket is read before its silence is judged."""
    watch = _Watch()
    watch.opened(0, rejected=0)
    watch.tick(10 * SECOND, rejected=0)
    assert not watch.dead(10 * SECOND, last_message=0, after=5 * SECOND)
    watch.tick(10 * SECOND + SECOND // 4, rejected=0)
    assert watch.dead(10 * SECOND + SECOND // 4, last_message=0, after=5 * SECOND)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1000, "the venue closed the connection (1000): said so"),
        (1001, "the venue's server is going away (1001): said so"),
        (1008, "the venue closed the connection for breaking its rules (1008): said so"),
        (1011, "the venue's server had an error (1011): said so"),
        (1012, "the venue's server is restarting (1012): said so"),
        (1013, "the venue is overloaded and asks to come back later (1013): said so"),
        (4400, "the venue closed the connection (4400): said so"),
    ],
)
def test_a_close_is_told_in_words(code: int, words: str) -> None:
    """Row 12; after 1008 the wait is longer."""

    async def test() -> None:
        async with counting_server(lambda connection: connection.close(code, "said so")) as url:
            reason, wait = await _ended_with(url)
        assert words == reason
        if code == 1008:
            assert wait >= POLICY_WAIT

    _run(test())


def test_a_lost_connection_is_told_as_lost() -> None:
    async def test() -> None:
        async def venue(connection: ServerConnection) -> None:
            connection.transport.abort()

        async with counting_server(venue) as url:
            assert (await _ended_with(url))[0] == "the connection was lost"

    _run(test())


def test_a_refused_connection_names_who_refused() -> None:
    """Row 15; the port was free a moment ago."""

    async def test() -> None:
        async with raw_server(lambda _reader, _writer: asyncio.sleep(0)) as port:
            pass
        reason, _ = await _ended_with(f"ws://127.0.0.1:{port}")
        assert f"127.0.0.1:{port} refused the connection" == reason

    _run(test())


def test_a_name_that_is_not_there_is_told() -> None:
    """Row 15; names under .invalid never resolve (RFC 6761)."""

    async def test() -> None:
        reason, _ = await _ended_with("ws://nowhere.invalid")
        assert reason in (
            "the name nowhere.invalid was not found (DNS)",
            "nowhere.invalid could not be reached: temporary failure in name resolution",
        )

    _run(test())


def test_a_server_that_says_nothing_times_out() -> None:
    """Row 15."""

    async def test() -> None:
        async with raw_server(lambda reader, _writer: _ignore(reader)) as port:
            protocol = CountingProtocol(counting_facts(f"ws://127.0.0.1:{port}"))
            network = Network(proxy="direct", open_timeout_s=0.3)
            async with _session(protocol, network=network):
                await until(lambda: protocol.closings)
            assert f"127.0.0.1:{port} did not answer in time" == protocol.closings[0][0]

    _run(test())


async def _ignore(reader: asyncio.StreamReader) -> None:
    await reader.read(-1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "{host} did not answer as a web server does"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
            "{host} answered with a web page; the network may want a log-in first",
        ),
        (
            b"HTTP/1.1 302 Found\r\nLocation: ws://evil.example/x\r\nContent-Length: 0\r\n\r\n",
            "{host} redirected to evil.example, which is not followed",
        ),
        (
            b"HTTP/1.1 451 No\r\nContent-Length: 0\r\n\r\n",
            "the venue does not serve this region; another of its hosts may ({host} answered 451)",
        ),
        (
            b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
            "the venue's server had trouble ({host} answered 502)",
        ),
    ],
    ids=["no-http", "captive-portal", "redirect", "region", "gateway"],
)
def test_an_answer_that_opens_nothing_is_told(answer: bytes, words: str) -> None:
    """Rows 15 and 17: no data is taken, no redirect followed."""

    async def test() -> None:
        async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with raw_server(server) as port:
            reason, _ = await _ended_with(f"ws://127.0.0.1:{port}")
            assert words.format(host=f"127.0.0.1:{port}") == reason

    _run(test())


def test_too_many_requests_waits_as_asked() -> None:
    """Row 14: Retry-After of the handshake's answer, shown as the next try."""

    async def test() -> None:
        def refuse(_connection: ServerConnection, _request: Request) -> Response:
            return Response(429, "Too Many Requests", Headers({"Retry-After": "77"}), b"")

        async with serve(count_on, "127.0.0.1", 0, process_request=refuse) as server:
            reason, wait = await _ended_with(address_of(server))
        assert reason.startswith("too many requests (127.0.0.1:")
        assert 77 * SECOND <= wait <= 85 * SECOND

    _run(test())


def test_retry_now_cuts_the_waiting_short() -> None:
    async def test() -> None:
        closes = 0

        async def venue(connection: ServerConnection) -> None:
            nonlocal closes
            closes += 1
            if closes == 1:
                await connection.close(1008)
            else:
                await count_on(connection)

        async with counting_server(venue) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol) as session:
                await until(lambda: protocol.closings)
                assert protocol.link.phase is State.DOWN
                session.retry_now()
                await until(lambda: protocol.heard)

    _run(test())


def test_the_next_host_is_tried_where_the_first_refuses() -> None:
    async def test() -> None:
        async with raw_server(lambda _reader, _writer: asyncio.sleep(0)) as dead:
            pass
        async with counting_server(count_on) as url:
            protocol = CountingProtocol(counting_facts(f"ws://127.0.0.1:{dead}", url))
            async with _session(protocol):
                await until(lambda: protocol.heard)
            assert "refused" in protocol.closings[0][0]

    _run(test())


def test_a_connection_is_renewed_before_its_venue_ends_it() -> None:
    """A planned end waits for nothing and blames nobody."""

    async def test() -> None:
        async with counting_server(count_on) as url:
            protocol = CountingProtocol(counting_facts(url, lifetime_s=0.3))
            async with _session(protocol):
                await until(lambda: protocol.openings == 2)
            assert ("renewed before the venue's limit of a connection's life", 0) == (
                protocol.closings[0]
            )

    _run(test())


def test_nonsense_ten_times_a_second_is_bad_data() -> None:
    """Row 8: a few are counted and passed over, many end the connection."""

    async def test() -> None:
        async def venue(connection: ServerConnection) -> None:
            for _ in range(20):
                await connection.send("no json")
            await connection.wait_closed()

        async with counting_server(venue) as url:
            reason, wait = await _ended_with(url)
        assert reason == "bad data: 10 messages in a second made no sense"
        assert wait >= 10 * SECOND

    _run(test())


def test_a_fault_of_ours_ends_the_connection_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A sink that fails must not leave a book that looks alive; the log has the trace."""

    async def test() -> None:
        def fail(_events: Sequence[Event]) -> None:
            raise RuntimeError("full")

        async with counting_server(count_on) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol, sink=fail):
                await until(lambda: protocol.closings)
            assert (
                "an error of ours stopped the feed; the log tells more" == (protocol.closings[0][0])
            )

    _run(test())
    assert "full" in caplog.text


def test_the_socket_closes_when_nothing_is_wanted_and_opens_again() -> None:
    async def test() -> None:
        async with counting_server(count_on) as url:
            protocol = CountingProtocol(counting_facts(url))
            async with _session(protocol) as session:
                await until(lambda: protocol.heard)
                protocol.unsubscribe([TRADES])
                await until(lambda: protocol.closings)
                assert ("nothing is watched", False) == (
                    protocol.closings[0][0],
                    session.connected,
                )
                protocol.subscribe([BOOK])
                session.flush()
                await until(lambda: protocol.openings == 2)

    _run(test())


# Row 19: what is too big.


@pytest.mark.parametrize("network", WAYS)
def test_a_frame_of_100_mib_is_refused_at_its_header(network: Network) -> None:
    async def test() -> None:
        header = b"\x82\x7f" + (100 * 2**20).to_bytes(8, "big")
        reason = await _bombed(network, header, b"\0" * 65_536, 1_600)
        assert reason == "too big: a message was over 4 MiB"

    _run(test())


@pytest.mark.parametrize("network", WAYS)
def test_a_million_fragments_are_refused(network: Network) -> None:
    async def test() -> None:
        reason = await _bombed(network, b"\x01\x00", b"\x00\x00" * 32_768, 31)
        assert reason == "too big: a message came in more than 4,096 pieces"

    _run(test())


def test_a_deflate_bomb_is_refused() -> None:
    """A frame of 100 kB that would be 100 MiB; only venues with compression can send one."""

    async def test() -> None:
        def bomb() -> bytes:
            squeeze = zlib.compressobj(9, wbits=-15)
            data = squeeze.compress(b"\0" * 100 * 2**20) + squeeze.flush(zlib.Z_SYNC_FLUSH)
            data = data.removesuffix(b"\x00\x00\xff\xff")
            return b"\xc2\x7f" + len(data).to_bytes(8, "big") + data

        async def venue(connection: ServerConnection) -> None:
            connection.transport.write(bomb())
            await connection.wait_closed()

        async with counting_server(venue) as url:
            reason, _ = await _ended_with(url, compression=True)
        assert reason == "too big: a message was over 4 MiB"

    _run(test())


async def _bombed(network: Network, first: bytes, more: bytes, times: int) -> str:
    """Send raw bytes after a handshake; the reason told, with memory's growth kept in bounds."""

    async def venue(connection: ServerConnection) -> None:
        connection.transport.write(first)
        for _ in range(times):
            if connection.transport.is_closing():
                break
            connection.transport.write(more)
            await connection.drain()

    async with counting_server(venue) as url:
        protocol = CountingProtocol(counting_facts(url))
        tracemalloc.start()
        try:
            async with _session(protocol, network=network):
                await until(lambda: protocol.closings)
            assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
        finally:
            tracemalloc.stop()
        return protocol.closings[0][0]


def test_messages_go_out_no_faster_than_the_venue_takes_them() -> None:
    """One below the limit in any second: the pings and pongs count as well."""
    pace, now, moments = SendPace(5.0), 0, list[int]()
    for _ in range(40):
        now += round(pace.wait_s(now) * SECOND)
        moments.append(now)
    for first, fifth in zip(moments, moments[4:], strict=False):
        assert fifth - first >= SECOND


def test_a_proxy_that_is_down_is_named_and_its_password_is_not() -> None:
    """Row 18; the venue's own host can't be at fault."""

    async def test() -> None:
        async with raw_server(lambda _reader, _writer: asyncio.sleep(0)) as port:
            pass
        protocol = CountingProtocol(counting_facts("ws://venue.example"))
        network = Network(proxy=f"http://me:secret@127.0.0.1:{port}")
        async with _session(protocol, network=network):
            await until(lambda: protocol.closings)
        assert f"the proxy 127.0.0.1:{port} refused the connection" == protocol.closings[0][0]

    _run(test())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, ": it wants a user and a password"),
        (HTTPStatus.FORBIDDEN, ""),
    ],
)
def test_a_proxy_that_refuses_is_told(status: HTTPStatus, words: str) -> None:
    """Row 18."""

    async def test() -> None:
        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            await reader.read(-1)

        async with raw_server(proxy) as port:
            protocol = CountingProtocol(counting_facts("ws://venue.example"))
            async with _session(protocol, network=Network(proxy=f"http://127.0.0.1:{port}")):
                await until(lambda: protocol.closings)
        assert f"the proxy refused ({int(status)}){words}" == protocol.closings[0][0]

    _run(test())


def test_a_nonsensical_proxy_setting_is_told() -> None:
    async def test() -> None:
        protocol = CountingProtocol(counting_facts("ws://venue.example"))
        async with _session(protocol, network=Network(proxy="ftp://me:secret@host")):
            await until(lambda: protocol.closings)
        expected = "the proxy setting was 'ftp://…@host', not an address such as http://host:port"
        assert expected == protocol.closings[0][0]

    _run(test())
