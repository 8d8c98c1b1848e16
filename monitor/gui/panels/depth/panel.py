"""Depth: cumulative bids and asks of the whole known book, and the cost to trade into it."""

import math
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from monitor.export.table import Table
from monitor.gui.kit.axes import PriceScale, SizeScale
from monitor.gui.kit.chart import Chart
from monitor.gui.kit.depth_item import DepthItem
from monitor.gui.kit.empty_note import NOTHING_PICKED, EmptyNote
from monitor.gui.kit.painted_axis import Tag
from monitor.gui.kit.panel import Action, Panel, Surroundings
from monitor.gui.kit.readout import Readout
from monitor.gui.panels.depth.pointer import Reading, read_at
from monitor.market.market import Market
from monitor.studies.depth_curve import pixel_curve, span_around
from monitor.studies.depth_span import (
    FIRST_SPAN,
    SPANS,
    fitting_span,
    sight_words,
    stepped_span,
)
from monitor.studies.imbalance import imbalance
from monitor.studies.number_format import compact, digits_of, fixed, signed
from monitor.studies.steady_top import SteadyTop

MID_DIGITS = 1
"""The mid may lie half a tick between prices: rounded, it would be the bid or the ask."""
DRIFT = 0.04
"""The view follows the mid once that is off centre by this share of the span."""
DRIFT_WHOLE = 0.1
"""So far where all that is known is shown: about that there is room."""
ROOM_ABOVE = 1.15
ROOM_TO_GROW = 1.1
ROOM_BEYOND = 1.06
DECADES = 4
"""Shown of a logarithmic scale."""
TAG_DIGITS = 4


