"""T12: the window left to itself, time compressed: what it holds may not grow."""

from typing import NamedTuple

from monitor.app.bench.measure import Row, at_most, reported
from monitor.app.bench.program_run import Second, run_program, screens

RATE = 20_000
WARM_UP_S = 60.0
"""By then the collector's freeze is past, and the tape and its list of ids are full."""
SECONDS = 60.0
MOST_MB = 5.0
"""Ids are kept in two halves, of which one is dropped now and then: a saw of 2.5 MB."""
COUNTED = {
    "qobjects": "QObjects",
    "tasks": "tasks",
    "open_files": "open files",
    "threads": "threads",
}
MOST_OBJECTS = 3_000
"""The rows of ladder and tape that are drawn come and go so; one more a frame would be 3,600."""


class Growth(NamedTuple):
    """From the first third to the last: how much more was held at most."""

    counts: dict[str, int]
    objects: int
    memory_mb: float


def soak_rows(
    seconds: float = SECONDS, rate: int = RATE, warm_up_s: float = WARM_UP_S
) -> list[Row]:
    """Rows of one run on the last screen there is."""
    with screens() as found:
        name, screen = list(found.items())[-1]
        lines = left_alone(screen, rate, seconds, warm_up_s)
    heard = sum(line["messages_per_s"] for line in lines)
    detail = f"{name}, {heard:,.0f} messages in {seconds:.0f} s after {warm_up_s:.0f} s"
    growth, last = grown(lines), lines[-1]
    rows = [
        at_most("T12", f"more {word}", growth.counts[key], 0, f"{detail}; {last[key]} now", "")
        for key, word in COUNTED.items()
    ]
    per_hour = growth.memory_mb / heard * 3_600_000 if heard else float("nan")
    return [
        *rows,
        at_most("T12", "more objects of Python", growth.objects, MOST_OBJECTS, detail, ""),
        at_most("T12", "more memory", growth.memory_mb, MOST_MB, detail, "MB"),
        reported("T12", "memory held", last["memory_bytes"] / 1e6, "MB", detail),
        reported("T12", "which is, an hour at 1,000 messages/s", per_hour, "MB", detail),
    ]


def left_alone(screen: dict[str, str], rate: int, seconds: float, warm_up_s: float) -> list[Second]:
    """The program on the demo at ``rate``: its seconds after the warm-up."""
    _, lines = run_program(
        screen,
        ["--demo", "--demo-rate", str(rate)],
        lambda told: bool(told) and float(told[-1]["t_s"]) >= warm_up_s + seconds,
    )
    return [line for line in lines if line["t_s"] >= warm_up_s]


def grown(lines: list[Second]) -> Growth:
    """What these seconds tell, at least three of them."""
    third = len(lines) // 3
    first, last = lines[:third], lines[-third:]

    def more(key: str) -> int:
        return max(int(line[key]) for line in last) - max(int(line[key]) for line in first)

    return Growth({key: more(key) for key in COUNTED}, more("objects"), more("memory_bytes") / 1e6)
