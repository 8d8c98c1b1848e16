"""What a chart has in sight: laws of following, zooming, dragging and scaling."""

import math

from hypothesis import given
from hypothesis import strategies as st

from monitor.gui.kit.price_view import PriceView
from monitor.gui.kit.time_view import FEWEST, LEAST_ROOM, MOST, ROOM, TimeView

SECONDS = st.floats(-1e6, 1e6)
FACTORS = st.floats(0.01, 100)


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-3)


@given(st.lists(st.floats(0, 50), min_size=1, max_size=60))
def test_following_keeps_the_newest_in_sight_and_moves_in_steps(waits: list[float]) -> None:
    """The newest never passes the right edge, and the edge moves far or not at all."""
    view, newest = TimeView(1.0), 0.0
    view.follow(newest)
    for wait in waits:
        before = view.right
        newest += wait
        view.follow(newest)
        assert LEAST_ROOM * view.span <= view.right - newest + 1e-9
        assert view.right - newest <= ROOM * view.span * 1.01
        assert view.right == before or view.right - before >= (ROOM - LEAST_ROOM) * view.span * 0.99


@given(SECONDS, FACTORS, SECONDS)
def test_zoom_is_about_the_pointer_unless_following(
    newest: float, factor: float, at: float
) -> None:
    """What is under the pointer stays there; while following the newest stays at the right."""
    view = TimeView(1.0)
    view.go_live(newest)
    view.zoom(factor, at, newest)
    assert view.following
    assert LEAST_ROOM * view.span * 0.99 <= view.right - newest <= ROOM * view.span * 1.02
    assert FEWEST <= view.span <= MOST
    view.following = False
    share = (at - view.left) / view.span
    view.zoom(1 / factor, at, newest)
    assert close(at, view.left + share * view.span)


@given(st.lists(st.floats(-5e3, 5e3), max_size=30))
def test_dragging_never_loses_the_market(moves: list[float]) -> None:
    """However far one drags, some of the market's own time is in sight, and back is live."""
    view, oldest, newest = TimeView(1.0), -2_000.0, 0.0
    view.go_live(newest)
    for move in moves:
        view.pan(move, oldest, newest)
        assert view.left < newest
        assert view.right > oldest
    span, following = view.span, []
    view.pan(-1e9, oldest, newest)
    following.append(view.following)
    view.go_live(newest)
    following.append(view.following)
    assert span == view.span
    view.pan(-view.span, oldest, newest)
    following.append(view.following)
    view.pan(1e9, oldest, newest)
    assert [False, True, False, True] == [*following, view.following]


def test_other_candles_keep_their_number() -> None:
    """From 1 s to 5 m as many candles are in sight as before, the newest among them."""
    view = TimeView(1.0)
    view.take_interval(300.0, 50.0)
    assert 150 * 300.0 == view.span
    assert view.left < 50.0 < view.right


@given(st.lists(st.tuples(st.floats(1, 1e5), st.floats(0, 1e4)), min_size=1, max_size=40))
def test_prices_in_sight_fit_and_fill_the_scale(ranges: list[tuple[float, float]]) -> None:
    """Everything in sight is on the scale, with no more room than the steps allow."""
    view, tick = PriceView(), 0.01
    for low, span in ranges:
        view.fit(low, low + span, tick)
        assert view.low <= low
        assert low + span <= view.high
        assert view.high - view.low <= max(span, 8 * tick) / 0.54 + 1e-9


def test_a_scale_by_hand_stays_until_it_is_forgotten() -> None:
    """Scaling keeps the middle; shifting moves it; fitting waits until asked for."""
    view = PriceView()
    view.shift(1.0)
    view.scale(0.5, 0.01)
    assert math.isnan(view.low)
    view.fit(100.0, 200.0, 0.01)
    view.shift(5.0)
    low, high = view.low, view.high
    view.scale(0.5, 0.01)
    assert close((high - low) / 2, view.high - view.low)
    view.fit(0.0, 1_000.0, 0.01)
    assert close(150.0, (view.low + view.high) / 2)
    view.shift(10.0)
    assert close(160.0, (view.low + view.high) / 2)
    view.forget()
    view.fit(0.0, 1_000.0, 0.01)
    assert view.automatic
    assert view.high >= 1_000.0


@given(st.lists(st.floats(0.1, 10), max_size=80), st.sampled_from((1e-8, 0.01, 10.0)))
def test_no_scaling_breaks_the_scale(factors: list[float], tick: float) -> None:
    """The two ends stay apart and finite, however long one turns."""
    view = PriceView()
    view.fit(tick * 1_000, tick * 1_100, tick)
    for factor in factors:
        view.scale(factor, tick)
        assert math.isfinite(view.low + view.high)
        assert view.high - view.low >= tick
