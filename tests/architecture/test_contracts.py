"""Contracts nobody tests rot: a violation of each is planted in a copy, and must be caught."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from monitor.app import cli
from tests.conftest import ROOT

# The table of floors: what a room may import of ours (app: all but venues and panels by name).
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    room: frozenset(allowed.split())
    for room, allowed in {
        "model": "",
        "book": "model",
        "market": "book model",
        "protocol": "book model",
        "workspace": "model",
        "venues": "protocol book model",
        "studies": "market book model",
        "export": "market book model",
        "demo": "market book model",
        "feeds": "protocol model",
        "gui": "studies export market book workspace model",
    }.items()
}
ROOMS = (*MAY_IMPORT, "app")
PURE_ROOMS = tuple(room for room in MAY_IMPORT if room not in {"gui", "feeds"})

QT = ("PySide6", "PySide6QtAds", "pyqtgraph", "qasync", "shiboken6")
SOCKETS = ("aiohttp", "asyncio", "http", "selectors", "socket", "ssl", "websockets")
IMPURE = [
    "concurrent",
    "multiprocessing",
    "queue",
    "sched",
    "signal",
    "subprocess",
    "threading",
    "time",
]

Plants = Mapping[str, str]
"""Module to plant, and what it imports."""


def leaf(room: str, imported: str) -> tuple[str, str]:
    """A module in the room that nobody imports, so that what it imports is its guilt alone."""
    return f"monitor.{room}.planted_{imported.replace('.', '_').lower()}", imported


def across(rooms: Iterable[str], imported: Iterable[str]) -> dict[str, str]:
    """Each of the rooms imports each of the modules."""
    return dict(leaf(room, module) for room in rooms for module in imported)


def ours(rooms: Iterable[str], imported: Iterable[str]) -> dict[str, str]:
    """Each of the rooms imports a module of each of the others."""
    return across(rooms, [f"monitor.{room}.target" for room in imported])


# For each contract, violations that it must catch by itself.
PLANTS: Mapping[str, Plants] = {
    "floors": {
        **ours(["model"], [room for room in ROOMS if room != "model"]),
        **ours(["market", "workspace"], ["protocol"]),
        **ours(["studies", "demo"], ["venues", "export"]),
        **ours(["feeds"], ["gui", "app"]),
    },
    "hearing": ours(
        ["feeds", "venues", "protocol"],
        ["demo", "export", "gui", "market", "studies", "workspace"],
    ),
    "showing": ours(
        ["demo", "export", "gui", "market", "studies", "workspace"],
        ["feeds", "protocol", "venues"],
    ),
    "one-way": ours(["feeds"], ["book"]),
    "plain": {**across(["model", "workspace"], ["numpy"]), **ours(["workspace"], ["book"])},
    "chosen": ours(["demo", "export", "studies", "feeds"], ["workspace"]),
    "gui-inside": {
        **ours(["gui.kit"], ["gui.panels", "gui.window"]),
        **ours(["gui.panels"], ["gui.window"]),
    },
    "no-demo-drawn": ours(["gui.kit"], ["demo"]),
    "qt": across([*PURE_ROOMS, "feeds"], QT),
    "screenless": {
        "monitor.__main__": "monitor.gui.target",
        "monitor.app.check": "PySide6",
        "monitor.app.cli": "PySide6QtAds",
        "monitor.app.listing": "pyqtgraph",
        "monitor.app.record": "qasync",
        "monitor.app.serve": "shiboken6",
    },
    "kit": across(["app", "gui.panels"], ["PySide6QtAds", "pyqtgraph"]),
    "sockets": across([*PURE_ROOMS, "gui"], SOCKETS),
    "pure": across(PURE_ROOMS, IMPURE),
    "venues-apart": ours(["venues"], ["venues"]),
    "venues-by-entry-point": ours(["app", "feeds", "gui.window"], ["venues"]),
    "panels-apart": ours(["gui.panels"], ["gui.panels"]),
    "panels-by-entry-point": ours(["app", "gui.window"], ["gui.panels"]),
    "no-rings": {
        "monitor.market.planted_ring": "monitor.market.planted_gnir",
        "monitor.market.planted_gnir": "monitor.market.planted_ring",
    },
}


def test_every_contract_has_a_plant() -> None:
    """A contract comes with the violation that it catches."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = configuration["tool"]["importlinter"]["contracts"]
    assert sorted(PLANTS) == sorted(contract["id"] for contract in contracts)


