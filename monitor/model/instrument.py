"""What can be watched: one tradable thing at one venue."""

from decimal import Decimal
from typing import Literal

import msgspec

Kind = Literal["spot", "perpetual", "future", "option", "stock", "forex"]
SizeUnit = Literal["base", "quote", "contracts"]
Status = Literal["trading", "halted", "closed", "unknown"]


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One tradable thing at one venue.

    ``symbol`` is the venue's own spelling; ``id`` is ours, ``venue:symbol``.
    ``tick_size`` and ``lot_size`` are exact steps of price and size, None where
    the venue has not said. ``expiry`` is ns UTC. ``aliases`` are further names a
    user may search by (XBT for BTC).
    """

    id: str
    venue: str
    symbol: str
    base: str
    quote: str
    kind: Kind = "spot"
    tick_size: Decimal | None = None
    lot_size: Decimal | None = None
    contract_size: Decimal = Decimal(1)
    size_unit: SizeUnit = "base"
    inverse: bool = False
    expiry: int | None = None
    status: Status = "trading"
    name: str = ""
    aliases: tuple[str, ...] = ()


def instrument_id(venue: str, symbol: str) -> str:
    """Our id of a venue's symbol: ``kraken:BTC/USD``."""
    return f"{venue}:{symbol}"


def split_instrument_id(text: str) -> tuple[str, str]:
    """Split ``VENUE:SYMBOL`` at the first colon.

    Raises ValueError with a sentence for the user where a part is missing.
    """
    venue, colon, symbol = text.partition(":")
    if not (venue and colon and symbol):
        raise ValueError(f"'{text}' was not VENUE:SYMBOL, for example binance:BTCUSDT")
    return venue, symbol
