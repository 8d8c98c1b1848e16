"""What a full size bar stands for: one wall must not flatten all the others."""

import math

import numpy as np
from numpy.typing import NDArray

QUANTILE = 0.8
REACH = 2.5
KEEP_FROM, KEEP_TO = 0.7, 1.15


def bar_scale(sizes: NDArray[np.float64], held: float = 0.0) -> float:
    """The size a full bar stands for; larger ones are cut at it, and marked as cut.

    It is the largest size, but at most 2.5 times the 0.8 quantile of those above 0.
    The ``held`` scale stays while it is near enough, so bars rest from frame to frame.
    0 where there is no size; NaN is left out.
    """
    known = sizes[sizes > 0]
    if not known.size:
        return held
    # So few numbers are sorted in a tenth of np.quantile's time.
    known.sort()
    common = known[math.ceil(QUANTILE * len(known)) - 1]
    full = float(min(known[-1], REACH * common))
    return held if KEEP_FROM * held <= full <= KEEP_TO * held else full


def volume_scale(most: float) -> float:
    """The top of a scale that holds ``most``: 1, 1.5, 2, 3, 5, 7.5 times a power of ten."""
    if most <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(most))
    return float(next(m * power for m in (1, 1.5, 2, 3, 5, 7.5, 10, 15) if m * power >= most))
