"""T4 and T5: the program as it is used, on the demo at given rates: processor, frames, delay."""

import json
import os
import subprocess
import sys
from statistics import median
from typing import NamedTuple

from monitor.app.bench.measure import Row, at_most, reported
from monitor.app.bench.program_run import Second, run_program, screens
from monitor.app.bench.wire import received, sender

SECONDS = 10.0
WARM_UP_S = 4.0
"""Start-up, the past's arrival and the collector's freeze lie before that."""
RATES = (1_000, 10_000, 20_000, 80_000)
CORE_LIMITS = {20_000: 25.0, 80_000: 50.0}
DELAY_RATES = (1_000, 10_000, 20_000)
FRAME_MS = 16.0
PANELS = "price, depth, ladder and tape at 60 frames a second; a heatmap isn't there yet"


class Figures(NamedTuple):
    """One run at one rate: medians over its seconds."""

    core_percent: float
    messages_per_s: float
    frames_per_s: float
    drawn_per_s: float
    delay_p50_ms: float
    delay_p99_ms: float
    gap_p99_ms: float


def whole_rows(
    seconds: float = SECONDS, rates: tuple[int, ...] = RATES, warm_up_s: float = WARM_UP_S
) -> list[Row]:
    """Rows for each screen there is and each rate, and the floor of the same machine."""
    rows: list[Row] = []
    with screens() as found:
        for name, screen in found.items():
            bare = bare_percent(screen, seconds)
            rows.append(reported("T4", f"floor, {name}: a bare widget at 60 fps", bare, "% core"))
            for rate in rates:
                wire = wire_percent(rate, seconds / 2)
                rows += _rows(name, rate, measured(screen, rate, seconds, warm_up_s), bare + wire)
    return rows


def measured(
    screen: dict[str, str], rate: int, seconds: float, warm_up_s: float = WARM_UP_S
) -> Figures:
    """Let the program run on the demo at ``rate``; its child, the demo, is not counted."""
    arguments = ["--demo", "--demo-rate", str(rate)]
    _, lines = run_program(
        screen,
        arguments,
        lambda told: bool(told) and float(told[-1]["t_s"]) >= warm_up_s + seconds,
    )
    return figures([line for line in lines if line["t_s"] >= warm_up_s])


def figures(lines: list[Second]) -> Figures:
    """What lines of stats tell, at least two of them."""
    first, last = lines[0], lines[-1]
    spent = (last["cpu_s"] - first["cpu_s"]) / (last["t_s"] - first["t_s"])
    return Figures(
        core_percent=100 * spent,
        messages_per_s=median(line["messages_per_s"] for line in lines[1:]),
        frames_per_s=median(line["frames_per_s"] for line in lines[1:]),
        drawn_per_s=median(line["drawn_per_s"] for line in lines[1:]),
        delay_p50_ms=_median_of(lines, "read_to_paint_ms", "p50"),
        delay_p99_ms=_median_of(lines, "read_to_paint_ms", "p99"),
        gap_p99_ms=_median_of(lines, "frame_gap_ms", "p99"),
    )


def bare_percent(screen: dict[str, str], seconds: float) -> float:
    """The share of a core that repainting one plain widget takes."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "monitor.app.bench.bare_window", str(seconds)],
        env=os.environ | screen,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    told = json.loads(done.stdout)
    return 100 * float(told["cpu_s"]) / float(told["seconds"])


def wire_percent(rate: float, seconds: float) -> float:
    """The share of a core that hearing as many messages takes, and nothing done with them."""
    with sender(rate) as url:
        heard = received(url, "split", seconds)
    return 100 * heard["cpu_s"] / heard["seconds"]


def _rows(screen: str, rate: int, run: Figures, floor: float) -> list[Row]:
    where = f"at {rate:,} messages/s, {screen}"
    detail = (
        f"{PANELS}; {run.messages_per_s:,.0f} messages/s came, {run.frames_per_s:.1f} frames/s, "
        f"{run.drawn_per_s:.1f} drawn, gap p99 {run.gap_p99_ms:.1f} ms; "
        f"floor (bare widget and wire alone) {floor:.1f} % core"
    )
    limit = CORE_LIMITS.get(rate)
    if limit is None:
        rows = [reported("T4", f"program {where}", run.core_percent, "% core", detail)]
    else:
        share = run.core_percent
        rows = [at_most("T4", f"program {where}", share, limit, detail, "% core")]
    if rate in DELAY_RATES:
        p50, p99 = run.delay_p50_ms, run.delay_p99_ms
        about = "from reading a message to the end of the paint that shows it; median of seconds"
        rows += [
            at_most("T5", f"read → paint p50 {where}", p50, FRAME_MS / 2 + 3, about, "ms"),
            at_most("T5", f"read → paint p99 {where}", p99, FRAME_MS * 1.5, about, "ms"),
        ]
    return rows


def _median_of(lines: list[Second], figure: str, part: str) -> float:
    told = [line[figure][part] for line in lines if line[figure]]
    return float(median(told)) if told else float("nan")
