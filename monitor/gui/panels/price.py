"""Price: candles or a line from one second to one day, with volume, quotes and the past."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from monitor.export.candle_table import candle_table
from monitor.export.table import Table
from monitor.gui.kit.backfill import MOST_ASKED, Backfill
from monitor.gui.kit.bad_spans import BadSpans
from monitor.gui.kit.candle_item import CandlePicture
from monitor.gui.kit.empty_note import NOTHING_PICKED
from monitor.gui.kit.painted_axis import Tag
from monitor.gui.kit.panel import Action, Panel, Surroundings
from monitor.gui.kit.price_chart import PriceChart
from monitor.gui.kit.price_view import PriceView
from monitor.gui.kit.time_view import LEAST_ROOM, TimeView
from monitor.gui.kit.timeframes import TIMEFRAMES
from monitor.market.candle_series import CandleColumns, CandleSeries
from monitor.market.market import Market
from monitor.model.events import Refusal
from monitor.model.time import DAY, SECOND
from monitor.model.verdict import State
from monitor.studies.bar_scale import volume_scale
from monitor.studies.candle_figures import candle_figures, opening_text
from monitor.studies.candle_window import CandleWindow
from monitor.studies.number_format import digits_of, fixed
from monitor.studies.outages import outages

FIRST_TIMEFRAME = "5s"
ZOOM = 1.15
KEY_ZOOM = 1.4
KEY_PAN = 1 / 8
SCALE_PER_PX = 0.006
MOST_MERGED = 20
"""Finer candles that are asked for to make up one that the venue doesn't tell."""
MOVING = "Move and zoom"
UNASKED = (State.CONNECTING, State.DOWN)
"""Of such a feed nothing is asked: it could not answer."""


