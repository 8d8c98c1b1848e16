"""CRC32 over the best levels of a book, as Kraken counts it: only what changed is written anew."""

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal

CHECKED_LEVELS = 10
"""The checksum covers this many levels a side, whatever the depth of the book."""

Digits = tuple[int, int]
"""Digits behind the point of a price and of a size, as the checksum's text has them."""


def checksum(
    asks: Sequence[tuple[Decimal, Decimal]], bids: Sequence[tuple[Decimal, Decimal]], digits: Digits
) -> int:
    """CRC32 of the best ten levels a side, given best first as (price, size).

    The plain form of the rule: asks, then bids; of each level price, then size,
    with fixed decimals, without point and leading zeros.
    """
    levels = (*asks[:CHECKED_LEVELS], *bids[:CHECKED_LEVELS])
    text = "".join(_digits(price, digits[0]) + _digits(size, digits[1]) for price, size in levels)
    return zlib.crc32(text.encode("ascii"))


class LadderSide:
    """The prices of one side in order, best first, and the checksum's text of the best ten.

    It knows which levels leave a book of limited depth, since the venue tells
    nobody. Sizes are floats, or Decimals where a float can't hold them.
    """

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.depth: int | None = None
        self.partial = False
        self._digits: Digits = (0, 0)
        self._scales = (1.0, 1.0)
        self._keys: list[float] = []
        self._sizes: list[float | Decimal] = []
        self._texts: list[str] = []
        self._text: str | None = None

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def changed(self) -> bool:
        """True where the text of the best ten levels is to be written anew."""
        return self._text is None

    @property
    def worst(self) -> float | None:
        """The price beyond which levels may lie that nobody told of; None where none may."""
        return -self.sign * self._keys[-1] if self.partial and self._keys else None

    def clear(self) -> None:
        """Forget every level."""
        self.partial = False
        self._keys, self._sizes, self._texts, self._text = [], [], [], None

    def write_with(self, digits: Digits) -> None:
        """Write prices and sizes with these digits behind the point from now on."""
        if digits != self._digits:
            self._digits = digits
            self._scales = (10.0 ** digits[0], 10.0 ** digits[1])
            self._texts, self._text = [], None

    def apply(self, levels: Iterable[tuple[float, float | Decimal]]) -> list[tuple[float, float]]:
        """Set levels to absolute sizes in order; hand back what left the depth, with size 0."""
        keys, sizes, texts, sign = self._keys, self._sizes, self._texts, -self.sign
        for price, size in levels:
            key = sign * price
            i = bisect_left(keys, key)
            if i < len(keys) and keys[i] == key:
                if size:
                    sizes[i] = size
                    if i < len(texts):
                        texts[i] = self._written(key, size)
                        self._text = None
                else:
                    del keys[i], sizes[i]
                    if i < len(texts):
                        del texts[i]
                        self._text = None
            elif size:
                keys.insert(i, key)
                sizes.insert(i, size)
                if i < len(texts) or i == len(texts) < CHECKED_LEVELS:
                    texts.insert(i, self._written(key, size))
                    self._text = None
        if len(texts) > CHECKED_LEVELS:
            del texts[CHECKED_LEVELS:]
        depth = self.depth
        if depth is None or len(keys) < depth:
            return []
        self.partial = True
        left = [(sign * key, 0.0) for key in keys[depth:]]
        del keys[depth:], sizes[depth:]
        return left

    def text(self) -> str:
        """The checksum's text of the best ten levels."""
        if self._text is None:
            texts = self._texts
            for i in range(len(texts), min(CHECKED_LEVELS, len(self._keys))):
                texts.append(self._written(self._keys[i], self._sizes[i]))
            self._text = "".join(texts)
        return self._text

    def _written(self, key: float, size: float | Decimal) -> str:
        price_scale, size_scale = self._scales
        if isinstance(size, float):
            # Up to 15 digits the product is within half a unit of the whole number meant;
            # a whole number written so has neither point nor leading zeros.
            return "%d%d" % (abs(key) * price_scale + 0.5, size * size_scale + 0.5)  # noqa: UP031
        return f"{int(abs(key) * price_scale + 0.5)}{_digits(size, self._digits[1])}"


class Ladder:
    """Both sides of one book, for its checksum and for what leaves its depth."""

    def __init__(self, depth: int | None = None) -> None:
        self.bids = LadderSide(1)
        self.asks = LadderSide(-1)
        self._checksum = 0
        self.keep(depth)

    def keep(self, depth: int | None) -> None:
        """Keep the best ``depth`` levels a side from the next change on; None for all."""
        self.bids.depth = self.asks.depth = depth

    def write_with(self, digits: Digits) -> None:
        """Write prices and sizes with these digits behind the point from now on."""
        self.bids.write_with(digits)
        self.asks.write_with(digits)

    def clear(self) -> None:
        """Forget every level."""
        self.bids.clear()
        self.asks.clear()

    def checksum(self) -> int:
        """CRC32 of the best ten levels a side."""
        if self.asks.changed or self.bids.changed:
            self._checksum = zlib.crc32((self.asks.text() + self.bids.text()).encode("ascii"))
        return self._checksum


def most_digits(digits: Digits, levels: Iterable[tuple[str, str]]) -> Digits:
    """The most digits behind the point of ``digits`` and of these texts of levels."""
    price_digits, size_digits = digits
    for price, size in levels:
        price_digits = max(price_digits, digits_behind_point(price))
        size_digits = max(size_digits, digits_behind_point(size))
    return price_digits, size_digits


def digits_behind_point(text: str) -> int:
    """Digits behind the point as written: 4 for ``0.0280``, 8 for ``1e-08``."""
    if "e" in text or "E" in text:
        exponent = Decimal(text).as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0
    point = text.find(".")
    return len(text) - 1 - point if point >= 0 else 0


def _digits(value: Decimal, decimals: int) -> str:
    """``0.00100000`` with 8 decimals is ``100000``."""
    return f"{value:.{decimals}f}".replace(".", "").lstrip("0")
