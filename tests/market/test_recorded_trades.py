"""Real trades, as Binance sent them, make the candles their venue's own totals ask for."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.book.book import Book
from monitor.market.market import Market
from monitor.model.events import Trade
from monitor.model.instrument import Instrument
from monitor.model.time import HOUR, MINUTE, MS, SECOND

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

INSTRUMENT = Instrument(
    id="binance:BTCUSDT", venue="binance", symbol="BTCUSDT", base="BTC", quote="USDT"
)


def recorded_trades(file: Path) -> Iterator[Trade]:
    with zstd.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            told = json.loads(line, parse_float=str)
            data = told.get("m", {}).get("data", {})
            if told.get("k") == "in" and data.get("e") == "trade":
                yield Trade(
                    INSTRUMENT.id,
                    float(data["p"]),
                    float(data["q"]),
                    # m: the buyer was the maker, so the aggressor sold.
                    "sell" if data["m"] else "buy",
                    data["t"],
                    data["T"] * MS,
                    told["t"],
                )


@pytest.mark.parametrize("interval", [SECOND, 5 * SECOND, MINUTE, HOUR])
def test_candles_add_up_to_the_recordings_totals(shared_data: Path, interval: int) -> None:
    """At any interval the candles hold every trade once, on its side, first to last."""
    told = json.loads((shared_data / "binance/btcusdt_20240808.expected.json").read_text("utf-8"))
    expected = told["trades"]["BTCUSDT"]
    market = Market(INSTRUMENT, Book(Decimal("0.01")))
    for trade in recorded_trades(shared_data / "binance/btcusdt_20240808.jsonl.zst"):
        market.apply(trade)
    candles = market.candles(interval).view()
    assert expected["count"] == int(candles.trades.sum()) == market.tape.count
    assert float(expected["volume"]) == pytest.approx(float(candles.volume.sum()))
    assert float(expected["buy_volume"]) == pytest.approx(float(candles.buy_volume.sum()))
    rows = market.tape.view()
    exact = sum((rows.exact_at(row)[1] for row in range(len(rows.size))), Decimal(0))
    assert Decimal(expected["volume"]) == exact
    assert float(rows.price.max()) == float(candles.high.max())
    assert float(rows.price[-1]) == float(candles.close[-1]) == market.last_price
