"""Depth: cumulative bids and asks of the whole known book, and the cost to trade into it."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from monitor.book.side import Floats
from monitor.export.table import Table
from monitor.gui.kit.axes import PriceScale, SizeScale
from monitor.gui.kit.chart import Chart
from monitor.gui.kit.depth_item import DepthItem
from monitor.gui.kit.empty_note import NOTHING_PICKED, EmptyNote
from monitor.gui.kit.painted_axis import Tag
from monitor.gui.kit.panel import Action, Panel, Surroundings
from monitor.gui.kit.readout import Readout
from monitor.market.market import Market
from monitor.model.events import Side
from monitor.studies.cost_to_trade import cost_to_price
from monitor.studies.depth_curve import pixel_curve, span_around
from monitor.studies.imbalance import imbalance
from monitor.studies.number_format import compact, digits_of, fixed, percent, signed

SPANS: tuple[float | None, ...] = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, None)
"""Shares of the mid to either side; None is the whole book."""
FIRST_SPAN = 0.005
SIZES_SEEN = 25
MID_DIGITS = 1
"""The mid may lie half a tick between prices: rounded, it would be the bid or the ask."""
DRIFT = 0.04
"""The view follows the mid once that is off centre by this share of the span."""
ROOM_ABOVE = 1.15
SHRINK_BELOW = 0.55


class DepthPanel(Panel):
    """Keys: + and - change the span, Alt+L linear or log, Alt+U base or quote units."""

    kind = "depth"
    title = "Depth"
    needs = ("book",)

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(surroundings, parent)
        self.span: float | None = FIRST_SPAN
        self.logarithmic = False
        self.in_quote = False
        theme = self.theme
        self.prices = PriceScale("bottom", theme)
        self.sizes = SizeScale("right", theme)
        self.chart = Chart(theme, self.sizes, self.prices)
        self.curve = DepthItem(theme)
        self.readout = Readout(theme)
        self.note = EmptyNote(theme, self.sizes, self.prices)
        for item in (self.curve, self.readout, self.note):
            self.chart.view.addItem(item, ignoreBounds=True)
        self.chart.view.setMouseEnabled(x=False, y=False)
        self.chart.pointer_moved.connect(self._pointer_moved)
        self.chart.wheelEvent = self._wheel
        self._pointer: QPointF | None = None
        self._centre = math.nan
        self._top = 0.0
        self.set_body(self.chart)

    # What the window asks of a panel.

    def draw(self, now: int) -> None:
        market = self.market
        span = None if market is None else span_around(market.book, self.span)
        self._say_header(market)
        if market is None or span is None:
            self.curve.show_curve(None)
            self.readout.show_rows(None, ())
            self.note.say("No order book yet" if market else NOTHING_PICKED)
            return
        self.note.say("")
        low, high = self._follow(*span)
        book = market.book
        width = max(2, round(self.chart.view.width()))
        curve = pixel_curve(book, low, high, width, in_quote=self.in_quote)
        self._fit_height(max(_top(curve.bids), _top(curve.asks)))
        self.curve.show_curve(curve, logarithmic=self.logarithmic, believed=self.believed)
        known = curve.known
        hatched = ((low, known[0]), (known[1], high))
        self.chart.hatching.show_spans(tuple((a, b) for a, b in hatched if a < b))
        self._tag_mid(market)
        self._read_pointer(market)

    def paint_body(self, painter: QPainter, area: QRectF) -> None:
        self.chart.paint_into(painter, area)

    def table(self) -> Table:
        """Every level held: side, price, size, cumulative size and notional; exact prices."""
        rows: list[tuple[str, ...]] = []
        if self.market is not None:
            book = self.market.book
            for side, levels in (("bid", book.bids), ("ask", book.asks)):
                total = notional = Decimal(0)
                for price, size in levels.top(len(levels)):
                    total += size
                    notional += price * size
                    rows.append((side, *(format(n, "f") for n in (price, size, total, notional))))
        columns = ("side", "price", "size", "cumulative_size", "cumulative_notional")
        return Table(columns, rows, numeric=frozenset(columns[1:]))

    def actions_offered(self) -> tuple[Action, ...]:
        return (
            Action("Narrower span", "+", lambda: self._step_span(-1)),
            Action("Wider span", "-", lambda: self._step_span(1)),
            Action("Whole book", "Alt+W", lambda: self._take_span(None), lambda: self.span is None),
            Action("Logarithmic", "Alt+L", self._toggle_logarithmic, lambda: self.logarithmic),
            Action("In quote units", "Alt+U", self._toggle_units, lambda: self.in_quote),
        )

    def market_changed(self) -> None:
        self._centre, self._top = math.nan, 0.0
        self.chart.hatching.show_spans(())

    def theme_changed(self) -> None:
        self.chart.set_theme(self.theme)
        for item in (self.curve, self.readout, self.note):
            item.theme = self.theme

    def settings(self) -> dict[str, Any]:
        return {"span": self.span, "logarithmic": self.logarithmic, "in_quote": self.in_quote}

    def restore(self, settings: dict[str, Any]) -> None:
        if settings.get("span", FIRST_SPAN) in SPANS:
            self.span = settings.get("span", FIRST_SPAN)
        self.logarithmic = settings.get("logarithmic") is True
        self.in_quote = settings.get("in_quote") is True
        self._apply_scale()

    # The view.

    def _follow(self, low: float, high: float) -> tuple[float, float]:
        """Keep the range while the mid is near its centre: a new range rebuilds the axes."""
        centre, reach = (low + high) / 2, (high - low) / 2
        (left, right), _ = self.chart.view.viewRange()
        same_reach = math.isclose(right - left, 2 * reach, rel_tol=0.02)
        if not same_reach or not abs(centre - self._centre) < DRIFT * reach:
            self._centre = centre
            self.chart.view.setXRange(low, high, padding=0)
            return low, high
        return left, right

    def _fit_height(self, highest: float) -> None:
        """Give the curve room in steps of its height, not at every change."""
        if highest <= 0 or SHRINK_BELOW * self._top < highest * ROOM_ABOVE <= self._top:
            return
        self._top = highest * ROOM_ABOVE * 1.1
        if self.logarithmic:
            top = math.log10(self._top)
            self.chart.view.setYRange(top - 4, top, padding=0)
        else:
            self.chart.view.setYRange(0, self._top, padding=0)

    def _tag_mid(self, market: Market) -> None:
        mid = market.book.mid
        decimals = digits_of(market.instrument, market.book.tick_size).price
        self.prices.decimals = decimals
        tags = [] if mid is None else [self._tag(mid, decimals + MID_DIGITS)]
        if self._pointer is not None:
            tags.append(self._tag(self._pointer.x(), decimals))
        self.prices.show_tags(tags)

    def _tag(self, price: float, decimals: int) -> Tag:
        return Tag(price, fixed(price, decimals), self.theme.raised, self.theme.text)

    def _say_header(self, market: Market | None) -> None:
        span = "whole book" if self.span is None else f"±{self.span * 100:g}%"
        if market is None:
            self.header.show_detail("")
            self.header.show_readout("")
            return
        unit = market.instrument.quote if self.in_quote else market.instrument.base
        scale = " · log" if self.logarithmic else ""
        self.header.show_detail(f"{span} · {unit}{scale}")
        self.header.show_figures(lambda: self._figures(market))

    def _figures(self, market: Market) -> str:
        book = market.book
        digits = digits_of(market.instrument, book.tick_size)
        spread = book.spread
        return (
            f"mid {fixed(book.mid, digits.price + MID_DIGITS)}   "
            f"spread {fixed(None if spread is None else float(spread), digits.price)}   "
            f"imb {signed(imbalance(book, self.span), 2)}"
        )

    def _read_pointer(self, market: Market) -> None:
        point, mid = self._pointer, market.book.mid
        self.chart.cross.move(point)
        if point is None or mid is None or point.x() <= 0:
            self.readout.show_rows(None, ())
            return
        side: Side = "buy" if point.x() > mid else "sell"
        cost = cost_to_price(market.book, side, point.x())
        book = market.book
        digits = digits_of(market.instrument, book.tick_size, book.bids.arrays(SIZES_SEEN)[1])
        self.readout.hung_at, self.readout.at_foot = mid, self.logarithmic
        base, quote = market.instrument.base, market.instrument.quote
        at_least = "≥ " if cost.exhausted else ""
        self.readout.show_rows(
            point,
            (
                ("price", f"{fixed(point.x(), digits.price)} ({percent(point.x() / mid - 1)})"),
                (side, f"{at_least}{fixed(cost.filled, digits.size)} {base}"),
                ("notional", f"{at_least}{compact(cost.notional, 4)} {quote}"),
                ("average", fixed(cost.average, digits.price)),
                ("slippage", f"{fixed(cost.slippage_bps, 1)} bps"),
            ),
        )

    # What the user does.

    def _pointer_moved(self, point: QPointF | None) -> None:
        self._pointer = point
        self.mark_changed()

    def _step_span(self, by: int) -> None:
        at = SPANS.index(self.span) + by
        self._take_span(SPANS[min(max(at, 0), len(SPANS) - 1)])

    def _take_span(self, span: float | None) -> None:
        self.span, self._top = span, 0.0
        self.mark_changed()

    def _toggle_logarithmic(self) -> None:
        self.logarithmic = not self.logarithmic
        self._apply_scale()

    def _toggle_units(self) -> None:
        self.in_quote = not self.in_quote
        self._apply_scale()

    def _apply_scale(self) -> None:
        self.sizes.logarithmic = self.logarithmic
        self._top = 0.0
        self.mark_changed()

    def _wheel(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self._step_span(-1 if event.angleDelta().y() > 0 else 1)
        event.accept()


def _top(sums: Floats) -> float:
    """The highest of a curve whose unknown columns are NaN; 0 where all are."""
    known = sums[~np.isnan(sums)]
    return float(known.max()) if known.size else 0.0
