"""What the program holds: objects of Python and Qt, tasks, files, threads; none may grow by itself."""

import asyncio
import gc
import os
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

FILES = ("/proc/self/fd", "/dev/fd")
THREADS = "/proc/self/task"


class Held(NamedTuple):
    """Counts at one moment; 0 where this system doesn't tell.

    ``objects`` are those of Python that can hold others, without what was frozen at the
    start, and ``qobjects`` all that belong to a window, C++'s own too.
    """

    objects: int
    qobjects: int
    tasks: int
    open_files: int
    threads: int


def held_now() -> Held:
    """Count them; what nobody holds any more is collected first.

    About two milliseconds once the start's objects are frozen.
    """
    gc.collect()
    windows = QApplication.topLevelWidgets()
    return Held(
        objects=len(gc.get_objects()),
        qobjects=sum(1 + len(window.findChildren(QObject)) for window in windows),
        tasks=_tasks(),
        open_files=_entries(FILES[0]) or _entries(FILES[1]),
        threads=_entries(THREADS),
    )


def _tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return 0


def _entries(folder: str) -> int:
    try:
        return len(os.listdir(folder))  # noqa: PTH208 - names are enough
    except OSError:
        return 0
