"""The one strict parser for numbers a venue sends as text.

``Decimal`` alone is a trap: ``int(Decimal('1e1000000'))`` runs for minutes, and
it accepts underscores and full-width digits. Here: ASCII, at most 40 characters,
an exponent of at most three digits, finite.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

MAX_LENGTH = 40
EXACT_DIGITS = 15
"""Every decimal text of up to 15 significant digits survives a trip through a float."""
ABSURD = 1e18
"""No price and no size of any market comes near this."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


class NumberError(ValueError):
    """A number we don't accept, or a text that was none; the message quotes it, cut short."""


def parse_decimal(text: str) -> Decimal:
    """The exact value of a venue's number text. Raises NumberError."""
    if len(text) > MAX_LENGTH or not _NUMBER.fullmatch(text):
        raise NumberError(f"{text[:MAX_LENGTH]!r} was no number")
    return Decimal(text)


def exact_levels(levels: Iterable[tuple[str, str]]) -> list[tuple[Decimal, Decimal]]:
    """Texts of prices and sizes as exact decimals. Raises NumberError."""
    return [(parse_decimal(price), parse_decimal(size)) for price, size in levels]


def survives_float(text: str) -> bool:
    """True where ``Decimal(repr(float(text)))`` equals the text's value. Raises NumberError."""
    return Decimal(repr(float(text))) == parse_decimal(text)


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: ``1E-8`` is ``0.00000001``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def decimals_of(step: Decimal) -> int:
    """Digits behind the point that multiples of ``step`` need: 2 for 0.25, 0 for 5."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
