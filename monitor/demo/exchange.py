"""The demo exchange as a pure machine: told the time, it tells what happened; the same for a seed."""

from collections.abc import Iterable, Mapping

from monitor.demo.instruments import BUSY, PROFILES
from monitor.demo.listing import VENUE, Listing
from monitor.demo.loop import LoopedListing
from monitor.demo.profile import Calibration, Profile
from monitor.model.events import BookSnapshot, Candle, DayStats, Event, Funding, Quote
from monitor.model.instrument import Instrument, Status

LIVE_RATE = 3_000.0
"""Events a second of the busy instrument that are still matched live: a fifth of a core."""
LOOP_EVENTS = 20_000
"""Events of a round above that: three minutes of market, matched within about a second."""
PREPARE_EVERY = 20
"""Calls of ``advance`` from one prepared day of the past to the next: five days a second."""


class Exchange:
    """All listings. ``rate``: events a second of the busy instrument, None for its own pace.

    Slower and somewhat faster, its time runs slower or faster; above ``live_rate``
    a loop of ``loop_events`` matched beforehand is told, evenly.
    """

    venue = VENUE
    name = "Demo exchange"

    def __init__(
        self,
        calibrations: Mapping[str, Calibration],
        seed: int,
        ts_start: int,
        *,
        rate: float | None = None,
        profiles: Iterable[Profile] = PROFILES,
        live_rate: float = LIVE_RATE,
        loop_events: int = LOOP_EVENTS,
    ) -> None:
        self.listings: dict[str, Listing] = {}
        self._calls = 0
        for profile in profiles:
            like = calibrations[profile.like]
            if rate is None or profile.symbol != BUSY:
                listing = Listing(profile, like, seed, ts_start)
            elif rate <= live_rate:
                pace = rate / like.messages_per_s.mean
                listing = Listing(profile, like, seed, ts_start, pace)
            else:
                listing = LoopedListing(profile, like, seed, ts_start, rate=rate, count=loop_events)
            self.listings[profile.symbol] = listing

    def advance(self, ts: int) -> list[Event]:
        """All that happened up to ``ts`` (ns UTC); of one instrument, in the order of time."""
        self._calls += 1
        if self._calls % PREPARE_EVERY == 0:
            any(listing.history.prepare() for listing in self.listings.values())
        events: list[Event] = []
        for listing in self.listings.values():
            events += listing.advance(ts)
        return events

    def instruments(self) -> tuple[Instrument, ...]:
        """What is listed."""
        return tuple(listing.instrument() for listing in self.listings.values())

    def book(self, symbol: str, ts: int) -> BookSnapshot:
        """The whole book; ask before the first ``advance``, then follow the deltas."""
        return self.listings[symbol].book(ts)

    def quote(self, symbol: str, ts: int) -> Quote:
        """The best bid and ask."""
        return self.listings[symbol].quote(ts)

    def status(self, symbol: str) -> tuple[Status, str]:
        """Whether it trades, and the reason why not."""
        listing = self.listings[symbol]
        halts = listing.profile.halts
        return listing.status, halts.reason if halts and listing.status == "halted" else ""

    def candles(self, symbol: str, interval: int, end: int, limit: int, now: int) -> list[Candle]:
        """Past candles, oldest first, the forming one included where it opens before ``end``."""
        return self.listings[symbol].candles(interval, end, limit, now)

    def stats(self, symbol: str, now: int) -> DayStats:
        """The last 24 hours."""
        return self.listings[symbol].stats(now)

    def funding(self, symbol: str, now: int) -> Funding | None:
        """The perpetual's rate; None for all others."""
        return self.listings[symbol].funding(now)
