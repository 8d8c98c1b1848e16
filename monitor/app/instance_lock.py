"""Tells the first running program of a user from any further one; the system ends the lock."""

import os
import sys
from pathlib import Path


class InstanceLock:
    """A lock on a file, held until ``release`` or the end of the process, however it comes.

    ``held`` is False where another program holds it, or where it can't be had at all;
    then ``trouble`` says why, and is empty for the former.
    """

    def __init__(self, path: Path) -> None:
        self.held = False
        self.trouble = ""
        self._descriptor = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return
        self.held = _lock(self._descriptor)
        if not self.held:
            self.release()

    def release(self) -> None:
        """Let the next one have it; a second call does nothing."""
        self.held = False
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
