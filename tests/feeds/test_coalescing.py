"""A hot socket is told from a slow one by the times of its reads."""

from monitor.feeds.coalescing import COLD_AFTER, HOT_AFTER, HOT_GAP_S, ReadPace


def test_a_slow_feed_is_never_looked_at() -> None:
    """Reads further apart than the gap keep their immediate delivery."""
    pace = ReadPace()
    assert not any(pace.woken(n * HOT_GAP_S * 1.5) for n in range(1_000))


def test_a_hot_feed_is_looked_at_until_it_falls_silent() -> None:
    """A few close reads make it hot; a few empty looks in a row make it slow again."""
    pace = ReadPace()
    woken = [pace.woken(n * 0.001) for n in range(HOT_AFTER + 1)]
    assert [False] * HOT_AFTER + [True] == woken
    for _ in range(100):
        assert pace.looked(found=True)
        assert pace.looked(found=False)
    looks = [pace.looked(found=False) for _ in range(COLD_AFTER - 1)]
    assert not looks[-1]


def test_a_single_burst_does_not_make_a_feed_hot() -> None:
    """Two messages close together, once a while, are no hot feed."""
    pace = ReadPace()
    for second in range(100):
        assert not pace.woken(float(second))
        assert not pace.woken(second + 0.001)
