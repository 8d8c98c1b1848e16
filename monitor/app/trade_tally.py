"""All prints of a recording, summed exactly: every one the venue sent, none left out or doubled."""

from decimal import Context, Decimal
from typing import Any

from monitor.model.events import Trade
from monitor.protocol.numbers import plain

_EXACT = Context(prec=5_000)
"""Enough digits for any sum of the numbers the one parser lets through (exponents of ±999)."""


class TradeTally:
    """The prints of one symbol.

    Where a venue sends single and aggregate trades they tell of the same prints,
    so the single ones count.
    """

    def __init__(self) -> None:
        self._single = _Sum()
        self._aggregate = _Sum()

    def add(self, trade: Trade) -> None:
        """Take one print."""
        (self._aggregate if trade.aggregate else self._single).add(trade)

    @property
    def count(self) -> int:
        """How many prints."""
        return self._told.count

    def report(self) -> dict[str, Any]:
        """The contract's entry of this symbol."""
        told = self._told
        return {
            "count": told.count,
            "volume": plain(told.volume),
            "buy_volume": plain(told.buy_volume),
            "first_price": plain(told.first_price),
            "last_price": plain(told.last_price),
        }

    @property
    def _told(self) -> "_Sum":
        return self._single if self._single.count else self._aggregate


class _Sum:
    def __init__(self) -> None:
        self.count = 0
        self.volume = self.buy_volume = Decimal(0)
        self.first_price = self.last_price = Decimal(0)

    def add(self, trade: Trade) -> None:
        size = trade.exact_size
        self.last_price = trade.exact_price
        if not self.count:
            self.first_price = self.last_price
        self.count += 1
        self.volume = _EXACT.add(self.volume, size)
        if trade.side == "buy":
            self.buy_volume = _EXACT.add(self.buy_volume, size)