class DepthPanel(Panel):
    """Keys: + and - change the span, Alt+A fits it, Alt+L linear or log, Alt+U the unit."""

    kind = "depth"
    title = "Depth"
    needs = ("book",)

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(surroundings, parent)
        self.span: float | None = FIRST_SPAN
        self.picked = False
        """The user chose the span; else it is made to suit each market's book once."""
        self.logarithmic = False
        self.in_quote = False
        theme = self.theme
        self.prices = PriceScale("bottom", theme)
        self.sizes = SizeScale("right", theme)
        self.chart = Chart(theme, self.sizes, self.prices)
        self.curve = DepthItem(theme)
        self.readout = Readout(theme, self.curve.lines)
        self.note = EmptyNote(theme, self.sizes, self.prices)
        for item in (self.curve, self.readout, self.note):
            self.chart.view.addItem(item, ignoreBounds=True)
        self.chart.view.setMouseEnabled(x=False, y=False)
        self.chart.cross.to_scale = True
        self.chart.pointer_moved.connect(self._pointer_moved)
        self.chart.wheelEvent = self._wheel
        self._pointer: QPointF | None = None
        self._fitted = False
        self._centre = math.nan
        self._height = SteadyTop(ROOM_TO_GROW)
        self._reach = SteadyTop(ROOM_BEYOND)
        self.set_body(self.chart)

    # What the window asks of a panel.

    def state_drawn(self, now: int) -> tuple[object, ...]:
        # A scale that is too long shrinks after a while, though the book may rest.
        due = self._height.due(now) or self._reach.due(now)
        return (*super().state_drawn(now), self.chart.size(), due)

    def draw(self, now: int) -> None:
        market = self.market
        self._fit_span(market)
        span = None if market is None else span_around(market.book, self.span)
        self._say_header(market)
        if market is None or span is None:
            self._show_nothing("No order book yet" if market else NOTHING_PICKED)
            return
        self.note.say("")
        low, high = self._follow(*span, now)
        book = market.book
        width = max(2, round(self.chart.view.width()))
        curve = pixel_curve(book, low, high, width, in_quote=self.in_quote)
        self._fit_height(curve.highest, now)
        self.curve.show_curve(curve, logarithmic=self.logarithmic, believed=self.believed)
        known = curve.known
        hatched = ((low, min(known[0], high)), (max(known[1], low), high))
        self.chart.hatching.show_spans(tuple((a, b) for a, b in hatched if a < b))
        self._mark_prices(market)

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
            Action("Whole book", "Alt+W", lambda: self._take_span(None), self._is_whole),
            Action("Fit the span", "Alt+A", self._fit_again, lambda: not self.picked),
            Action("Logarithmic", "Alt+L", self._toggle_logarithmic, lambda: self.logarithmic),
            Action("In quote units", "Alt+U", self._toggle_units, lambda: self.in_quote),
        )

    def market_changed(self) -> None:
        self._fitted = False
        self._begin_anew()
        self.chart.hatching.show_spans(())

    def theme_changed(self) -> None:
        self.chart.set_theme(self.theme)
        for item in (self.curve, self.readout, self.note):
            item.theme = self.theme

    def settings(self) -> dict[str, Any]:
        chosen = {"span": self.span} if self.picked else {}
        return {**chosen, "logarithmic": self.logarithmic, "in_quote": self.in_quote}

    def settings_shown(self) -> dict[str, Any]:
        return {"span": self.span, **self.settings()}

    def restore(self, settings: dict[str, Any]) -> None:
        # Without a span none was picked; None is one.
        if "span" in settings and settings["span"] in SPANS:
            self.span, self.picked = settings["span"], True
        self.logarithmic = settings.get("logarithmic") is True
        self.in_quote = settings.get("in_quote") is True
        self._apply_scale()

    # The view.

    def _fit_span(self, market: Market | None) -> None:
        """Where none was picked, take the span that suits the market's book, once it has one."""
        if market is None or self.picked or self._fitted or market.book.mid is None:
            return
        self.span, self._fitted = fitting_span(market.book), True
        self._begin_anew()

    def _follow(self, low: float, high: float, now: int) -> tuple[float, float]:
        """Keep the range while the mid is near its centre: a new range rebuilds the axes."""
        centre, reach = (low + high) / 2, (high - low) / 2
        drift = DRIFT
        if self.span is None:
            # What is known may end elsewhere with each message.
            reach, drift = min(self._reach.follow(reach, now), centre), DRIFT_WHOLE
        (left, right), _ = self.chart.view.viewRange()
        same_reach = math.isclose(right - left, 2 * reach, rel_tol=0.02)
        if not same_reach or not abs(centre - self._centre) < drift * reach:
            self._centre = centre
            self.chart.view.setXRange(centre - reach, centre + reach, padding=0)
            return centre - reach, centre + reach
        return left, right

    def _fit_height(self, highest: float, now: int) -> None:
        """Give the curve room in steps of its height, not at every change."""
        before = self._height.top
        top = self._height.follow(highest * ROOM_ABOVE, now)
        if top in (0.0, before):
            return
        if self.logarithmic:
            self.chart.view.setYRange(math.log10(top) - DECADES, math.log10(top), padding=0)
        else:
            self.chart.view.setYRange(0, top, padding=0)

    def _show_nothing(self, words: str) -> None:
        self.curve.show_curve(None)
        self.chart.hatching.show_spans(())
        self.chart.cross.move(None)
        self.readout.show_rows(None, ())
        self.note.say(words)

    def _mark_prices(self, market: Market) -> None:
        """Tag the mid on the scale, and what the pointer is at on both."""
        mid = market.book.mid
        tick = digits_of(market.instrument, market.book.tick_size).price
        self.prices.decimals = tick
        tags = [] if mid is None else [self._tag(mid, fixed(mid, tick + MID_DIGITS))]
        # Between labels of more digits than the tick's, a price needs them too.
        decimals = max(self.prices.axis().decimals, tick + MID_DIGITS)
        price = reading = None
        if self._pointer is not None:
            price = self.chart.view.mapToView(self._pointer).x()
            tags.append(self._tag(price, fixed(price, decimals)))
            reading = read_at(market, price, decimals, in_quote=self.in_quote)
        self.prices.show_tags(tags)
        self._show_reading(price, reading)

    def _show_reading(self, price: float | None, reading: Reading | None) -> None:
        """The cross on the curve at a price, its size on the scale, and the figures."""
        if price is None or reading is None or self._pointer is None:
            self.chart.cross.move(None)
            self.readout.show_rows(None, ())
            self.sizes.show_tags([])
            return
        known = reading.level > 0
        y = self.chart.view.mapToView(self._pointer).y()
        if known:
            y = math.log10(reading.level) if self.logarithmic else reading.level
        point = QPointF(price, y)
        self.chart.cross.move(point, level=known)
        self.sizes.show_tags([self._tag(y, compact(reading.level, TAG_DIGITS))] if known else [])
        self.readout.show_rows(point, reading.rows)

    def _tag(self, at: float, text: str) -> Tag:
        return Tag(at, text, self.theme.raised, self.theme.text)

    def _say_header(self, market: Market | None) -> None:
        if market is None:
            self.header.show_detail("")
            self.header.show_readout("")
            return
        unit = market.instrument.quote if self.in_quote else market.instrument.base
        scale = " · log" if self.logarithmic else ""
        self.header.show_detail(f"{sight_words(market.book, self.span)} · {unit}{scale}")
        self.header.show_figures(lambda: self._figures(market))

    def _figures(self, market: Market) -> str:
        book = market.book
        digits = digits_of(market.instrument, book.tick_size)
        spread = book.spread
        return (
            f"mid {fixed(book.mid, digits.price + MID_DIGITS)}   "
            f"spread {fixed(None if spread is None else float(spread), digits.price)}   "
            f"imb {signed(round(imbalance(book, self.span), 2) + 0.0, 2)}"
        )

    # What the user does.

    def _pointer_moved(self, point: QPointF | None) -> None:
        # In pixels: the mouse rests on these, whatever price comes to lie below it.
        self._pointer = None if point is None else QPointF(self.chart.view.mapFromView(point))
        self.mark_changed()

    def _step_span(self, by: int) -> None:
        book = None if self.market is None else self.market.book
        self._take_span(stepped_span(book, self.span, by))

    def _take_span(self, span: float | None) -> None:
        self.span, self.picked = span, True
        self._begin_anew()
        self.mark_changed()

    def _fit_again(self) -> None:
        self.picked = self._fitted = False
        self.mark_changed()

    def _is_whole(self) -> bool:
        return self.picked and self.span is None

    def _toggle_logarithmic(self) -> None:
        self.logarithmic = not self.logarithmic
        self._apply_scale()

    def _toggle_units(self) -> None:
        self.in_quote = not self.in_quote
        self._apply_scale()

    def _apply_scale(self) -> None:
        self.sizes.logarithmic = self.logarithmic
        self._height.forget()
        self.mark_changed()

    def _begin_anew(self) -> None:
        """Another book or span: no range of before is kept."""
        self._centre = math.nan
        self._height.forget()
        self._reach.forget()

    def _wheel(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self._step_span(-1 if event.angleDelta().y() > 0 else 1)
        event.accept()
