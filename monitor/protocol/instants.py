"""Reads a stream of RFC 3339 texts fast: within one second only the fraction is new."""

from monitor.model.time import SECOND, US, parse_rfc3339

_WHOLE = 19
"""Characters of a text up to its whole seconds."""


class Instants:
    """Turns the texts of one stream into ns UTC; what is no instant becomes 0."""

    def __init__(self) -> None:
        self._second = ""
        self._at = 0

    def read(self, text: str) -> int:
        """The instant of a text such as ``2026-11-20T10:11:12.123456Z``; 0 where it is none."""
        if text[:_WHOLE] == self._second:
            digits = text[20:-1]
            if len(digits) == 6 and digits.isdecimal():
                return self._at + int(digits) * US
        return self._anew(text)

    def _anew(self, text: str) -> int:
        try:
            at = parse_rfc3339(text)
        except ValueError:
            return 0
        self._second, self._at = text[:_WHOLE], at // SECOND * SECOND
        return at
