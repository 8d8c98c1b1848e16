"""The ways venues prove a book, each with its emulator and our adapter pointed at it."""

from collections.abc import Callable
from typing import Any

import msgspec

from monitor.model.instrument import instrument_id
from monitor.protocol.facts import Facts
from monitor.protocol.venue import VenueProtocol
from monitor.venues.binance import Binance
from monitor.venues.kraken import Kraken
from monitor.venues.open_feed import OpenFeed
from tests.emulators.binance import BinanceEmulator
from tests.emulators.emulator import Emulator
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.open_feed import OpenFeedEmulator

QUICK = {"stale_after_s": 0.6, "dead_after_s": 1.2}
"""Facts of a venue whose second is a fifth of ours, where a row need not take its time."""


class Style(msgspec.Struct, frozen=True):
    """One way of proving: who emulates it, who speaks it, and how far its proof reaches.

    ``reach`` is the number of levels a side that the proof covers, None for all.
    ``renewals`` is how many faults one connection heals before we ask more slowly.
    """

    name: str
    symbol: str
    emulator: Callable[..., Emulator]
    make: Callable[[Callable[[Facts], Facts]], VenueProtocol]
    reach: int | None
    renewals: int

    @property
    def instrument(self) -> str:
        """Our id of the symbol."""
        return instrument_id(self.make(lambda facts: facts).facts.id, self.symbol)

    def protocol_at(self, url: str, rest_url: str, **facts: Any) -> VenueProtocol:
        """The adapter, at addresses of this machine, with other facts where given."""
        changes = {"urls": (url,), "rest_urls": (rest_url,), "request_interval_s": 0.01} | facts
        return self.make(lambda given: msgspec.structs.replace(given, **changes))


def _binance(change: Callable[[Facts], Facts]) -> VenueProtocol:
    return Binance(change(Binance().facts))


def _kraken(change: Callable[[Facts], Facts]) -> VenueProtocol:
    return Kraken(change(Kraken().facts))


def _open_feed(change: Callable[[Facts], Facts]) -> VenueProtocol:
    return OpenFeed(change(OpenFeed().facts))


BINANCE = Style("binance", "BTCUSDT", BinanceEmulator, _binance, None, 5)
KRAKEN = Style("kraken", "BTC/USD", KrakenEmulator, _kraken, 10, 1)
OPEN_FEED = Style("open feed", "BTC-USDT", OpenFeedEmulator, _open_feed, None, 1)
STYLES = (BINANCE, KRAKEN, OPEN_FEED)
