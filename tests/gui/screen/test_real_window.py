"""The program on a real X screen, driven by a keyboard and a mouse, closed by its window manager."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gui.screen.display import Screen, screen

LIMIT_S = 30


class Shown:
    """The program's window on a screen."""

    def __init__(self, display: Screen, process: subprocess.Popen[str], home: Path) -> None:
        self.display, self.process = display, process
        self._config = home / ".config"
        self.id = ""
        until(self._found, "the window")

    def title(self) -> str:
        return " ".join(self.display.do("getwindowname", self.id))

    def keys(self, *keys: str) -> None:
        self.display.do("windowfocus", "--sync", self.id)
        for key in keys:
            self.display.do("key", "--clearmodifiers", key)

    def type(self, text: str) -> None:
        self.display.do("type", "--delay", "30", text)

    def size(self) -> tuple[int, int]:
        told = dict(
            line.split("=")
            for line in self.display.do("getwindowgeometry", "--shell", self.id)
            if "=" in line
        )
        return int(told["WIDTH"]), int(told["HEIGHT"])

    def ended(self) -> int:
        """Its exit status; nothing may be said on the way."""
        said = self.process.communicate(timeout=LIMIT_S)
        assert "Traceback" not in "".join(said), said
        return self.process.returncode

    def saved(self, name: str) -> dict[str, Any]:
        """What the program saved under a name."""
        found = list(self._config.rglob(name))
        assert len(found) == 1, found
        content: dict[str, Any] = json.loads(found[0].read_bytes())
        return content

    def _found(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        ids = self.display.do("search", "--onlyvisible", "--name", "Depthscope")
        self.id = ids[-1] if ids else ""
        return bool(ids)


def until(condition: Callable[[], object], what: str) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < LIMIT_S, f"{what} did not come about"


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Screen, Path]]:
    home = tmp_path_factory.mktemp("home")
    with screen(home) as made:
        for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            made.environment[variable] = str(home / f".{variable[4:-5].lower()}")
        yield made, home


@pytest.fixture
def shown(display: tuple[Screen, Path]) -> Iterator[Shown]:
    made, home = display
    process = made.start("--demo")
    try:
        yield Shown(made, process, home)
    finally:
        process.kill()
        process.communicate()


def test_keys_pick_a_symbol_and_quit(shown: Shown) -> None:
    """Ctrl+K, letters, Enter: another symbol is in the title; Ctrl+Q ends with 0, all saved."""
    until(lambda: "BTC-USDT" in shown.title(), "the first symbol")

    def picked() -> bool:
        if "ETH-USDT" not in shown.title():
            # The list may still be on its way.
            shown.keys("Escape", "ctrl+k")
            shown.type("eth-usdt")
            shown.keys("Return")
        return "ETH-USDT" in shown.title()

    until(picked, "the symbol that was picked")
    shown.keys("1", "ctrl+t", "ctrl+q")
    assert 0 == shown.ended()
    assert "demo:ETH-USDT" == shown.saved("settings.json")["picks"]["recents"][0]
    assert "theme" in shown.saved("settings.json")["appearance"]
    assert 4 == len(shown.saved("layout.json")["windows"][0]["panels"])


def test_a_letter_typed_anywhere_and_a_click_pick(shown: Shown) -> None:
    """The first letter opens the palette with it; the mouse closes nothing by accident."""
    until(lambda: "—" in shown.title(), "a symbol")

    def picked() -> bool:
        if "MEME-USDT" not in shown.title():
            shown.keys("Escape")
            shown.type("meme")
            shown.keys("Return")
        return "MEME-USDT" in shown.title()

    until(picked, "the symbol that was typed")
    for at in (("300", "300"), ("900", "400"), ("60", "20"), ("700", "500")):
        shown.display.do("mousemove", "--window", shown.id, *at)
        shown.display.do("click", "1")
        shown.display.do("click", "4")
    shown.keys("Escape", "ctrl+q")
    assert 0 == shown.ended()


def test_it_is_resized_and_closed_by_the_window_manager(shown: Shown) -> None:
    """Small, smaller, large; the close button ends it with 0 in under 3 s."""
    until(lambda: "—" in shown.title(), "a symbol")
    for width, height in (("1024", "640"), ("900", "600"), ("1300", "850")):
        shown.display.do("windowsize", "--sync", shown.id, width, height)
        until(lambda: shown.size()[0] >= 700, "a size it can be used at")
    assert (1300, 850) == shown.size()
    begun = time.monotonic()
    shown.keys("alt+F4")
    assert 0 == shown.ended()
    assert time.monotonic() - begun < 3
    assert "1300" in json.dumps(shown.saved("layout.json")["windows"][0]["geometry"])
