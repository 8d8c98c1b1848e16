"""The age a stream tells in an outage: that of the newest data, however often it is tried again."""

import re

import pytest

from monitor.model.time import SECOND
from monitor.model.verdict import State
from monitor.protocol.status import Link, StreamStatus


def told_s(status: StreamStatus, at: int) -> float:
    """The seconds a verdict tells at a second."""
    told = re.search(r"[\d.]+", status.verdict(at * SECOND).words(at * SECOND))
    return float(told[0]) if told else 0.0


@pytest.mark.parametrize("own_limit", [0, 3 * SECOND])
def test_a_try_makes_nothing_newer(own_limit: int) -> None:
    """STALE, then tries that fail or open onto silence: the age only grows."""
    link = Link()
    status = StreamStatus(link, stale_after=own_limit)
    link.connecting(SECOND)
    link.opened(2 * SECOND)
    link.last_message = status.last_message = 3 * SECOND
    status.become(State.LIVE, 3 * SECOND, 0)
    assert ("STALE", 7) == (status.verdict(10 * SECOND).state, told_s(status, 10))
    link.down(12 * SECOND, "silent", 13 * SECOND)
    link.connecting(13 * SECOND)
    assert (State.CONNECTING, 12) == (status.verdict(15 * SECOND).state, told_s(status, 15))
    link.opened(16 * SECOND)
    status.become(State.SYNCING, 16 * SECOND, 0)
    assert (State.SYNCING, 14) == (status.verdict(17 * SECOND).state, told_s(status, 17))
    link.down(18 * SECOND, "silent", 19 * SECOND)
    link.connecting(19 * SECOND)
    assert 17 == told_s(status, 20)
    # An answer without a book leaves what is shown as old as it was.
    link.opened(21 * SECOND)
    link.last_message = 22 * SECOND
    assert 20 == told_s(status, 23)
    link.last_message = status.last_message = 24 * SECOND
    status.become(State.LIVE, 24 * SECOND, 0)
    link.down(26 * SECOND, "gone")
    link.connecting(26 * SECOND)
    assert 3 == told_s(status, 27)


def test_before_any_data_the_first_try_counts() -> None:
    """A venue that was never reached is tried since the first time."""
    link = Link()
    status = StreamStatus(link)
    for second in (1, 5, 9):
        link.connecting(second * SECOND)
        assert 10 - 1 == told_s(status, 10)
        link.down(second * SECOND + 1, "refused")


@pytest.mark.parametrize("lost", [State.SYNCING, State.GAP])
def test_what_is_shown_is_called_old_only_where_there_is_something(lost: State) -> None:
    """A first start shows nothing yet, however often it is tried; later there is the book of before."""
    link = Link()
    status = StreamStatus(link)
    link.connecting(SECOND)
    assert "CONNECTING 3 s" == status.verdict(4 * SECOND).words(4 * SECOND)
    link.opened(4 * SECOND)
    assert "SYNCING" == status.verdict(7 * SECOND).words(7 * SECOND)
    link.connecting(8 * SECOND)
    assert "old" not in status.verdict(9 * SECOND).words(9 * SECOND)
    link.opened(9 * SECOND)
    link.last_message = 10 * SECOND
    status.become(State.LIVE, 10 * SECOND, 0)
    link.connecting(12 * SECOND)
    assert "CONNECTING, data 4 s old" == status.verdict(14 * SECOND).words(14 * SECOND)
    status.become(lost, 14 * SECOND, 0)
    assert "CONNECTING, data 5 s old" == status.verdict(15 * SECOND).words(15 * SECOND)
    link.opened(15 * SECOND)
    status.become(State.SYNCING, 15 * SECOND, 0)
    assert "SYNCING, data 6 s old" == status.verdict(16 * SECOND).words(16 * SECOND)


def test_a_halt_tells_how_long_it_lasts() -> None:
    """That the venue goes on sending is no end of it."""
    link = Link()
    status = StreamStatus(link)
    link.opened(SECOND)
    status.become(State.LIVE, SECOND, 0)
    status.become(State.HALTED, 2 * SECOND, 0)
    link.last_message = 5 * SECOND
    assert 4 == told_s(status, 6)
    link.down(7 * SECOND, "gone")
    link.connecting(8 * SECOND)
    assert 4 == told_s(status, 9)
