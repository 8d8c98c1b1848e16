"""Rows 9 to 14 in short; ``python -m tests.scorecard`` runs them in full."""

import pytest

from tests.reliability.connection_faults import (
    CLOSE_CODES,
    QUICK,
    closed,
    dropped_at_once,
    dropped_for_a_day,
    half_open,
    mute,
    refused,
    resets,
    snapshot_refused,
)
from tests.reliability.rig import run
from tests.reliability.styles import BINANCE, KRAKEN, STYLES, Style
from tests.reliability.test_message_faults import holds

styles = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


def test_a_mute_venue_is_stale_within_three_seconds() -> None:
    """By the venue's own facts and in real time."""
    holds(run(mute(KRAKEN, seed=91)))


@styles
def test_a_mute_venue_is_stale_and_left(style: Style) -> None:
    """The same for all, in a venue whose second is a fifth of ours."""
    holds(run(mute(style, 92, QUICK)))


def test_a_pulled_cable_is_stale_within_three_seconds_and_left_within_five() -> None:
    """By the venue's own facts and in real time."""
    holds(run(half_open(BINANCE, seed=101)))


@styles
def test_a_pulled_cable_is_stale_and_left(style: Style) -> None:
    """The same for all, in a venue whose second is a fifth of ours."""
    holds(run(half_open(style, 102, QUICK)))


@styles
def test_a_reset_anywhere_leaves_the_venues_book(style: Style) -> None:
    """In the snapshot, in an update, between them: the next connection's book is whole."""
    holds(run(resets(style, 5, seed=111)))


@pytest.mark.parametrize("code", CLOSE_CODES)
def test_a_close_is_told_in_words_and_waited_for(code: int) -> None:
    """1008 waits half a minute, 1013 five seconds, the others only the dice."""
    style = STYLES[code % len(STYLES)]
    holds(run(closed(style, code, seed=121)))


@styles
def test_who_accepts_and_drops_is_not_believed(style: Style) -> None:
    """Some seconds of it on a real socket: never LIVE, tried again, healed at once after."""
    holds(run(dropped_at_once(style, 1.5, seed=131)))


@pytest.mark.parametrize("held_s", [0, 1, 9])
def test_who_accepts_and_drops_for_a_day_is_not_stormed(held_s: float) -> None:
    """Six tries a minute at most, and never an end to them."""
    holds(dropped_for_a_day(held_s, seed=132))


@styles
@pytest.mark.parametrize(("status", "retry_after"), [(429, "1"), (418, "")])
def test_a_refusal_is_waited_for(style: Style, status: int, retry_after: str) -> None:
    """As long as it says; two minutes where a ban says nothing."""
    holds(run(refused(style, status, retry_after, seed=141)))


@pytest.mark.parametrize("status", [429, 418])
def test_a_snapshot_refused_is_waited_for(status: int) -> None:
    """No request goes out before the time is over."""
    holds(run(snapshot_refused(status, "2", seed=142)))
