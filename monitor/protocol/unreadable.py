"""What decoding a message may raise, and whether the message was broken or merely unknown."""

from typing import Final

import msgspec

from monitor.protocol.numbers import NumberError

_NO_NUMBER: Final = ("out of range", "Expected `float`, got `str`")
"""What msgspec says of a number too long, and of a text in a number's place that is none."""

UNREADABLE: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)


def is_broken(data: bytes, error: Exception) -> bool:
    """True where a message that raised ``error`` was no JSON, or held a number no market has."""
    try:
        msgspec.json.decode(data)
    except UNREADABLE:
        return True
    if isinstance(error, (NumberError, ArithmeticError)):
        return True
    return any(sign in str(error) for sign in _NO_NUMBER)
