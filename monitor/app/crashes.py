"""Errors that nobody caught, of the loop or of a slot: logged once each, and told by a notice."""

import asyncio
import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from monitor.app.logs import note_crash
from monitor.gui.window.alarm import Alarm

log = logging.getLogger(__name__)


class Crashes:
    """Each goes to the log once, and a notice names the log."""

    def __init__(self, notices: list[str]) -> None:
        self._notices = notices
        self._seen: set[str] = set()
        self._before = sys.excepthook

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take what the loop and Qt's slots leave."""
        loop.set_exception_handler(lambda _, context: self._in_loop(context))
        sys.excepthook = self._in_slot

    def deafen(self) -> None:
        """Leave the rest to the interpreter."""
        sys.excepthook = self._before

    def _in_loop(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._take(error)
        else:
            log.error("the event loop: %s", context.get("message"))

    def _in_slot(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._take(error.with_traceback(trace))

    def _take(self, error: BaseException) -> None:
        if isinstance(error, SystemError) and error.__cause__ is not None:
            error = error.__cause__  # PySide wraps what some slots raise
        frames = traceback.extract_tb(error.__traceback__)[-1:]
        place = "".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
        seen = f"{type(error).__name__} {place}"
        if seen in self._seen:
            return
        self._seen.add(seen)
        path: Path | None = note_crash(error)
        where = f"the details are in {path}" if path else "no log could be written"
        self._notices.append(Alarm(f"An error of the program ({type(error).__name__}); {where}."))
