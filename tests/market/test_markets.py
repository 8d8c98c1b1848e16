"""Events find their market; what venues list is kept for the palette."""

from decimal import Decimal

import msgspec

from monitor.book.book import Book
from monitor.market.markets import Markets
from monitor.model.events import BookDelta, DayStats, InstrumentList, Refusal, Trade
from monitor.model.instrument import Instrument

BTC = Instrument(id="v:BTC", venue="v", symbol="BTC", base="BTC", quote="USD")
ETH = Instrument(id="v:ETH", venue="v", symbol="ETH", base="ETH", quote="USD")


def trade(instrument: str) -> Trade:
    return Trade(instrument, 1.0, 1.0, "buy", 1, 1, 1)


def stats(instrument: str, last: float) -> DayStats:
    return DayStats(instrument, 1.0, 1.0, 1.0, last, 1.0, 0.0, 1, 1)


def test_events_go_to_their_own_market() -> None:
    """One sink serves all; no market hears of another's events."""
    markets = Markets()
    btc, eth = markets.hold(BTC, Book()), markets.hold(ETH, Book())
    markets.sink([trade("v:BTC"), BookDelta("v:ETH", [], [], 1, 1, 1, 1), trade("v:ETH")])
    assert (1, 2) == (btc.version, eth.version)
    assert (1, 1) == (len(btc.tape), len(eth.tape))


def test_events_of_no_market_are_counted() -> None:
    """After a symbol was given up its last messages do no harm."""
    markets = Markets()
    markets.hold(BTC, Book())
    markets.drop("v:BTC")
    markets.sink([trade("v:BTC")])
    assert (1, None, 0) == (markets.strays, markets.get("v:BTC"), len(markets))


def test_lists_are_replaced_when_complete_and_merged_when_not() -> None:
    """A delisted symbol leaves the palette; one message about one symbol removes no other."""
    markets = Markets()
    markets.sink([InstrumentList("v", (BTC,), complete=True, ts_recv=1)])
    markets.sink([InstrumentList("v", (ETH,), complete=False, ts_recv=2)])
    assert {"v:BTC", "v:ETH"} == set(markets.instruments["v"])
    markets.sink([InstrumentList("v", (ETH,), complete=True, ts_recv=3)])
    assert {"v:ETH"} == set(markets.instruments["v"])
    assert (ETH, None) == (markets.find("v:ETH"), markets.find("v:BTC"))
    assert 3 == markets.version


def test_a_list_renews_a_held_instrument() -> None:
    """A tick size learnt later reaches the panels."""
    markets = Markets()
    market = markets.hold(BTC, Book())
    finer = msgspec.structs.replace(BTC, tick_size=Decimal("0.01"), status="halted")
    markets.sink([InstrumentList("v", (finer,), complete=True, ts_recv=1)])
    assert (finer, "halted", 1) == (market.instrument, market.status, market.version)
    assert finer == markets.find("v:BTC")


def test_day_stats_are_kept_for_every_instrument() -> None:
    """The palette shows figures of instruments nobody watches."""
    markets = Markets()
    markets.sink([stats("v:ETH", 5.0), stats("v:BTC", 6.0)])
    assert 6.0 == markets.day_stats["v:BTC"].last
    assert stats("v:BTC", 6.0) == markets.hold(BTC, Book()).day_stats
    assert 0 == markets.strays


def test_refusals_are_kept_with_or_without_an_instrument() -> None:
    """What a venue won't serve is told, whomever it concerns."""
    markets = Markets()
    market = markets.hold(BTC, Book())
    refusals = [Refusal("", "the venue is closed to your country", 1), Refusal("v:BTC", "no", 2)]
    markets.sink(refusals)
    assert refusals == list(markets.refusals)
    assert refusals[1] == market.refusal


def test_holding_again_keeps_the_tape_and_takes_the_new_book() -> None:
    """A replay or a new session goes on in the same market."""
    markets = Markets()
    market = markets.hold(BTC, Book())
    markets.sink([trade("v:BTC")])
    book = Book()
    assert market is markets.hold(BTC, book)
    assert (book, 1) == (market.book, len(market.tape))
