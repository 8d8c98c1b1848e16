"""The scales of a chart: what prices, sizes and times say at a range, and how many fit."""

import math

from PySide6.QtCore import QRectF, QSizeF

from monitor.gui.kit.painted_axis import LABEL_PX, PADDING, TAG_PX, Label, PaintedAxis
from monitor.gui.kit.theme import Theme
from monitor.model.time import SECOND
from monitor.studies.number_format import compact, fixed
from monitor.studies.price_axis import LABELS, Axis, price_axis, size_axis
from monitor.studies.time_axis import TimeAxis, clock_text, date_text, time_axis

PRICE_AXIS_PX = 76
WIDTH_STEP = 8
TIME_AXIS_PX = 24
READABLE = LABELS + 2
"""So many labels stand whole on a price axis where they fit: a tag may cover two of them."""
LABELLINGS = (
    *((LABELS + more, TAG_PX, True) for more in (0, 2, 4, 7)),
    *((LABELS + more, LABEL_PX, True) for more in (2, 4, 7)),
    *((LABELS + more, LABEL_PX, False) for more in (2, 4, 7)),
)
"""What a price axis tries in turn: labels wanted, pixels for each, and only whole ticks."""


class PriceScale(PaintedAxis):
    """Prices: at least six readable labels, with as many digits as the instrument has."""

    def __init__(self, orientation: str, theme: Theme) -> None:
        super().__init__(orientation, theme)
        self.decimals = 0
        self.floor_px = 0.0
        """Pixels at the low end that belong to another pane and get no labels of prices."""
        self.floor_labels: tuple[tuple[float, str], ...] = ()
        """That pane's own: pixels from the low end, and what they say."""
        self._key: tuple[float, ...] = ()
        self._axis = price_axis(0, 0, 0)
        self._ticks_of: Axis | None = None
        self._ticks: tuple[tuple[float, str], ...] = ()
        self._wide = PRICE_AXIS_PX  # What is asked for: the layout gives it a frame later.
        if self.vertical:
            self.setWidth(PRICE_AXIS_PX)
        else:
            self.setHeight(TIME_AXIS_PX)

    def axis(self) -> Axis:
        """The labels at the present range and size; worked out once for each."""
        size, (low, high) = self.size(), self.range
        key = (low, high, size.width(), size.height(), self.floor_px, self.decimals)
        if key != self._key:
            self._key, self._axis = key, self._labelled(low, high, size)
        return self._axis

    def _labelled(self, low: float, high: float, size: QSizeF) -> Axis:
        if not self.vertical:
            text = fixed(high, self.decimals)
            widest = self.metrics.horizontalAdvance(text) + 4 * PADDING
            return price_axis(low, high, size.width(), self.decimals, widest)
        height = size.height() - self.floor_px
        if height <= 0:
            return price_axis(low, low, 0, self.decimals)
        low += (high - low) * self.floor_px / size.height()
        # Tags and the ends of the axis cover some labels: more are asked for where they fit,
        # closer ones where they must, and at last steps that are no whole ticks.
        best, most = price_axis(low, low, 0, self.decimals), -1
        for wanted, label_px, ticks in LABELLINGS:
            axis = price_axis(low, high, height, self.decimals, label_px, wanted, ticks=ticks)
            whole = sum(self._whole(value) for value in axis.values)
            if whole > most:
                best, most = axis, whole
            if whole >= READABLE:
                break
        return best

    def make_room(self) -> None:
        """Take the width that the labels need, in steps: a cheap coin's have many digits."""
        low, high = self.range
        texts = [*self.axis().labels, *(fixed(end, self.decimals) for end in (low, high))]
        widest = max(self.metrics.horizontalAdvance(text) for text in texts)
        needed = max(PRICE_AXIS_PX, math.ceil((widest + 2 * PADDING) / WIDTH_STEP) * WIDTH_STEP)
        # Narrower only where much is gained: the charts' width must not flicker.
        if needed > self._wide or needed < self._wide - 2 * WIDTH_STEP:
            self._wide = needed
            self.setWidth(needed)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        if self.blank:
            return ()
        axis = self.axis()
        if axis is not self._ticks_of:
            pairs = zip(axis.values, axis.labels, strict=True)
            whole = ((at, text) for at, text in pairs if not self.vertical or self._whole(at))
            self._ticks_of, self._ticks = axis, tuple(whole)
        return self._ticks

    def looks(self) -> tuple[object, ...]:
        return (*super().looks(), self.floor_labels, self.floor_px)

    def lettering(self) -> list[Label]:
        labels = super().lettering()
        for from_low, text in self.floor_labels:
            top = round(self.size().height() - from_low - TAG_PX / 2)
            box = QRectF(0, top, self.size().width(), TAG_PX)
            labels.append(Label(box, text, self.theme.faint))
        return labels

    def _whole(self, value: float) -> bool:
        """Whether a label there is neither cut by the axis's ends nor in the other pane."""
        half = LABEL_PX / 2
        return half <= self.pixel(value) <= float(self.size().height()) - self.floor_px - half


