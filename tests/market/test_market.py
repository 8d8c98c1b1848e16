"""A market holds what its events said, and its version tells that something came."""

from decimal import Decimal

from monitor.book.book import Book
from monitor.market.candle_series import CLOSED, FROM_VENUE, PARTIAL
from monitor.market.depth_history import STEP
from monitor.market.market import Market
from monitor.model.events import (
    BookDelta,
    Candle,
    CandleHistory,
    DayStats,
    Event,
    Funding,
    Liquidation,
    OpenInterest,
    Quote,
    Refusal,
    StatusChange,
    Trade,
)
from monitor.model.instrument import Instrument
from monitor.model.time import MINUTE, SECOND
from monitor.model.verdict import Proof, State, Verdict

INSTRUMENT = Instrument(id="v:S", venue="v", symbol="S", base="S", quote="USD")


class FixedJudge:
    """Says the same whatever the time."""

    def __init__(self, state: State) -> None:
        self.state = state

    def verdict(self, now: int) -> Verdict:
        return Verdict(self.state, Proof.SEQUENCE, fresh=now)


def trade(
    number: int,
    ts: int,
    price: float = 100.0,
    *,
    backfill: bool = False,
    aggregate: bool = False,
) -> Trade:
    return Trade("v:S", price, 1.0, "buy", number, ts, ts, aggregate, backfill)


def market() -> Market:
    return Market(INSTRUMENT, Book(Decimal("0.5")), FixedJudge(State.LIVE))


def partial(market: Market) -> list[bool]:
    return [bool(flags & PARTIAL) for flags in market.candles(SECOND).view().flags.tolist()]


def test_each_event_raises_the_version_and_lands_in_its_place() -> None:
    """What came last of each kind can be read, and each event is one version."""
    quote = Quote("v:S", 99.5, 1.0, 100.5, 2.0, 1, 2)
    stats = DayStats("v:S", 1.0, 2.0, 0.5, 1.5, 9.0, 0.5, 1, 2)
    funding = Funding("v:S", 0.0001, 9, 1, 2)
    interest = OpenInterest("v:S", 12.0, 1, 2)
    liquidation = Liquidation("v:S", 100.0, 1.0, "sell", 1, 2)
    refusal = Refusal("v:S", "the venue does not know S", 2)
    events: list[Event] = [
        quote,
        stats,
        funding,
        interest,
        liquidation,
        StatusChange("v:S", "halted", 1, 2),
        refusal,
        BookDelta("v:S", [], [], 1, 1, 1, 2),
        trade(1, 5, 101.5),
    ]
    one = market()
    for event in events:
        one.apply(event)
    assert len(events) == one.version
    assert (quote, stats, funding, interest, refusal) == (
        one.quote,
        one.day_stats,
        one.funding,
        one.open_interest,
        one.refusal,
    )
    assert [liquidation] == list(one.liquidations)
    assert ("halted", 101.5, 1) == (one.status, one.last_price, len(one.tape))


def test_best_prices_come_from_the_book_else_from_the_quotes() -> None:
    """A book is the better witness; without one the quote stream has to do."""
    one = market()
    assert (None, None) == one.best()
    one.apply(Quote("v:S", 99.5, 1.0, 0.0, 0.0, 1, 2))
    assert (99.5, None) == one.best()
    one.book.replace([(98.0, 1.0)], [(99.0, 1.0)])
    assert (98.0, 99.0) == one.best()


def test_candles_of_a_new_interval_begin_with_what_is_known() -> None:
    """Changing the timeframe shows at once what the trades so far make."""
    one = market()
    for k in range(120):
        one.apply(trade(k, k * SECOND, 100.0 + k))
    minutes = one.candles(MINUTE)
    one.apply(trade(120, 120 * SECOND, 7.0))
    view = minutes.view()
    assert [0, MINUTE, 2 * MINUTE] == view.ts_open.tolist()
    assert [159.0, 219.0, 7.0] == view.close.tolist()
    assert [PARTIAL | CLOSED, CLOSED, 0] == view.flags.tolist()
    assert minutes is one.candles(MINUTE)


