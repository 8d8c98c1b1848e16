"""What the soak says of growth is true: it sees what grows, and the program holds no more later."""

from typing import Any

import pytest

from monitor.app.bench.program_run import OFFSCREEN
from monitor.app.bench.soak import COUNTED, MOST_OBJECTS, grown, left_alone

HELD = {"qobjects": 852, "tasks": 4, "open_files": 30, "threads": 16}
RATE, WARM_UP_S, SECONDS = 3_000, 15, 18
MEMORY_MB = 16
"""So long after its start the tape is still filling."""


def seconds(**growing: int) -> list[dict[str, Any]]:
    """Nine lines in which some figures grow with each, and objects come and go."""
    still = {**HELD, "objects": 5_000, "memory_bytes": 150_000_000}
    return [
        still
        | {"objects": 5_000 + at % 2}
        | {key: still[key] + at * by for key, by in growing.items()}
        for at in range(9)
    ]


@pytest.mark.parametrize("key", COUNTED)
def test_a_count_that_grows_is_seen(key: str) -> None:
    """One more in each line; the others stand."""
    growth = grown(seconds(**{key: 1}))
    assert dict.fromkeys(COUNTED, 0) | {key: 6} == growth.counts


def test_what_comes_and_goes_is_no_growth() -> None:
    """Objects that a frame makes, and memory that stands still."""
    assert (0, 0.0) == grown(seconds())[1:]
    assert (60, 6.0) == grown(seconds(objects=10, memory_bytes=1_000_000))[1:]


def test_the_program_left_to_itself_holds_no_more() -> None:
    """On the demo, after its start: no QObject, task, file or thread more, and few objects."""
    lines = left_alone(OFFSCREEN, RATE, SECONDS, WARM_UP_S)
    growth = grown(lines)
    assert dict.fromkeys(COUNTED, 0) == growth.counts
    assert growth.objects <= MOST_OBJECTS
    assert growth.memory_mb < MEMORY_MB
    assert sum(line["messages_per_s"] for line in lines) > RATE
