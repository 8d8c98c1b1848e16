"""What became of mutated recordings: seen, without harm, or wrong and yet called right."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

Levels = Sequence[tuple[Decimal, Decimal]]
Books = Mapping[str, tuple[Levels, Levels]]
"""Bids and asks, best first, by symbol."""


class Tally(msgspec.Struct):
    """``beyond`` counts what was wrong and called right, but where the venue gives no means."""

    detected: int = 0
    harmless: int = 0
    beyond: int = 0
    wrong: list[str] = []

    def add(self, name: str, *, ok: bool, right: bool, provable: bool) -> None:
        """Take one mutation in. ``provable``: the venue gives means to see that it is wrong."""
        if not ok:
            self.detected += 1
        elif right:
            self.harmless += 1
        elif not provable:
            self.beyond += 1
        else:
            self.wrong.append(name)


def same_top(expected: Books, actual: Books, levels: int) -> bool:
    """True where the best ``levels`` of every book are the same on both sides."""
    return expected.keys() == actual.keys() and all(
        list(mine[:levels]) == list(theirs[:levels])
        for symbol, sides in expected.items()
        for mine, theirs in zip(sides, actual[symbol], strict=True)
    )
