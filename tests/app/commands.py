"""Runs the program as a user does: a process of its own, its exit status, its two streams."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import ROOT

TIMEOUT_S = 60
COMMAND = [sys.executable, "-m", "monitor"]


def depthscope(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; no traceback may ever show."""
    ended = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert "Traceback" not in ended.stderr + ended.stdout
    return ended


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A command under way; killed at the end if it still runs."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