class SizeScale(PaintedAxis):
    """Sizes from nothing up, in short form."""

    def __init__(self, orientation: str, theme: Theme) -> None:
        super().__init__(orientation, theme)
        self.logarithmic = False
        """View coordinates are powers of ten."""
        self._key: tuple[float, ...] = ()
        self._ticks: tuple[tuple[float, str], ...] = ()
        self.setWidth(PRICE_AXIS_PX)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        if self.blank:
            return ()
        key = (*self.range, self.size().height(), self.logarithmic)
        if key != self._key:
            self._key, self._ticks = key, self._labelled()
        return self._ticks

    def _labelled(self) -> tuple[tuple[float, str], ...]:
        low, high = self.range
        if self.logarithmic:
            powers = range(math.ceil(low), math.floor(high) + 1)
            return tuple((float(power), compact(10.0**power, 1)) for power in powers)
        axis = size_axis(high, self.size().height())
        # At the upper end a label would have to be moved beside its line.
        pairs = list(zip(axis.values, axis.labels, strict=True))
        told = [(at, text) for at, text in pairs if self.pixel(at) >= LABEL_PX / 2]
        # The one at the foot is moved up into sight: it goes before it takes the next one's room.
        foot, *others = [self.pixel(at) for at, _ in told] or [0.0]
        crowded = others and foot - others[0] < 1.5 * LABEL_PX
        return tuple(told[1:] if crowded else told)


class TimeScale(PaintedAxis):
    """Times: view coordinates are seconds since ``base`` (ns UTC)."""

    def __init__(self, theme: Theme, *, utc: bool) -> None:
        super().__init__("bottom", theme)
        self.base = 0
        self._key: tuple[int, int, float, bool] = (0, 0, 0.0, utc)
        self._axis = self._ticks_of = TimeAxis((), (), 0)
        self._ticks: tuple[tuple[float, str], ...] = ()
        self._ticks_base = 0
        self.utc = utc
        self.setHeight(TIME_AXIS_PX)

    def moment(self, x: float) -> int:
        """The instant (ns UTC) at a view coordinate."""
        return self.base + round(x * SECOND)

    def axis(self) -> TimeAxis:
        """The labels at the present range and size."""
        low, high = self.range
        key = (self.moment(low), self.moment(high), self.size().width(), self.utc)
        if key != self._key:
            self._key = key
            self._axis = time_axis(*key[:3], utc=self.utc)
        return self._axis

    def pointer_text(self, x: float) -> str:
        """The time under the pointer, to the second, with its date."""
        moment = self.moment(x)
        return f"{date_text(moment, utc=self.utc)} {clock_text(moment, utc=self.utc)}"

    def ticks(self) -> tuple[tuple[float, str], ...]:
        if self.blank:
            return ()
        axis = self.axis()
        if axis is not self._ticks_of or self.base != self._ticks_base:
            seconds = [(moment - self.base) / SECOND for moment in axis.moments]
            self._ticks = tuple(zip(seconds, axis.labels, strict=True))
            self._ticks_of, self._ticks_base = axis, self.base
        return self._ticks
