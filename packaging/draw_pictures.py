"""Draws the pictures of the README anew: the real program on the demo exchange, without a screen."""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtTest import QTest

from monitor import __version__
from monitor.app.demo_server import DemoServer
from monitor.app.desk import Desk
from monitor.app.shown import Shown
from monitor.app.store import Store
from monitor.gui.kit.qt_pulse import QtPulse
from monitor.gui.kit.start import start_qt

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE = (1280, 800)
SEED = 7
BUSY, THIN = "demo:BTC-USDT", "demo:MEME-USDT"
TRADES = 120
PATIENCE_S = 90.0


async def draw(folder: Path, home: Path) -> None:
    """Write four pictures of the window into ``folder``."""
    store = Store(home)
    desk = Desk(store, demo=DemoServer(seed=SEED), pulse=QtPulse)
    options = argparse.Namespace(demo=True, watch="", replay=None, stats=None)
    shown = Shown(desk, store, options)
    window = shown.window
    window.resize(*SIZE)
    shown.begin()
    try:
        await until(desk, BUSY, TRADES)
        window.put_away()
        await save(shown, folder / "window-dark.png")
        window.open_palette()
        await asyncio.sleep(1.0)
        QTest.keyClicks(window.focusWidget(), "us")
        await save(shown, folder / "palette.png")
        window.put_away()
        window.toggle_theme()
        await save(shown, folder / "window-light.png")
        window.pick(THIN)
        await until(desk, THIN, 20)
        window.toggle_fill()
        await save(shown, folder / "one-panel.png")
    finally:
        shown.end()
        await desk.close()
        store.close()


async def until(desk: Desk, instrument: str, trades: int) -> None:
    """Wait until an instrument's tape has filled. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            market = desk.markets.get(instrument)
            if market is not None and len(market.tape) >= trades and market.book.synced:
                return
            await asyncio.sleep(0.2)


async def save(shown: Shown, path: Path) -> None:
    """A picture of the window as it is after a few frames."""
    await asyncio.sleep(1.5)
    shown.window.grab().save(str(path))
    print(path.name, file=sys.stderr)


def main() -> int:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    application = start_qt(__version__)
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application, already_running=False)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as home:
        loop.run_until_complete(draw(FOLDER, Path(home)))
    loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
