"""The independent client and the matching engine hold the same books, message after message."""

import asyncio
import json
import sys
import time
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitor.app.demo_process import load_calibrations
from monitor.demo.engine import ASK, BID
from monitor.demo.exchange import Exchange
from monitor.demo.instruments import BUSY
from monitor.demo.listing import Listing
from monitor.demo.loop import LoopedListing
from monitor.feeds.clock import Clock
from monitor.feeds.feed_source import FeedSource
from monitor.feeds.server import OpenFeedServer
from monitor.model.events import BookDelta, Event
from monitor.model.time import MS

CLIENT = Path(__file__).with_name("open_feed_client.py")
START = 1_764_072_000 * 1_000 * MS
EVERY = 16
BEAT = 50 * MS
"""All listings tell their books at multiples of this, so there the engine's book is the told one."""
MARKET_TIME_A_TICK = 5 * BEAT


class WitnessedExchange(Exchange):
    """The demo exchange, which writes down its engines' own books as they are told."""

    def __init__(self, seed: int) -> None:
        super().__init__(load_calibrations(), seed, START)
        self.digests: dict[str, dict[int, int]] = {symbol: {} for symbol in self.listings}
        self._at = START

    def advance(self, ts: int) -> list[Event]:
        told: list[Event] = []
        while self._at + BEAT <= ts:
            self._at += BEAT
            events = super().advance(self._at)
            told += events
            for event in events:
                if isinstance(event, BookDelta) and event.last_seq % EVERY == 0:
                    symbol = event.instrument.removeprefix("demo:")
                    self.digests[symbol][event.last_seq] = digest(self.listings[symbol])
        return told


def digest(listing: Listing) -> int:
    """The engine's book in one number, from its integers: no float and no writer of ours between."""
    profile = listing.profile
    sides = []
    for side in (ASK, BID):
        levels = listing.engine.top(side)
        texts = (
            f"{_plain(tick * profile.tick_size)}:{_plain(lots * profile.lot_size)}"
            for tick, lots in levels
        )
        sides.append(",".join(texts))
    return zlib.crc32("|".join(sides).encode("ascii"))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class QuickClock:
    """Clocks that run as fast as the market is made to."""

    def __init__(self) -> None:
        self.now = START

    def time_ns(self) -> int:
        return self.now


class QuickServer(OpenFeedServer):
    """The real server, whose every tick is a quarter of a second of market time."""

    def __init__(self, source: FeedSource, quick: QuickClock) -> None:
        super().__init__(source, server="test", clock=Clock(quick.time_ns, quick.time_ns))
        self._quick = quick

    def tick(self) -> None:
        if any(client.unsent for client in self.clients):
            return  # the market waits for its reader, so that no machine is too slow for the test
        if self.clients:
            self._quick.now += MARKET_TIME_A_TICK
        super().tick()


async def _run_client(server: OpenFeedServer, messages: int) -> dict[str, Any]:
    """The client in its own process, reading the running server."""
    url = await server.start()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(CLIENT),
            url,
            f"--messages={messages}",
            f"--every={EVERY}",
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(process.communicate(), 120)
    finally:
        await server.stop()
    result: dict[str, Any] = json.loads(output)
    return result


def test_books_are_the_engines_for_100_000_messages() -> None:
    """Ten live matching engines: every rule kept, every checksum right, every book the same."""
    exchange = WitnessedExchange(seed=3)
    result = asyncio.run(_run_client(QuickServer(exchange, QuickClock()), 100_000))
    counts = result["counts"]
    assert [] == result["wrong"]
    assert sum(counts.values()) >= 100_000
    assert counts.get("checksums_failed", 0) == 0
    assert counts["checksums_ok"] > counts["delta"] / 16
    assert counts["status"] >= 2, "the instrument that halts did not"
    compared = 0
    for symbol, digests in result["digests"].items():
        expected = {int(seq): exchange.digests[symbol][int(seq)] for seq in digests}
        assert expected == {int(seq): value for seq, value in digests.items()}, symbol
        compared += len(digests)
    assert set(exchange.listings) == set(result["digests"])
    assert compared > 400


def test_the_loop_is_seamless() -> None:
    """Above what the engine matches live: the same books round after round, no step of seq missed."""
    calibrations, start = load_calibrations(), time.time_ns()
    exchange = Exchange(calibrations, 3, start, rate=20_000, loop_events=3_000)
    looped = exchange.listings[BUSY]
    assert isinstance(looped, LoopedListing)
    expected = _digests_of_a_round(looped, start)
    result = asyncio.run(_run_client(OpenFeedServer(exchange, server="test"), 40_000))
    assert [] == result["wrong"]
    digests = {int(seq): value for seq, value in result["digests"][BUSY].items()}
    assert max(digests) > 3 * looped.deltas_in_round, "the loop did not come round"
    known = {seq: expected.get((seq - 1) % looped.deltas_in_round + 1) for seq in digests}
    compared = {seq: value for seq, value in known.items() if value is not None}
    assert compared == {seq: digests[seq] for seq in compared}
    assert len(compared) > 50


def _digests_of_a_round(looped: LoopedListing, start: int) -> dict[int, int]:
    """The engine's own books over the matched part of a round; its end is its beginning."""
    listing = Listing(looped.profile, load_calibrations()["btc"], 3, start)
    digests = {looped.deltas_in_round: digest(listing)}
    told, at = 0, start
    while told < 3_000:
        at += 100 * MS
        events = listing.advance(at)
        told += len(events)
        for event in events:
            if isinstance(event, BookDelta):
                digests[event.last_seq] = digest(listing)
    return digests
