"""Exports are read back: the CSV is the book, vectors hold its numbers as text, pictures are true."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage

from monitor.gui.kit.export import picture
from monitor.gui.kit.panel_header import HEIGHT
from monitor.studies.number_format import fixed
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.truth import Levels, decimals_of
from tests.emulators.waiting import until
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.pdf_text import pdf_texts
from tests.gui.end_to_end.scene import CTRL, Scene, opened_on

FORMS = ("png", "svg", "pdf", "csv")


def test_what_is_exported_is_what_the_venue_has(run: Run, tmp_path: Path) -> None:
    """Ctrl+E and Enter, for each panel and form, of a coin of eight digits."""
    symbol = "SHIB/USD"

    async def play() -> None:
        emulator = KrakenEmulator(interval_s=0.03)
        async with opened_on(tmp_path, {"kraken": emulator}, f"kraken:{symbol}") as scene:
            await scene.live()
            await until(lambda: len(scene.market.tape) > 10, "trades")
            await scene.equals(emulator, symbol)
            truth = emulator.book(symbol)
            places = decimals_of(emulator.listings[symbol].tick)
            for kind in ("depth", "ladder", "tape", "price"):
                for form in FORMS:
                    path = await exported(scene, tmp_path, kind, form)
                    assert kind == manifest(path)["panel"]
                    if form == "csv":
                        check_csv(scene, path, kind, truth.bids(), truth.asks())
                    else:
                        check_picture(scene, path, kind, form, places)
            check_clipboard(scene)

    run(play())


def manifest(path: Path) -> dict[str, Any]:
    """What stands beside an exported file."""
    told: dict[str, Any] = json.loads(Path(f"{path}.json").read_bytes())
    return told


async def exported(scene: Scene, folder: Path, kind: str, form: str) -> Path:
    """Export a panel as a user would; the file."""
    scene.panel(kind).setFocus()
    if kind == "ladder":  # in a file it stands centred, in the window it may rest aside
        await scene.press(Qt.Key.Key_Space)
        await scene.drawn()
    card = scene.shown.export_card
    await scene.press(Qt.Key.Key_E, CTRL)
    assert card.isVisible()
    card.form.setCurrentIndex(FORMS.index(form))
    card.folder.setText(str(folder))
    card.name.setText(f"{kind}.{form}")
    await scene.press(Qt.Key.Key_Return)
    path = folder / f"{kind}.{form}"
    await until(lambda: card.result.text() == f"Saved {path}", f"{path}: {card.result.text()}")
    await scene.press(Qt.Key.Key_Escape)
    assert not card.isVisible()
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def check_csv(scene: Scene, path: Path, kind: str, bids: Levels, asks: Levels) -> None:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert rows
    if kind == "depth":
        for side, levels in (("bid", bids), ("ask", asks)):
            told: Levels = [
                (Decimal(row["price"]), Decimal(row["size"])) for row in rows if row["side"] == side
            ]
            assert levels == told
            whole = sum(size for _, size in levels)
            assert whole == Decimal(
                [row for row in rows if row["side"] == side][-1]["cumulative_size"]
            )
    elif kind == "ladder":
        assert sum(size for _, size in bids) == sum(Decimal(row["bid_size"]) for row in rows)
        assert sum(size for _, size in asks) == sum(Decimal(row["ask_size"]) for row in rows)
    elif kind == "tape":
        tape = scene.market.tape
        told_trades = [(row["price"], row["size"]) for row in rows]
        exact = [tape.view().exact_at(n) for n in range(len(tape))]
        assert [(format(p, "f"), format(s, "f")) for p, s in exact] == told_trades
    else:
        series = scene.market.candles(scene.price.interval).view()
        assert [Decimal(repr(float(close))) for close in series.close] == [
            Decimal(row["close"]) for row in rows
        ]


def check_picture(scene: Scene, path: Path, kind: str, form: str, places: int) -> None:
    """A vector file holds the numbers of the window as text; a picture is what would be drawn."""
    if form == "png":
        image = QImage(str(path))
        assert scene.market.instrument.symbol == image.text("symbol")
        proof = {"kraken": "checksum (top 10)"}.get(scene.market.instrument.venue, "sequence")
        assert f"LIVE {proof}" == image.text("verdict")
        panel = scene.panel(kind)
        assert 2 * panel.width() == image.width()
        card = scene.shown.export_card
        again = picture(panel, card._caption(panel), 2)
        # The caption's clock goes on, and the tape's trades a second; what is below does not.
        top = again.height() - 2 * panel.height() + (2 * HEIGHT if kind == "tape" else 0)
        below = [one.copy(0, top, one.width(), one.height() - top) for one in (image, again)]
        assert below[0].convertToFormat(again.format()) == below[1]
        return
    if form == "svg":
        root = ET.fromstring(path.read_text())  # noqa: S314 - our own file
        texts = [" ".join("".join(one.itertext()).split()) for one in root.iter() if one.text]
        assert "<image" not in path.read_text()
    else:
        texts = pdf_texts(path.read_bytes())
    whole = re.sub(r"\s+", "", " ".join(texts))
    for wanted in shown_numbers(scene, kind, places):
        assert wanted in whole, f"{wanted} in {path.name}"


def shown_numbers(scene: Scene, kind: str, places: int) -> list[str]:
    book = scene.market.book
    if kind == "price":
        return [fixed(price, places) for price in (book.best_bid, book.best_ask)]
    if kind == "depth":
        return [fixed(book.mid, places + 1)]  # half a tick lies between prices
    cells = [row for row in scene.rows(kind)[1:-2] if len(row) > 1]
    return [text.replace(" ", "") for row in cells for text in row[-2:] if text]


def check_clipboard(scene: Scene) -> None:
    panel, card = scene.panel("depth"), scene.shown.export_card
    card.open_for(panel)
    card.copy.click()
    image = QGuiApplication.clipboard().image()
    assert card.result.text().startswith("Copied")
    assert (2 * panel.width(), True) == (image.width(), image.height() > 2 * panel.height())
    card.close_card()


def test_a_bad_path_is_one_sentence_and_leaves_no_file(run: Run, tmp_path: Path) -> None:
    """A folder that is a file, or would lie in one: said in the card; nothing half remains."""

    async def play() -> None:
        emulator = KrakenEmulator()
        async with opened_on(tmp_path, {"kraken": emulator}, "kraken:BTC/USD") as scene:
            await scene.live()
            card = scene.shown.export_card
            (tmp_path / "file").write_text("mine")
            for folder in (tmp_path / "file", tmp_path / "file" / "below"):
                await scene.press(Qt.Key.Key_E, CTRL)
                card.folder.setText(str(folder))
                await scene.press(Qt.Key.Key_Return)
                await until(lambda: "could not be made" in card.result.text(), "the reason")
                await scene.press(Qt.Key.Key_Escape)
            assert "mine" == (tmp_path / "file").read_text()
            assert ["config", "file"] == files_in(tmp_path)

    run(play())
