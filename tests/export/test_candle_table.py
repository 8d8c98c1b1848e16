"""The exported candles are the market's, digit for digit."""

from decimal import Decimal

from monitor.export.candle_table import COLUMNS, candle_table
from monitor.model.time import SECOND
from tests.gui.markets import CHEAP, DEAR, market, past, trade

START = 1_723_161_600 * SECOND


def test_prices_and_sums_are_exact() -> None:
    """0.1 and 0.2 make 0.3 where the lot says so; a cheap price keeps its digits."""
    held = market(CHEAP)
    for size in (0.1, 0.2):
        held.apply(trade(held, START, float(CHEAP), size))
    held.apply(trade(held, START + SECOND, 0.00001233, 5.0, "sell"))
    table = candle_table(held.candles(SECOND), held.instrument)
    assert COLUMNS == table.columns
    price = ("0.00001234",) * 4
    expected = ("2024-08-09T00:00:00.000Z", *price, "0.3", "0.3", "2", "trades", "no")
    assert expected == tuple(table.rows[0])
    assert "0" == table.rows[1][6]


def test_what_the_venue_told_says_so() -> None:
    """Source and completeness stand beside each candle; the forming one is not complete."""
    held = market(DEAR)
    past(held, SECOND, START - 5 * SECOND, 5, float(DEAR), 10.0)
    for second in range(3):
        held.apply(trade(held, START + second * SECOND, float(DEAR)))
    rows = candle_table(held.candles(SECOND), held.instrument).rows
    assert ["venue"] * 5 + ["trades"] * 3 == [row[8] for row in rows]
    assert ["yes"] * 5 + ["no", "yes", "no"] == [row[9] for row in rows]
    columns = held.candles(SECOND).view()
    assert [Decimal(repr(price)) for price in columns.close.tolist()] == [
        Decimal(row[4]) for row in rows
    ]
