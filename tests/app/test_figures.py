"""The figures of the status bar stay cheap at any rate, and pass no instrument over."""

from monitor.app.figures import MEASURED_A_READ, Meters
from monitor.model.events import Trade
from monitor.studies.lag import LagWindow


class CountedLag(LagWindow):
    """Counts what it is given."""

    added = 0

    def add(self, ts_event: int, ts_recv: int) -> None:
        self.added += 1
        super().add(ts_event, ts_recv)


def watched(*instruments: str) -> tuple[Meters, dict[str, CountedLag]]:
    meters, lags = Meters(), {instrument: CountedLag() for instrument in instruments}
    meters._lags.update(lags)
    return meters, lags


def trade(instrument: str, ts: int) -> Trade:
    return Trade(instrument, 1.0, 1.0, "buy", ts, ts, 1_000_000)


def test_of_a_read_of_many_only_a_few_are_measured() -> None:
    """A storm of messages must not cost what it costs to measure each."""
    meters, lags = watched("v:A")
    for _ in range(10):
        meters.note([trade("v:A", n) for n in range(1, 1_001)])
    assert 5 * MEASURED_A_READ <= lags["v:A"].added <= 10 * MEASURED_A_READ


def test_of_a_slow_feed_each_message_is_measured() -> None:
    """Reads of a few messages are measured whole."""
    meters, lags = watched("v:A")
    for size in range(1, MEASURED_A_READ + 1):
        meters.note([trade("v:A", n) for n in range(1, size + 1)])
    assert sum(range(1, MEASURED_A_READ + 1)) == lags["v:A"].added


def test_no_instrument_is_passed_over_for_good() -> None:
    """One message of a quiet instrument, always in the same place of a busy read, has its turn."""
    meters, lags = watched("v:BUSY", "v:QUIET")
    read = [trade("v:BUSY", n) for n in range(1, 101)]
    read[17] = trade("v:QUIET", 18)
    for _ in range(50):
        meters.note(read)
    assert lags["v:QUIET"].added >= 1
