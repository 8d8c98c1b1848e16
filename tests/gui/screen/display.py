"""A screen of the test's own: Xvfb on a free number, openbox on it, hands by xdotool."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEEDED = ("Xvfb", "openbox", "xdotool")
SIZE = "1400x900x24"


class Screen:
    """One X display. ``do`` is xdotool, its answer the lines it printed."""

    def __init__(self, number: str, home: Path) -> None:
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
        } | {"DISPLAY": f":{number}", "HOME": str(home), "QT_QPA_PLATFORM": "xcb"}

    def do(self, *words: str) -> list[str]:
        """Run xdotool; empty where it found nothing."""
        ended = subprocess.run(
            [_path("xdotool"), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        return ended.stdout.split()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The program, in a process of its own on this screen."""
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextmanager
def screen(home: Path) -> Iterator[Screen]:
    """A screen as long as it is needed; skips, saying so, where a tool is missing."""
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"a real screen needs {', '.join(missing)}, not installed here")
    told, tell = os.pipe()
    command = [_path("Xvfb"), "-displayfd", str(tell), "-screen", "0", SIZE, "-nolisten", "tcp"]
    with subprocess.Popen(
        command, pass_fds=(tell,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(tell)
        with os.fdopen(told) as answer:
            number = answer.readline().strip()
        made = Screen(number, home)
        manager = subprocess.Popen(
            [_path("openbox")],
            env=made.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert number, "Xvfb told no display"
            yield made
        finally:
            for process in (manager, server):
                process.terminate()
                process.wait(10)


def _path(tool: str) -> str:
    found = shutil.which(tool)
    assert found is not None
    return found
