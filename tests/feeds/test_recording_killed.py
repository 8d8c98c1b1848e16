"""Reliability row 26: kill -9 in the middle of a recording costs less than a second, and is told."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from monitor.feeds.recording import Reader
from monitor.model.time import SECOND

MOMENTS = (1, 40, 333, 1_000, 2_400)

WRITER = """
import sys, time
from pathlib import Path
from monitor.feeds.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), "test", [], "a test", time.time_ns())
for n in range(1_000_000):
    ts = time.time_ns()
    recorder.received(1, b'{"n":%d,"t":%d}' % (n, ts), ts)
    print(n, ts, flush=True)
    time.sleep(0.0005)
"""


def kill_at(path: Path, moment: int) -> tuple[int, int]:
    """Record in a child, kill it after so many messages; the last it told of, and when that was."""
    last = (-1, 0)
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for told in child.stdout:
            number, ts = map(int, told.split())
            last = (number, ts)
            if number == moment:
                child.kill()
    return last


def lost_s(path: Path, last: tuple[int, int]) -> float:
    """Seconds of messages lost by a killed writer; asserts that the file opens, in order."""
    with Reader(path) as reader:
        read = [msgspec.json.decode(entry.m) for entry in reader]
        assert 0 == reader.damage.rejected
        begun = reader.header.started_ns
    assert list(range(len(read))) == [message["n"] for message in read]
    reached = read[-1]["t"] if read else begun
    return (last[1] - reached) / float(SECOND)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_writer_loses_less_than_a_second(tmp_path: Path, moment: int) -> None:
    """The file opens, holds every message up to less than a second before, and no broken one."""
    path = tmp_path / "killed.jsonl.zst"
    assert lost_s(path, kill_at(path, moment)) < 1
