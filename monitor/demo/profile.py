"""What the order flow is to be like: the calibration's numbers, and an instrument's own."""

from bisect import bisect_left
from decimal import Decimal
from math import exp, log

import msgspec

from monitor.model.instrument import Kind

Quantiles = tuple[tuple[float, float], ...]
"""Pairs of share (0 to 1) and value, rising."""

TABLE = 2_048


class Rate(msgspec.Struct, frozen=True):
    """How often something happens: the mean a second, and the counts of whole seconds."""

    mean: float
    quantiles: Quantiles


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured on one real market; sizes in base units, offsets in its ticks."""

    ticks_per_bps: float
    volatility_bps: float
    messages_per_s: Rate
    quotes_per_s: Rate
    trades_per_s: Rate
    books_per_s: float
    levels_per_update: Quantiles
    share_of_deletes: float
    offset_ticks: Quantiles
    level_size: Quantiles
    trade_size: Quantiles
    multi_trade_ms_share: float
    spread_ticks: Quantiles
    bid_size_within_bps: tuple[tuple[float, float], ...]
    ask_size_within_bps: tuple[tuple[float, float], ...]


class Halts(msgspec.Struct, frozen=True):
    """Trading pauses for ``pause_s`` after every ``trade_s`` of trading."""

    trade_s: int
    pause_s: int
    reason: str


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument of the demo: what it is, and how it differs from its calibration.

    ``activity`` multiplies all rates, ``size_factor`` all sizes. ``spread_ticks`` is
    the usual spread, ``volatility`` multiplies the price's moves.
    """

    symbol: str
    name: str
    base: str
    quote: str
    kind: Kind = "spot"
    tick_size: Decimal
    lot_size: Decimal
    price: Decimal
    like: str = "btc"
    activity: float = 1.0
    size_factor: float = 1.0
    spread_ticks: int = 1
    volatility: float = 1.0
    book_interval_ms: int = 100
    halts: Halts | None = None
    aliases: tuple[str, ...] = ()


def table(quantiles: Quantiles, offset: float, top: float = 1.0) -> list[float]:
    """The values at TABLE even shares up to ``top``; between quantiles log(value + offset) is linear.

    Drawing one at random draws from the distribution the quantiles were taken of.
    """
    return [_value((i + 0.5) / TABLE * top, quantiles, offset) for i in range(TABLE)]


def share_below(value: float, quantiles: Quantiles) -> float:
    """The share of the distribution that lies below ``value``, linear between quantiles."""
    values = [one for _, one in quantiles]
    at = bisect_left(values, value)
    if at == 0:
        return 0.0
    if at == len(values):
        return 1.0
    (low_share, low), (high_share, high) = quantiles[at - 1], quantiles[at]
    return low_share + (high_share - low_share) * (value - low) / (high - low)


def _value(share: float, quantiles: Quantiles, offset: float) -> float:
    at = bisect_left([one for one, _ in quantiles], share)
    if at == 0:
        return quantiles[0][1]
    if at == len(quantiles):
        return quantiles[-1][1]
    (low_share, low), (high_share, high) = quantiles[at - 1], quantiles[at]
    weight = (share - low_share) / (high_share - low_share)
    return exp(log(low + offset) * (1 - weight) + log(high + offset) * weight) - offset
