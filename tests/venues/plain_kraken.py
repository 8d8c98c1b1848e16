"""Plays Kraken's side of a book with plain dicts: messages as documented, made up by the test."""

import json
from decimal import Decimal

from monitor.protocol.checksum import checksum

DIGITS = (1, 8)


class PlainKraken:
    """One symbol's whole book, and the messages of a subscription of ``depth`` levels to it."""

    def __init__(self, symbol: str = "BTC/USD", depth: int = 10) -> None:
        self.symbol = symbol
        self.depth = depth
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self._at = 0

    def top(self, *, bids: bool) -> list[tuple[Decimal, Decimal]]:
        """What the subscriber sees of one side, best first."""
        side = self.bids if bids else self.asks
        return [(price, side[price]) for price in sorted(side, reverse=bids)[: self.depth]]

    def change(self, *, bids: bool, price: str, size: str) -> bytes:
        """Set one level; the update also names the level that moves into view."""
        side = self.bids if bids else self.asks
        before = dict(self.top(bids=bids))
        at, amount = Decimal(price), Decimal(size)
        side[at] = amount
        if not amount:
            del side[at]
        after = dict(self.top(bids=bids))
        rows = [(at, amount)] if at in before or at in after else []
        rows += [(p, s) for p, s in after.items() if p not in before and p != at]
        return self._message("update", rows if bids else [], [] if bids else rows)

    def snapshot(self) -> bytes:
        """The first message of a subscription."""
        return self._message("snapshot", self.top(bids=True), self.top(bids=False))

    def _message(
        self,
        kind: str,
        bids: list[tuple[Decimal, Decimal]],
        asks: list[tuple[Decimal, Decimal]],
    ) -> bytes:
        self._at += 1
        crc = checksum(self.top(bids=False), self.top(bids=True), DIGITS)
        return (
            f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{self.symbol}",'
            f'"bids":[{_rows(bids)}],"asks":[{_rows(asks)}],"checksum":{crc},'
            f'"timestamp":"2026-11-20T10:11:12.{self._at:06d}Z"}}]}}'
        ).encode()


def filled(levels: int = 15, depth: int = 10) -> PlainKraken:
    """A book of so many levels a side around 100."""
    venue = PlainKraken(depth=depth)
    for n in range(levels):
        venue.bids[Decimal(999 - n) / 10] = Decimal(n + 1) / 8
        venue.asks[Decimal(1001 + n) / 10] = Decimal(n + 1) / 8
    return venue


def acknowledgement(symbol: str = "BTC/USD", depth: int = 10, **extra: object) -> bytes:
    """The answer to a book's subscription."""
    result = {"channel": "book", "depth": depth, "snapshot": True, "symbol": symbol}
    answer = {"method": "subscribe", "result": result, "success": True, **extra}
    return json.dumps(answer).encode()


def refusal(symbol: str, error: str, **extra: object) -> bytes:
    """The answer where a subscription is refused."""
    answer = {"method": "subscribe", "error": error, "success": False, "symbol": symbol, **extra}
    return json.dumps(answer).encode()


def _rows(levels: list[tuple[Decimal, Decimal]]) -> str:
    return ",".join(f'{{"price":{price:.1f},"qty":{size:.8f}}}' for price, size in levels)
