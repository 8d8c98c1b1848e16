"""What the tape panel lists."""

import math

from hypothesis import given
from hypothesis import strategies as st

from monitor.market.tape import Tape
from monitor.model.events import Trade
from monitor.model.time import SECOND
from monitor.studies.tape_rows import large_size, pace, tape_rows


def tape_of(sizes: list[float]) -> Tape:
    tape = Tape()
    for k, size in enumerate(sizes):
        tape.append(Trade("v:S", 1.0, size, "buy", k, k * SECOND + 1, k * SECOND + 1))
    return tape


@given(st.lists(st.integers(1, 9).map(float), max_size=200), st.integers(1, 30), st.integers(0, 10))
def test_rows_are_the_newest_of_at_least_the_size(
    sizes: list[float], n: int, smallest: int
) -> None:
    """However rare large prints are, the newest n of them are found."""
    rows = tape_rows(tape_of(sizes), n, smallest)
    expected = [k for k, size in enumerate(sizes) if size >= smallest][-n:]
    assert expected == rows.trade_id.tolist()


def test_large_is_what_few_prints_reach() -> None:
    """Two prints in a hundred are large; with too few nothing is."""
    assert large_size(tape_of([1.0] * 98 + [50.0, 60.0])) > 1.0
    assert math.inf == large_size(tape_of([1.0] * 5))


def test_pace_counts_the_last_seconds() -> None:
    """Trades a second over the last ten."""
    assert 1.0 == pace(tape_of([1.0] * 60), 60 * SECOND)
    assert 0.0 == pace(tape_of([1.0] * 60), 600 * SECOND)
