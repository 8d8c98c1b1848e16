"""Where what went on is told in full: a file in the user's state folder, on demand."""

import logging
import tempfile
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from monitor.app.paths import state_folder
from monitor.feeds.redaction import Redactor

LOG_BYTES = 4 * 1024 * 1024
LINE = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s: %(message)s"


class _Formatter(logging.Formatter):
    """Lines in UTC, without secrets."""

    def __init__(self) -> None:
        super().__init__(LINE, "%Y-%m-%dT%H:%M:%S")
        self._redactor = Redactor()

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's
        return f"{datetime.fromtimestamp(record.created, UTC):{datefmt}}"

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.text(super().format(record))


def log_file() -> Path:
    """The log's place."""
    return state_folder() / "depthscope.log"


def begin_log(*, verbose: bool) -> Path | None:
    """Write what goes on to the log if ``verbose``; its file, or None where it is not wanted.

    Nothing is ever logged to the terminal. Raises OSError where the log can't be written.
    """
    root = logging.getLogger()
    root.addHandler(logging.NullHandler())
    if not verbose:
        return None
    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(_Formatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("websockets").setLevel(logging.INFO)  # its DEBUG tells every frame
    return path


def note_crash(error: BaseException) -> Path | None:
    """Write an unexpected error to the log in full; the file, or None where it can't be written."""
    text = Redactor().text("".join(traceback.format_exception(error)))
    for path in (log_file(), Path(tempfile.gettempdir()) / "depthscope.log"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} unexpected error\n{text}\n")
        except OSError:
            continue
        return path
    return None
