"""Which prices a chart has in sight: round what is visible, in steps, or scaled by hand."""

import math

PADDING = 0.08
"""Room above and below what is in sight, as a share of its span, when the range is set."""
SHRINK_BELOW = 0.55
"""The range is set anew once what is in sight fills less than this share of it."""
FEWEST_TICKS = 8
WIDEST = 1e4
"""By hand the span grows to so many times what is in sight, and no further."""


class PriceView:
    """``low`` and ``high`` are the ends of the scale; ``automatic`` until the user scales it."""

    def __init__(self) -> None:
        self.low = self.high = math.nan
        self.automatic = True

    @property
    def known(self) -> bool:
        """True once there was something to show."""
        return self.high > self.low

    def forget(self) -> None:
        """Begin anew with the next prices."""
        self.low = self.high = math.nan
        self.automatic = True

    def fit(self, low: float, high: float, tick: float) -> None:
        """Have these prices in sight; keeps the range while they fit it and fill it.

        ``tick`` is the instrument's: a flat market still shows some ticks of room.
        """
        if not self.automatic and self.known:
            return
        spare = FEWEST_TICKS * tick - (high - low)
        if spare > 0:
            low, high = low - spare / 2, high + spare / 2
        held = self.high - self.low
        if self.low <= low and high <= self.high and high - low >= SHRINK_BELOW * held:
            return
        room = PADDING * (high - low)
        self.low, self.high = low - room, high + room

    def scale(self, factor: float, tick: float) -> None:
        """Show ``factor`` times the span about its middle, from now on by hand."""
        if not self.known:
            return
        middle, reach = (self.low + self.high) / 2, (self.high - self.low) / 2 * factor
        reach = min(max(reach, tick), WIDEST * max(abs(middle), tick))
        if middle - reach == middle or not math.isfinite(reach):
            return
        self.automatic = False
        self.low, self.high = middle - reach, middle + reach

    def shift(self, by: float) -> None:
        """Move by a price, where the scale is by hand."""
        if not self.automatic and self.known and math.isfinite(by):
            self.low, self.high = self.low + by, self.high + by
