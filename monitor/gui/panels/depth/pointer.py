"""What the depth chart says of the price under the pointer: the curve there, and the cost."""

import math
from typing import NamedTuple

from monitor.market.market import Market
from monitor.model.events import Side
from monitor.studies.cost_to_trade import Cost, cost_to_price
from monitor.studies.number_format import compact, digits_of, fixed, percent

SIZES_SEEN = 25


class Reading(NamedTuple):
    """``level`` is the curve's height at the price in the unit shown, NaN where nothing is
    known or nothing rests; ``rows`` are the figures."""

    level: float
    rows: tuple[tuple[str, str], ...]


def read_at(market: Market, price: float, decimals: int, *, in_quote: bool) -> Reading | None:
    """The reading at a price, with prices of so many decimals; None where there is no mid."""
    book = market.book
    mid = book.mid
    if mid is None or price <= 0:
        return None
    side: Side = "buy" if price > mid else "sell"
    cost = cost_to_price(book, side, price)
    level = cost.notional if in_quote else cost.filled
    if cost.exhausted or not level > 0:
        level = math.nan
    row = ("price", f"{fixed(price, decimals)} ({percent(price / mid - 1)})")
    return Reading(level, (row, *_cost_rows(market, side, cost, decimals)))


def _cost_rows(
    market: Market, side: Side, cost: Cost, decimals: int
) -> tuple[tuple[str, str], ...]:
    """What trading up to there would take and cost; nothing inside the spread."""
    if not cost.filled > 0:
        return ()
    book = market.book
    digits = digits_of(market.instrument, book.tick_size, book.bids.arrays(SIZES_SEEN)[1])
    at_least = "≥ " if cost.exhausted else ""
    return (
        (side, f"{at_least}{fixed(cost.filled, digits.size)} {market.instrument.base}"),
        ("notional", f"{at_least}{compact(cost.notional, 4)} {market.instrument.quote}"),
        ("average", fixed(cost.average, decimals)),
        ("slippage", f"{fixed(cost.slippage_bps, 1)} bps"),
    )
