"""Sizes in bytes as words, and how much memory this process holds."""

from pathlib import Path

_STEPS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))
_PAGES = Path("/proc/self/statm")
_PAGE = 4096


def bytes_words(size: int) -> str:
    """``41 MB``, ``1.2 GB``, ``812 B``."""
    for step, unit in _STEPS:
        if size >= step:
            value = size / step
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{size} B"


def memory_held() -> int:
    """Bytes resident now; 0 where this system doesn't tell."""
    try:
        return int(_PAGES.read_text("ascii").split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0
