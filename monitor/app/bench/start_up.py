"""T11: from starting the program to its first paint, and to all panels painted, against a bare one."""

import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import NamedTuple

from monitor.app.bench.measure import Row, at_most, ratio, reported
from monitor.app.bench.program_run import Second, run_program, screens

REPEATS = 5
FIRST_LIMIT, PANELS_LIMIT = 1.6, 5.0


class Reached(NamedTuple):
    """What it took to get there: ms by the clock, and ms of the processor."""

    wall_ms: float
    cpu_ms: float


def start_rows(repeats: int = REPEATS) -> list[Row]:
    """Fresh processes in turn, on the last screen there is.

    As where it is installed: Python finds every module compiled, whatever it may write here.
    """
    with screens() as found, tempfile.TemporaryDirectory() as compiled:
        name, screen = list(found.items())[-1]
        screen |= {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        rounds = [(bare(screen), *program(screen)) for _ in range(repeats + 1)]
    # The first round compiles, and fills the disk's cache.
    ms, cpu = (
        [[one[unit] for one in part] for part in zip(*rounds[1:], strict=True)] for unit in (0, 1)
    )
    waited = ", ".join(
        f"{part} {median(figures):.0f} ms"
        for part, figures in zip(("bare", "first paint", "all panels"), ms, strict=True)
    )
    detail = f"{name}, fresh processes, CPU time of each; until it was there: {waited}"
    return [
        reported(
            "T11", "bare QApplication with a painted widget", median(cpu[0]), "ms of CPU", name
        ),
        at_most("T11", "first paint against bare", ratio(cpu[1], cpu[0]), FIRST_LIMIT, detail),
        at_most("T11", "all panels against bare", ratio(cpu[2], cpu[0]), PANELS_LIMIT, detail),
    ]


def bare(screen: dict[str, str]) -> Reached:
    """From starting a process to the first paint of one plain widget."""
    begun = time.time_ns()
    done = subprocess.run(
        [sys.executable, "-m", "monitor.app.bench.bare_window", "0"],
        env=os.environ | screen,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return _reached(json.loads(done.stdout), "first_paint", begun)


def program(screen: dict[str, str]) -> tuple[Reached, Reached]:
    """From starting the program on the demo to its first paint, and to all panels painted."""
    begun, lines = run_program(screen, ["--demo"], _all_painted)
    last = lines[-1]
    return _reached(last, "first_paint", begun), _reached(last, "panels_painted", begun)


def _reached(told: Second, moment: str, begun: int) -> Reached:
    return Reached((told[f"{moment}_ts"] - begun) / 1e6, told[f"{moment}_cpu_s"] * 1e3)


def _all_painted(lines: list[Second]) -> bool:
    return bool(lines) and lines[-1]["panels_painted_ts"] is not None
