"""Sixty symbols at once, over real sockets: within Binance's limits, and all of them live."""

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import msgspec

from monitor.feeds.hub import Hub
from monitor.feeds.network import Network
from monitor.model.events import Event, Refusal
from monitor.model.streams import Stream, StreamKind
from monitor.model.verdict import State
from monitor.protocol.venue import VenueProtocol
from monitor.venues.binance import Binance
from tests.emulators.binance import BinanceEmulator
from tests.emulators.truth import Listing
from tests.emulators.waiting import until

KINDS: tuple[StreamKind, ...] = ("book", "trades", "quotes", "stats", "candles")
MOST_STREAMS = 1024
LONGEST_MESSAGE = 4096


def listing(symbol: str) -> Listing:
    return Listing(
        symbol=symbol,
        base=symbol.removesuffix("USDT"),
        quote="USDT",
        tick=Decimal("0.01"),
        lot=Decimal("0.001"),
        price=Decimal(100),
    )


LISTINGS = [listing("BTCUSDT"), *(listing(f"COIN{n}USDT") for n in range(59))]


class Heard:
    """A hub on an emulated Binance, and what Binance refused."""

    def __init__(self, venue: BinanceEmulator, streams_per_connection: int) -> None:
        facts = Binance.from_facts().facts
        self.facts = msgspec.structs.replace(
            facts,
            urls=(venue.url,),
            rest_urls=(venue.rest_url,),
            request_interval_s=0.02,
            streams_per_connection=streams_per_connection or facts.streams_per_connection,
        )
        self.refusals: list[Refusal] = []
        self.hub = Hub(self.protocol_of, self.sink, Network(proxy="direct"))

    def protocol_of(self, _: str) -> VenueProtocol:
        return Binance(self.facts)

    def sink(self, events: Sequence[Event]) -> None:
        self.refusals += [event for event in events if isinstance(event, Refusal)]


def is_live(hub: Hub, symbol: str) -> bool:
    status = hub.status(Stream(f"binance:{symbol}", "book"))
    return status is not None and status.state is State.LIVE


async def watch_all(streams_per_connection: int) -> list[int]:
    """Watch one after the other, as a user's watchlist does; the streams of each connection."""
    async with BinanceEmulator(LISTINGS, interval_s=0.5, levels=20) as venue:
        heard = Heard(venue, streams_per_connection)
        hub = heard.hub
        try:
            for one in LISTINGS:
                hub.watch(Stream(f"binance:{one.symbol}", kind) for kind in KINDS)
                await asyncio.sleep(0)
            for one in LISTINGS:
                await until(partial(is_live, hub, one.symbol), one.symbol)
            assert [] == heard.refusals
            assert {0} == {session.protocol.link.reconnects for session in hub.sessions()}
            assert len(hub.sessions()) == len(venue.clients) == venue.handshakes
            assert max(map(len, venue.heard)) <= LONGEST_MESSAGE
            assert all(json.loads(text)["method"] == "SUBSCRIBE" for text in venue.heard)
            return [len(client.asked) for client in venue.clients]
        finally:
            await hub.close()


def test_sixty_symbols_are_watched_on_one_connection_within_its_limits() -> None:
    """The emulator hangs up at a sixth message within a second, as Binance does."""
    (streams,) = asyncio.run(watch_all(0))
    assert 4 * len(LISTINGS) + 1 == streams <= MOST_STREAMS


def test_what_one_connection_may_not_carry_goes_to_another() -> None:
    """The limit is the venue's, read from its facts."""
    limit = 100
    streams = asyncio.run(watch_all(limit))
    assert len(KINDS) * len(LISTINGS) / limit == len(streams)
    assert max(streams) <= limit


def test_the_limit_is_known_and_leaves_room_for_the_heartbeat() -> None:
    """A limit that the hub does not read, because it stands elsewhere, would be none."""
    assert 0 < Binance.from_facts().facts.streams_per_connection < MOST_STREAMS