class PricePanel(Panel):
    """Keys: 1 to 9 pick the timeframe, arrows move, + and - zoom, End goes live."""

    kind = "price"
    title = "Price"
    needs = ("book", "trades")

    def __init__(self, surroundings: Surroundings, parent: Any = None) -> None:
        super().__init__(surroundings, parent)
        self.timeframe = FIRST_TIMEFRAME
        self.line = False
        self.time = TimeView(self.interval / SECOND)
        self.price = PriceView()
        self.bad = BadSpans()
        self.chart = PriceChart(self.theme, utc=surroundings.utc)
        self.chart.setAccessibleName("Price chart")
        self._pointer: QPointF | None = None
        self._window: CandleWindow | None = None
        self._backfills: dict[tuple[int, int], Backfill] = {}
        self._refusal: Refusal | None = None
        self._refused: set[int] = set()
        self._last_asked = 0
        self._base: int | None = None
        self._oldest = self._newest = self._top_volume = self._tick = 0.0
        self._last: tuple[float, bool] | None = None
        self._step = 0
        self._connect()
        self.set_body(self.chart)

    @property
    def interval(self) -> int:
        """The timeframe in ns."""
        return TIMEFRAMES[self.timeframe]

    # What the window asks of a panel.

    def state_drawn(self, now: int) -> tuple[object, ...]:
        wall = self.surroundings.wall_clock()
        if self.verdict is not None:
            self.bad.see(self.verdict, now, wall)
        # Time goes on where nothing trades: the view then moves by itself, in steps.
        step = max(round(self.time.span * LEAST_ROOM * SECOND), 1)
        return (*super().state_drawn(now), self.chart.size(), wall // step)

    def draw(self, now: int) -> None:
        market = self.market
        self._say_header(market)
        if market is None:
            self.chart.show_nothing(NOTHING_PICKED)
            return
        series = market.candles(self.interval)
        wall = self.surroundings.wall_clock()
        if self._window is None or self._window.series is not series:
            self._window = CandleWindow(series)
        if not len(series):
            self._ask_past(market, series, now, wall)
            self.chart.show_nothing(self._waiting_words(now))
            return
        self.chart.note.say("")
        self._move_view(series, wall)
        self._ask_past(market, series, now, wall)
        self._draw_candles(market, self._window, wall)
        self._mark_prices(market, series)
        self._read_pointer(market, series)
        self.chart.offer_live(offered=not self.time.following)

    def paint_body(self, painter: QPainter, area: QRectF) -> None:
        self.chart.paint_into(painter, area)

    def table(self) -> Table:
        """All candles of the timeframe, oldest first; exact prices, times in UTC."""
        market = self.market
        if market is None:
            return Table((), ())
        table = candle_table(market.candles(self.interval), market.instrument)
        return table if table.span is None else replace(table, span=self._so_far(*table.span))

    def span_shown(self) -> tuple[int, int] | None:
        if self._base is None or self._window is None:
            return None
        seen = (self.chart.moment(self.time.left), self.chart.moment(self.time.right))
        told = self._window.told_in(seen, self._in_sight.ts_open, self._step)
        return None if told is None else self._so_far(*told)

    def _so_far(self, start: int, stop: int) -> tuple[int, int]:
        """A span of candles, the last of which may not be over yet; the venue's clock may lead."""
        trades = None if self.market is None else self.market.tape.view().ts_event
        now = int(trades[-1]) if trades is not None and len(trades) else start
        if self.surroundings.since is None:
            now = max(now, self.surroundings.wall_clock())
        return start, max(start, min(stop, now))

    def actions_offered(self) -> tuple[Action, ...]:
        picks = tuple(
            Action(
                f"{name} candles",
                str(number),
                lambda name=name: self.pick_timeframe(name),  # type: ignore[misc]
                lambda name=name: self.timeframe == name,  # type: ignore[misc]
                submenu="Timeframe",
            )
            for number, name in enumerate(TIMEFRAMES, 1)
        )
        return (
            *picks,
            Action("Line of closes", "Alt+L", self._toggle_line, lambda: self.line),
            Action("Fit prices", "Alt+A", self._fit_again, lambda: self.price.automatic),
            Action("Go live", "End", self.go_live, group=MOVING),
            Action("To the oldest candle", "Home", self._go_oldest, group=MOVING),
            *(
                Action(name, key, run, group=MOVING, submenu=MOVING)
                for name, key, run in (
                    ("Earlier", "Left", lambda: self._pan_share(-KEY_PAN)),
                    ("Later", "Right", lambda: self._pan_share(KEY_PAN)),
                    ("Zoom in", "+", lambda: self._zoom(1 / KEY_ZOOM)),
                    ("Zoom out", "-", lambda: self._zoom(KEY_ZOOM)),
                    ("Stretch prices", "Alt+Up", lambda: self._scale(1 / KEY_ZOOM)),
                    ("Squeeze prices", "Alt+Down", lambda: self._scale(KEY_ZOOM)),
                )
            ),
        )

    def market_changed(self) -> None:
        self._forget()
        self.bad = BadSpans()
        self.chart.hatching.show_spans(())

    def theme_changed(self) -> None:
        self.chart.times.utc = self.surroundings.utc
        self.chart.set_theme(self.theme)

    def settings(self) -> dict[str, Any]:
        in_sight = round(self.time.span / self.time.interval_s)
        return {"timeframe": self.timeframe, "line": self.line, "candles_in_sight": in_sight}

    def restore(self, settings: dict[str, Any]) -> None:
        self.line = settings.get("line") is True
        if settings.get("timeframe") in tuple(TIMEFRAMES):
            self.pick_timeframe(settings["timeframe"])
        in_sight = settings.get("candles_in_sight")
        if isinstance(in_sight, int) and in_sight > 0:
            self._zoom(in_sight * self.time.interval_s / self.time.span)
        self.mark_changed()

    # What the user does.

    def pick_timeframe(self, name: str) -> None:
        """Go over to the candles of that name in TIMEFRAMES; as many in sight as before."""
        if name != self.timeframe:
            self.timeframe = name
            self.time.take_interval(self.interval / SECOND, self._newest)
            self.price.forget()
            self._top_volume = 0.0
            self._window = None
            self.mark_changed()

    def go_live(self) -> None:
        """Follow the newest again, with the zoom as it is."""
        self.time.go_live(self._newest)
        self.mark_changed()

    def _connect(self) -> None:
        chart = self.chart
        chart.pointer_moved.connect(self._pointer_moved)
        chart.wheeled.connect(lambda steps, at: self._zoom(ZOOM**-steps, at))
        chart.dragged.connect(self._drag)
        chart.scale_dragged.connect(lambda down: self._scale(math.exp(down * SCALE_PER_PX)))
        chart.scale_reset.connect(self._fit_again)
        chart.catch = self._catch_click

    def _pointer_moved(self, point: QPointF | None) -> None:
        self._pointer = None if point is None else self.chart.pixel_of(point)
        self.mark_changed()

    def _catch_click(self, pixel: QPointF) -> bool:
        if self.chart.chip.hit(pixel):
            self.go_live()
            return True
        return False

    def _zoom(self, factor: float, at: float | None = None) -> None:
        about = self.time.right if at is None else at
        self.time.zoom(factor, about, self._newest)
        self.mark_changed()

    def _drag(self, right: float, down: float) -> None:
        width, height = max(self.chart.view.width(), 1.0), max(self.chart.prices_px(), 1.0)
        self.time.pan(-right / width * self.time.span, self._oldest, self._newest)
        self.price.shift(down / height * (self.price.high - self.price.low))
        self.mark_changed()

    def _pan_share(self, share: float) -> None:
        self.time.pan(share * self.time.span, self._oldest, self._newest)
        self.mark_changed()

    def _go_oldest(self) -> None:
        self.time.show_moment(self._oldest, self._newest)
        self.mark_changed()

    def _scale(self, factor: float) -> None:
        self.price.scale(factor, self._tick)
        self.mark_changed()

    def _fit_again(self) -> None:
        self.price.forget()
        self.mark_changed()

    def _toggle_line(self) -> None:
        self.line = not self.line
        self.mark_changed()

    # The view.

    def _forget(self) -> None:
        """Begin anew, as with another market."""
        self.time.following = True
        self.price.forget()
        self._window = self._base = self._last = None
        self._refusal = None if self.market is None else self.market.refusal
        self._backfills = {}
        self._refused = set()
        self._last_asked = 0
        self._oldest = self._newest = self._top_volume = self._tick = 0.0

    def _move_view(self, series: CandleSeries, wall: int) -> None:
        """Set the range of time; only where it changed, since that rebuilds the axis."""
        opens = series.view().ts_open
        newest = int(opens[-1]) + series.interval
        if self.surroundings.since is None:
            newest = max(newest, wall)  # Else that clock knows nothing of the candles' times.
        if self._base is None:
            self._base = newest - newest % DAY
            self.chart.times.base = self._base
        self._oldest = (int(opens[0]) - self._base) / SECOND
        self._newest = (newest - self._base) / SECOND
        self.time.follow(self._newest)
        self.chart.set_times(self.time.left, self.time.right)

    def _ask_past(self, market: Market, series: CandleSeries, now: int, wall: int) -> None:
        """Ask for candles that are missing in sight, and soon will be."""
        if self.verdict is None or self.verdict.state in UNASKED:
            return
        interval = self._telling_interval(market)
        if interval is None:
            return
        backfill = self._backfills.setdefault((series.interval, interval), Backfill())
        if len(series) and self._base is not None:
            start, stop = self.chart.moment(self.time.left), self.chart.moment(self.time.right)
        else:
            start, stop = wall - round(self.time.span * SECOND), wall
        for end, limit in backfill.questions(series, start, stop, wall, now):
            many = min(limit * (series.interval // interval), MOST_ASKED)
            self.surroundings.ask_candles(market.instrument.id, interval, end, many)
            self._last_asked = interval

    def _telling_interval(self, market: Market) -> int | None:
        """The coarsest of our intervals that makes up this one and isn't refused by the venue."""
        if market.refusal is not self._refusal:
            self._refusal = market.refusal
            self._refused.add(self._last_asked)
        parts = [part for part in TIMEFRAMES.values() if self.interval % part == 0]
        fitting = [part for part in parts if part not in self._refused]
        near = [part for part in fitting if part * MOST_MERGED >= self.interval]
        return near[-1] if near else None

    def _draw_candles(self, market: Market, window: CandleWindow, wall: int) -> None:
        width = max(self.chart.view.width(), 2.0)
        start, stop = self.chart.moment(self.time.left), self.chart.moment(self.time.right)
        candles, self._step = window.columns(start, stop, width)
        self._in_sight = candles
        self._tick = float(market.book.tick_size)
        shown = slice(*np.searchsorted(candles.ts_open, (start - self._step + 1, stop)).tolist())
        self._fit_prices(candles.rows(shown))
        spans = tuple(
            (self.chart.x_of(first), self.chart.x_of(last))
            for first, last in (*self.bad.spans(wall), *outages(candles, self._step))
            if last > first and first < stop and last > start
        )
        self.chart.hatching.show_spans(spans)
        assert self._base is not None
        self.chart.show_candles(
            CandlePicture(candles, self._step, self._base, self._top_volume, self.line, spans)
        )

    def _fit_prices(self, shown: CandleColumns) -> None:
        """Set the range of prices and volumes to what is in sight, in steps."""
        if len(shown.ts_open):
            self.price.fit(float(shown.low.min()), float(shown.high.max()), self._tick)
            most = float(shown.volume.max())
            if not 0.4 * self._top_volume < most <= self._top_volume:
                self._top_volume = volume_scale(most)
        if self.price.known:
            self.chart.set_prices(self.price.low, self.price.high, self._top_volume)

    # What stands around the candles.

    def _mark_prices(self, market: Market, series: CandleSeries) -> None:
        """Lines at the best prices and the last; what isn't believed has none, or is grey."""
        last = float(series.view(1).close[0])
        if self._last is None:
            self._last = last, last >= float(series.view(1).open[0])
        elif last != self._last[0]:
            self._last = last, last > self._last[0]
        bid, ask = market.best() if self.believed else (None, None)
        theme = self.theme
        colour = theme.buy if self._last[1] else theme.sell
        self.chart.marks.show_prices(bid, ask, last, colour if self.believed else theme.faint)
        decimals = digits_of(market.instrument, market.book.tick_size).price
        fill, ink = (colour, theme.panel) if self.believed else (theme.raised, theme.dim)
        tag = Tag(last, fixed(last, decimals), fill, ink)
        self.chart.show_tags(tag, self._pointer, decimals)

    def _read_pointer(self, market: Market, series: CandleSeries) -> None:
        """The crosshair, and the figures of the candle under it or else of the newest."""
        candles, row, step = series.view(1), 0, series.interval
        utc = self.surroundings.utc
        if self._pointer is None:
            self.chart.show_cross(None, "")
        else:
            candles, step = self._in_sight, self._step
            point = self.chart.point_of(self._pointer)
            opened = self.chart.moment(point.x()) // step * step
            middle = QPointF(self.chart.x_of(opened) + step / SECOND / 2, point.y())
            self.chart.show_cross(middle, opening_text(opened, step, utc=utc))
            row = int(np.searchsorted(candles.ts_open, opened))
            if row >= len(candles.ts_open) or candles.ts_open[row] != opened:
                self.chart.show_figures("", (), "", self.theme.dim)
                return
        sizes = candles.volume[row : row + 1].tolist()
        digits = digits_of(market.instrument, market.book.tick_size, sizes)
        when, figures, note, up = candle_figures(candles, row, step, digits, utc=utc)
        side = self.theme.buy if up else self.theme.sell
        colour = self.theme.dim if self._pointer is None and not self.believed else side
        self.chart.show_figures(when, figures, note, colour)

    def _say_header(self, market: Market | None) -> None:
        if market is None:
            self.header.show_detail("")
            self.header.show_readout("")
            return
        words = [self.timeframe, "line" if self.line else "candles"]
        if self._step > self.interval:
            words.append(f"{self._step // self.interval} in one")
        if self._refused and self._telling_interval(market) is None:
            words.append("no history")
        self.header.show_detail(" · ".join(words))
        bid, ask = market.best()
        decimals = digits_of(market.instrument, market.book.tick_size).price
        self.header.show_readout(f"bid {fixed(bid, decimals)}   ask {fixed(ask, decimals)}")

    def _waiting_words(self, now: int) -> str:
        if self.verdict is not None and self.verdict.state is State.DOWN:
            return self.verdict.words(now)
        where = " in this recording" if self.surroundings.replay else ""
        return f"No trades{where} yet: {self.timeframe} candles begin with the first"