def test_every_command_is_kept_from_qt() -> None:
    """The contract on commands without a screen names each module that does one."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = (
        contract
        for contract in configuration["tool"]["importlinter"]["contracts"]
        if contract["id"] == "screenless"
    )
    drawing = {"monitor.app.render"}
    assert drawing == set(cli._COMMANDS.values()) - set(contract["source_modules"])


@pytest.mark.parametrize("contract", PLANTS)
def test_contract_catches_its_plants(contract: str, tmp_path: Path) -> None:
    """Each contract is broken by each of its own plants, and names the module that broke it."""
    plants = PLANTS[contract]
    status, said = lint_imports(copy_of_the_house(tmp_path, plants), "--contract", contract)
    assert set() == uncaught(plants, said), said
    assert status == 1, said


@pytest.mark.parametrize("contract", PLANTS)
def test_contract_is_kept_without_plants(contract: str, tmp_path: Path) -> None:
    """What catches the plants is the plants: the same copy without them is kept."""
    status, said = lint_imports(copy_of_the_house(tmp_path, {}), "--contract", contract)
    assert status == 0, said


def test_the_table_of_floors_is_kept(tmp_path: Path) -> None:
    """Every import that the table of floors does not allow is caught by some contract."""
    forbidden = {
        module: target
        for room, allowed in MAY_IMPORT.items()
        for module, target in ours([room], set(ROOMS) - allowed - {room}).items()
    }
    _, said = lint_imports(copy_of_the_house(tmp_path, forbidden))
    assert set() == uncaught(forbidden, said), said


def test_the_table_of_floors_allows_what_it_says(tmp_path: Path) -> None:
    """Every import that the table allows passes every contract."""
    allowed = {
        module: target
        for room, targets in MAY_IMPORT.items()
        for module, target in ours([room], targets).items()
    }
    status, said = lint_imports(copy_of_the_house(tmp_path, allowed))
    assert status == 0, said


def test_a_room_without_a_floor_is_caught(tmp_path: Path) -> None:
    """A new room must be given its floor."""
    house = copy_of_the_house(tmp_path, {"monitor.attic.boxes": "json"})
    status, said = lint_imports(house, "--contract", "floors")
    assert "attic" in said
    assert status == 1


def uncaught(plants: Plants, said: str) -> set[str]:
    """The planted modules that import-linter did not name (in a ring it leaves the room out)."""
    return {
        module
        for module in plants
        if module not in said and f" .{module.rpartition('.')[2]} " not in said
    }


def copy_of_the_house(folder: Path, plants: Plants) -> Path:
    """The package and its contracts, every room there, each with a module to aim at."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(
        ROOT / "monitor", folder / "monitor", ignore=shutil.ignore_patterns("__pycache__")
    )
    for room in (*ROOMS, "gui.kit", "gui.panels", "gui.window"):
        plant(folder, f"monitor.{room}.target", "")
    for module, imported in plants.items():
        plant(folder, module, f"import {imported}\n")
    return folder


def plant(folder: Path, module: str, text: str) -> None:
    """Write one module, and what packages it needs."""
    place = folder.joinpath(*module.split(".")).with_suffix(".py")
    place.parent.mkdir(parents=True, exist_ok=True)
    for package in place.relative_to(folder).parents:
        if package.name:
            (folder / package / "__init__.py").touch()
    place.write_text(text)


def lint_imports(house: Path, *arguments: str) -> tuple[int, str]:
    """The exit status and the words of import-linter in that folder."""
    script = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [script, "--no-logo", "--no-cache", *arguments],
        cwd=house,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr
