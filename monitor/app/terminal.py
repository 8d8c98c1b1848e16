"""What commands print: aligned tables, plain text only, progress where somebody watches."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

LONGEST_TEXT = 60
"""A venue's text is cut at this length."""

_UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """A venue's text, fit for a terminal: no control, direction or invisible characters, cut."""
    text = _UNFIT.sub("?", text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns as wide as they need be; those numbered in ``right`` end flush."""
    lines = [head, *rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            _padded(cell, width, at_right=number in right)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def progress_bar(what: str, total: float | None, *, unit: str = "B") -> "tqdm[Any]":
    """A bar on stderr, if that is a terminal and the work takes more than half a second."""
    return tqdm(
        total=total,
        desc=what,
        unit=unit,
        unit_scale=unit == "B",
        disable=None,
        delay=0.5,
        leave=False,
        dynamic_ncols=True,
    )


def _padded(cell: str, width: int, *, at_right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if at_right else cell + space


def _width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
