"""How Binance refuses, and what to tell the user of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from monitor.venues.binance.wire import PROBLEM, Problem

INVALID_SYMBOL: Final = -1121
TEMPORARY: Final = frozenset({418, 429})
BARRED: Final = frozenset({403, 451})
_DEFAULT_WAITS: Final = {429: 60, 418: 120}
"""Seconds to stay away where no Retry-After tells (418 is a ban of at least 2 minutes)."""


class NoSuchSymbol(Exception):
    """The venue said that it has no such symbol."""

    def __init__(self, symbol: str) -> None:
        super().__init__(unknown_symbol(symbol))
        self.symbol = symbol


def unknown_symbol(symbol: str) -> str:
    """What to tell of a symbol that the venue does not have."""
    return f"Binance has no symbol '{plain_words(symbol)}'"


def refused(problem: Problem, what: str) -> str:
    """What to tell of a problem in the venue's own words; ``what`` is its code or status."""
    return f"Binance refused: {plain_words(problem.msg)} ({what})"


def barred(status: int, url: str, hosts: Sequence[str]) -> str:
    """What to tell where this host won't serve us at all."""
    names = [host.removeprefix("https://") for host in hosts]
    others = [name for name in names if name not in url]
    why = "does not serve this place" if status == 451 else "turned the request away"
    return f"Binance {why} (HTTP {status}); {' or '.join(others) or 'no other host'} is tried"


def problem_of(body: bytes) -> Problem:
    """The venue's code and words of a refused request."""
    try:
        return PROBLEM.decode(body)
    except ValueError:
        return Problem()


def retry_after(status: int, headers: Mapping[str, str]) -> int:
    """Seconds the venue asks us to stay away."""
    text = headers.get("retry-after", "").strip()
    told = text.isascii() and text.isdigit() and len(text) < 7
    return int(text) if told else _DEFAULT_WAITS[status]


def plain_words(text: str) -> str:
    """A venue's own words, cut and without what can't be shown."""
    return "".join(char for char in text[:200] if char.isprintable()) or "no reason given"
