"""Any name a venue sends is plain text, and a coin of any price reads as well as another."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from monitor.gui.kit.painted_axis import PaintedAxis
from monitor.workspace.settings import Network, Settings
from tests.emulators.open_feed import OpenFeedEmulator
from tests.emulators.truth import Listing
from tests.emulators.waiting import until
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import CTRL, Scene, opened
from tests.gui.end_to_end.test_panels_hold_the_book import spread_row

HOSTILE = (
    "<img src='file:///etc/passwd'>",
    "<b>BTC</b>",
    "A\u202eTDSU",
    "NUL\0NUL",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "X" * 1_000_000,
)
PRICES = ("0.00001234", "0.8123", "61685.99")


def listing(symbol: str, price: str = "61685.99") -> Listing:
    places = -int(Decimal(price).as_tuple().exponent)
    return Listing(
        symbol=symbol,
        base=symbol,
        quote="USD",
        tick=Decimal(1).scaleb(-places),
        lot=Decimal("0.0001") if places < 8 else Decimal(1),
        price=Decimal(price),
    )


def mine(emulator: OpenFeedEmulator) -> Settings:
    return Settings(network=Network(open_feeds={"mine": emulator.url}))


def test_hostile_names_are_plain_text_or_refused(run: Run, tmp_path: Path) -> None:
    """Row 21: HTML, bidi, NUL and a megabyte: nothing is read as HTML, all is cut, all is picked."""

    async def play() -> None:
        listings = [listing("GOOD"), *(listing(symbol) for symbol in HOSTILE)]
        async with (
            OpenFeedEmulator(listings, interval_s=0.05, levels=40) as emulator,
            opened(tmp_path, "mine:GOOD", mine(emulator)) as scene,
        ):
            await scene.live()
            await scene.press(Qt.Key.Key_K, CTRL)
            await until(lambda: "mine" in scene.desk.markets.instruments, "the list")
            listed = [one.id for one in scene.desk.markets.instruments["mine"].values()]
            assert "mine:GOOD" in listed
            assert max(len(one) for one in listed) < 1_000
            await scene.press(Qt.Key.Key_Escape)
            for name in listed:
                scene.window.pick(name)
                scene.window.star(name)
                await until(scene.window.top.symbol.accessibleName, "the name on top")
                await scene.drawn()
                check_texts(scene)
                scene.window.export_active()
                path = scene.shown.export_card.name.text()
                assert re.fullmatch(r"[a-z0-9.TZ-]{1,120}", path), path
                scene.shown.export_card.close_card()
            scene.window.pick("mine:GOOD")
            await scene.live()

    run(play())


def check_texts(scene: Scene) -> None:
    """No label takes rich text; no text shown has control or bidi signs, or goes on for ever."""
    ours = {panel.title for panel in scene.window.workbench.panels()}
    for label in scene.window.findChildren(QLabel):
        of_docks = type(label).__name__ == "CElidingLabel" and label.text() in ours
        plain = label.textFormat() is Qt.TextFormat.PlainText
        assert plain or of_docks or not label.text(), label.text()
    for widget in [scene.window, *scene.window.findChildren(QWidget)]:
        assert "<" not in widget.toolTip()
        for text in (widget.accessibleName(), widget.windowTitle()):
            assert len(text) <= 300
            assert not re.search("[\0-\x1f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("price", PRICES)
def test_a_cheap_coin_reads_as_well_as_a_dear_one(run: Run, tmp_path: Path, price: str) -> None:
    """Six price labels or more, all different, with the instrument's digits; no row of 0.00."""

    async def play() -> None:
        async with (
            OpenFeedEmulator([listing("COIN", price)], interval_s=0.02, second_s=0.2) as emulator,
            opened(tmp_path, "mine:COIN", mine(emulator)) as scene,
        ):
            await scene.live()
            await until(lambda: len(scene.market.tape) > 10, "trades")
            places = len(price.partition(".")[2])
            await until(lambda: scene.market.instrument.tick_size is not None, "the list")
            await scene.equals(emulator, "COIN")
            check_axis(scene.price.chart.prices, places)
            for kind in ("ladder", "tape"):
                check_rows(scene, kind, places)
            bid = scene.market.book.best_bid
            assert bid is not None
            assert f"bid {bid:,.{places}f}" in scene.price.header._readout
            assert Decimal(scene.window.top.price._text.replace(",", "")) > 0

    run(play())


def check_axis(axis: PaintedAxis, places: int) -> None:
    """Enough labels, none like another, none nothing."""
    texts = [text for _, text in axis.ticks() if text]
    assert len(texts) >= 6
    assert len(texts) == len(set(texts))
    assert all(Decimal(text.replace(",", "")) for text in texts)
    assert max(len(text.partition(".")[2]) for text in texts) <= places + 1


def check_rows(scene: Scene, kind: str, places: int) -> None:
    column = 0 if kind == "ladder" else 1
    spread = spread_row(scene) if kind == "ladder" else -1
    rows = [row for n, row in enumerate(scene.rows(kind)) if len(row) > column and n != spread]
    prices = [row[column] for row in rows]
    assert len(prices) > 5
    if kind == "ladder":
        assert len(prices) == len(set(prices))
    assert all(Decimal(text.replace(",", "")) > 0 for text in prices)
    assert max(len(text.partition(".")[2]) for text in prices) <= places
    sizes = [row[-1] for row in rows if row[-1]]
    assert sizes
    assert not [text for text in sizes if not Decimal(text.replace(",", ""))]
