"""Timing that can be trusted on a busy machine: interleaved repeats, CPU time, medians."""

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import process_time_ns

import msgspec

REPEATS = 7
TIMES = "\u00d7"


class Row(msgspec.Struct, frozen=True):
    """One line of the table. ``value`` is a ratio or a figure in ``unit``.

    ``limit`` is what it is held to (``<= 2.5``), empty where it is only reported;
    ``met`` is None then. ``detail`` names what the figure is made of.
    """

    target: str
    name: str
    value: float
    unit: str
    limit: str = ""
    met: bool | None = None
    detail: str = ""


def at_most(
    target: str, name: str, value: float, limit: float, detail: str, unit: str = TIMES
) -> Row:
    """A row whose figure must not be above ``limit``."""
    return Row(target, name, round(value, 3), unit, f"≤ {limit:g}", value <= limit, detail)


def at_least(
    target: str, name: str, value: float, limit: float, detail: str, unit: str = TIMES
) -> Row:
    """A row whose figure must not be below ``limit``."""
    return Row(target, name, round(value, 3), unit, f"≥ {limit:g}", value >= limit, detail)


def reported(target: str, name: str, value: float, unit: str, detail: str = "") -> Row:
    """A row that is told and held to nothing."""
    return Row(target, name, round(value, 3), unit, detail=detail)


def interleaved(
    jobs: Mapping[str, Callable[[], object]], repeats: int = REPEATS
) -> dict[str, list[float]]:
    """Run each job once a round, in turn, and return its CPU seconds of every round.

    One round is run before and not counted. Garbage is collected between jobs and not
    within, so no job pays for another's.
    """
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(repeats + 1):
        for name, job in jobs.items():
            gc.collect()
            gc.disable()
            try:
                start = process_time_ns()
                job()
                spent = process_time_ns() - start
            finally:
                gc.enable()
            if turn:
                times[name].append(spent / 1e9)
    return times


def ratio(over: list[float], under: list[float]) -> float:
    """The median of the ratios of each round: what the machine did then, it did to both."""
    return median(a / b for a, b in zip(over, under, strict=True))
