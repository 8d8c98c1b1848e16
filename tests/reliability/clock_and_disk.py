"""Rows 25 to 27: a clock that jumps, a recorder that is killed, a disk that is full."""

import contextlib
import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor.feeds.clock import Clock
from monitor.feeds.recorder import Recorder
from monitor.feeds.recording import Reader
from monitor.model.time import HOUR, MS
from monitor.model.verdict import State
from monitor.studies.lag import LagWindow
from tests.emulators.waiting import until
from tests.feeds.test_recording_killed import kill_at, lost_s
from tests.reliability.rig import Rig, rig
from tests.reliability.styles import Style
from tests.reliability.tally import Tally

DISK_BYTES: Final = 128 * 1024
LATEST_KILL: Final = 2_400
"""Messages; some two seconds of recording, so several frames."""


class SteppedClock:
    """A wall clock that a test steps; the monotonic one goes on as ever."""

    def __init__(self) -> None:
        self.step_ns = 0

    def time_ns(self) -> int:
        return time.time_ns() + self.step_ns

    @property
    def clock(self) -> Clock:
        return Clock(time_ns=self.time_ns)


async def stepped_clock(style: Style, step_ns: int, seed: int) -> Tally:
    """Row 25: ages, states and books are as before; the clocks' difference is told."""
    tally = Tally(25, f"clock stepped {step_ns / HOUR:+g} h", style.name, seed)
    stepped = SteppedClock()
    async with rig(style, seed=seed, clock=stepped.clock) as r:
        await r.live()
        before = r.verdict()
        tally.tried += 1
        stepped.step_ns = step_ns
        r.witness.lag = LagWindow()
        heard = r.witness.messages
        await until(lambda: r.witness.messages > heard + 20, "messages after the step")
        await _all_is_as_before(r, tally, before.since)
        skew_ms = r.witness.lag.offset_ms - step_ns / MS
        tally.seen += abs(skew_ms) < 1_000
        if not tally.seen:
            tally.problem = f"the clocks' difference was told {skew_ms:.0f} ms wrong"
        wrong = await r.same()
        tally.healed += not wrong
        tally.problem = tally.problem or wrong
        tally.judged += r.witness.judged
    return tally


async def _all_is_as_before(r: Rig, tally: Tally, since: int) -> None:
    verdict = r.verdict()
    age_s, counters = verdict.age_s(time.monotonic_ns()), verdict.counters
    if verdict.state is not State.LIVE or verdict.since != since or age_s > 1:
        tally.problem = f"after the step it was {verdict.words(time.monotonic_ns())}, {age_s:.1f} s"
    elif counters.gaps or counters.resyncs or counters.reconnects:
        tally.problem = f"the step cost {counters}"


def killed_recordings(folder: Path, count: int, seed: int) -> Tally:
    """Row 26: kill -9 at so many moments; the file opens, and lacks less than a second."""
    tally = Tally(26, "kill -9 while recording", "recording", seed, limit_s=1.0)
    dice = random.Random(seed)
    for number in range(count):
        path = folder / f"killed-{number}.jsonl.zst"
        tally.tried += 1
        tally.took(lost_s(path, kill_at(path, 1 + dice.randrange(LATEST_KILL))))
        path.unlink()
        tally.seen += 1
        tally.healed += 1
    return tally


class NoDisk(Exception):
    """No small file system can be made here; the text says why."""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 128 KiB. Raises NoDisk where none may be mounted."""
    if os.geteuid() != 0:
        raise NoDisk("mounting a small tmpfs needs root")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise NoDisk("no tmpfs can be mounted here, though root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607


async def full_disk(style: Style, folder: Path, seed: int) -> Tally:
    """Row 27: the recording stops with a sentence, readable; the feed goes on as if nothing was."""
    tally = Tally(27, "disk full while recording", style.name, seed)
    path = folder / "full.jsonl.zst"
    filler = folder / "filler"
    recorder = Recorder(path, style.name, [style.symbol], "a test", time.time_ns())
    try:
        async with rig(style, seed=seed, recorder=recorder, interval_s=0.01) as r:
            await r.live()
            await until(lambda: recorder.lines > 0, "a first frame")
            tally.tried += 1
            _fill(filler)
            await until(lambda: recorder.problem, "the end of the recording")
            heard = r.witness.messages
            await until(lambda: r.witness.messages > heard + 50, "messages after it")
            told = recorder.problem or ""
            tally.seen += "no space left" in told and r.state is State.LIVE and recorder.lost > 0
            counters = r.verdict().counters
            if not tally.seen or counters.gaps or counters.reconnects:
                tally.problem = f"{told}; {recorder.lost} lost; {r.verdict()}"
            wrong = await r.same()
            tally.problem = tally.problem or wrong
            tally.judged += r.witness.judged
    finally:
        recorder.close()
    with Reader(path) as reader:
        readable = sum(1 for _ in reader)
    tally.healed += not wrong and readable == recorder.lines
    return tally


def _fill(path: Path) -> None:
    """Take the rest of the disk."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(1024)):
            pass
