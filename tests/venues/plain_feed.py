"""Plays an Open Feed's side of a book with plain dicts, from docs/open-feed.md alone."""

import json
import zlib
from decimal import Decimal
from typing import Any

TS = 1764072000000000000


def number(value: Decimal) -> str:
    """The canonical form of section 2."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def message(**keys: Any) -> bytes:
    """One message, ``type`` first."""
    return json.dumps(keys, separators=(",", ":")).encode()


class PlainFeed:
    """One symbol's book and its numbered messages; every ``every``th delta has a checksum."""

    def __init__(self, symbol: str = "BTC-USDT", every: int = 1) -> None:
        self.symbol = symbol
        self.every = every
        self.seq = 1041
        self.bids = {Decimal("60000.01"): Decimal("0.5"), Decimal(60000): Decimal(2)}
        self.asks = {Decimal("60000.02"): Decimal("1.25"), Decimal("60000.1"): Decimal("0.3")}
        self.bids[Decimal("59999.5")] = Decimal("0.00011")

    def levels(self, *, bids: bool) -> list[tuple[Decimal, Decimal]]:
        """One side, best first."""
        side = self.bids if bids else self.asks
        return [(price, side[price]) for price in sorted(side, reverse=bids)]

    def checksum(self) -> int:
        """Section 6.5."""
        sides = (self.levels(bids=False)[:10], self.levels(bids=True)[:10])
        text = "|".join(",".join(f"{number(p)}:{number(s)}" for p, s in side) for side in sides)
        return zlib.crc32(text.encode("ascii"))

    def snapshot(self, **more: Any) -> bytes:
        """Section 6.1."""
        return message(
            type="snapshot",
            symbol=self.symbol,
            seq=self.seq,
            ts=TS,
            bids=[[number(p), number(s)] for p, s in self.levels(bids=True)],
            asks=[[number(p), number(s)] for p, s in self.levels(bids=False)],
            checksum=self.checksum(),
            **more,
        )

    def delta(self, bids: dict[str, str], asks: dict[str, str]) -> bytes:
        """Section 6.2: the sides' new sizes."""
        self.seq += 1
        for side, changes in ((self.bids, bids), (self.asks, asks)):
            for price, size in changes.items():
                side[Decimal(price)] = Decimal(size)
                if not Decimal(size):
                    del side[Decimal(price)]
        extra = {} if self.seq % self.every else {"checksum": self.checksum()}
        return message(
            type="delta",
            symbol=self.symbol,
            seq=self.seq,
            ts=TS,
            bids=[list(level) for level in bids.items()],
            asks=[list(level) for level in asks.items()],
            **extra,
        )
