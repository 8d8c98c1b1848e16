"""What decoding a message may raise, and whether the message was broken or merely unknown."""

from typing import Final

import msgspec

from monitor.protocol.numbers import NumberError

UNREADABLE: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)


def is_broken(data: bytes, error: Exception) -> bool:
    """True where a message that raised ``error`` was no JSON, or held a number no market has."""
    try:
        msgspec.json.decode(data)
    except UNREADABLE:
        return True
    return "out of range" in str(error) or isinstance(error, (NumberError, ArithmeticError))