def test_coarser_candles_use_the_series_that_reaches_back_furthest() -> None:
    """A backfilled minute chart makes a full five-minute chart without asking again."""
    one = market()
    one.apply(trade(1, 10 * MINUTE))
    past = tuple(
        Candle("v:S", MINUTE, k * MINUTE, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1, closed=True)
        for k in range(10)
    )
    one.apply(CandleHistory("v:S", MINUTE, past, 0))
    view = one.candles(5 * MINUTE).view()
    assert [0, 5 * MINUTE, 10 * MINUTE] == view.ts_open.tolist()
    assert [10.0, 10.0, 1.0] == view.volume.tolist()
    assert [FROM_VENUE | CLOSED, FROM_VENUE | CLOSED, PARTIAL] == view.flags.tolist()


def test_a_new_connection_makes_the_candles_around_it_partial() -> None:
    """Nobody knows what was traded while the line was cut."""
    one = market()
    for k in range(3):
        one.apply(trade(k, k * SECOND))
    one.book.clear()
    for k in range(5, 7):
        one.apply(trade(k, k * SECOND))
    assert [True, False, True, True, False] == partial(one)


def test_resent_trades_bridge_a_new_connection() -> None:
    """Where the venue resends trades back to one we have, nothing was missed."""
    one = market()
    for k in range(3):
        one.apply(trade(k, k * SECOND))
    one.book.clear()
    for k in range(1, 6):
        one.apply(trade(k, k * SECOND, backfill=True))
    one.apply(trade(6, 6 * SECOND))
    assert [True, *[False] * 6] == partial(one)
    assert [1.0] * 7 == one.candles(SECOND).view().volume.tolist()
    assert 2 == one.tape.duplicates


def test_resent_trades_that_reach_too_short_leave_the_hole() -> None:
    """Past trades that don't meet ours prove nothing."""
    one = market()
    one.apply(trade(0, 0))
    one.apply(trade(1, SECOND))
    one.book.clear()
    one.apply(trade(5, 5 * SECOND, backfill=True))
    one.apply(trade(6, 6 * SECOND))
    assert [True, True, True, False] == partial(one)
    assert [(0, 6 * SECOND)] == one.candles(SECOND).holes()


def test_aggregates_are_not_added_to_single_trades() -> None:
    """A venue that sends both says the same volume twice."""
    one = market()
    one.apply(trade(1, 1))
    one.apply(trade(100, 1, aggregate=True))
    assert (1, 1) == (len(one.tape), one.aggregates_skipped)


def test_backfilled_trade_does_not_become_the_last_price() -> None:
    """The last price is the newest by the venue's time."""
    one = market()
    one.apply(trade(2, 20, 102.0))
    one.apply(trade(1, 10, 101.0, backfill=True))
    assert 102.0 == one.last_price


def test_depth_history_is_sampled_once_a_step() -> None:
    """At any frame rate there is one column a step, and no other panel draws for it."""
    one = market()
    one.book.replace([(98.0, 1.0)], [(99.0, 1.0)])
    one.sample_depth(0, 0)
    history = one.keep_depth_history(Decimal("0.5"), 16, 8)
    for now in range(0, 3 * STEP, STEP // 6):
        one.sample_depth(now, now)
    assert (3, 0) == (history.count, one.version)
    assert history is one.keep_depth_history(Decimal("0.5"), 16, 8)
    assert history is not one.keep_depth_history(Decimal("1.0"), 16, 8)


def test_verdict_is_the_judges() -> None:
    """A market judges nothing itself; with no judge it is connecting."""
    assert State.LIVE is market().verdict(5).state
    assert State.CONNECTING is Market(INSTRUMENT, Book()).verdict(5).state
