"""An axis that paints itself: labels kept as a picture, tags over them, no walk through a scene."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.plotting import pg
from monitor.gui.kit.theme import Theme

TAG_PX = 18
PADDING = 6
LABEL_PX = 14
"""The least height of a label: digits of 12 px are 9 high."""
ALMOST_NOTHING = 1e-6


class Tag(NamedTuple):
    """A filled label on an axis: the last price, the pointer's time."""

    at: float
    text: str
    fill: QColor
    ink: QColor


class Label(NamedTuple):
    """What an axis says at a place: the room it takes, its text and its ink."""

    box: QRectF
    text: str
    ink: QColor


def row_of(item: Any, chart: Any) -> QRect:
    """What is painted anew for a part of a chart: its row, the chart's whole width.

    The rows of a frame make up one rectangle. Within any other shape Qt copies pictures by
    spans, shared out to threads that it then waits for: ten times as long.
    """
    area = chart.viewportTransform().mapRect(item.mapRectToScene(item.rect()))
    top, bottom = math.floor(area.top()), math.ceil(area.bottom()) + 1
    return QRect(0, top, chart.viewport().width(), bottom - top)


class PaintedAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph is untyped
    """An axis that paints its labels itself; tags lie on top and push labels away.

    On the screen the labels are a picture that is kept until other ones are to be seen, and
    the tags, which move with the price, are painted over it; into files all is painted straight.
    """

    def __init__(self, orientation: str, theme: Theme) -> None:
        super().__init__(orientation)
        self.theme = theme
        self.tags: list[Tag] = []
        self.setStyle(showValues=False, tickLength=0)
        self.setPen(None)
        self.enableAutoSIPrefix(False)  # A title of units, which it has none of.
        self.vertical = orientation in ("left", "right")
        self.metrics = QFontMetricsF(font(SMALL_PX))
        self._kept = QPixmap()
        self._kept_labels: tuple[object, ...] = ()
        self._looks: tuple[object, ...] = ()
        self._tagged: list[tuple[QRectF, Tag]] = []
        self._covered: list[QRectF] = []
        self.blank = False
        """There is nothing to scale: no labels, no tags, no grid."""

    def update(self, *area: Any) -> None:
        """Have the chart paint this axis anew, without a walk through the scene."""
        widget = self.getViewWidget()
        if widget is None:
            super().update(*area)
        else:
            widget.viewport().update(row_of(self, widget))

    def looks(self) -> tuple[object, ...]:
        """All that its look depends on."""
        size = self.size()
        return (
            size.width(),
            size.height(),
            *self.range,
            self.ticks(),
            tuple(self.tags),
            self.theme,
        )

    def paint_at(self, p: QPainter, area: QRectF, ground: QColor) -> None:
        """Paint it on the screen, from its picture where nothing changed."""
        ratio = p.device().devicePixelRatioF()
        at = area.topLeft().toPoint()
        # A layout's sums are whole but for the last bits of a float.
        off = abs(at.x() - area.x()) + abs(at.y() - area.y())
        if ratio != int(ratio) or off > ALMOST_NOTHING:
            # Between pixels a picture would blur.
            self._paint_straight(p, area)
            return
        looks = (ratio, *self.looks())
        if looks != self._looks:
            self._looks, self._tagged = looks, self.tags_shown()
            labels = self.lettering()
            self._covered = _covered(labels, self._tagged)
            self._keep_labels(labels, area, ratio, ground)
        p.drawPixmap(at, self._kept)
        if self._tagged:
            p.save()
            p.translate(area.topLeft())
            for box in self._covered:
                p.fillRect(box, ground)
            self._paint_tags(p, self._tagged)
            p.restore()

    def _keep_labels(
        self, labels: Sequence[Label], area: QRectF, ratio: float, ground: QColor
    ) -> None:
        """Paint the labels' picture anew where they are others, or stand elsewhere."""
        places = (*((text, box.x(), box.y()) for box, text, _ in labels),)
        kept = (ratio, area.width(), area.height(), self.theme, places)
        if kept == self._kept_labels:
            return
        self._kept_labels = kept
        size = (area.size() * ratio).toSize()
        if self._kept.size() != size:
            self._kept = QPixmap(size)
        self._kept.setDevicePixelRatio(ratio)
        self._kept.fill(ground)
        painter = QPainter(self._kept)
        self._paint_labels(painter, labels)
        painter.end()

    def _paint_straight(self, p: QPainter, area: QRectF) -> None:
        p.save()
        p.translate(area.topLeft())
        self.paint(p, None, None)
        p.restore()

    def show_tags(self, tags: list[Tag]) -> None:
        """Put these filled labels on the axis, the last one uppermost."""
        if tags != self.tags:
            self.tags = tags
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.theme = theme
        self.update()

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Where labels stand, in view coordinates, and what they say."""
        raise NotImplementedError

    def pixel(self, value: float) -> float:
        """Where a view coordinate lies along the axis, in the axis's own pixels."""
        low, high = self.range
        share = (value - low) / (high - low) if high > low else 0.0
        if self.vertical:
            return float(self.size().height() * (1 - share))
        return float(self.size().width() * share)

    def tags_shown(self) -> list[tuple[QRectF, Tag]]:
        """The tags that are painted: one that a later one would cover in part is left out."""
        shown: list[tuple[QRectF, Tag]] = []
        for tag in () if self.blank else reversed(self.tags):
            box = self._box(tag.at, tag.text, tag=True)
            if not any(box.intersects(other) for other, _ in shown):
                shown.append((box, tag))
        return shown

    def lettering(self) -> list[Label]:
        """All labels, whole and clear of each other, whatever tags lie over them."""
        bounds = QRectF(QPointF(), self.size())
        labels: list[Label] = []
        for value, text in self.ticks():
            box = self._box(value, text, tag=False)
            if bounds.contains(box) and not any(box.intersects(other.box) for other in labels):
                labels.append(Label(box, text, self.theme.dim))
        return labels

    def labels_shown(self) -> list[Label]:
        """The labels that are painted: those that no tag touches."""
        labels = self.lettering()
        covered = _covered(labels, self.tags_shown())
        return [label for label in labels if label.box not in covered]

    def paint(self, p: QPainter, opt: Any, widget: Any) -> None:
        self._paint_labels(p, self.labels_shown())
        self._paint_tags(p, self.tags_shown())

    def _paint_labels(self, p: QPainter, labels: Sequence[Label]) -> None:
        p.setFont(font(SMALL_PX))
        for box, text, ink in labels:
            p.setPen(ink)
            self._label(p, box, text)

    def _paint_tags(self, p: QPainter, tags: list[tuple[QRectF, Tag]]) -> None:
        p.setFont(font(SMALL_PX))
        for box, tag in tags:
            p.fillRect(box, tag.fill)
            p.setPen(tag.ink)
            self._label(p, box, tag.text)

    def _label(self, p: QPainter, box: QRectF, text: str) -> None:
        side = Qt.AlignmentFlag.AlignRight if self.vertical else Qt.AlignmentFlag.AlignHCenter
        inner = box.adjusted(0, 0, -PADDING, 0) if self.vertical else box
        p.drawText(inner, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _box(self, at: float, text: str, *, tag: bool) -> QRectF:
        """The room a label takes; tags, and labels of an upright axis, are kept whole inside."""
        size, pixel = self.size(), self.pixel(at)
        if self.vertical:
            height = TAG_PX if tag else LABEL_PX
            top = pixel - height / 2
            if tag or 0 <= pixel <= size.height():
                # A label at either end is moved inside, whole, not cut.
                top = min(max(top, 0.0), size.height() - height)
            return QRectF(0, round(top), size.width(), height)
        width = self.metrics.horizontalAdvance(text) + 2 * PADDING
        left = pixel - width / 2
        if tag:
            left = min(max(left, 0.0), size.width() - width)
        return QRectF(round(left), 2, width, size.height() - 4)


def _covered(labels: Sequence[Label], tags: Sequence[tuple[QRectF, Tag]]) -> list[QRectF]:
    """The room of the labels that a tag touches: they aren't to be seen in part."""
    return [label.box for label in labels if any(label.box.intersects(box) for box, _ in tags)]
