"""The clocks and the dice a feed reads, in one place so that a test can turn them by hand."""

import random
import time
from collections.abc import Callable

import msgspec


class Clock(msgspec.Struct, frozen=True):
    """``monotonic_ns`` for ages and waits, ``time_ns`` for stamps, ``random`` in [0, 1)."""

    monotonic_ns: Callable[[], int] = time.monotonic_ns
    time_ns: Callable[[], int] = time.time_ns
    random: Callable[[], float] = random.random
