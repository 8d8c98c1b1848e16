"""glibc's allocator, told to keep large blocks apart, so that memory held is memory in use."""

import ctypes
import sys

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # malloc.h
LARGE = 1 << 18
"""What asyncio lets a socket read at most at once: each read takes so much, and gives most back."""
SPARE = 4 << 20


def keep_large_blocks_apart() -> bool:
    """Have every block from 256 KB on returned to the system once it is free; True where that holds.

    By itself glibc learns from the first large block that is freed to take all such from its
    heap. Then histories that grow, and the room of each read of a socket, leave holes there
    for small things to settle in, and the next finds none that is large enough: 10 MB an hour,
    though nothing more was in use. Naming one threshold ends the learning of both.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is None:
        return False
    return bool(mallopt(MMAP_THRESHOLD, LARGE)) and bool(mallopt(TRIM_THRESHOLD, SPARE))
