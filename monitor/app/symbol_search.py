"""Finds instruments by what a user types: a part of symbol, base, quote, name or alias."""

import difflib
from collections.abc import Iterable

from monitor.model.instrument import Instrument

_SEPARATORS = str.maketrans("", "", "/-_:. ")


def search(text: str, instruments: Iterable[Instrument]) -> list[Instrument]:
    """Those that match, best first; all, by symbol, for an empty text."""
    wanted = _folded(text)
    ranked = [(rank, one.symbol, one) for one in instruments if (rank := _rank(wanted, one)) < 9]
    return [one for _, _, one in sorted(ranked, key=lambda found: found[:2])]


def close_symbols(text: str, instruments: Iterable[Instrument], most: int = 3) -> list[str]:
    """Symbols that somebody who typed ``text`` may have meant."""
    listed = {_folded(one.symbol): one.symbol for one in instruments}
    return [listed[n] for n in difflib.get_close_matches(_folded(text), listed, most, 0.6)]


def _rank(wanted: str, one: Instrument) -> int:
    """0 for the symbol itself, up to 8 for a name with these letters in it; 9 for no match."""
    symbol = _folded(one.symbol)
    if not wanted:
        return 8
    pairs = {_folded(alias + one.quote) for alias in (one.base, *one.aliases)}
    if wanted == symbol or wanted in pairs:
        return 0
    if wanted == _folded(one.base) or wanted in map(_folded, one.aliases):
        return 1
    if symbol.startswith(wanted):
        return 2
    if any(pair.startswith(wanted) for pair in pairs):
        return 3
    if wanted == _folded(one.quote):
        return 4
    if wanted in symbol or any(wanted in pair for pair in pairs):
        return 5
    return 6 if wanted in _folded(one.name) else 9


def _folded(text: str) -> str:
    return text.casefold().translate(_SEPARATORS)
