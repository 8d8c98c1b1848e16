"""Large blocks stay apart: once free they are the system's again, whatever was freed before."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HOLES = """
import sys
from monitor.app.allocator import keep_large_blocks_apart
from monitor.gui.window.sizes import memory_held
assert sys.argv[1] == "as it is" or keep_large_blocks_apart()
bytearray(16 << 20)  # what glibc learns from
big, small = [], []
for _ in range(20):
    big.append(bytearray(b"x") * (2 << 20))
    small.append(bytearray(b"x") * 10_000)
before = memory_held()
big.clear()
print((before - memory_held()) >> 20)
"""


def freed_mb(how: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", HOLES, how], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(told.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_free_blocks_go_back_to_the_system() -> None:
    """Small things that live on between them keep none of 40 MB; by itself glibc keeps most."""
    assert freed_mb("apart") >= 36
    assert freed_mb("as it is") < 10
