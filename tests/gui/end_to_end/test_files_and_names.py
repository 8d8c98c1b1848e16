"""Rows 28 to 30 at the window: broken files are told of and kept, names are no formulas."""

import csv
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.app.store import LAYOUT, SETTINGS
from monitor.workspace.settings import Network, Settings
from tests.conftest import ROOT
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.open_feed import OpenFeedEmulator
from tests.emulators.truth import Listing
from tests.emulators.waiting import until
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import Scene, opened, opened_on
from tests.gui.end_to_end.test_exports import exported

SYMBOL = "BTC/USD"
BROKEN = {
    "empty": b"",
    "torn": b'{"version": 1, "appearance": {"theme": "da',
    "foreign": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "another program's": b'[{"name": "somebody else"}]',
}
FORMULAS = ("=1+1", "-2+3", "COIN,=1+1", 'COIN;"@import"')
SAVER = """
import itertools, sys
from pathlib import Path
import msgspec
from monitor.app.store import Store
from monitor.workspace.settings import Appearance, Settings

store = Store(Path(sys.argv[1]))
for number in itertools.count():
    theme = ("dark", "light")[number % 2]
    store.save_settings(Settings(appearance=Appearance(theme=theme, frames_per_second=30)))
    if number == 20:
        print("saving", flush=True)
"""


def notices(scene: Scene) -> str:
    """Every sentence that waits in the strip."""
    return " ".join(held.text for held in scene.window.notices._waiting)


@pytest.mark.parametrize("name", [SETTINGS, LAYOUT])
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_of_and_kept_and_the_market_is_live(
    run: Run, tmp_path: Path, name: str, what: str
) -> None:
    """Row 29: settings or a layout that are none; the window opens all the same."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / name).write_bytes(BROKEN[what])

    async def play() -> None:
        emulator = KrakenEmulator(interval_s=0.05)
        async with opened_on(tmp_path, {"kraken": emulator}, f"kraken:{SYMBOL}") as scene:
            await scene.live()
            await until(lambda: "it was set aside as" in notices(scene), "the notice")
            (aside,) = folder.glob(f"{Path(name).stem}.broken-*.json")
            assert str(aside) in notices(scene)
            assert BROKEN[what] == aside.read_bytes()
            assert {"price", "depth", "ladder", "tape"} <= {
                one.kind for one in scene.window.workbench.panels()
            }
            await scene.equals(emulator, SYMBOL)

    run(play())


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
def test_a_window_opens_on_what_a_killed_program_left(run: Run, tmp_path: Path) -> None:
    """Row 28: killed while it saved; the settings are one of the two, and nothing is complained of."""
    command = [sys.executable, "-c", SAVER, str(tmp_path / "config")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as saver:
        assert saver.stdout is not None
        assert b"saving\n" == saver.stdout.readline()
        saver.kill()

    async def play() -> None:
        async with opened(tmp_path, f"kraken:{SYMBOL}") as scene:
            appearance = scene.desk.settings.appearance
            assert appearance.theme in ("dark", "light")
            assert 30 == appearance.frames_per_second == scene.shown.clock.fps
            await scene.says("DOWN")
            assert "aside" not in notices(scene)
            assert "saved" not in notices(scene)
            assert [] == list((tmp_path / "config").glob(".*.part"))

    run(play())


@pytest.mark.parametrize("symbol", FORMULAS)
def test_a_name_that_is_a_formula_is_text_in_a_saved_table(
    run: Run, tmp_path: Path, symbol: str
) -> None:
    """Row 30: no cell that a spreadsheet would work out, and every number is exact."""
    listed = Listing(
        symbol=symbol,
        base=symbol,
        quote="USD",
        tick=Decimal("0.00000001"),
        lot=Decimal(1),
        price=Decimal("0.00001234"),
    )

    async def play() -> None:
        async with OpenFeedEmulator([listed], interval_s=0.03, levels=40) as emulator:
            settings = Settings(network=Network(open_feeds={"mine": emulator.url}))
            async with opened(tmp_path, f"mine:{symbol}", settings) as scene:
                await scene.live()
                await until(lambda: len(scene.market.tape) > 5, "trades")
                await scene.equals(emulator, symbol)
                for kind in ("depth", "tape"):
                    path = await exported(scene, tmp_path, kind, "csv")
                    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
                    assert len(rows) > 5
                    # Where the comma is for decimals a spreadsheet cuts at semicolons.
                    cut = csv.reader(path.read_text("utf-8").splitlines(), delimiter=";")
                    cells = [cell for row in (*rows, *cut) for cell in row]
                    assert not [cell for cell in cells if is_formula(cell)]
                table = [row for row in rows if not row[0].startswith("#")]
                price = table[0].index("price")
                prices = {Decimal(row[price]) for row in table[1:]}
                tape = scene.market.tape.view()
                assert prices == {
                    Decimal(tape.exact_at(n)[0]) for n in range(scene.market.tape.count)
                }

    run(play())


def is_formula(cell: str) -> bool:
    """True for what a spreadsheet would work out; a number with its sign it would not."""
    try:
        Decimal(cell)
    except ArithmeticError:
        return cell.startswith(("=", "+", "-", "@", "\t"))
    return False
