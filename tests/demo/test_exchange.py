"""The demo exchange tells, as events, exactly what its engines hold; the same for a seed."""

from collections.abc import Mapping

import pytest

from monitor.demo.engine import ASK, BID
from monitor.demo.exchange import Exchange
from monitor.demo.instruments import BUSY, PROFILES
from monitor.demo.listing import FALLEN_BEHIND, Listing
from monitor.demo.loop import LoopedListing
from monitor.demo.profile import Calibration
from monitor.model.events import BookDelta, BookSnapshot, Event, Quote, StatusChange, Trade
from monitor.model.time import DAY, MS, SECOND

START = 1_764_072_000 * SECOND

Calibrations = Mapping[str, Calibration]


def run(exchange: Exchange | Listing, seconds: float, stride: int = 100 * MS) -> list[Event]:
    events: list[Event] = []
    for number in range(1, int(seconds * SECOND / stride) + 1):
        events += exchange.advance(START + number * stride)
    return events


class Followed:
    """A book kept from events alone."""

    def __init__(self, snapshot: BookSnapshot) -> None:
        self.seq = snapshot.last_seq
        self.bids, self.asks = dict(snapshot.bids), dict(snapshot.asks)

    def apply(self, delta: BookDelta) -> None:
        assert self.seq + 1 == delta.first_seq == delta.last_seq
        self.seq = delta.last_seq
        for side, levels in ((self.bids, delta.bids), (self.asks, delta.asks)):
            for price, size in levels:
                if size:
                    side[price] = size
                else:
                    del side[price]
        assert max(self.bids) < min(self.asks)

    def levels(self) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.symbol)
def test_deltas_lead_to_the_engines_book(profile: object, calibrations: Calibrations) -> None:
    """For every instrument: no step missed, never crossed, no level deleted that was not there."""
    chosen = next(one for one in PROFILES if one is profile)
    listing = Listing(chosen, calibrations[chosen.like], 5, START)
    followed = Followed(listing.book(START))
    events = run(listing, 20)
    for event in [*events, *listing.settle(START + 20 * SECOND)]:
        if isinstance(event, BookDelta):
            followed.apply(event)
    book = listing.book(START)
    assert (book.bids, book.asks) == followed.levels()
    assert book.last_seq == followed.seq
    times = [event.ts_event for event in events if isinstance(event, Trade | Quote | BookDelta)]
    assert sorted(times) == times
    assert START <= times[0]
    assert times[-1] <= START + 20 * SECOND


def test_numbers_lie_on_the_grid(calibrations: Calibrations) -> None:
    """Prices are whole ticks and sizes whole lots, as exact decimals."""
    exchange = Exchange(calibrations, 2, START)
    grids = {one.id: (one.tick_size, one.lot_size) for one in exchange.instruments()}
    for event in run(exchange, 5):
        if isinstance(event, Trade):
            tick, lot = grids[event.instrument]
            assert tick is not None
            assert lot is not None
            assert event.exact_price % tick == 0
            assert event.exact_size % lot == 0
            assert event.exact_size > 0


def test_a_seed_tells_one_story(calibrations: Calibrations) -> None:
    """The same seed gives the same events, however often the exchange is asked; another gives others."""
    events = run(Exchange(calibrations, 1, START), 6)
    by_instrument = sorted(events, key=lambda event: event.instrument)  # type: ignore[union-attr]
    finely = sorted(
        run(Exchange(calibrations, 1, START), 6, 7 * MS),
        key=lambda event: event.instrument,  # type: ignore[union-attr]
    )
    shown = [one for one in by_instrument if one.ts_event <= START + 5 * SECOND]  # type: ignore[union-attr]
    assert shown == [one for one in finely if one.ts_event <= START + 5 * SECOND]  # type: ignore[union-attr]
    assert events != run(Exchange(calibrations, 2, START), 6)


def test_quotes_are_the_best_of_the_book(calibrations: Calibrations) -> None:
    """After each stride the last quote told is the engine's best bid and ask."""
    exchange = Exchange(calibrations, 4, START, profiles=PROFILES[:2])
    listing = exchange.listings[BUSY]
    told = exchange.quote(BUSY, START)
    for number in range(1, 300):
        for event in exchange.advance(START + number * 20 * MS):
            if isinstance(event, Quote) and event.instrument == listing.words.id:
                told = event
        bid, ask = listing.engine.top(BID, 1)[0], listing.engine.top(ASK, 1)[0]
        expected = (*listing.words.levels([bid])[0], *listing.words.levels([ask])[0])
        assert expected == (told.bid_price, told.bid_size, told.ask_price, told.ask_size)


