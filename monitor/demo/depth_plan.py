"""How much is to rest how far from the best: bands of ticks with a target and a share of the changes."""

from bisect import bisect_right
from random import Random

from monitor.demo.engine import BID, SIDES, Engine
from monitor.demo.profile import Calibration, Profile, share_below

EDGES_BPS = (0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 170.0, 1_000.0)
BEYOND = {170.0: 0.5, 1_000.0: 1.5}
"""Size between this edge and the one before, as a multiple of what lies within 50 bps.

Invented: the recordings know no more of the far book than a snapshot of 1,000 levels.
"""
TOUCH_SHARE = 0.75
"""The best level's part of what lies within 0.5 bps."""
TOUCH_AIM = 2.1
"""The best level is aimed so much higher, since it is built anew after each move."""


class Band:
    """Ticks ``low`` to ``high`` from the best (0 is the best itself) on one side."""

    def __init__(self, low: int, high: int, target: float, weight: float) -> None:
        self.low = low
        self.high = high
        self.target = target
        self.weight = weight
        self.lots = 0
        self.ticks: list[int] = []

    def draw_offset(self, random: Random) -> int:
        """A distance in this band, denser near the best, never beyond its ends."""
        if self.high - self.low < 2:
            return self.low
        share = random.random()
        return min(self.high - 1, int(self.low * (self.high / self.low) ** share))


class DepthPlan:
    """The bands of both sides, and what of the engine's book lies in each."""

    def __init__(self, profile: Profile, calibration: Calibration, lots_per_unit: float) -> None:
        ticks_per_bps = float(profile.price / profile.tick_size) / 10_000
        scale = profile.size_factor * lots_per_unit
        within = (calibration.bid_size_within_bps, calibration.ask_size_within_bps)
        self.touch_target = tuple(side[0][1] * TOUCH_SHARE * TOUCH_AIM * scale for side in within)
        self.bands = tuple(_bands(dict(side), calibration, ticks_per_bps, scale) for side in within)

    def scan(self, engine: Engine, front: list[int]) -> None:
        """Sort the engine's levels into the bands, after the best prices moved."""
        for side in SIDES:
            bands = self.bands[side]
            for band in bands:
                band.lots, band.ticks = 0, []
            sign = -1 if side == BID else 1
            at = front[side]
            highs = [band.high for band in bands[:-1]]
            for tick, level in engine.sides[side].levels.items():
                offset = (tick - at) * sign
                if offset > 0:
                    band = bands[bisect_right(highs, offset)]
                    band.lots += level.lots
                    band.ticks.append(tick)


def _bands(
    within: dict[float, float], calibration: Calibration, ticks_per_bps: float, scale: float
) -> list[Band]:
    bands: list[Band] = []
    low, before, target, weight = 1, 0.0, 0.0, 0.0
    seen = share_below(1, calibration.offset_ticks)
    for edge in EDGES_BPS:
        if edge in within:
            target += (within[edge] - before) * (1 - TOUCH_SHARE if before == 0 else 1)
            before = within[edge]
        else:
            target += before * BEYOND[edge]
        share = share_below(edge * calibration.ticks_per_bps, calibration.offset_ticks)
        weight, seen = weight + share - seen, share
        high = round(edge * ticks_per_bps) + 1
        if high > low:
            bands.append(Band(low, high, target * scale, weight))
            low, target, weight = high, 0.0, 0.0
    return bands
