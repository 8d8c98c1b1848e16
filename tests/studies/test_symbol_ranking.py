"""What a typed text finds, and in which order."""

import pytest

from monitor.market.markets import Markets
from monitor.model.events import DayStats, InstrumentList
from monitor.model.instrument import Instrument
from monitor.studies.symbol_ranking import SymbolIndex, notional_of


def _one(
    venue: str, symbol: str, base: str, quote: str, *, name: str, aliases: tuple[str, ...] = ()
) -> Instrument:
    return Instrument(
        id=f"{venue}:{symbol}",
        venue=venue,
        symbol=symbol,
        base=base,
        quote=quote,
        name=name,
        aliases=aliases,
    )


LISTED = (
    _one("binance", "BTCUSDT", "BTC", "USDT", name="Bitcoin"),
    _one("binance", "ETHBTC", "ETH", "BTC", name="Ether"),
    _one("binance", "WBTCUSDT", "WBTC", "USDT", name="Wrapped Bitcoin"),
    _one("binance", "ETHUSDT", "ETH", "USDT", name="Ether"),
    _one("kraken", "BTC/USD", "BTC", "USD", aliases=("XBT",), name="Bitcoin"),
    _one("kraken", "BTC/EUR", "BTC", "EUR", aliases=("XBT",), name="Bitcoin"),
    _one("kraken", "DOGE/USD", "DOGE", "USD", aliases=("XDG",), name="Dogecoin"),
)
NOTIONAL = {
    "binance:BTCUSDT": 2e9,
    "kraken:BTC/USD": 3e8,
    "kraken:BTC/EUR": 1e8,
    "binance:ETHBTC": 5e8,
    "binance:WBTCUSDT": 4e9,
    "binance:ETHUSDT": 9e8,
}


@pytest.fixture
def index() -> SymbolIndex:
    return SymbolIndex(LISTED, NOTIONAL)


def _ids(
    index: SymbolIndex,
    text: str,
    favourites: tuple[str, ...] = (),
    recents: tuple[str, ...] = (),
) -> list[str]:
    return [one.id for one in index.search(text, favourites, recents)]


def test_a_better_match_goes_before_a_busier_one(index: SymbolIndex) -> None:
    """The coin itself stands before pairs priced in it and coins that contain its name."""
    expected = ["binance:BTCUSDT", "kraken:BTC/USD", "kraken:BTC/EUR"]
    found = _ids(index, "btc")
    assert expected == found[:3]
    assert {"binance:ETHBTC", "binance:WBTCUSDT"} <= set(found[3:])


def test_among_equals_the_busier_goes_first(index: SymbolIndex) -> None:
    """Volume decides only between equally good hits."""
    assert ["binance:ETHUSDT", "binance:ETHBTC"] == _ids(index, "eth")[:2]


@pytest.mark.parametrize("text", ["xbt/usd", "XBTUSD", "btc-usd", "btcusd", "kraken btc usd"])
def test_every_spelling_finds_the_pair(index: SymbolIndex, text: str) -> None:
    """Separators, case, aliases and the venue's name are all ways to say it."""
    assert "kraken:BTC/USD" in _ids(index, text)[:2]


def test_a_name_finds_its_coin(index: SymbolIndex) -> None:
    """People know coins by names."""
    assert ["kraken:DOGE/USD"] == _ids(index, "dogec")


@pytest.mark.parametrize("text", ["bitcion", "dogge"])
def test_a_misspelling_is_forgiven(index: SymbolIndex, text: str) -> None:
    """Two letters changed round, or one too many, still find something."""
    assert _ids(index, text)


def test_every_word_must_fit(index: SymbolIndex) -> None:
    """A second word narrows the search; it never widens it."""
    assert {"kraken"} == {one.partition(":")[0] for one in _ids(index, "btc kraken")}
    assert [] == _ids(index, "btc zzzz")


def test_favourites_then_recents_lead_among_equals(index: SymbolIndex) -> None:
    """What the user comes back to is at hand, with and without a text."""
    found = _ids(index, "btc", favourites=("kraken:BTC/EUR",), recents=("kraken:BTC/USD",))
    assert ["kraken:BTC/EUR", "kraken:BTC/USD", "binance:BTCUSDT"] == found[:3]
    found = _ids(index, "", favourites=("kraken:DOGE/USD",), recents=("binance:ETHBTC",))
    assert ["kraken:DOGE/USD", "binance:ETHBTC", "binance:WBTCUSDT"] == found[:3]
    assert len(LISTED) == len(found)


@pytest.mark.parametrize("text", ["\x01", "\x05\x04", "(", "[a-", "…", "ß" * 60, "/"])
def test_odd_signs_find_nothing_and_break_nothing(index: SymbolIndex, text: str) -> None:
    """What is typed is never a pattern."""
    assert isinstance(_ids(index, text), list)


def test_no_volume_told_most_looked_for_first() -> None:
    """Without figures the order is no alphabet's, and the same at every start."""
    acme = _one("demo", "ACME", "ACME", "USD", name="Acme")
    index = SymbolIndex((acme, *LISTED), {})
    found = _ids(index, "")
    assert ["kraken:BTC/USD", "kraken:DOGE/USD", "binance:BTCUSDT"] == found[:3]
    assert found.index("demo:ACME") > found.index("binance:ETHUSDT")


def test_without_a_text_the_venue_at_hand_leads(index: SymbolIndex) -> None:
    """Favourites and recents go before it; a text asks for what fits, wherever it is."""
    found = index.search("", ("binance:ETHBTC",), venue="kraken")
    expected = ["binance:ETHBTC", "kraken:BTC/USD", "kraken:BTC/EUR", "kraken:DOGE/USD"]
    assert expected == [one.id for one in found[:4]]
    assert "binance:BTCUSDT" == index.search("btc", venue="kraken")[0].id


def test_a_few_volumes_order_nothing() -> None:
    """Which came first is chance; once most of a venue's are told, they count."""
    markets = Markets()
    kraken = tuple(one for one in LISTED if one.venue == "kraken")
    markets.sink([InstrumentList("kraken", kraken, True, 1)])
    markets.sink([_stats("kraken:DOGE/USD")])
    assert {} == notional_of(markets)
    markets.sink([_stats("kraken:BTC/EUR")])
    assert {"kraken:DOGE/USD", "kraken:BTC/EUR"} == set(notional_of(markets))


def _stats(instrument: str) -> DayStats:
    return DayStats(instrument, 1.0, 1.0, 1.0, 1.0, 5.0, 0.0, 1, 1)
