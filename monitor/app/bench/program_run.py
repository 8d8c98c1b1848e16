"""Runs the program itself, as a user would, with a home of its own, and reads its stats."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from monitor.app.bench.x_server import x_server
from monitor.app.failure import JobFailed

Second = dict[str, Any]
"""One line of ``--stats``."""

END_WITHIN_S = 10
POLL_S = 0.02
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
SCREEN = "1440x900x24"


@contextmanager
def screens() -> Iterator[dict[str, dict[str, str]]]:
    """What to draw on, by name, as environments: Qt's own memory, and an X server if there is one."""
    with x_server(SCREEN) as display:
        found = {"offscreen": OFFSCREEN}
        if display:
            found["Xvfb"] = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        yield found


def run_program(
    screen: dict[str, str], arguments: Sequence[str], enough: Callable[[list[Second]], bool]
) -> tuple[int, list[Second]]:
    """Start it, wait until its stats are ``enough``, and end it as the system would.

    Returns when it was started (ns UTC) and the lines of its stats. Raises JobFailed
    where it ends by itself.
    """
    with tempfile.TemporaryDirectory() as home:
        stats = Path(home) / "stats.jsonl"
        command = [sys.executable, "-m", "monitor", "--stats", str(stats), *arguments]
        names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "HOME")
        environment = os.environ | dict.fromkeys(names, home) | screen
        begun = time.time_ns()
        with subprocess.Popen(  # noqa: S603 - ourselves
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            try:
                while not enough(_read(stats)):
                    if process.poll() is not None:
                        raise JobFailed(f"the program ended by itself: {_why(process)}")
                    time.sleep(POLL_S)
            finally:
                _end(process)
        return begun, _read(stats)


def _read(path: Path) -> list[Second]:
    if not path.exists():
        return []
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def _why(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    lines = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {process.returncode}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
