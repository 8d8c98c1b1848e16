"""Which instruments a typed text means, the likeliest first: exact, begun, contained, misspelt."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

from monitor.market.markets import Markets
from monitor.model.instrument import Instrument

LIMIT = 500
ENOUGH = 5
"""With fewer hits than this, misspellings are tried too."""
SHORTEST_TYPO = 3
ALIKE = 0.72
SEPARATORS = re.compile(r"[^0-9a-z]+")

_BASES = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC")
_QUOTES = ("USD", "USDT", "USDC", "EUR", "GBP")
"""What most look for: the order where no volume is told, the same at every start."""

# Marks in an instrument's searchable text; each stands before a key, and one ends it.
_CODE, _NAME, _QUOTE, _VENUE, _END = "\x01", "\x02", "\x03", "\x04", "\x05"
EXACT, BEGUN, NAMED, PRICED, WITHIN, MISSPELT, NONE = range(7)
"""How well a text fits, best first."""


class SymbolIndex:
    """All instruments, ready to be searched while the user types.

    ``notional`` gives each id's 24 h volume in quote units, 0 where unknown: among
    equally good hits the busier stands first, after favourites and recents.
    """

    def __init__(self, instruments: Iterable[Instrument], notional: Mapping[str, float]) -> None:
        self._all = sorted(
            instruments,
            key=lambda one: (
                -notional.get(one.id, 0.0),
                prominence(one),
                one.symbol,
                one.id,
            ),
        )
        self._texts = [_searchable(one) for one in self._all]
        self._words: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def search(
        self,
        text: str,
        favourites: Sequence[str] = (),
        recents: Sequence[str] = (),
        limit: int = LIMIT,
        venue: str = "",
    ) -> list[Instrument]:
        """The instruments that ``text`` may mean. Every word must fit; no text fits all.

        Without a text those of ``venue`` go before other venues'.
        """
        words = text.casefold().split()
        buckets = self._buckets(words)
        if sum(map(len, buckets)) < ENOUGH:
            buckets[MISSPELT] = self._misspelt(words, {at for some in buckets for at in some})
        found: list[Instrument] = []
        for bucket in buckets:
            near = "" if words else venue
            found += _first(self._all, bucket, (*favourites, *recents), near)
            if len(found) >= limit:
                break
        return found[:limit]

    def _buckets(self, words: list[str]) -> list[list[int]]:
        buckets: list[list[int]] = [[] for _ in range(NONE)]
        texts = self._texts
        if not words:
            buckets[EXACT] = list(range(len(texts)))
            return buckets
        bare = [SEPARATORS.sub("", word) or word for word in words]
        hits = [at for at, held in enumerate(texts) if bare[0] in held]
        for word in bare[1:]:
            hits = [at for at in hits if word in texts[at]]
        for at in hits:
            held = texts[at]
            buckets[max(_fit(word, held) for word in bare)].append(at)
        return buckets

    def _misspelt(self, words: list[str], known: Collection[int]) -> list[int]:
        """Hits where every word is nearly one of an instrument's own."""
        hits: set[int] | None = None
        self._words = self._words or _words(self._texts)
        for word in words:
            if len(word) < SHORTEST_TYPO:
                return []
            near = [
                held for held in self._words
                if abs(len(held) - len(word)) <= 2 and held[0] in word[:2]
            ]  # fmt: skip
            close = get_close_matches(word, near, n=6, cutoff=ALIKE)
            found = {at for one in close for at in self._words[one]}
            hits = found if hits is None else hits & found
        return sorted((hits or set()) - set(known))


def instruments_of(markets: Markets) -> list[Instrument]:
    """Every instrument listed or held."""
    known = {one.id: one for listed in markets.instruments.values() for one in listed.values()}
    for market in markets:
        known.setdefault(market.instrument.id, market.instrument)
    return list(known.values())


def notional_of(markets: Markets) -> dict[str, float]:
    """Each instrument's 24 h volume in quote units, of venues that told most of theirs.

    The few that came first would lead for no other reason, another few at each start.
    """
    told = Counter(name.partition(":")[0] for name in markets.day_stats)
    whole = {
        venue for venue, listed in markets.instruments.items() if told[venue] * 2 >= len(listed)
    }
    return {
        name: stats.volume * stats.last
        for name, stats in markets.day_stats.items()
        if stats.volume > 0 and stats.last > 0 and name.partition(":")[0] in whole
    }


def prominence(one: Instrument) -> tuple[int, int, int]:
    """Sorts the instruments most look for before others, which are all equal to each other."""
    if one.base not in _BASES or one.quote not in _QUOTES:
        return 2, 0, 0
    return int(one.kind != "spot"), _QUOTES.index(one.quote), _BASES.index(one.base)


def _searchable(one: Instrument) -> str:
    """All keys of an instrument, each with its mark before it and an end after it."""
    codes = dict.fromkeys(map(_bare, (one.base, one.symbol, *one.aliases)))
    pair = _bare(one.base + one.quote)
    others = {_bare(alias + one.quote): None for alias in one.aliases}
    names: list[str] = [one.kind]
    if one.name:
        names += SEPARATORS.sub(" ", one.name.casefold()).split()
    return "".join(
        [
            *(f"{_CODE}{code}{_END}" for code in {**codes, pair: None, **others} if code),
            *(f"{_NAME}{name}{_END}" for name in names),
            f"{_QUOTE}{_bare(one.quote)}{_END}{_VENUE}{_bare(one.venue)}{_END}",
        ]
    )


def _bare(text: str) -> str:
    folded = text.casefold()
    return folded if folded.isascii() and folded.isalnum() else SEPARATORS.sub("", folded)


def _fit(word: str, held: str) -> int:
    if f"{_CODE}{word}{_END}" in held:
        return EXACT
    if f"{_VENUE}{word}" in held:
        return EXACT
    if _CODE + word in held:
        return BEGUN
    if _NAME + word in held:
        return NAMED
    return PRICED if _QUOTE + word in held else WITHIN


def _words(texts: list[str]) -> dict[str, list[int]]:
    """Where each code and each word of a name stands."""
    found: dict[str, list[int]] = {}
    for at, held in enumerate(texts):
        for key in held.split(_END):
            if key and key[0] in (_CODE, _NAME) and len(key) > 1:
                found.setdefault(key[1:], []).append(at)
    return found


def _first(
    held: list[Instrument], bucket: list[int], preferred: Sequence[str], venue: str
) -> list[Instrument]:
    """A bucket's instruments: those in ``preferred`` in its order, the venue's, the others."""
    if not preferred and not venue:
        return [held[at] for at in bucket]
    place = {name: at for at, name in reversed(list(enumerate(preferred)))}
    last = len(preferred)
    return sorted(
        (held[at] for at in bucket),
        key=lambda one: (place.get(one.id, last), bool(venue) and one.venue != venue),
    )
