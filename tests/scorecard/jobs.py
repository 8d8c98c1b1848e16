"""What the scorecard runs: each row's scenarios, how often, and in what portions."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from monitor.model.time import HOUR
from tests.emulators.faults import BAD_NUMBERS
from tests.reliability import connection_faults as connections
from tests.reliability import message_faults as messages
from tests.reliability.clock_and_disk import (
    full_disk,
    killed_recordings,
    small_disk,
    stepped_clock,
)
from tests.reliability.hostile_messages import fuzzed, hostile
from tests.reliability.rig import run
from tests.reliability.storms import storm
from tests.reliability.styles import BINANCE, STYLES, Style
from tests.reliability.tally import Tally
from tests.scorecard.mutated import MUTATIONS, mutated, recordings

PATIENCE_S: Final = 3600.0


class Counts(msgspec.Struct, frozen=True):
    """How often each fault is tried; ``dropping_s`` and ``storm_s`` are real seconds."""

    drops: int = 1_000
    others: int = 100
    resets: int = 200
    kills: int = 100
    fuzzed: int = 1_000_000
    mutations: int = 1_000
    dropping_s: float = 150.0
    storm_s: float = 10.0
    long: int = 5
    old: int = 4


FULL: Final = Counts()
SHORT: Final = Counts(
    drops=10,
    others=5,
    resets=10,
    kills=3,
    fuzzed=20_000,
    mutations=40,
    dropping_s=3.0,
    storm_s=2.0,
    long=1,
    old=1,
)


class Job(msgspec.Struct, frozen=True):
    """``part`` tries so many faults with a seed; ``portion`` is how many at a time."""

    row: int
    name: str
    count: int
    part: Callable[[int, int], Tally]
    portion: int = 1


def jobs(counts: Counts, shared: Path | None) -> Iterator[Job]:
    """Every row's, in their order; those of mutations (row 0) need the shared recordings."""
    for style in STYLES:
        yield from _messages(style, counts)
        yield from _connections(style, counts)
        yield from _others(style, counts)
    yield Job(
        5,
        "old snapshots",
        counts.old,
        lambda count, seed: _run(messages.old_snapshots(count, seed)),
        counts.old,
    )
    for status in (429, 418):
        yield _each(
            14,
            f"a snapshot refused with {status}",
            counts.long,
            partial(connections.snapshot_refused, status, "2"),
        )
    for held_s in (0, 1, 9):
        name = f"24 h of accept, {held_s} s, drop"
        yield Job(13, name, 1, partial(_dropped_for_a_day, held_s))
    yield Job(26, "kill -9 while recording", counts.kills, _killed, 5)
    for path in recordings(shared) if shared else ():
        yield Job(
            MUTATIONS,
            f"mutations of {path.name}",
            counts.mutations,
            partial(mutated, path),
            counts.mutations,
        )


def _messages(style: Style, counts: Counts) -> Iterator[Job]:
    faults = [messages.DROPPED, messages.DOUBLED, messages.SWAPPED]
    if style is not BINANCE:
        faults.append(messages.WRONG_CHECKSUM)
    for fault in faults:
        count = counts.drops if fault is messages.DROPPED else counts.others
        yield Job(
            fault.row, f"{fault.name}, {style.name}", count, partial(_fault, style, fault), 20
        )
    yield _each(
        4,
        f"deltas before the snapshot, {style.name}",
        counts.long,
        partial(messages.deltas_before_the_snapshot, style),
    )
    yield _each(3, f"storm, {style.name}", counts.long, partial(storm, style, counts.storm_s))
    yield _each(7, f"crossed, {style.name}", counts.long, partial(messages.crossed_book, style))
    for kind in BAD_NUMBERS:
        field = "price" if kind in ("huge", "exponent", "long") else "size"
        yield _each(
            8,
            f"{kind} {field}, {style.name}",
            counts.long,
            partial(messages.bad_number, style, kind, field),
        )
    yield _each(8, f"bad data, {style.name}", counts.long, partial(messages.bad_data, style))


def _connections(style: Style, counts: Counts) -> Iterator[Job]:
    yield _each(9, f"mute, {style.name}", counts.long, partial(connections.mute, style))
    yield _each(10, f"half-open, {style.name}", counts.long, partial(connections.half_open, style))
    yield Job(
        11,
        f"RST, {style.name}",
        counts.resets,
        lambda count, seed: _run(connections.resets(style, count, seed)),
        20,
    )
    for code in connections.CLOSE_CODES:
        yield _each(
            12, f"close {code}, {style.name}", counts.long, partial(connections.closed, style, code)
        )
    yield _each(
        13,
        f"accept-then-drop, {style.name}",
        1,
        partial(connections.dropped_at_once, style, counts.dropping_s),
    )
    for status, retry_after in ((429, "1"), (418, "2"), (418, "")):
        name = f"{status} {retry_after}, {style.name}"
        scenario = partial(connections.refused, style, status, retry_after)
        yield _each(14, name, counts.long, scenario)


def _others(style: Style, counts: Counts) -> Iterator[Job]:
    yield Job(20, f"monsters, {style.name}", 1, lambda _, seed: hostile(style, seed))
    yield Job(20, f"fuzz, {style.name}", counts.fuzzed, partial(fuzzed, style), 100_000)
    for step in (HOUR, -HOUR):
        yield _each(
            25,
            f"clock {step // HOUR:+} h, {style.name}",
            counts.long,
            partial(stepped_clock, style, step),
        )
    yield Job(27, f"disk full, {style.name}", 1, partial(_full, style))


def _each(row: int, name: str, count: int, scenario: Callable[[int], Any]) -> Job:
    """A scenario of one fault, again and again."""
    return Job(row, name, count, lambda _, seed: _run(scenario(seed)))


def _fault(style: Style, fault: messages.Fault, count: int, seed: int) -> Tally:
    return _run(messages.message_fault(style, fault, count, seed))


def _dropped_for_a_day(held_s: float, _count: int, seed: int) -> Tally:
    return connections.dropped_for_a_day(held_s, seed)


def _killed(count: int, seed: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        return killed_recordings(Path(folder), count, seed)


def _full(style: Style, _count: int, seed: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder)) as disk:
        return _run(full_disk(style, disk, seed))


def _run(scenario: Any) -> Tally:
    tally: Tally = run(scenario, PATIENCE_S)
    return tally
