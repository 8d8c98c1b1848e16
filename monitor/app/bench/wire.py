"""T3: what a message costs on the wire, read our way, against the library as it comes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import TypedDict

from monitor.app.bench.measure import Row, at_most, ratio, reported

SECONDS = 3.0
REPEATS = 5
LIMITS = {1_000: 1 / 3, 10_000: 1 / 7}


class WireFigures(TypedDict):
    """Microseconds of CPU a message, shares of a core, and ratios to ``stock``.

    Keys within: ``stock``, ``paused`` and ``split``, as ``wire_receiver`` has them.
    """

    rate: float
    received: dict[str, float]
    us_per_message: dict[str, float]
    core_percent: dict[str, float]
    ratio: dict[str, float]


def wire_rows() -> list[Row]:
    """A row for each rate, and the shares of a core beside it."""
    rows: list[Row] = []
    for rate, limit in LIMITS.items():
        figures = measure_wire(rate, SECONDS, REPEATS)
        percent, cost = figures["core_percent"], figures["us_per_message"]
        detail = (
            f"{cost['ours']:.0f} µs against {cost['stock']:.0f} µs a message, "
            "paced at random, qasync, loopback"
        )
        name = f"wire at {rate:,} messages/s against stock recv"
        rows.append(at_most("T3", name, figures["ratio"]["split"], limit, detail))
        share = f"stock {percent['stock']:.1f} %"
        rows.append(
            reported("T3", f"wire at {rate:,} messages/s", percent["ours"], "% core", share)
        )
    return rows


def measure_wire(rate: float, seconds: float, repeats: int) -> WireFigures:
    """Receive ``rate`` messages a second each way, in turn, each in a fresh process."""
    runs: dict[str, list[dict[str, float]]] = {"stock": [], "paused": [], "split": []}
    with sender(rate) as url:
        for _ in range(repeats):
            for how, figures in runs.items():
                figures.append(received(url, how, seconds))
    cost = {how: [run["cpu_s"] / run["messages"] * 1e6 for run in runs[how]] for how in runs}
    return WireFigures(
        rate=rate,
        received={how: _median(runs[how], "messages", "seconds") for how in runs},
        us_per_message={how: median(cost[how]) for how in runs},
        core_percent={how: 100 * _median(runs[how], "cpu_s", "seconds") for how in runs},
        ratio={how: ratio(cost[how], cost["stock"]) for how in ("paused", "split")},
    )


def _median(runs: list[dict[str, float]], over: str, under: str) -> float:
    return median(run[over] / run[under] for run in runs)


def received(url: str, how: str, seconds: float) -> dict[str, float]:
    """What hearing a sender ``how`` (see ``wire_receiver``) for some seconds cost a process."""
    command = [sys.executable, "-m", "monitor.app.bench.wire_receiver", url, how, str(seconds)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, check=True, capture_output=True, text=True, timeout=60
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


@contextmanager
def sender(rate: float) -> Iterator[str]:
    """A process that sends ``rate`` messages a second to whoever connects; gives its address."""
    command = [sys.executable, "-m", "monitor.app.bench.wire_sender", str(rate)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"ws://127.0.0.1:{port}"
        finally:
            process.kill()
