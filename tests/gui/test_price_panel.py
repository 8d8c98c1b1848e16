"""The price panel shows the market's candles, at any zoom, and says what it doesn't know."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QWheelEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from monitor.feeds.playback import Playback
from monitor.gui.kit.axes import PRICE_AXIS_PX, PriceScale
from monitor.gui.kit.candle_item import GAP_PX, STRIP_PX, VOLUME_SHARE, _Place
from monitor.gui.kit.caption import caption_of
from monitor.gui.kit.chart import Mapping
from monitor.gui.kit.export import export_panel
from monitor.gui.kit.fonts import font
from monitor.gui.kit.painted_axis import Label, PaintedAxis
from monitor.gui.kit.panel import Surroundings
from monitor.gui.kit.timeframes import TIMEFRAMES
from monitor.gui.panels.price import PricePanel
from monitor.market.market import Market
from monitor.market.markets import Markets
from monitor.model.events import Refusal
from monitor.model.instrument import Instrument
from monitor.model.time import MINUTE, SECOND
from monitor.model.verdict import State, Verdict
from monitor.venues.binance import Binance
from tests.gui.conftest import NOW, Hands
from tests.gui.markets import CHEAP, DEAR, Judge, market, past, prints, trade

Look = Callable[[], None]
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(qtbot: QtBot, surroundings: Surroundings) -> PricePanel:
    made = PricePanel(surroundings)
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def look(panel: PricePanel, hands: Hands, settle: Look) -> Look:
    """One frame, painted; the monotonic clock goes with the wall clock."""

    def frame() -> None:
        for _ in range(2):  # A scale that takes another width shows it in the next frame.
            panel.mark_changed()
            panel.frame(hands.now)
            settle()
        panel.grab()

    return frame


def walk(price: str, n: int) -> list[float]:
    """Prices on the coin's grid, up and down."""
    tick = float(market(price).book.tick_size)
    swing = max(round(float(price) / tick / 500), 3)
    return [float(price) + ((i * 7) % (2 * swing) - swing) * tick for i in range(n)]


