"""Standard output that says in a sentence when nothing can be written to it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from monitor.app.failure import JobFailed


class OutputFailed(JobFailed):
    """A full disk, or a device that takes nothing; whoever closed a pipe is another matter."""


class _Output:
    """Stands for a text stream; only its errors differ."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with _explained():
            return int(self._stream.write(text))

    def flush(self) -> None:
        with _explained():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def told_output() -> Iterator[None]:
    """While this lasts a failing ``print`` raises OutputFailed; what waits is written at its end."""
    plain: Any = sys.stdout
    if plain is None:  # closed by whoever started us
        yield
        return
    sys.stdout = _Output(plain)
    try:
        yield
        sys.stdout.flush()
    except (OutputFailed, BrokenPipeError):
        # The interpreter must not flush into it again at its end.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), plain.fileno())
        raise
    finally:
        sys.stdout = plain


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = f"the output could not be written: {reason[:1].lower()}{reason[1:]}"
        raise OutputFailed(sentence) from error
