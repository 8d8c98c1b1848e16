"""What may go wrong with the next book messages of an emulator, planned by a test."""

import re
from collections import deque
from collections.abc import Callable
from typing import Final

Fault = Callable[[str], list[str]]

BAD_NUMBERS: Final = {
    "negative": "-1",
    "nan": "NaN",
    "infinity": "Infinity",
    "huge": "1e400",
    "exponent": "1e1000000",
    "underscore": "1_000",
    "fullwidth": "\uff11\uff12",
    "empty": "",
    "long": "1" * 5000,
}


class Faults:
    """A queue of faults; each befalls one book message that would be missed.

    ``numbers`` names, for each field that can be spoilt, where its text stands in a
    message: a pattern whose group 1 is the number. ``done`` tells what befell.
    """

    def __init__(self, numbers: dict[str, re.Pattern[str]]) -> None:
        self.done: list[str] = []
        self._numbers = numbers
        self._planned: deque[tuple[str, Fault]] = deque()
        self._held: str | None = None

    def drop_next(self, count: int = 1) -> None:
        """The next book messages are lost."""
        for _ in range(count):
            self._plan("drop", lambda _text: [])

    def duplicate_next(self) -> None:
        """The next book message comes twice."""
        self._plan("duplicate", lambda text: [text, text])

    def swap_next(self) -> None:
        """The next two book messages change places."""
        self._plan("swap", self._hold)

    def corrupt_next(self, field: str) -> None:
        """One digit of the first ``field`` in the next book message is another."""
        self._plan(f"corrupt {field}", lambda text: [self._spoil(field, text, _other_digit)])

    def wrong_checksum(self) -> None:
        """The next book message carries a checksum that is not the book's."""
        self.corrupt_next("checksum")

    def bad_number(self, kind: str, field: str = "size") -> None:
        """The next book message has a number that no market has."""
        self._plan(
            f"{kind} {field}",
            lambda text: [self._spoil(field, text, lambda _number: BAD_NUMBERS[kind])],
        )

    def replace_next(self, text: str) -> None:
        """Something else comes in the place of the next book message."""
        self._plan("replace", lambda _text: [text])

    @property
    def planned(self) -> int:
        """Faults that have not befallen yet."""
        return len(self._planned) + (self._held is not None)

    def befall(self, text: str, *, telling: bool) -> list[str]:
        """What is sent in place of a book message.

        ``telling`` is True where the venue's own means must show that it is missing or
        wrong (its first level is among the best and changed): faults wait for such a one.
        """
        if self._held is not None:
            held, self._held = self._held, None
            return [text, held]
        if not self._planned or not telling:
            return [text]
        name, fault = self._planned.popleft()
        self.done.append(name)
        return fault(text)

    def _plan(self, name: str, fault: Fault) -> None:
        self._planned.append((name, fault))

    def _hold(self, text: str) -> list[str]:
        self._held = text
        return []

    def _spoil(self, field: str, text: str, change: Callable[[str], str]) -> str:
        found = self._numbers[field].search(text)
        if found is None:
            raise ValueError(f"there was no {field} in {text[:200]}")
        return text[: found.start(1)] + change(found[1]) + text[found.end(1) :]


def _other_digit(number: str) -> str:
    """The number with its first digit that is neither 0 nor leading 9 changed by one."""
    for place, digit in enumerate(number):
        if digit in "12345678":
            return f"{number[:place]}{int(digit) + 1}{number[place + 1 :]}"
    return number.replace("9", "8", 1) if "9" in number else f"1{number}"
