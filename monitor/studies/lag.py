"""How late a feed's messages are, without believing that two clocks agree."""

from collections import deque

import numpy as np

from monitor.model.time import MINUTE, MS, SECOND

SAMPLES = 4_096
RECENT = 10 * SECOND
REMEMBERED = 10
"""Minutes whose quickest message tells how far the clocks are apart; they drift slowly."""


class LagWindow:
    """Receive times less event times of one feed, as they came.

    A recorder's clock may be seconds off its venue's, so the smallest difference of the
    last ten minutes stands for the clocks' offset and the shortest way together; what
    is above it is lag. So no lag is ever negative.
    """

    def __init__(self) -> None:
        self._received = np.zeros(SAMPLES, np.int64)
        self._differences = np.zeros(SAMPLES, np.int64)
        self._count = 0
        self._quickest: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)

    def add(self, ts_event: int, ts_recv: int) -> None:
        """One message; ns UTC by the venue's clock and by ours."""
        at = self._count % SAMPLES
        difference = ts_recv - ts_event
        self._received[at] = ts_recv
        self._differences[at] = difference
        self._count += 1
        minute = ts_recv // MINUTE
        quickest = self._quickest
        if not quickest or quickest[-1][0] != minute:
            quickest.append((minute, difference))
        elif difference < quickest[-1][1]:
            quickest[-1] = (minute, difference)

    @property
    def offset_ms(self) -> float:
        """The smallest difference seen lately, ms; NaN before the first message."""
        if not self._quickest:
            return float("nan")
        return min(difference for _, difference in self._quickest) / MS

    def percentiles_ms(self, *shares: float) -> tuple[float, ...]:
        """Lag of the newest ten seconds' messages at these percentiles, ms; NaN without any."""
        held = min(self._count, SAMPLES)
        if not held:
            return (float("nan"),) * len(shares)
        newest = self._received[(self._count - 1) % SAMPLES]
        recent = self._received[:held] > newest - RECENT
        lags = self._differences[:held][recent] / MS - self.offset_ms
        return tuple(float(lag) for lag in np.percentile(np.maximum(lags, 0.0), shares))
