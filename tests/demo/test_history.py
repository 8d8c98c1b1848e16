"""The past is full, ends where the present begins, and is one past whatever the interval."""

from collections.abc import Mapping

import numpy as np
import pytest

from monitor.demo.engine import BID
from monitor.demo.exchange import Exchange
from monitor.demo.history import COLUMNS, DAYS, Rows, Tally, grouped
from monitor.demo.instruments import PROFILES
from monitor.demo.profile import Calibration
from monitor.model.events import Candle, Trade
from monitor.model.time import DAY, HOUR, MINUTE, MS, SECOND

START = 1_764_072_000 * SECOND + 37 * SECOND + 123_456_789
SYMBOLS = [one.symbol for one in PROFILES]


@pytest.fixture(scope="module")
def exchange(calibrations: Mapping[str, Calibration]) -> Exchange:
    """After half a minute of trading."""
    made = Exchange(calibrations, 1, START)
    for number in range(1, 301):
        made.advance(START + number * 100 * MS)
    return made


NOW = START + 30 * SECOND


def candles(exchange: Exchange, symbol: str, interval: int, limit: int) -> list[Candle]:
    return exchange.candles(symbol, interval, NOW + 1, limit, NOW)


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize(
    ("short", "long"), [(SECOND, MINUTE), (MINUTE, HOUR), (5 * SECOND, MINUTE)]
)
def test_intervals_agree(exchange: Exchange, symbol: str, short: int, long: int) -> None:
    """A longer candle is the sum of the shorter ones, over past and live trades alike."""
    wholes = candles(exchange, symbol, long, 3)
    parts = candles(exchange, symbol, short, 4 * long // short)
    for whole in wholes:
        within = [one for one in parts if whole.ts_open <= one.ts_open < whole.ts_open + long]
        traded = [one for one in within if one.trades]
        assert sum(one.trades for one in within) == whole.trades
        assert sum(one.volume for one in within) == pytest.approx(whole.volume)
        if traded:
            assert traded[0].open == whole.open
            assert traded[-1].close == whole.close
            assert max(one.high for one in traded) == whole.high
            assert min(one.low for one in traded) == whole.low


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_charts_are_full_at_once(exchange: Exchange, symbol: str) -> None:
    """Every interval has its candles, one after another, each with sense in it."""
    for interval, limit in ((SECOND, 500), (MINUTE, 500), (HOUR, 500), (DAY, DAYS)):
        found = candles(exchange, symbol, interval, limit)
        assert limit == len(found)
        opens = [one.ts_open for one in found]
        assert list(range(opens[0], opens[-1] + interval, interval)) == opens
        assert opens[-1] <= NOW < opens[-1] + interval
        assert [True] * (limit - 1) + [False] == [one.closed for one in found]
        for one in found:
            assert 0 < one.low <= min(one.open, one.close)
            assert max(one.open, one.close) <= one.high
            assert 0 <= one.buy_volume <= one.volume
            assert (one.trades == 0) == (one.volume == 0)


def test_the_past_ends_at_the_opening(calibrations: Mapping[str, Calibration]) -> None:
    """The last second before trading closes at the price trading begins with."""
    made = Exchange(calibrations, 1, START)
    for symbol, listing in made.listings.items():
        last = made.candles(symbol, SECOND, START // SECOND * SECOND, 1, START)[-1]
        assert listing.words.price(listing.engine.top(BID, 1)[0][0]) == last.close


def test_live_candles_are_the_trades(calibrations: Mapping[str, Calibration]) -> None:
    """The seconds since the start hold exactly the trades that were told."""
    made = Exchange(calibrations, 1, START, profiles=PROFILES[:1])
    told = [
        event
        for number in range(1, 101)
        for event in made.advance(START + number * 100 * MS)
        if isinstance(event, Trade)
    ]
    now = START + 10 * SECOND
    for candle in made.candles(SYMBOLS[0], SECOND, now, 9, now):
        within = [one for one in told if one.ts_event // SECOND * SECOND == candle.ts_open]
        assert len(within) == candle.trades
        assert sum(one.size for one in within) == pytest.approx(candle.volume)
        bought = sum(one.size for one in within if one.side == "buy")
        assert bought == pytest.approx(candle.buy_volume)


def test_a_seed_has_one_past(calibrations: Mapping[str, Calibration]) -> None:
    """The same for the same seed, another for another."""
    pasts = [
        Exchange(calibrations, seed, START).candles(SYMBOLS[0], HOUR, START, 100, START)
        for seed in (1, 1, 2)
    ]
    assert pasts[0] == pasts[1]
    assert pasts[0] != pasts[2]


def test_a_prepared_past_is_the_same_past(calibrations: Mapping[str, Calibration]) -> None:
    """Made day by day beforehand or when asked for: no difference; and it comes to an end."""
    asked, prepared = (Exchange(calibrations, 1, START, profiles=PROFILES[:1]) for _ in range(2))
    days = 0
    while prepared.listings[SYMBOLS[0]].history.prepare():
        days += 1
    assert DAYS + 1 == days
    pasts = [one.candles(SYMBOLS[0], DAY, START, DAYS, START) for one in (asked, prepared)]
    assert pasts[0] == pasts[1]


def test_nothing_before_the_first_day(exchange: Exchange) -> None:
    """Asked for more than there is, it gives what there is."""
    found = candles(exchange, SYMBOLS[0], DAY, 5_000)
    assert DAYS + 1 == len(found)
    assert [] == exchange.candles(SYMBOLS[0], DAY, START - 100 * DAY, 10, NOW)


def test_a_tally_forgets_its_older_half() -> None:
    """It tells from which second on it still knows all."""
    tally = Tally(1)
    for second in range(100):
        tally.add(second, 5, 2, buy=True)
    assert tally.trim(100) == -1
    assert tally.trim(80) == 40
    assert [40, 41] == tally.since(0)[:2, 0].tolist()


def test_grouping_nothing() -> None:
    """No rows stay no rows."""
    empty: Rows = np.zeros((0, COLUMNS), np.int64)
    assert len(grouped(empty, 60)) == 0
