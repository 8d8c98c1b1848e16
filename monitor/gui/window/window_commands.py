"""The window's own commands with their keys, in the order the overlay and the palette list them."""

from collections.abc import Callable, Iterable
from typing import Protocol

from monitor.gui.kit.panel import Panel
from monitor.gui.kit.timeframes import TIMEFRAMES
from monitor.gui.window.command import Command
from monitor.gui.window.favourites_strip import FavouritesStrip
from monitor.gui.window.key_overlay import Group
from monitor.gui.window.program import Program
from monitor.gui.window.replay_bar import ReplayBar
from monitor.gui.window.workbench import Workbench

FAVOURITES = 9
ADD, AGAIN = "Add panel: ", "First layout again"
SUMMED_UP = {
    "Timeframe": ("1 … 9", "Timeframe of the price panel"),
    "Favourites": ("Alt+1 … 9", "Go to a favourite"),
}
"""Groups of which the overlay tells one line only."""


class Window(Protocol):
    """What the commands ask of the window."""

    program: Program
    workbench: Workbench
    strip: FavouritesStrip
    replay_bar: ReplayBar
    can_export: bool

    def open_palette(self) -> None: ...
    def open_commands(self) -> None: ...
    def star_current(self) -> None: ...
    def show_keys(self) -> None: ...
    def toggle_fill(self) -> None: ...
    def open_menu(self) -> None: ...
    def toggle_arranging(self) -> None: ...
    def float_active(self) -> None: ...
    def next_link(self) -> None: ...
    def close_active(self) -> None: ...
    def show_default(self) -> None: ...
    def export_active(self) -> None: ...
    def toggle_feed_card(self) -> None: ...
    def retry_now(self) -> None: ...
    def toggle_recording(self) -> None: ...
    def toggle_settings(self) -> None: ...
    def toggle_theme(self) -> None: ...
    def toggle_zone(self) -> None: ...
    def put_away(self) -> None: ...
    def quit(self) -> None: ...
    def add_panel(self, kind: str) -> None: ...
    def pick_timeframe(self, name: str) -> None: ...
    def kinds_offered(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]: ...


def window_commands(window: Window) -> tuple[Command, ...]:
    """Everything the window can do."""
    return (
        *_finding(window),
        *_panels(window),
        *_feed(window),
        *_looks(window),
        *_replaying(window),
        *_numbered(window),
    )


def overlay_groups(commands: Iterable[Command], panels: Iterable[Panel] = ()) -> list[Group]:
    """The commands as the overlay shows them, by their groups; then each kind of panel's own."""
    groups: dict[str, list[tuple[str, str]]] = {}
    summed: list[tuple[str, str]] = []
    for command in commands:
        if command.group in SUMMED_UP:
            if SUMMED_UP[command.group] not in summed:
                summed.append(SUMMED_UP[command.group])
        else:
            keys = " or ".join(command.keys[:2])
            groups.setdefault(command.group, []).append((keys, command.name))
    first = next(iter(groups.values()), [])
    first += [("a letter", "Find a symbol that begins so"), *summed]
    for panel in {type(panel): panel for panel in panels}.values():
        keys_held = [(one.key, one.name) for one in panel.actions_offered() if one.key]
        if keys_held:
            groups[f"In {panel.title}"] = keys_held
    return list(groups.items())


def adding_keys(commands: Iterable[Command]) -> tuple[tuple[str, str], ...]:
    """The keys, with their names, that bring panels back where all are closed."""
    return tuple(
        (command.keys[0], command.name)
        for command in commands
        if command.keys and command.name.startswith((ADD, AGAIN))
    )


def _finding(window: Window) -> tuple[Command, ...]:
    group = "Finding"
    return (
        Command("Find a symbol", ("Ctrl+K", "/"), window.open_palette, group),
        Command("List all commands", ("Ctrl+Shift+P", ">"), window.open_commands, group),
        Command("Star this symbol", ("Ctrl+D", "*"), window.star_current, group),
        Command("All keys", ("?", "F1"), window.show_keys, group),
    )


