"""The whole program on one loop with the venues it watches: opened, typed into, read, closed."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from monitor.app.demo_server import DemoServer
from monitor.app.desk import Desk
from monitor.app.shown import Shown
from monitor.app.store import Store
from monitor.book.side import BookSide
from monitor.feeds.clock import Clock
from monitor.gui.kit.panel import Panel
from monitor.gui.kit.qt_pulse import QtPulse
from monitor.gui.kit.table_panel import TablePanel
from monitor.gui.panels.depth import DepthPanel
from monitor.gui.panels.price import PricePanel
from monitor.gui.window.main_window import MainWindow
from monitor.market.market import Market
from monitor.model.verdict import State
from monitor.workspace.settings import Network, RecordingSettings, Settings
from tests.emulators.emulator import Emulator
from tests.emulators.truth import Levels
from tests.emulators.waiting import until

CTRL = Qt.KeyboardModifier.ControlModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


class Scene:
    """The program while it runs. Keys go to the window as a keyboard's do."""

    def __init__(self, desk: Desk, shown: Shown) -> None:
        self.desk, self.shown = desk, shown
        self.window: MainWindow = shown.window

    # What a user does.

    async def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NO_KEY) -> None:
        """Press a key; Qt finds who has the focus."""
        handle = self.window.windowHandle()
        assert handle is not None
        await outside(lambda: QTest.keyClick(handle, key, held))

    async def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        for sign in text:
            held = Qt.KeyboardModifier.ShiftModifier if sign.isupper() else NO_KEY
            await self.press(Qt.Key(ord(sign.upper())), held)

    async def pick(self, instrument: str, typed: str) -> None:
        """Pick an instrument as a user would: Ctrl+K, some letters, arrows, Enter."""
        await self.press(Qt.Key.Key_K, CTRL)
        await self.type(typed)
        listed = self.window.palette_card.list

        def place() -> int:
            ids = [getattr(getattr(row, "instrument", None), "id", "") for row in listed.rows]
            return ids.index(instrument) if instrument in ids else -1

        await until(lambda: place() >= 0, f"{instrument} in the palette")
        while listed.selected != place():
            await self.press(Qt.Key.Key_Down if listed.selected < place() else Qt.Key.Key_Up)
        await self.press(Qt.Key.Key_Return)
        assert instrument == self.window.workbench.current

    # What a user sees.

    @property
    def pill(self) -> str:
        """The words of the verdict's pill."""
        look = self.window.top.pill._look
        return f"{look.text} {look.rest}".strip()

    @property
    def market(self) -> Market:
        """The market the window speaks of."""
        found = self.desk.markets.get(self.window.workbench.current)
        assert found is not None
        return found

    @property
    def state(self) -> State:
        """The state of that market now."""
        return self.market.verdict(self.desk.now()).state

    def panel(self, kind: str) -> Panel:
        """The first panel of a kind."""
        return next(one for one in self.window.workbench.panels() if one.kind == kind)

    @property
    def depth(self) -> DepthPanel:
        found = self.panel("depth")
        assert isinstance(found, DepthPanel)
        return found

    @property
    def price(self) -> PricePanel:
        found = self.panel("price")
        assert isinstance(found, PricePanel)
        return found

    def rows(self, kind: str) -> list[list[str]]:
        """The texts a ladder or a tape has painted, row by row."""
        panel = self.panel(kind)
        assert isinstance(panel, TablePanel)
        return [[cell.text for cell in row.cells] for row in panel.body._rows]

    async def live(self, limit_s: float = 30) -> float:
        """Wait till the pill says LIVE; the seconds it took."""
        return await self.says("LIVE", limit_s)

    async def says(self, words: str, limit_s: float = 30) -> float:
        """Wait till the pill begins so; the seconds it took."""
        try:
            return await until(lambda: self.pill.startswith(words), f"'{words}'", limit_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it was '{self.pill}'") from None

    async def drawn(self) -> None:
        """Wait till every panel in sight has drawn its market as it stands."""

        def all_drawn() -> bool:
            panels = self.window.workbench.panels()
            return all(
                one._drawn == one.state_drawn(self.desk.now()) and not one._dirty
                for one in panels
                if one.isVisible()
            )

        await until(all_drawn, "panels drawn up to date")

    async def equals(self, emulator: Emulator, symbol: str) -> None:
        """Stop a venue; wait till book and panels hold exactly what it holds."""
        emulator.paused = True
        emulator.flush(emulator.series[symbol])
        truth = emulator.book(symbol)
        await until(
            lambda: (
                (truth.bids(), truth.asks())
                == (levels(self.market.book.bids), levels(self.market.book.asks))
            ),
            f"the venue's whole book of {symbol}",
        )
        await self.drawn()


async def outside(act: Callable[[], object]) -> None:
    """Do what lets Qt handle events, which no task may: others could not go on meanwhile."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def call() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            done.set_exception(error)
        else:
            done.set_result(None)

    loop.call_soon(call)
    await done


def levels(side: BookSide) -> Levels:
    """Every level of one side, exact, best first."""
    return [(Decimal(price), Decimal(size)) for price, size in side.top(len(side))]


def reached(**venues: str) -> Settings:
    """Settings in which venues are found at these addresses, a blank between them."""
    return Settings(network=Network(hosts=dict(venues)))


def addresses(emulator: Emulator) -> str:
    """Where an emulated venue is found."""
    return f"{emulator.url} {emulator.rest_url}"


@asynccontextmanager
async def opened(
    folder: Path,
    watch: str = "",
    settings: Settings | None = None,
    *,
    demo_rate: float | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Scene]:
    """The program as ``depthscope`` wires it, with a home of its own; it ends in the end."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    store = Store(folder / "config")
    recording = RecordingSettings(folder=str(folder / "recordings"))
    store.save_settings(msgspec.structs.replace(settings or store.settings, recording=recording))
    desk = Desk(store, demo=DemoServer(rate=demo_rate), pulse=QtPulse)
    if clock is not None:
        desk._hub._clock = clock
    options = argparse.Namespace(watch=watch, demo=False, stats=None)
    shown = Shown(desk, store, options)
    try:
        shown.begin()
        shown.window.activateWindow()
        await until(shown.window.isActiveWindow, "the window's focus")
        yield Scene(desk, shown)
    finally:
        shown.end()
        await desk.close()
        store.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@asynccontextmanager
async def opened_on(
    folder: Path,
    emulators: Mapping[str, Emulator],
    watch: str = "",
    clock: Clock | None = None,
) -> AsyncIterator[Scene]:
    """The same, on emulated venues that live as long."""
    async with AsyncExitStack() as stack:
        for emulator in emulators.values():
            await stack.enter_async_context(emulator)
        found = {venue: addresses(emulator) for venue, emulator in emulators.items()}
        yield await stack.enter_async_context(opened(folder, watch, reached(**found), clock=clock))
