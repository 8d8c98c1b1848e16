"""Candles of a past that never was, the same each time they are asked for."""

import random
from decimal import Decimal

import msgspec

from tests.emulators.truth import Listing


class PastCandle(msgspec.Struct, frozen=True):
    """One interval; times in seconds."""

    start_s: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    buy_volume: Decimal
    trades: int


def candles(listing: Listing, interval_s: int, end_s: int, limit: int) -> list[PastCandle]:
    """The latest candles that open at or before ``end_s``, oldest first."""
    last = end_s // interval_s * interval_s
    starts = range(last - (limit - 1) * interval_s, last + 1, interval_s)
    return [candle(listing, interval_s, start) for start in starts]


def candle(listing: Listing, interval_s: int, start_s: int) -> PastCandle:
    """The candle of one interval; its open is the close of the one before."""
    dice = random.Random(f"{listing.symbol} {interval_s} {start_s}")
    opened, closed = _price_at(listing, start_s), _price_at(listing, start_s + interval_s)
    high = max(opened, closed) + listing.tick * dice.randrange(20)
    low = max(listing.tick, min(opened, closed) - listing.tick * dice.randrange(20))
    lots = dice.randrange(1, 1_000_000)
    return PastCandle(
        start_s,
        opened,
        high,
        low,
        closed,
        listing.lot * lots,
        listing.lot * dice.randrange(lots + 1),
        dice.randrange(1, 500),
    )


def _price_at(listing: Listing, second: int) -> Decimal:
    offset = random.Random(f"{listing.symbol} {second}").randrange(-200, 200)
    return max(listing.tick, listing.price + listing.tick * offset)
