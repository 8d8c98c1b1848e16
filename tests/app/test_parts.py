"""The small parts of the commands: sums, search, tables, plug-ins, folders."""

from decimal import Decimal
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.app import paths, plugins
from monitor.app.cli import parse_duration, parse_offsets
from monitor.app.recordings import lasted_words
from monitor.app.symbol_search import close_symbols, search
from monitor.app.terminal import plain, table
from monitor.app.trade_tally import TradeTally
from monitor.feeds.feed_error import FeedError
from monitor.model.events import Side, Trade
from monitor.model.instrument import Instrument

LISTED = [
    Instrument(id=f"v:{symbol}", venue="v", symbol=symbol, base=base, quote=quote, **more)
    for symbol, base, quote, more in (
        ("BTC/USD", "BTC", "USD", {"aliases": ("XBT",), "name": "Bitcoin"}),
        ("ETH/BTC", "ETH", "BTC", {}),
        ("WBTC/USD", "WBTC", "USD", {}),
        ("SOL/EUR", "SOL", "EUR", {"name": "Solana"}),
    )
]


def trade(price: str, size: str, side: Side, *, aggregate: bool = False) -> Trade:
    return Trade("v:A", float(price), float(size), side, 1, 0, 0, aggregate, exact=(price, size))


@given(st.lists(st.tuples(st.integers(0, 10**40), st.sampled_from(["buy", "sell"]))))
def test_sums_are_exact(prints: list[tuple[int, Side]]) -> None:
    """Volumes are the exact sums of decimals, however many digits they have."""
    tally = TradeTally()
    for size, side in prints:
        tally.add(trade("1", of_1e20(size), side))
    assert {
        "count": len(prints),
        "volume": of_1e20(sum(size for size, _ in prints)),
        "buy_volume": of_1e20(sum(size for size, side in prints if side == "buy")),
    }.items() <= tally.report().items()


def of_1e20(scaled: int) -> str:
    """A whole number of 1e-20 as a decimal text without trailing zeros."""
    text = f"{scaled:021d}"
    whole, rest = text[:-20], text[-20:].rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def test_single_prints_go_before_aggregates() -> None:
    """Where both are sent they tell of the same prints; alone, aggregates count."""
    tally = TradeTally()
    tally.add(trade("5", "3", "buy", aggregate=True))
    assert (1, "3") == (tally.count, tally.report()["volume"])
    tally.add(trade("5", "1", "buy"))
    tally.add(trade("6", "2", "sell"))
    assert {
        "count": 2,
        "volume": "3",
        "buy_volume": "1",
        "first_price": "5",
        "last_price": "6",
    } == tally.report()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("btc/usd", ["BTC/USD", "WBTC/USD"]),
        ("btcusd", ["BTC/USD", "WBTC/USD"]),
        ("xbtusd", ["BTC/USD"]),
        ("btc", ["BTC/USD", "ETH/BTC", "WBTC/USD"]),
        ("sola", ["SOL/EUR"]),
        ("eur", ["SOL/EUR"]),
        ("zzz", []),
        ("", ["BTC/USD", "ETH/BTC", "SOL/EUR", "WBTC/USD"]),
    ],
)
def test_search_finds_parts_and_ranks_them(text: str, found: list[str]) -> None:
    """By symbol, base, quote, name or alias, whatever the case or the separator; nearest first."""
    assert found == [one.symbol for one in search(text, LISTED)]


def test_a_mistyped_symbol_has_neighbours() -> None:
    """What was perhaps meant."""
    assert ["BTC/USD"] == close_symbols("btcusf", LISTED, most=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("BTC/USD", "BTC/USD"),
        ("\x1b[31mred\x07", "?[31mred?"),
        ("a\u202eb\u200b", "a?b?"),
        ("x" * 100, "x" * 59 + "…"),
        ("币安人生USDT", "币安人生USDT"),
    ],
)
def test_venue_text_is_made_plain(text: str, shown: str) -> None:
    """No text of a venue moves the cursor, turns the line or fills the screen."""
    assert shown == plain(text)


def test_tables_are_aligned() -> None:
    """Numbers end flush, wide characters take two columns."""
    assert "币   n\na   10\nbb   5" == table(["币", "n"], [["a", "10"], ["bb", "5"]], right=[1])


def test_arguments_are_exact() -> None:
    """Offsets are decimals, durations are seconds."""
    assert [Decimal(5), Decimal("86.516"), Decimal("0.5")] == parse_offsets("+5s,+86.516s,.5")
    assert [60, 300, 5400, 7] == [parse_duration(text) for text in ("60s", "5m", "1.5h", "7")]


def test_a_venue_that_breaks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in that can't be loaded, or is none, costs a sentence that names it."""
    points = {
        "gone": EntryPoint("gone", "monitor.no_such_module:X", plugins.VENUES),
        "wrong": EntryPoint("wrong", "monitor.app.plugins:log", plugins.VENUES),
    }
    monkeypatch.setattr(plugins, "_entry_points", lambda *_: points)
    with pytest.raises(FeedError, match="'gone' could not be loaded: No module named"):
        plugins.protocol_of("gone")
    with pytest.raises(FeedError, match="'wrong' was no VenueProtocol"):
        plugins.protocol_of("wrong")
    monkeypatch.setattr(plugins, "_entry_points", lambda *_: {})
    with pytest.raises(FeedError, match="no venue is installed"):
        plugins.protocol_of("any")


def test_how_long_a_recording_lasted() -> None:
    """In the units a person would use."""
    told = [lasted_words(seconds) for seconds in (0.2, 42.4, 59.6, 303, 3_600, 7_530)]
    assert ["0 s", "42 s", "1 min 0 s", "5 min 3 s", "1 h 0 min", "2 h 5 min"] == told


def test_folders_are_the_users_own() -> None:
    """State and settings lie apart, under the user's home."""
    assert paths.state_folder() != paths.config_folder()
    assert "depthscope" in str(paths.state_folder())
