"""A scale's end gives way at once and comes back only after a while."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.time import MS, SECOND
from monitor.studies.steady_top import LEAST, PATIENCE, SteadyTop


def test_it_gives_way_at_once_and_rests_within() -> None:
    """More than fits moves it at once, with room; less leaves it."""
    scale = SteadyTop(1.1)
    assert 110.0 == round(scale.follow(100, 0), 6)
    assert 110.0 == round(scale.follow(109, 1), 6)
    assert 110.0 == round(scale.follow(LEAST * 110.0 + 1, 2), 6)
    assert not scale.due(60 * SECOND)
    assert 220.0 == round(scale.follow(200, 3), 6)


def test_it_comes_back_after_two_seconds_in_one_step() -> None:
    """Too long for all that while it shrinks once, to the most there was meanwhile."""
    scale = SteadyTop(1.1)
    before = scale.follow(100, 0)
    assert before == scale.follow(30, SECOND)
    assert before == scale.follow(50, 2 * SECOND)
    assert not scale.due(SECOND + PATIENCE - MS)
    assert scale.due(SECOND + PATIENCE)
    assert 55.0 == round(scale.follow(40, SECOND + PATIENCE), 6)
    assert not scale.due(9 * SECOND)


def test_what_comes_again_in_time_keeps_its_room() -> None:
    """A wall that flickers does not move the scale."""
    scale = SteadyTop(1.1)
    before = scale.follow(100, 0)
    for beat in range(1, 20):
        assert before == scale.follow(100 if beat % 2 else 20, beat * SECOND)


def test_with_nothing_to_measure_it_stays() -> None:
    """An empty book tells no scale."""
    scale = SteadyTop(1.1)
    assert scale.follow(0, 0) == 0
    before = scale.follow(100, 1)
    assert before == scale.follow(0, 2)
    assert not scale.due(9 * SECOND)
    scale.forget()
    assert scale.top == 0


@given(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=50))
def test_what_is_wanted_always_fits(wanted: list[float]) -> None:
    """At any time the scale holds what it was last asked to."""
    scale = SteadyTop(1.06)
    for beat, value in enumerate(wanted):
        assert value <= scale.follow(value, beat * SECOND)
