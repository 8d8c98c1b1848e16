"""A client's message into a request, or into the error that tells the client what was wrong with it."""

import msgspec

from monitor.protocol.open_feed import (
    CHANNELS,
    MAX_CANDLES,
    MAX_ID_LENGTH,
    MAX_SYMBOLS,
    AskCandles,
    AskInstruments,
    AskTickers,
    Code,
    Error,
    Request,
    RequestId,
    Subscribe,
    Unsubscribe,
)

DAY_S = 86_400

_TYPES: dict[str, type[Request]] = {
    "subscribe": Subscribe,
    "unsubscribe": Unsubscribe,
    "instruments": AskInstruments,
    "candles": AskCandles,
    "tickers": AskTickers,
}
_decode = msgspec.json.Decoder(Request).decode
_decode_any = msgspec.json.Decoder().decode


def read_request(data: bytes) -> Request | Error:
    """What a client asks, checked as far as that goes without knowing what is offered."""
    try:
        request: Request = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _why_not(data, error)
    wrong = _wrong(request)
    if wrong is None:
        return request
    channel = getattr(request, "channel", "")
    return Error(wrong[0], wrong[1], request.id, channel if channel in CHANNELS else "")


def _wrong(request: Request) -> tuple[Code, str] | None:
    if not _is_id(request.id):
        return "bad_message", f"The id was no integer from 0 and no text of {MAX_ID_LENGTH}."
    if isinstance(request, Subscribe | Unsubscribe):
        if request.channel not in CHANNELS:
            known = ", ".join(CHANNELS)
            return (
                "unknown_channel",
                f"The channel was {_cut(request.channel)}, not one of {known}.",
            )
        if request.channel == "candles" and not is_interval(request.interval_s):
            return _bad_interval(request.interval_s)
    named = len(request.symbols) if not isinstance(request, AskInstruments | AskCandles) else 0
    if named > MAX_SYMBOLS:
        return "too_many", f"The request named {named} symbols, not 1,000 at most."
    if isinstance(request, AskCandles):
        if not is_interval(request.interval_s):
            return _bad_interval(request.interval_s)
        if not 1 <= request.limit <= MAX_CANDLES:
            return "bad_limit", f"The limit was {request.limit}, not 1 to 5,000."
        if request.end < 0:
            return "bad_limit", f"The end was {request.end}, a time before 1970."
    return None


def is_interval(seconds: int) -> bool:
    """True where candles may be that long: whole seconds that divide a day."""
    return 1 <= seconds <= DAY_S and DAY_S % seconds == 0


def _bad_interval(seconds: int) -> tuple[Code, str]:
    return "bad_interval", f"The interval_s was {seconds}, not 1 to 86,400 and a divisor of it."


def _is_id(value: RequestId | object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_ID_LENGTH
    return type(value) is int and 0 <= value < 1 << 63


def _why_not(data: bytes, error: Exception) -> Error:
    """The error for a message that is no request."""
    try:
        message = _decode_any(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Error("bad_message", f"The message was not JSON: {error}.")
    if not isinstance(message, dict):
        return Error("bad_message", "The message was no JSON object.")
    number = message.get("id")
    known_id = number if _is_id(number) else None
    kind = message.get("type")
    if not isinstance(kind, str):
        return Error("bad_message", "The message had no type.", known_id)
    if kind not in _TYPES:
        known = ", ".join(_TYPES)
        return Error("unknown_type", f"The type was {_cut(kind)}, not one of {known}.", known_id)
    return Error("bad_message", f"The {kind} request was not understood: {error}.", known_id)


def _cut(text: str) -> str:
    """A client's own text, short and in plain ASCII, to quote it back."""
    return ascii(text[:40])
