"""Waiting for a condition instead of for a time."""

import asyncio
import time
from collections.abc import Callable


async def until(
    condition: Callable[[], object], what: str = "the condition", limit_s: float = 20
) -> float:
    """Wait till ``condition`` holds; the seconds it took. Raises AssertionError after ``limit_s``."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit_s, f"{what} did not come about in {limit_s} s"
        await asyncio.sleep(0.005)
    return time.monotonic() - begun
