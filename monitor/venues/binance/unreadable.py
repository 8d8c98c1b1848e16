"""Whether a message that could not be decoded was broken, or merely not what we know."""

import msgspec


def about_number(text: str) -> bool:
    """True where a decoder's complaint is that a number was none, or out of range."""
    return any(words in text for words in ("Expected `float`", "Expected `int`", "out of range"))


def is_foreign(data: bytes, error: Exception) -> bool:
    """True for sound JSON that isn't what we know of the venue, and holds no bad number."""
    if not isinstance(error, msgspec.ValidationError) or about_number(str(error)):
        return False
    try:
        msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return False
    return True
