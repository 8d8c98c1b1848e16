"""When a venue is tried again: the policy, by a clock turned by hand."""

import random
from datetime import UTC, datetime

import pytest

from monitor.feeds.reconnect import (
    BASE,
    CAP,
    HELD,
    LONGEST_RETRY_AFTER,
    POLICY_WAIT,
    TRIES_A_MINUTE,
    Hosts,
    Reconnect,
    moved,
    wait_asked_for,
)
from monitor.model.time import DAY, HOUR, MINUTE, SECOND

WALL = int(datetime(2026, 11, 21, 4, 0, tzinfo=UTC).timestamp()) * SECOND


def tries_of(policy: Reconnect, span: int, held: int, draw: int = 0) -> list[int]:
    """The moments of all tries where each connection is dropped after ``held``."""
    now, tries = draw, []
    while now < span:
        tries.append(now)
        policy.tried(now)
        policy.opened(now)
        now = policy.failed(now + held)
    return tries


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("held", [0, SECOND, 9 * SECOND])
def test_a_venue_that_accepts_and_drops_for_a_day_is_not_stormed(seed: int, held: int) -> None:
    """Row 13: at most six tries in any minute that begins after the first."""
    tries = tries_of(Reconnect(random.Random(seed).random), DAY, held)
    late = [moment for moment in tries if moment >= MINUTE]
    assert len(late) > 24 * 60  # it never gives up
    for first, seventh in zip(late, late[TRIES_A_MINUTE:], strict=False):
        assert seventh - first >= MINUTE


def test_the_worst_of_dice_keeps_the_ceiling_too() -> None:
    """Where every draw is 0 the waits are 0, and the ceiling alone holds."""
    tries = tries_of(Reconnect(lambda: 0.0), HOUR, held=SECOND // 10)
    late = [moment for moment in tries if moment >= 2 * MINUTE]
    assert len(late) <= 58 * TRIES_A_MINUTE


def test_waits_are_drawn_evenly_from_a_growing_limit() -> None:
    """Full jitter: the n-th wait lies in [0, base · 2ⁿ), up to the cap."""
    policy = Reconnect(lambda: 0.999)
    limits = [policy.failed(0) for _ in range(5)]
    assert [int(0.999 * (BASE << n)) for n in range(5)] == limits
    for _ in range(20):
        last = policy.failed(0)
    assert int(0.999 * CAP) == last


def test_the_count_starts_anew_only_after_a_connection_that_held() -> None:
    """Opening alone resets nothing; ten seconds do."""
    policy = Reconnect(lambda: 0.999)
    for _ in range(10):
        policy.failed(0)
    policy.opened(0)
    assert policy.failed(HELD - 1) - (HELD - 1) > 20 * SECOND
    policy.opened(HELD)
    assert policy.failed(2 * HELD) - 2 * HELD < BASE


def test_a_wait_the_venue_asked_for_is_kept() -> None:
    """Retry-After and close 1008 set a floor under the draw, with a little jitter on top."""
    for draw in (0.0, 0.5, 0.999):
        wait = Reconnect(lambda draw=draw: draw).failed(0, POLICY_WAIT)  # type: ignore[misc]
        assert POLICY_WAIT <= wait <= POLICY_WAIT + POLICY_WAIT // 10


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "7", 7 * SECOND),
        (503, "120", 120 * SECOND),
        (418, "3600", HOUR),
        (429, "Sat, 21 Nov 2026 04:01:00 GMT", MINUTE),
        (429, "Sat, 21 Nov 2026 03:00:00 GMT", 0),
        (429, "99999999", LONGEST_RETRY_AFTER),
        (429, "soon", 30 * SECOND),
        (429, "-5", 30 * SECOND),
        (429, "٣", 30 * SECOND),
        (429, None, 30 * SECOND),
        (418, None, 2 * MINUTE),
        (503, None, 0),
        (500, "60", 0),
        (200, "60", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(status: int, header: str | None, wait: int) -> None:
    """RFC 9110, 10.2.3; nonsense counts as absent."""
    assert wait == wait_asked_for(status, header, WALL)


def test_hosts_are_tried_in_their_order_and_kept_while_they_work() -> None:
    """``next`` moves on, round the list; the path stays the protocol's."""
    hosts = Hosts(["wss://a.example/stream", "wss://b.example", "wss://c.example:443/stream"])
    url = "wss://a.example/stream?x=1"
    seen = []
    for _ in range(4):
        seen.append(hosts.of(url))
        hosts.next()
    assert [
        "wss://a.example/stream?x=1",
        "wss://b.example/stream?x=1",
        "wss://c.example:443/stream?x=1",
        "wss://a.example/stream?x=1",
    ] == seen


def test_an_address_of_no_known_host_stays_as_it_is() -> None:
    """A venue that hands out an address of its own is asked there."""
    hosts = Hosts(["wss://a.example"])
    hosts.next()
    assert hosts.of("wss://other.example/x") == "wss://other.example/x"
    assert moved("http://h/p?q=1", "https://g") == "https://g/p?q=1"
