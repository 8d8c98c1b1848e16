"""The whole program on a real recording, served anew over a real loopback WebSocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from tests.chaos.proxy import ChaosProxy
from tests.emulators.binance import BinanceEmulator
from tests.emulators.emulator import Emulator
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.recorded_book import RecordedBook
from tests.emulators.replayed import ReplayedVenue
from tests.emulators.truth import Listing
from tests.emulators.waiting import until
from tests.gui.end_to_end.scene import Scene, levels, opened, reached

EMULATORS: dict[str, type[Emulator]] = {"binance": BinanceEmulator, "kraken": KrakenEmulator}


def listing(symbol: str, base: str, quote: str, tick: str, lot: str) -> Listing:
    """What is traded; recordings hold no list, so these steps are those of their own numbers."""
    return Listing(
        symbol=symbol,
        base=base,
        quote=quote,
        tick=Decimal(tick),
        lot=Decimal(lot),
        price=Decimal(tick) * 1_000,
    )


LISTINGS = {
    "binance": (
        listing("BTCUSDT", "BTC", "USDT", "0.01", "0.000001"),
        listing("ETHUSDT", "ETH", "USDT", "0.01", "0.00001"),
        listing("DOTUSDT", "DOT", "USDT", "0.0001", "0.01"),
    ),
    "kraken": (
        listing("BTC/USD", "BTC", "USD", "0.1", "0.00000001"),
        listing("MINA/GBP", "MINA", "GBP", "0.0001", "0.00000001"),
    ),
}


def venue_of(path: Path, speed: float, until_s: float = float("inf")) -> ReplayedVenue:
    """A recording's venue, which lists what the recording is of."""
    venue = path.parent.name
    lister = EMULATORS[venue](LISTINGS[venue], interval_s=0, levels=1)
    return ReplayedVenue(path, speed, until_s=until_s, listed=lister.answer)


def told(venue: ReplayedVenue, symbol: str) -> RecordedBook:
    """All that a served recording says of a symbol, in plain dicts."""
    heard = RecordedBook(venue.header.venue)
    for entry in venue.lines(symbol):
        heard.hear(entry)
    return heard


@asynccontextmanager
async def watching(
    folder: Path, venue: ReplayedVenue, symbol: str
) -> AsyncIterator[tuple[Scene, ChaosProxy]]:
    """The program on a served recording, behind a network that can fail."""
    name = venue.header.venue
    async with venue, ChaosProxy(venue.port) as proxy:
        found = reached(**{name: f"{proxy.moved(venue.url)} {venue.rest_url}"})
        async with opened(folder, f"{name}:{symbol}", found) as scene:
            yield scene, proxy


async def all_heard(scene: Scene, venue: ReplayedVenue, symbol: str) -> RecordedBook:
    """Wait till the window has drawn the recording to its end; what it must hold."""
    wanted = told(venue, symbol)

    def heard_all() -> bool:
        player, market = venue.players.get(symbol), scene.market
        over = player is not None and player.over
        book = levels(market.book.bids), levels(market.book.asks)
        return over and wanted.sides == book and len(wanted.trades) == market.tape.count

    await until(heard_all, f"the recorded book of {symbol}", 30)
    await scene.drawn()
    return wanted
