"""What can be guessed of an instrument by its name alone, until its venue's list has come."""

import re

from monitor.model.instrument import Instrument, split_instrument_id

_QUOTES = ("USDT", "USDC", "FDUSD", "USD", "EUR", "GBP", "JPY", "TRY", "BRL", "BTC", "ETH", "BNB")
_PARTS = re.compile(r"[-/_]")


def provisional(instrument: str) -> Instrument:
    """An instrument of that id; its steps are unknown. Raises ValueError for no VENUE:SYMBOL."""
    venue, symbol = split_instrument_id(instrument)
    base, quote = _parts(symbol)
    return Instrument(
        id=instrument, venue=venue, symbol=symbol, base=base, quote=quote, status="unknown"
    )


def _parts(symbol: str) -> tuple[str, str]:
    parts = _PARTS.split(symbol)
    if len(parts) >= 2 and parts[0] and parts[1]:
        return parts[0], parts[1]
    for quote in _QUOTES:
        if symbol.endswith(quote) and len(symbol) > len(quote):
            return symbol.removesuffix(quote), quote
    return symbol, ""
