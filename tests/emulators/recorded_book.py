"""What a recording says of one symbol, in plain dicts: nothing of the program reads it."""

import json
from decimal import Decimal
from typing import Any, Final

from monitor.feeds.recording import Entry
from tests.emulators.plain_clients import PlainBook
from tests.emulators.truth import Levels, Print

NO_PRICE: Final = Decimal(0)


class RecordedBook:
    """Hears the lines of one symbol in their order and keeps its book and its trades.

    ``trades`` are in the order told; ``sure`` counts the best levels a side that the
    recording knows without a gap between them: those within ``edges``. A venue it can't
    read has no book here.
    """

    def __init__(self, venue: str) -> None:
        self.book = PlainBook()
        self.trades: list[Print] = []
        self.synced = False
        self._read = {"binance": self._binance, "kraken": self._kraken}.get(venue)
        self._early: list[Any] = []
        self.edges = NO_PRICE, NO_PRICE
        self._depth = 0

    def hear(self, entry: Entry) -> None:
        """Take one line."""
        if self._read is not None and entry.m.startswith(b"{"):
            self._read(json.loads(entry.m, parse_float=Decimal), entry)

    @property
    def sides(self) -> tuple[Levels, Levels]:
        """Bids and asks, best first."""
        return self.book.levels()

    @property
    def sure(self) -> int:
        """How many of the best levels, on the side that knows fewer, are all there are."""
        bids, asks = self.sides
        lowest, highest = self.edges
        return min(
            sum(1 for price, _ in bids if price >= lowest),
            sum(1 for price, _ in asks if price <= highest),
        )

    def _binance(self, said: Any, entry: Entry) -> None:
        if entry.k == "http":
            self._snapshot(said)
            return
        data = said.get("data", said)
        kind = data.get("e")
        if kind == "depthUpdate":
            if not self.synced:
                self._early.append(data)
            elif data["u"] > self.book.id:
                self.book.set(data["b"], data["a"])
                self.book.id = data["u"]
        elif kind in ("trade", "aggTrade"):
            self.trades.append(Print(Decimal(data["p"]), Decimal(data["q"]), not data["m"]))

    def _snapshot(self, said: Any) -> None:
        if self.synced or "lastUpdateId" not in said:
            return
        self.book.set(said["bids"], said["asks"])
        self.book.id, self.synced = said["lastUpdateId"], True
        self.edges = Decimal(said["bids"][-1][0]), Decimal(said["asks"][-1][0])
        for data in self._early:
            if data["u"] > self.book.id:
                self.book.set(data["b"], data["a"])
                self.book.id = data["u"]
        self._early.clear()

    def _kraken(self, said: Any, _: Entry) -> None:
        if said.get("method") == "subscribe":
            self._depth = said["result"].get("depth", self._depth)
        if said.get("channel") != "book":
            return
        (row,) = said["data"]
        if said["type"] == "snapshot":
            self.book, self.synced = PlainBook(), True
        sides = ([(level["price"], level["qty"]) for level in row[key]] for key in ("bids", "asks"))
        self.book.set(*sides)
        self.book.cut(self._depth)
