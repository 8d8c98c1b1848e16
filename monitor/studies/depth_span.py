"""Which span of prices about the mid a depth chart shows, and what of the book that holds."""

import math

from monitor.book.book import Book
from monitor.studies.depth_curve import known_range, span_around

SPANS: tuple[float | None, ...] = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, None)
"""Shares of the mid to either side; None is the whole book."""
FIRST_SPAN = 0.005
LEVELS_SEEN = 8
"""Fewer levels a side make steps, no curve."""
SHORT = 0.5
"""A book that is known over less than this part of a span leaves it empty."""
MOST_COUNTED = 1_000
"""The deepest book that venues send by number of levels (Kraken's); longer ones end at a price."""

_SHARES = tuple(share for share in SPANS if share is not None)


def fitting_span(book: Book) -> float | None:
    """The span that suits a book nobody picked one for.

    That is FIRST_SPAN, or the narrowest wider one with LEVELS_SEEN levels a side (or all,
    where there are fewer) in sight. Where the book is known over less than half of that,
    the widest that it does fill; where it fills none, all that is known.
    """
    mid = book.mid
    if mid is None:
        return FIRST_SPAN
    sides = (book.bids.arrays(LEVELS_SEEN)[0], book.asks.arrays(LEVELS_SEEN)[0])
    needed = max(abs(float(prices[-1]) / mid - 1) for prices in sides)
    nearest = max(abs(float(prices[0]) / mid - 1) for prices in sides)
    if nearest > _SHARES[-1]:
        return None
    wide = next((share for share in _SHARES if share >= needed), _SHARES[-1])
    span = max(wide, FIRST_SPAN)
    known = known_share(book)
    if known >= SHORT * span:
        return span
    return next((share for share in reversed(_SHARES) if known >= SHORT * share), None)


def stepped_span(book: Book | None, span: float | None, by: int) -> float | None:
    """The next wider span (``by`` 1) or narrower one (-1): what is known may be shorter than
    any share of the mid, and the whole book then stands before them."""
    whole = math.inf
    if book is not None and (seen := span_around(book, None)) is not None:
        whole = (seen[1] - seen[0]) / (seen[1] + seen[0])
    order = sorted(SPANS, key=lambda share: whole if share is None else share)
    return order[min(max(order.index(span) + by, 0), len(order) - 1)]


def known_share(book: Book) -> float:
    """How far from the mid the book is known whole, to its farther end, as a share of the mid;
    infinite where it has no end, NaN without a mid."""
    mid = book.mid
    if mid is None:
        return math.nan
    low, high = known_range(book)
    return max(1 - low / mid, high / mid - 1)


def sight_words(book: Book | None, span: float | None) -> str:
    """What is in sight: ``±0.5%``, ``±0.5% · top 10``, ``whole book``, ``known ±0.83%``."""
    words = "" if span is None else f"±{span * 100:g}%"
    ends = "" if book is None else _ends(book, span)
    return " · ".join(part for part in (words, ends) if part) or "whole book"


def _ends(book: Book, span: float | None) -> str:
    """How far the book is known, where it ends in sight."""
    seen = span_around(book, span)
    if seen is None:
        return ""
    low, high = known_range(book)
    if low <= seen[0] and high >= seen[1]:
        return ""
    levels = len(book.bids)
    if levels == len(book.asks) and levels <= MOST_COUNTED:
        return f"top {levels:,}"
    return f"known ±{min(known_share(book), 1) * 100:.2g}%"
