"""A screen of the test's own: Xvfb on a free number, openbox on it, hands by xdotool."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.app.bench.x_server import x_server
from tests.conftest import ROOT

NEEDED = ("Xvfb", "openbox", "xdotool")
SIZE = "1400x900x24"
MANAGED_WITHIN_S = 30


class Screen:
    """One X display. ``do`` is xdotool, its answer the lines it printed."""

    def __init__(self, display: str, home: Path) -> None:
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
        } | {"DISPLAY": display, "HOME": str(home), "QT_QPA_PLATFORM": "xcb"}

    def do(self, *words: str) -> list[str]:
        """Run xdotool; empty where it found nothing."""
        return self._run(*words).stdout.split()

    def wait_for_manager(self) -> None:
        """Until the window manager answers: before, a close button closes nothing."""
        begun = time.monotonic()
        while "support" in self._run("get_desktop").stderr:
            assert time.monotonic() - begun < MANAGED_WITHIN_S, "openbox did not start"

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

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [_path("xdotool"), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )


@contextmanager
def screen(home: Path) -> Iterator[Screen]:
    """A screen as long as it is needed; skips, saying so, where a tool is missing."""
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"a real screen needs {', '.join(missing)}, not installed here")
    with x_server(SIZE) as display:
        assert display, "Xvfb did not start"
        made = Screen(display, home)
        manager = subprocess.Popen(
            [_path("openbox")],
            env=made.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            made.wait_for_manager()
            yield made
        finally:
            manager.terminate()
            manager.wait(10)


def _path(tool: str) -> str:
    found = shutil.which(tool)
    assert found is not None
    return found
