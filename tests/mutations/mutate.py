"""Copies of a recording with one line dropped, doubled, swapped with the next, or a digit flipped.

Generic over recording lines (bytes, the header first): the caller says which lines
count (book messages, say), and every place among them has its mutations.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

KINDS = ("dropped", "doubled", "swapped", "flipped")

_MESSAGE = b'"m":'
_DIGIT = re.compile(rb"[0-9]")


class Mutation(msgspec.Struct, frozen=True):
    """One thing wrong: what, at which line, and the lines that result; ``offset`` of a digit."""

    kind: str
    line: int
    lines: list[bytes]
    offset: int = 0
    last: bool = False
    """True where no line that counts comes after the place."""


def mutations(
    lines: Sequence[bytes],
    counts: Callable[[bytes], bool],
    kinds: Sequence[str] = KINDS,
    seed: int = 1,
) -> Iterator[Mutation]:
    """Every mutation of every kind at every place; one other digit for each digit."""
    places = [n for n, line in enumerate(lines) if n and counts(line)]
    dice = random.Random(seed)
    for kind in kinds:
        for number, place in enumerate(places):
            later = places[number + 1] if number + 1 < len(places) else None
            yield from _at(kind, lines, place, later, dice)


def seeded_mutations(
    lines: Sequence[bytes],
    counts: Callable[[bytes], bool],
    each: int,
    seed: int,
    kinds: Sequence[str] = KINDS,
) -> Iterator[Mutation]:
    """``each`` mutations of every kind at places (and digits) drawn with ``seed``."""
    places = [n for n, line in enumerate(lines) if n and counts(line)]
    dice = random.Random(seed)
    for kind in kinds:
        drawn = dice.sample(range(len(places)), min(each, len(places)))
        for number in drawn:
            later = places[number + 1] if number + 1 < len(places) else None
            found = _at(kind, lines, places[number], later, dice, one_digit=True)
            yield from found


def _at(
    kind: str,
    lines: Sequence[bytes],
    place: int,
    later: int | None,
    dice: random.Random,
    *,
    one_digit: bool = False,
) -> Iterator[Mutation]:
    before, line, after = list(lines[:place]), lines[place], list(lines[place + 1 :])
    last = later is None
    if kind == "dropped":
        yield Mutation(kind, place, before + after, last=last)
    elif kind == "doubled":
        yield Mutation(kind, place, [*before, line, line, *after], last=last)
    elif kind == "swapped" and later is not None:
        mutated = list(lines)
        mutated[place], mutated[later] = _swapped(line, lines[later])
        yield Mutation(kind, place, mutated, last=last)
    elif kind == "flipped":
        start = line.index(_MESSAGE) + len(_MESSAGE)
        offsets = [match.start() for match in _DIGIT.finditer(line, start)]
        for offset in [dice.choice(offsets)] if one_digit else offsets:
            other = (line[offset] - ord("0") + dice.randint(1, 9)) % 10
            flipped = line[:offset] + b"%d" % other + line[offset + 1 :]
            yield Mutation(kind, place, [*before, flipped, *after], offset, last)


def _swapped(first: bytes, second: bytes) -> tuple[bytes, bytes]:
    """The messages change places; the times stay, for they never go back."""
    head, _, message = first.partition(_MESSAGE)
    other_head, _, other = second.partition(_MESSAGE)
    return head + _MESSAGE + other, other_head + _MESSAGE + message
