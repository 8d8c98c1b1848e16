"""Who watches what, and the sessions it takes."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager

import pytest

from monitor.feeds import hub as hub_module
from monitor.feeds.feed_error import FeedError
from monitor.feeds.hub import Hub
from monitor.feeds.network import Network
from monitor.model.events import Event
from monitor.model.streams import Stream
from monitor.protocol.facts import Facts
from monitor.protocol.venue import VenueProtocol
from tests.feeds.counting_venue import (
    BOOK,
    TRADES,
    CountingProtocol,
    count_on,
    counting_facts,
    counting_server,
    raw_server,
    until,
)


class _Venues:
    """Makes counting protocols and remembers them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.made: list[CountingProtocol] = []

    def protocol_of(self, venue: str) -> VenueProtocol:
        if venue != "counting":
            raise FeedError(f"there is no venue '{venue}'")
        self.made.append(CountingProtocol(self._facts))
        return self.made[-1]


@asynccontextmanager
async def _hub(
    facts: Facts, events: list[Event] | None = None
) -> AsyncIterator[tuple[Hub, _Venues]]:
    def sink(new: Sequence[Event]) -> None:
        if events is not None:
            events.extend(new)

    venues = _Venues(facts)
    hub = Hub(venues.protocol_of, sink, Network(proxy="direct"))
    try:
        yield hub, venues
    finally:
        await hub.close()


def _run(test: Coroutine[None, None, None]) -> None:
    async def within() -> None:
        async with asyncio.timeout(30):
            await test

    asyncio.run(within())


def test_a_stream_is_asked_for_once_however_many_watch_it() -> None:
    """The last user to leave gives it up, no earlier."""

    async def test() -> None:
        events: list[Event] = []
        async with (
            counting_server(count_on) as url,
            _hub(counting_facts(url), events) as (hub, all_),
        ):
            hub.watch([TRADES, BOOK])
            hub.watch([TRADES])
            await until(lambda: events)
            protocol = all_.made[0]
            assert len(all_.made) == 1
            assert {TRADES, BOOK} == protocol.wanted == hub.watched
            hub.unwatch([TRADES, BOOK])
            assert {TRADES} == protocol.wanted
            assert hub.status(BOOK) is None
            assert hub.status(TRADES) is protocol.books["ONE"].status
            hub.unwatch([TRADES, TRADES])
            assert not protocol.wanted
            assert not hub.watched

    _run(test())


def test_a_session_nobody_needs_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that is needed again in time stays."""
    monkeypatch.setattr(hub_module, "LINGER_S", 0.1)

    async def test() -> None:
        async with counting_server(count_on) as url, _hub(counting_facts(url)) as (hub, venues):
            hub.watch([TRADES])
            hub.unwatch([TRADES])
            hub.watch([TRADES])
            await until(lambda: venues.made[0].heard)
            assert len(venues.made) == 1
            hub.unwatch([TRADES])
            await until(lambda: not hub.sessions())
            hub.watch([TRADES])
            await until(lambda: len(venues.made) == 2 and venues.made[1].heard)

    _run(test())


def test_more_streams_than_one_connection_may_carry_take_further_sessions() -> None:
    """Streams of one instrument share a connection where there is room."""

    async def test() -> None:
        facts = counting_facts("ws://127.0.0.1:9", streams_per_connection=2)
        async with _hub(facts) as (hub, venues):
            hub.watch([Stream(f"counting:{name}", "trades") for name in "ABC"])
            hub.watch([Stream("counting:C", "book")])
            assert [2, 2] == [len(protocol.wanted) for protocol in venues.made]
            assert {Stream("counting:C", "trades"), Stream("counting:C", "book")} == (
                venues.made[1].wanted
            )

    _run(test())


def test_an_unknown_venue_watches_nothing() -> None:
    async def test() -> None:
        async with _hub(counting_facts("ws://127.0.0.1:9")) as (hub, _):
            with pytest.raises(FeedError, match="there is no venue 'nowhere'"):
                hub.watch([TRADES, Stream("nowhere:X", "trades")])
            with pytest.raises(ValueError, match="was not VENUE:SYMBOL"):
                hub.watch([Stream("counting", "trades")])
            assert not hub.watched

    _run(test())


def test_questions_go_to_the_venue_without_a_socket() -> None:
    """A venue's list over HTTP needs no stream and opens no WebSocket."""

    async def test() -> None:
        async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
            await reader.read(-1)

        async with raw_server(server) as port:
            facts = counting_facts("ws://127.0.0.1:9", rest_urls=(f"http://127.0.0.1:{port}",))
            async with _hub(facts) as (hub, venues):
                hub.ask_instruments("counting")
                hub.ask_candles("counting:ONE", 60, 0, 10)
                hub.ask_stats(["counting:ONE", "counting:TWO"])
                await until(lambda: venues.made and len(venues.made[0].answers) == 3)
                assert len(venues.made) == 1
                assert not venues.made[0].openings

    _run(test())
