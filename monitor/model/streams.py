"""What can be subscribed to: a stream is one instrument and one kind of data."""

from typing import Literal

import msgspec

StreamKind = Literal["book", "trades", "quotes", "candles", "stats"]


class Stream(msgspec.Struct, frozen=True, order=True):
    """One instrument's data of one kind; ``interval`` (ns) is for candles only, else 0."""

    instrument: str
    kind: StreamKind
    interval: int = 0
