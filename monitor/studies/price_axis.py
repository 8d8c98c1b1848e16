"""Where an axis has its labels: round steps, enough of them, never colliding."""

import math
from decimal import Decimal
from typing import NamedTuple

from monitor.book.grid import decimals_of
from monitor.studies.number_format import compact, fixed

LABELS = 6
"""At least so many readable labels at any zoom, where they fit."""
COMFORTABLE_PX = 44
LABEL_PX = 18

_ROUND = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5))
MOST_LABELS = 200


class Axis(NamedTuple):
    """Labels of an axis: where, what they say, their step, and the digits that needs."""

    values: tuple[float, ...]
    labels: tuple[str, ...]
    step: Decimal
    decimals: int


def price_axis(
    low: float,
    high: float,
    height_px: float,
    decimals: int = 0,
    label_px: float = LABEL_PX,
    wanted: int = LABELS,
    *,
    ticks: bool = False,
) -> Axis:
    """Labels for prices from ``low`` to ``high`` over ``height_px`` pixels.

    ``decimals`` are the instrument's: labels show at least these, and more where the zoom
    goes below its tick. At least six labels where six of ``label_px`` fit, and about one
    every 44 px on a tall axis; ``wanted`` asks for more. ``ticks`` leaves out
    steps such as 2.5 ticks. An empty axis where there is no span to label.
    """
    step = nice_step(low, high, height_px, label_px, wanted, decimals if ticks else None)
    if step is None:
        return Axis((), (), Decimal(0), decimals)
    decimals = max(decimals, decimals_of(step))
    values = _multiples(low, high, step)
    return Axis(values, tuple(fixed(value, decimals) for value in values), step, decimals)


def size_axis(high: float, height_px: float, label_px: float = LABEL_PX) -> Axis:
    """Labels for sizes from 0 to ``high``, in short form: ``0``, ``250``, ``1.5k``."""
    step = nice_step(0.0, high, height_px, label_px)
    if step is None:
        return Axis((), (), Decimal(0), 0)
    values = _multiples(0.0, high, step)
    digits = max(
        1, Decimal(repr(values[-1])).adjusted() - step.adjusted() + len(step.as_tuple()[1])
    )
    labels = alike([compact(value, digits) for value in values])
    return Axis(values, labels, step, decimals_of(step))


def alike(labels: list[str]) -> tuple[str, ...]:
    """With as many decimals in all of a unit as one of them needs: ``75`` and ``100``, not 75.0."""
    parts = [(label.rstrip("kMBT"), label[len(label.rstrip("kMBT")) :]) for label in labels]
    needed: dict[str, int] = {}
    for number, unit in parts:
        fraction = number.partition(".")[2].rstrip("0")
        needed[unit] = max(needed.get(unit, 0), len(fraction))
    return tuple(
        f"{Decimal(number.replace(',', '')):,.{needed[unit] if Decimal(number) else 0}f}{unit}"
        for number, unit in parts
    )


def nice_step(
    low: float,
    high: float,
    height_px: float,
    label_px: float,
    labels: int = LABELS,
    decimals: int | None = None,
) -> Decimal | None:
    """The step 1, 2, 2.5 or 5 times a power of ten that labels the span best.

    The largest that gives enough labels, but never so small that they collide; None where
    there is no finite span, or it is too small to tell its ends apart. With ``decimals``
    no step above their last digit needs more of them: 2.5 ticks are no price.
    """
    span = high - low
    if not (math.isfinite(low) and math.isfinite(high)) or height_px < label_px or span <= 0:
        return None
    if span <= 16 * math.ulp(max(abs(low), abs(high))):
        return None
    wanted = span / max(labels, height_px / COMFORTABLE_PX)
    smallest = span * label_px / height_px
    smallest = max(smallest, span / MOST_LABELS)
    steps = _steps_around(wanted)
    if decimals is not None:
        tick = Decimal(1).scaleb(-decimals)
        steps = [step for step in steps if step < tick or step % tick == 0]
    fitting = [step for step in steps if smallest <= float(step) <= wanted]
    return fitting[-1] if fitting else next(step for step in steps if float(step) >= smallest)


def _steps_around(value: float) -> list[Decimal]:
    exponent = math.floor(math.log10(value))
    return [step.scaleb(power) for power in range(exponent - 1, exponent + 4) for step in _ROUND]


def _multiples(low: float, high: float, step: Decimal) -> tuple[float, ...]:
    """Multiples of the step within the span, each the float nearest to its exact value."""
    numerator, denominator = step.as_integer_ratio()
    size = numerator / denominator
    first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
    return tuple(k * numerator / denominator for k in range(first, last + 1))
