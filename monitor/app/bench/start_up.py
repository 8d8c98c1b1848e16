"""T11: from starting the program to its first paint, and to all panels painted, against a bare one."""

import json
import os
import subprocess
import sys
import time
from statistics import median

from monitor.app.bench.measure import Row, at_most, ratio, reported
from monitor.app.bench.program_run import Second, run_program, screens

REPEATS = 5
FIRST_LIMIT, PANELS_LIMIT = 1.6, 5.0


def start_rows(repeats: int = REPEATS) -> list[Row]:
    """Fresh processes in turn, wall time, on the first screen there is."""
    with screens() as found:
        name, screen = list(found.items())[-1]
        bare: list[float] = []
        first: list[float] = []
        panels: list[float] = []
        for turn in range(repeats + 1):
            figures = bare_ms(screen), *program_ms(screen)
            if turn:  # the first round fills the disk's cache
                for held, figure in zip((bare, first, panels), figures, strict=True):
                    held.append(figure)
    detail = (
        f"{name}, fresh processes, wall: bare {median(bare):.0f} ms, first paint "
        f"{median(first):.0f} ms, all panels {median(panels):.0f} ms"
    )
    return [
        reported("T11", "bare QApplication with a painted widget", median(bare), "ms", name),
        at_most("T11", "first paint against bare", ratio(first, bare), FIRST_LIMIT, detail),
        at_most("T11", "all panels against bare", ratio(panels, bare), PANELS_LIMIT, detail),
    ]


def bare_ms(screen: dict[str, str]) -> float:
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
    return float(json.loads(done.stdout)["first_paint_ts"] - begun) / 1e6


def program_ms(screen: dict[str, str]) -> tuple[float, float]:
    """From starting the program on the demo to its first paint, and to all panels painted."""
    begun, lines = run_program(screen, ["--demo"], _all_painted)
    last = lines[-1]
    return (last["first_paint_ts"] - begun) / 1e6, (last["panels_painted_ts"] - begun) / 1e6


def _all_painted(lines: list[Second]) -> bool:
    return bool(lines) and lines[-1]["panels_painted_ts"] is not None
