"""The chart of prices over time: candles above, volumes below, marks and figures around them."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from monitor.gui.kit.axes import PriceScale, TimeScale
from monitor.gui.kit.candle_item import (
    GAP_PX,
    STRIP_PX,
    VOLUME_ROOM_PX,
    VOLUME_SHARE,
    BackfilledGround,
    BackfilledLegend,
    CandleItem,
    CandlePicture,
)
from monitor.gui.kit.empty_note import EmptyNote
from monitor.gui.kit.movable_chart import MovableChart
from monitor.gui.kit.painted_axis import Tag
from monitor.gui.kit.price_marks import LiveChip, PriceMarks
from monitor.gui.kit.theme import Theme
from monitor.gui.kit.value_strip import ValueStrip
from monitor.model.time import SECOND
from monitor.studies.number_format import compact, fixed
from monitor.studies.price_axis import alike

HALF_LABEL_FROM_PX = 48
UNDER_CANDLES_Z = -50


class PriceChart(MovableChart):
    """Holds the items and scales; told what to show, it decides only where it goes."""

    def __init__(self, theme: Theme, *, utc: bool) -> None:
        self.prices = PriceScale("right", theme)
        self.times = TimeScale(theme, utc=utc)
        super().__init__(theme, self.prices, self.times)
        # Below the candles: those seen in a bad interval are true, and stay in sight.
        self.hatching.setZValue(UNDER_CANDLES_Z)
        self.candles = CandleItem(theme)
        self.ground = BackfilledGround(theme)
        self.legend = BackfilledLegend(theme, self.ground)
        self.marks = PriceMarks(theme)
        self.strip = ValueStrip(theme)
        self.chip = LiveChip(theme, "Go live", "End")
        self.note = EmptyNote(theme, self.prices, self.times)
        self.top_volume = 0.0
        below = (self.ground, self.legend, self.candles)
        self._items = (*below, self.marks, self.strip, self.chip, self.note)
        for item in self._items:
            self.view.addItem(item, ignoreBounds=True)
        # The view lifts what would lie below itself, and so above the grid.
        self.ground.setZValue(self.view.zValue())
        self.grid.setZValue(self.view.zValue() + 1)
        self.legend.setZValue(UNDER_CANDLES_Z + 1)
        for ruled in (self.grid, self.hatching, self.cross):
            ruled.head_px = STRIP_PX

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for item in self._items:
            item.theme = theme

    def moment(self, x: float) -> int:
        """The instant (ns UTC) at a view coordinate."""
        return self.times.moment(x)

    def x_of(self, moment: int) -> float:
        """The view coordinate of an instant (ns UTC)."""
        return (moment - self.times.base) / SECOND

    def prices_px(self) -> float:
        """The height of the prices' part."""
        height = float(self.view.height())
        return max(height - round(height * VOLUME_SHARE) - STRIP_PX - 2 * GAP_PX, 1.0)

    def show_nothing(self, words: str) -> None:
        """Show nothing but a sentence."""
        self.note.say(words)
        self.show_candles(None)
        self.marks.show_prices(None, None, None, self.theme.dim)
        self.strip.show_figures("", (), "", self.theme.dim)
        self.offer_live(offered=False)
        self.prices.show_tags([])
        self.prices.floor_labels = ()
        self.times.show_tags([])
        self.cross.move(None)

    def show_candles(self, picture: CandlePicture | None) -> None:
        """Paint these candles, or none."""
        self.candles.show_picture(picture)
        self.ground.show_picture(picture)

    def set_times(self, left: float, right: float) -> None:
        """Show this range of time; a changed one rebuilds the axis, the same costs nothing."""
        if self.view.viewRange()[0] != [left, right]:
            self.view.setXRange(left, right, padding=0)

    def set_prices(self, low: float, high: float, top_volume: float) -> None:
        """Show these prices between the strip and the volume pane, which ends at ``top_volume``."""
        height = max(float(self.view.height()), 1.0)
        floor = round(height * VOLUME_SHARE)
        self.top_volume = top_volume
        self.prices.floor_px = floor
        top = floor - VOLUME_ROOM_PX
        shares = (1.0, 0.5) if top > HALF_LABEL_FROM_PX else (1.0,)
        texts = alike([compact(top_volume * share) for share in shares])
        labels = tuple((top * share, text) for share, text in zip(shares, texts, strict=True))
        self.prices.floor_labels = labels if top_volume > 0 else ()
        per_px = (high - low) / self.prices_px()
        wanted = [low - (floor + GAP_PX) * per_px, high + (STRIP_PX + GAP_PX) * per_px]
        if high > low and self.view.viewRange()[1] != wanted:
            self.view.setYRange(*wanted, padding=0)
            self.prices.make_room()

    def show_tags(self, last: Tag, pointer: QPointF | None, decimals: int) -> None:
        """The last price on the scale, and what the pointer (a pixel) is at."""
        if decimals != self.prices.decimals:
            self.prices.decimals = decimals
            self.prices.make_room()
        tags = [last] if pointer is None else [last, self._pointer_tag(pointer, decimals)]
        self.prices.show_tags(tags)

    def show_cross(self, at: QPointF | None, time_text: str) -> None:
        """The crosshair at a point of view coordinates, with its time; None hides both."""
        self.cross.move(at)
        theme = self.theme
        tags = [] if at is None else [Tag(at.x(), time_text, theme.raised, theme.text)]
        self.times.show_tags(tags)

    def show_figures(
        self,
        when: str,
        figures: Sequence[tuple[str, str]],
        note: str,
        colour: QColor,
    ) -> None:
        """The strip along the top; nothing where ``when`` is empty."""
        self.strip.show_figures(when, figures, note, colour)

    def offer_live(self, *, offered: bool) -> None:
        """The button back to the newest, or not."""
        self.chip.show_chip(shown=offered)
        self.legend.taken_px = self.chip.width if offered else 0

    def _pointer_tag(self, pixel: QPointF, decimals: int) -> Tag:
        """The price under the pointer; in the volume pane the volume."""
        price = self.point_of(pixel).y()
        up = float(self.view.height()) - pixel.y()
        floor = self.prices.floor_px
        text = fixed(price, decimals)
        if up < floor:
            share = up / max(floor - VOLUME_ROOM_PX, 1.0)
            text = compact(max(share * self.top_volume, 0.0))
        return Tag(price, text, self.theme.raised, self.theme.text)