def busy(panel: PricePanel, hands: Hands, price: str = DEAR, n: int = 60) -> Market:
    """A market of ``n`` seconds of our own before now, after 500 of the venue's."""
    held = market(price)
    begin = NOW - n * SECOND
    past(held, SECOND, begin - 500 * SECOND, 500, float(price), float(price) / 400)
    prints(held, begin, walk(price, 4 * n), SECOND // 4)
    hands.now = NOW
    panel.pick_timeframe("1s")
    panel.watch(held)
    return held


def press(panel: PricePanel, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(panel.chart, key, held)


def wheel(panel: PricePanel, notches: int, at: QPoint) -> None:
    event = QWheelEvent(
        QPointF(at), panel.chart.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.chart.viewport(), event)


def boxes(axis: PaintedAxis) -> list[QRectF]:
    """All that is painted on an axis: labels and tags."""
    tags = [box for box, _ in axis.tags_shown()]
    return [*(label.box for label in axis.labels_shown()), *tags]


def price_labels(axis: PriceScale) -> list[Label]:
    """The labels of prices that are painted; the volume pane has its own."""
    volumes = [text for _, text in axis.floor_labels]
    return [label for label in axis.labels_shown() if label.text not in volumes]


def test_what_is_shown_is_what_the_market_holds(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """The picture's columns and the table equal the market's candles, price for price."""
    held = busy(panel, hands)
    look()
    picture = panel.chart.candles.picture
    assert picture is not None
    series = held.candles(SECOND).view()
    start = int(np.searchsorted(series.ts_open, picture.candles.ts_open[0]))
    for name in ("ts_open", "open", "high", "low", "close", "volume"):
        assert getattr(series, name)[start:].tolist() == getattr(picture.candles, name).tolist()
    rows = panel.table().rows
    assert 560 == len(rows)
    assert [repr(price) for price in series.close.tolist()] == [row[4] for row in rows]


@pytest.mark.parametrize("price", [CHEAP, DEAR])
def test_candles_stand_where_the_axes_say(
    panel: PricePanel, hands: Hands, look: Look, price: str
) -> None:
    """The colour at a candle's body, found through the axes alone, is its side's."""
    held = busy(panel, hands, price)
    panel._zoom(0.2)
    look()
    panel.chart.marks.show_prices(None, None, None, panel.theme.dim)
    picture = panel.chart.grab().toImage()
    series = held.candles(SECOND).view()
    view, found = panel.chart.view, 0
    for row in range(len(series.ts_open) - 12, len(series.ts_open) - 1):
        x = panel.chart.x_of(int(series.ts_open[row])) + 0.5
        middle = (series.open[row] + series.close[row]) / 2
        if (
            abs(
                panel.chart.pixel_of(QPointF(x, series.open[row])).y()
                - panel.chart.pixel_of(QPointF(x, series.close[row])).y()
            )
            < 4
        ):
            continue
        at = view.mapViewToScene(QPointF(x, middle))
        up = series.close[row] >= series.open[row]
        expected = panel.theme.buy if up else panel.theme.sell
        assert expected.name() == picture.pixelColor(int(at.x()), int(at.y())).name()
        found += 1
    assert found >= 5


@pytest.mark.parametrize("price", [CHEAP, DEAR])
@pytest.mark.parametrize("height", [286, 500, 1_000])
def test_six_prices_are_readable_at_any_zoom(
    panel: PricePanel, hands: Hands, look: Look, price: str, height: int
) -> None:
    """Zoomed from eight ticks to a thousandfold, six labels stand whole and none collide."""
    busy(panel, hands, price)
    panel.resize(800, height)
    for step in range(-8, 9):
        panel.price.forget()
        look()
        panel._scale(1.9**step)
        panel._pointer_moved(panel.chart.point_of(QPointF(200.0 + 10 * step, height / 3)))
        look()
        axis = panel.chart.prices
        labels = price_labels(axis)
        texts = [label.text for label in labels] + [tag.text for _, tag in axis.tags_shown()]
        all_boxes = boxes(axis)
        inside = axis.boundingRect()
        assert len([text for text in texts if text]) >= 6, (step, texts)
        assert len(labels) >= 4
        for n, box in enumerate(all_boxes):
            assert inside.contains(box)
            assert not any(box.intersects(other) for other in all_boxes[n + 1 :])
        widest = max(axis.metrics.horizontalAdvance(text) for text in texts)
        assert widest <= axis.width() - 8, texts
        assert len({label.text for label in labels}) == len(labels)


@pytest.mark.parametrize("name", TIMEFRAMES)
def test_no_two_times_collide(panel: PricePanel, hands: Hands, look: Look, name: str) -> None:
    """The time axis reads at every timeframe and zoom."""
    busy(panel, hands)
    panel.pick_timeframe(name)
    for factor in (1.0, 0.1, 40.0, 40.0):
        panel._zoom(factor)
        look()
        found = boxes(panel.chart.times)
        assert len(found) >= 2
        assert not any(
            box.intersects(other) for n, box in enumerate(found) for other in found[n + 1 :]
        )


def test_digits_pick_the_timeframe(panel: PricePanel, hands: Hands, look: Look) -> None:
    """1 to 9 go from one second to one day, with the chart in focus; the header says which."""
    held = busy(panel, hands)
    for number, (name, interval) in enumerate(TIMEFRAMES.items(), 1):
        press(panel, Qt.Key(Qt.Key.Key_0.value + number))
        look()
        assert name == panel.timeframe
        assert len(held.candles(interval)) == len(panel.table().rows)
        picture = panel.chart.candles.picture
        assert picture is not None
        assert interval == picture.step


def test_the_wheel_zooms_about_the_right_edge_while_following(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """Zooming in and out keeps the newest where it is; the newest is always in sight."""
    busy(panel, hands)
    look()
    span = panel.time.span
    for notches in (3, 3, -5):
        wheel(panel, notches, QPoint(100, 100))
        look()
        assert panel.time.following
        assert panel.time.left < panel._newest < panel.time.right
    assert pytest.approx(span * 1.15**-1) == panel.time.span


def test_the_wheel_zooms_about_the_pointer_elsewhere(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """What the pointer is on stays under it."""
    busy(panel, hands)
    look()
    panel._drag(300, 0)
    look()
    pixel = QPointF(250.0, 100.0)
    before = panel.chart.point_of(pixel).x()
    wheel(panel, 4, QPoint(250, 100))
    look()
    assert pytest.approx(before, abs=0.2) == panel.chart.point_of(pixel).x()


def test_a_drag_pans_and_the_chip_goes_live_with_the_zoom_kept(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """Dragging to the right shows the past; a chip offers the way back, as does its key."""
    busy(panel, hands)
    look()
    chart, left = panel.chart, panel.time.left
    viewport = chart.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, NONE, QPoint(200, 150))
    for x in range(200, 520, 40):
        QTest.mouseMove(viewport, QPoint(x, 150))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, NONE, QPoint(480, 150))
    look()
    moved = (left - panel.time.left) / panel.time.span * chart.view.width()
    assert pytest.approx(280, abs=2) == moved
    offered = [chart.chip.shown]
    span = panel.time.span
    chip = chart.view.mapToScene(chart.chip._box.center()).toPoint()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, NONE, chip)
    look()
    assert panel.time.following
    assert [True, False] == [*offered, chart.chip.shown]
    assert span == panel.time.span
    panel._drag(400, 0)
    press(panel, Qt.Key.Key_End)
    look()
    assert panel.time.following
    assert span == panel.time.span


def test_following_moves_in_steps(panel: PricePanel, hands: Hands, look: Look) -> None:
    """Over a minute of seconds the range changes a few times only, and holds the newest."""
    held = busy(panel, hands)
    ranges = set()
    for second in range(60):
        held.apply(trade(held, NOW + second * SECOND, float(DEAR)))
        hands.now = NOW + second * SECOND
        look()
        (left, right), _ = panel.chart.view.viewRange()
        ranges.add((left, right))
        assert left < panel._newest <= right
    assert 2 <= len(ranges) <= 10


def test_dragging_the_scale_stretches_and_a_double_click_fits(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """Down squeezes, up stretches, both about the middle; a double click undoes it."""
    busy(panel, hands)
    look()
    chart = panel.chart
    span = panel.price.high - panel.price.low
    x = chart.width() - 20
    QTest.mousePress(chart.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(x, 200))
    for y in (180, 150, 120):
        QTest.mouseMove(chart.viewport(), QPoint(x, y))
    QTest.mouseRelease(chart.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(x, 120))
    look()
    assert panel.price.high - panel.price.low < 0.8 * span
    assert panel.time.following
    QTest.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(x, 120))
    look()
    assert panel.price.automatic
    assert panel.price.high - panel.price.low > 0.8 * span


def test_the_pointer_reads_the_candle_under_it(panel: PricePanel, hands: Hands, look: Look) -> None:
    """Time and OHLCV are those of that candle; the strip has a room of its own above."""
    held = busy(panel, hands)
    look()
    series = held.candles(SECOND).view()
    row = len(series.ts_open) - 30
    x = panel.chart.x_of(int(series.ts_open[row])) + 0.5
    point = QPointF(x, series.close[row])
    panel._pointer_moved(point)
    look()
    text = panel.chart.strip.text
    assert "2024-08-08 23:59:30" in text
    for name in ("open", "high", "low", "close"):
        assert f"{getattr(series, name)[row]:,.2f}" in text
    [_, pointed] = panel.chart.prices.tags
    assert pytest.approx(series.close[row]) == pointed.at
    pixel = panel.chart.pixel_of(point)
    assert pixel.y() > STRIP_PX
    panel._pointer_moved(None)
    look()
    assert f"{series.close[-1]:,.2f}" in panel.chart.strip.text
    assert [] == panel.chart.times.tags


def test_candles_the_figures_and_the_volumes_have_each_their_room(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """However prices go, no candle touches the divider, and none lies under the figures."""
    held = busy(panel, hands)
    look()
    chart = panel.chart
    for step in range(1, 30):
        hands.now += SECOND
        prints(held, hands.now, [float(DEAR) * (1 - step / 4_000)])
        look()
        shown = held.candles(SECOND).view()
        seen = shown.ts_open >= chart.moment(panel.time.left)
        lowest = chart.pixel_of(QPointF(0, shown.low[seen].min())).y()
        highest = chart.pixel_of(QPointF(0, shown.high[seen].max())).y()
        height = chart.view.height()
        assert height - round(height * VOLUME_SHARE) - lowest >= GAP_PX - 0.5
        assert highest >= STRIP_PX + GAP_PX - 0.5


def test_nothing_crosses_the_figures(panel: PricePanel, hands: Hands, look: Look) -> None:
    """No grid, no tint, no hatching and no crosshair in their room, not even by hand."""
    busy(panel, hands)
    look()
    panel.bad.see(Verdict(State.GAP), hands.now, hands.now - 40 * SECOND)
    panel.bad.see(Verdict(State.LIVE), hands.now, hands.now - 30 * SECOND)
    panel._scale(0.05)
    panel._pan_share(-0.2)
    panel._pointer_moved(QPointF(panel.time.left + 20, panel.price.low))
    look()
    chart = panel.chart
    chart.strip.hide()
    look()
    picture = chart.grab().toImage()
    room = picture.copy(0, 1, int(chart.view.width()) - 1, STRIP_PX - 2)
    colours = {room.pixel(x, y) for x in range(room.width()) for y in range(room.height())}
    assert {panel.theme.panel.rgb()} == colours
    assert chart.ground.zValue() < chart.grid.zValue() < chart.legend.zValue()
    assert chart.hatching.zValue() < chart.legend.zValue() < chart.candles.zValue()


def test_the_scale_is_narrow_again_after_a_cheap_coin(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """Going there and back costs the chart no width."""
    for price in (DEAR, CHEAP, DEAR):
        busy(panel, hands, price)
        look()
        look()
        if price == DEAR:
            assert PRICE_AXIS_PX == panel.chart.prices.size().width()


def test_the_live_chip_covers_no_words(panel: PricePanel, hands: Hands, look: Look) -> None:
    """What tells of the backfilled ground steps aside for it."""
    busy(panel, hands)
    look()
    panel._pan_share(-0.5)
    look()
    assert panel.chart.chip.shown
    assert panel.chart.legend.taken_px >= panel.chart.chip._box.width()
    panel.go_live()
    look()
    assert 0 == panel.chart.legend.taken_px


def test_the_last_price_has_the_colour_of_its_move(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """Up is the buyers' colour, down the sellers'; a price that stays keeps its own."""
    held = busy(panel, hands)
    look()
    theme, price = panel.theme, float(DEAR)
    moves = ((price, None), (price + 1, theme.buy), (price + 1, theme.buy), (price - 1, theme.sell))
    for n, (moved, expected) in enumerate(moves):
        held.apply(trade(held, hands.now + n, moved))
        look()
        [tag] = panel.chart.prices.tags
        assert f"{moved:,.2f}" == tag.text
        assert expected is None or expected == tag.fill


def test_what_is_not_live_is_grey_and_hatched(panel: PricePanel, hands: Hands, look: Look) -> None:
    """A broken book has no lines of best prices, a grey tag, and its time is hatched for good."""
    judge = Judge()
    held = busy(panel, hands)
    held.judged = judge
    look()
    assert (held.book.best_bid, held.book.best_ask) == (
        panel.chart.marks.bid,
        panel.chart.marks.ask,
    )
    judge.state = State.GAP
    began = hands.now
    look()
    hands.now += 5 * SECOND
    look()
    assert panel.chart.marks.bid is None
    assert panel.theme.dim == panel.chart.prices.tags[0].ink
    judge.state = State.LIVE
    look()
    hands.now += 5 * SECOND
    look()
    [(start, stop)] = panel.chart.hatching.spans
    assert pytest.approx(panel.chart.x_of(began), abs=0.01) == start
    assert pytest.approx(panel.chart.x_of(began + 5 * SECOND), abs=0.01) == stop


def test_missed_trades_leave_a_hatched_hole_and_hollow_ends(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """After a cut nothing is drawn between the two candles at its ends, and no line crosses."""
    held = busy(panel, hands)
    held.candles(SECOND).interrupt()
    again = hands.now + 20 * SECOND
    hands.now = prints(held, again, walk(DEAR, 10)) + SECOND
    panel._toggle_line()
    look()
    picture = panel.chart.candles.picture
    assert picture is not None
    [(start, stop)] = panel.chart.hatching.spans
    assert pytest.approx(20.0, abs=1.01) == stop - start
    seconds = (picture.candles.ts_open - picture.base) / SECOND
    assert not ((seconds > start) & (seconds < stop)).any()

    area = QRectF(0, 0, 700, 400)
    place = _Place(picture, Mapping(area, panel.time.left, panel.time.right, 0, 1), area)
    breaks = [int(picture.candles.ts_open[first]) for first, _ in place.runs()]
    assert again in breaks


def test_empty_intervals_stay_empty(panel: PricePanel, hands: Hands, look: Look) -> None:
    """A quiet stretch has no candle and no hatching: nothing is invented, nothing doubted."""
    held = busy(panel, hands)
    hands.now = prints(held, hands.now + 30 * SECOND, walk(DEAR, 5)) + SECOND
    look()
    assert () == panel.chart.hatching.spans
    picture = panel.chart.candles.picture
    assert picture is not None
    assert 31 * SECOND == int(np.diff(picture.candles.ts_open).max())


def test_the_past_is_asked_for_and_marked(panel: PricePanel, hands: Hands, look: Look) -> None:
    """An empty left side is asked for once; what comes is drawn on a ground that says so."""
    held = market()
    hands.now = prints(held, NOW - 10 * SECOND, walk(DEAR, 10)) + SECOND
    panel.pick_timeframe("1s")
    panel.watch(held)
    look()
    [(instrument, interval, end, limit)] = hands.asked
    assert (held.instrument.id, SECOND) == (instrument, interval)
    assert end - SECOND == held.candles(SECOND).view().ts_open[0]
    assert limit * SECOND >= hands.now - panel.chart.moment(panel.time.left)
    past(held, SECOND, end - limit * SECOND, limit, float(DEAR), 10.0)
    hands.now += SECOND
    look()
    assert 1 == len(hands.asked)
    ground = panel.chart.ground.picture
    assert ground is not None
    assert ground.candles.flags[0] & 1
    svg = drawn(panel)
    assert "backfilled" in svg


def test_a_feed_that_is_down_or_refuses_is_not_asked(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """What cannot answer is not asked; who has said no is not asked again."""
    held = market(judge=Judge(State.DOWN))
    panel.watch(held)
    look()
    assert [] == hands.asked
    assert "DOWN" in panel.chart.note.text
    held.judged = Judge()
    look()
    assert 1 == len(hands.asked)
    for refused in (5 * SECOND, SECOND):
        instrument, interval, _, _ = hands.asked[-1]
        assert (held.instrument.id, refused) == (instrument, interval)
        held.apply(Refusal(held.instrument.id, "no such past candles", 0))
        hands.now += 10 * MINUTE
        look()
    assert 2 == len(hands.asked)
    panel.pick_timeframe("1m")
    look()
    assert MINUTE == hands.asked[-1][1]


def test_finer_candles_make_up_what_the_venue_does_not_tell(
    panel: PricePanel, hands: Hands, look: Look
) -> None:
    """Where a venue knows seconds only, five of its seconds are one of our candles."""
    held = market()
    panel.watch(held)
    look()
    held.apply(Refusal(held.instrument.id, "no past candles of 5 s", 0))
    hands.now += MINUTE
    look()
    [_, (_, interval, end, limit)] = hands.asked
    assert SECOND == interval
    past(held, SECOND, end - limit * SECOND, limit, float(DEAR), 10.0)
    look()
    assert limit // 5 - 1 <= len(panel.table().rows)
    assert {"venue"} == {row[8] for row in panel.table().rows}


def test_what_no_venue_tells_is_no_history(
    panel: PricePanel, hands: Hands, look: Look, surroundings: Surroundings
) -> None:
    """Where all candles of the past are refused, the header says so; an empty recording is one."""
    panel.pick_timeframe("1s")
    held = market()
    panel.watch(held)
    look()
    held.apply(Refusal(held.instrument.id, "no past candles of 1 s", 0))
    hands.now += MINUTE
    look()
    assert panel.header._detail.endswith(" · no history")
    panel.set_surroundings(replace(surroundings, replay=True))
    look()
    assert panel.chart.note.text.startswith("No trades in this recording yet")


def drawn(panel: PricePanel) -> str:
    """The body as SVG."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(800, 472))
    generator.setViewBox(QRectF(0, 0, 800, 472))
    painter = QPainter(generator)
    panel.paint_body(painter, QRectF(0, 0, 800, 472))
    painter.end()
    return bytes(buffer.data().data()).decode()


@pytest.mark.parametrize("price", [CHEAP, DEAR])
def test_a_vector_file_is_vector(panel: PricePanel, hands: Hands, look: Look, price: str) -> None:
    """SVG has its prices as text, its candles as shapes, and no image."""
    held = busy(panel, hands, price)
    look()
    svg = drawn(panel)
    assert "<image" not in svg
    assert svg.count("<text") >= 10
    last = f"{held.last_price:,.{2 if price == DEAR else 8}f}"
    assert last in svg
    assert svg.count("<rect") + svg.count("<polygon") + svg.count("<path") >= 100


@pytest.mark.parametrize("price", [CHEAP, DEAR])
def test_text_of_an_svg_keeps_its_width_in_any_font(
    panel: PricePanel, hands: Hands, look: Look, tmp_path: Path, price: str
) -> None:
    """Where the font isn't installed another is squeezed into the width that was painted."""
    busy(panel, hands, price)
    look()
    caption = caption_of(panel, "Test & <Test>", "", "Depthscope 9", hands.now)
    export_panel(panel, tmp_path / "price.svg", caption)
    root = ET.parse(tmp_path / "price.svg").getroot()  # noqa: S314 - our own file
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert len(texts) > 10
    for one in texts:
        strong = one.get("font-weight") == "600"
        metrics = QFontMetricsF(font(int(one.get("font-size", "")), strong=strong))
        assert pytest.approx(metrics.horizontalAdvance(one.text or ""), abs=0.01) == float(
            one.get("textLength", "")
        )
        assert "spacingAndGlyphs" == one.get("lengthAdjust")
        assert one.get("font-family", "").startswith("'IBM Plex Sans', ")
        assert one.get("font-family", "").endswith(", sans-serif")
    assert "Test & <Test>" in {one.text for one in texts}


def test_a_picture_is_what_the_window_shows(panel: PricePanel, hands: Hands, look: Look) -> None:
    """The same code paints both: pixel for pixel where the size is the same."""
    busy(panel, hands)
    look()
    shown = panel.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    image = QImage(shown.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    panel.paint_body(painter, QRectF(image.rect()))
    painter.end()
    assert shown == image


def test_nothing_to_show_is_said(panel: PricePanel, hands: Hands, look: Look) -> None:
    """No market, and no trades yet, are each one sentence and no picture."""
    look()
    assert "No symbol picked. Ctrl+K finds one." == panel.chart.note.text
    assert [] == list(panel.table().rows)
    panel.watch(market())
    look()
    assert panel.chart.note.text.startswith("No trades yet")
    held = busy(panel, hands)
    look()
    assert "" == panel.chart.note.text
    panel.watch(None)
    look()
    assert panel.chart.candles.picture is None
    assert len(held.candles(SECOND))


def test_choices_are_kept_and_broken_ones_left_aside(
    panel: PricePanel, surroundings: Surroundings, qtbot: QtBot
) -> None:
    """Timeframe, shape and zoom come back; nonsense changes nothing."""
    panel.pick_timeframe("15m")
    panel._toggle_line()
    panel._zoom(0.5)
    other = PricePanel(surroundings)
    qtbot.addWidget(other)
    other.restore(panel.settings())
    assert panel.settings() == other.settings()
    before = other.settings()
    other.restore({"timeframe": "7 fortnights", "line": True, "candles_in_sight": "many"})
    assert before == other.settings()
    other.restore({"timeframe": ["1s"], "line": True, "candles_in_sight": -4})
    assert before == other.settings()


def test_a_frame_without_news_draws_nothing(panel: PricePanel, hands: Hands, look: Look) -> None:
    """The clock may tick as it likes: a market of the same version costs no drawing."""
    held = busy(panel, hands)
    look()
    assert not panel.frame(hands.now)
    assert not panel.frame(hands.now + 1)
    held.apply(trade(held, hands.now, float(DEAR)))
    assert panel.frame(hands.now)


def test_every_action_has_a_key_of_its_own(panel: PricePanel) -> None:
    """All that the mouse can do the keyboard can."""
    keys = [action.key for action in panel.actions_offered()]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    assert {"End", "Home", "Left", "Right", "+", "-", "Alt+A"} <= set(keys)


def test_keys_move_zoom_and_scale(panel: PricePanel, hands: Hands, look: Look) -> None:
    """Arrows pan, + and - zoom, Alt with arrows scales prices, Home shows the oldest."""
    busy(panel, hands)
    look()
    right, span = panel.time.right, panel.time.span
    press(panel, Qt.Key.Key_Left)
    assert panel.time.right < right
    press(panel, Qt.Key.Key_End)
    press(panel, Qt.Key.Key_Plus)
    assert panel.time.span < span
    press(panel, Qt.Key.Key_Minus)
    assert pytest.approx(span) == panel.time.span
    reach = panel.price.high - panel.price.low
    press(panel, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert panel.price.high - panel.price.low < reach
    press(panel, Qt.Key.Key_Home)
    look()
    assert panel.time.left < panel._oldest < panel.time.right


def test_volumes_stay_in_their_pane(panel: PricePanel, hands: Hands, look: Look) -> None:
    """No price label stands beside the volumes, and volumes have labels of their own."""
    busy(panel, hands)
    look()
    axis = panel.chart.prices
    height = panel.chart.view.height()
    floor = height - round(height * VOLUME_SHARE)
    assert all(label.box.bottom() <= floor + 1 for label in price_labels(axis))
    assert axis.floor_labels
    picture = panel.chart.candles.picture
    assert picture is not None
    assert picture.candles.volume.max() <= picture.top_volume


def test_recorded_prices_are_shown(
    panel: PricePanel, hands: Hands, look: Look, shared_data: Path
) -> None:
    """A real recording's trades, candle by candle, as a plain grouping has them."""
    markets = Markets()
    file = shared_data / "binance" / "btcusdt_20240808.jsonl.zst"
    playback = Playback(file, lambda _: Binance(), markets.sink)
    held: Market | None = None
    while playback.next is not None and playback.next.t - playback.first_ts < 120 * SECOND:
        playback.play(playback.next)
        books = playback.protocol.books
        if held is None and "BTCUSDT" in books:
            coin = Instrument(
                id="binance:BTCUSDT", venue="binance", symbol="BTCUSDT", base="BTC", quote="USDT"
            )
            held = markets.hold(coin, books["BTCUSDT"].book, Judge())
    playback.reader.close()
    assert held is not None
    panel.watch(held)
    hands.now = held._last_ts
    look()
    tape = held.tape.view()
    groups: dict[int, list[float]] = {}
    for ts, price in zip(tape.ts_event.tolist(), tape.price.tolist(), strict=True):
        groups.setdefault(ts // (5 * SECOND), []).append(price)
    rows = [tuple(map(float, row[1:5])) for row in panel.table().rows]
    expected = [(prices[0], max(prices), min(prices), prices[-1]) for prices in groups.values()]
    assert len(expected) > 10
    assert expected == rows
    assert f"{held.last_price:,.2f}" == panel.chart.prices.tags[0].text


def test_the_span_told_is_the_candles_in_sight(panel: PricePanel, hands: Hands, look: Look) -> None:
    """Not the axis's, which has room on both sides: from the first's opening up to now at most."""
    assert panel.span_shown() is None
    held = market()
    begun = NOW + 3_600 * SECOND
    prints(held, begun, walk(DEAR, 20))
    hands.now = begun + 19 * SECOND + SECOND // 2
    panel.pick_timeframe("1s")
    panel.watch(held)
    look()
    assert (begun, hands.now) == panel.span_shown()
    hands.now += 30 * SECOND
    look()
    assert (begun, begun + 20 * SECOND) == panel.span_shown()
    panel.pick_timeframe("1d")
    assert panel.span_shown() is None
    look()
    assert (NOW, hands.now) == panel.span_shown()
    assert (NOW, hands.now) == panel.table().span
    ahead = hands.now + SECOND
    held.apply(trade(held, ahead, float(DEAR)))
    assert (NOW, ahead) == panel.table().span, "the venue's clock is ahead of ours"


def test_a_csv_tells_the_span_of_its_rows(
    panel: PricePanel, hands: Hands, look: Look, tmp_path: Path
) -> None:
    """Which are all that are held, not those in sight; so does the file beside it."""
    busy(panel, hands)
    look()
    rows = panel.table().rows
    assert len(rows) > 500
    caption = caption_of(panel, "Test", "", "Depthscope 9", hands.now)
    export_panel(panel, tmp_path / "price.csv", caption)
    told = f"{rows[0][0][:19].replace('T', ' ')} – 2024-08-09 00:00:00 UTC"
    assert f"# time: {told}" in (tmp_path / "price.csv").read_text().splitlines()
    assert told == json.loads((tmp_path / "price.csv.json").read_text())["time"]
    assert told != caption.span