def test_the_paused_one_halts_and_resumes(calibrations: Calibrations) -> None:
    """It says so, tells nothing in between, and goes on with the same book."""
    profile = next(one for one in PROFILES if one.halts)
    assert profile.halts is not None
    listing = Listing(profile, calibrations[profile.like], 1, START)
    cycle = profile.halts.trade_s + profile.halts.pause_s
    events = run(listing, cycle + 5)
    changes = [event for event in events if isinstance(event, StatusChange)]
    assert ["halted", "trading"] == [event.status for event in changes]
    halt, resume = (change.ts_event for change in changes)
    assert [] == [
        event
        for event in events
        if halt < event.ts_event < resume  # type: ignore[union-attr]
    ]
    assert any(event.ts_event > resume for event in events if isinstance(event, Trade))
    followed = Followed(Listing(profile, calibrations[profile.like], 1, START).book(START))
    for event in events:
        if isinstance(event, BookDelta):
            followed.apply(event)


def test_a_machine_that_slept_is_not_made_up_for(calibrations: Calibrations) -> None:
    """After a long pause trading goes on from now; the hour between had no trades."""
    listing = Listing(PROFILES[0], calibrations["btc"], 1, START)
    run(listing, 2)
    woken = START + 3_600 * SECOND
    assert [] == listing.advance(woken)
    later: list[Event] = []
    for number in range(1, 30):
        later += listing.advance(woken + number * 100 * MS)
    assert later
    assert all(event.ts_event >= woken - FALLEN_BEHIND for event in later)  # type: ignore[union-attr]


def test_only_the_perpetual_is_funded(calibrations: Calibrations) -> None:
    """Its rate is small and due at a whole multiple of eight hours."""
    exchange = Exchange(calibrations, 1, START)
    funded = {one: exchange.funding(one, START) for one in exchange.listings}
    perpetuals = [one.symbol for one in PROFILES if one.kind == "perpetual"]
    assert perpetuals == [symbol for symbol, funding in funded.items() if funding]
    funding = funded[perpetuals[0]]
    assert funding is not None
    assert abs(funding.value) < 0.001
    assert funding.ts_next > START
    assert funding.ts_next % (DAY // 3) == 0


def test_eight_unlike_instruments() -> None:
    """Kinds, ticks and lots differ, and no two share a symbol."""
    assert len({one.symbol for one in PROFILES}) == len(PROFILES) >= 8
    assert {one.kind for one in PROFILES} >= {"spot", "perpetual", "stock", "forex"}
    assert len({(one.tick_size, one.lot_size) for one in PROFILES}) >= 8


def test_stats_are_of_the_last_day(calibrations: Calibrations) -> None:
    """Volume grows by what is traded, and the last price is the last trade's."""
    exchange = Exchange(calibrations, 1, START)
    before = exchange.stats(BUSY, START)
    traded = [
        event
        for event in run(exchange, 5)
        if isinstance(event, Trade) and event.instrument == f"demo:{BUSY}"
    ]
    now = exchange.stats(BUSY, START + 5 * SECOND)
    assert traded[-1].price == now.last
    assert now.low <= now.last <= now.high
    assert before.low <= before.open <= before.high
    assert round(now.last / now.open - 1, 6) == now.change


@pytest.mark.parametrize("rate", [10.0, 119.2, 1_000.0])
def test_a_rate_is_kept(rate: float, calibrations: Calibrations) -> None:
    """Over a while the busy instrument tells about that many events a second."""
    seconds = 24_000 / rate
    exchange = Exchange(calibrations, 1, START, rate=rate, profiles=PROFILES[:1])
    events = run(exchange, seconds, min(SECOND, int(seconds * SECOND) // 100))
    assert abs(len(events) / seconds / rate - 1) < 0.3


def test_a_loop_is_told_evenly_and_seamlessly(calibrations: Calibrations) -> None:
    """Round after round: exact rate, rising ids, no crossed book, and the opening book again."""
    exchange = Exchange(
        calibrations, 1, START, rate=20_000, profiles=PROFILES[:1], loop_events=2_000
    )
    listing = exchange.listings[BUSY]
    assert isinstance(listing, LoopedListing)
    opening = listing.book(START)
    followed = Followed(opening)
    ids = []
    told = 0
    while told < 3 * len(listing):
        told += 1
        (event,) = listing.advance(START + told * SECOND // 20_000)
        if isinstance(event, BookDelta):
            followed.apply(event)
        if isinstance(event, Trade):
            ids.append(event.trade_id)
        if told % len(listing) == 0:
            assert (opening.bids, opening.asks) == followed.levels()
            assert (opening.bids, opening.asks) == (listing.book(0).bids, listing.book(0).asks)
    assert list(range(1, len(ids) + 1)) == ids
    assert listing.stats(START + SECOND).volume > 0