def _panels(window: Window) -> tuple[Command, ...]:
    group = "Panels"
    bench = window.workbench

    def some() -> bool:
        return bool(bench.ids())

    return (
        Command("Fill the window, and return", ("F11",), window.toggle_fill, group, some),
        Command("Next panel", ("F6", "Ctrl+Tab"), lambda: bench.focus_next(1), group, some),
        Command("Panel before", ("Shift+F6",), lambda: bench.focus_next(-1), group, some),
        Command("Menu of the panel", ("Ctrl+M", "Menu"), window.open_menu, group, some),
        Command("Arrange panels by dragging", ("Ctrl+L",), window.toggle_arranging, group),
        Command(
            "Window of its own, and return", ("Ctrl+Shift+F",), window.float_active, group, some
        ),
        Command("Next link colour", ("Ctrl+B",), window.next_link, group, some),
        Command("Close panel", ("Ctrl+W",), window.close_active, group, some),
        *(
            Command(f"{ADD}{title}", keys, _adder(window, kind), group)
            for kind, title, keys in window.kinds_offered()
        ),
        Command(AGAIN, ("Ctrl+Shift+L",), window.show_default, group),
    )


def _feed(window: Window) -> tuple[Command, ...]:
    group = "Feed"
    program = window.program

    def live() -> bool:
        return program.replay is None and bool(window.workbench.current)

    export: tuple[Command, ...] = ()
    if window.can_export:
        export = (Command("Export …", ("Ctrl+E",), window.export_active, group),)
    return (
        Command("Counters and log", ("Ctrl+I",), window.toggle_feed_card, group),
        Command("Retry now", ("Ctrl+G",), window.retry_now, group, live),
        Command("Record, and stop", ("Ctrl+R",), window.toggle_recording, group, live),
        *export,
    )


def _looks(window: Window) -> tuple[Command, ...]:
    group = "Window"
    return (
        Command("Settings", ("Ctrl+,",), window.toggle_settings, group),
        Command("Dark or light", ("Ctrl+T",), window.toggle_theme, group),
        Command("UTC or local time", ("Ctrl+U",), window.toggle_zone, group),
        Command("Put away what is on top", ("Esc",), window.put_away, group, listed=False),
        Command("Quit", ("Ctrl+Q",), window.quit, group),
    )


def _replaying(window: Window) -> tuple[Command, ...]:
    group = "Replay"
    bar = window.replay_bar

    def replaying() -> bool:
        return window.program.replay is not None

    return (
        Command("Play or pause", ("Space", "Ctrl+Space"), bar.toggle, group, replaying),
        Command("One message", (".",), bar.one_step, group, replaying),
        Command("Slower", ("[",), lambda: bar.change_speed(-1), group, replaying),
        Command("Faster", ("]",), lambda: bar.change_speed(1), group, replaying),
        Command("Ten seconds back", ("Shift+Left",), lambda: bar.leap(-1), group, replaying),
        Command("Ten seconds on", ("Shift+Right",), lambda: bar.leap(1), group, replaying),
    )


def _numbered(window: Window) -> tuple[Command, ...]:
    return (
        *(
            Command(f"{name} candles", (str(number),), _framer(window, name), "Timeframe")
            for number, name in enumerate(TIMEFRAMES, 1)
        ),
        *(
            Command(f"Favourite {number}", (f"Alt+{number}",), _goer(window, number), "Favourites")
            for number in range(1, FAVOURITES + 1)
        ),
    )


def _adder(window: Window, kind: str) -> Callable[[], None]:
    return lambda: window.add_panel(kind)


def _framer(window: Window, name: str) -> Callable[[], None]:
    return lambda: window.pick_timeframe(name)


def _goer(window: Window, number: int) -> Callable[[], None]:
    return lambda: window.strip.go_to(number)
