"""What is installed is what stands in the checkout."""

import configparser
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the lock's own builder; no network is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_wheel_holds_every_module_and_every_resource(wheel: zipfile.ZipFile) -> None:
    """Every module, every venue's facts and every resource is there, and nothing else."""
    expected = {
        *(f"monitor/{name}" for name in names_below(ROOT / "monitor")),
        *(f"monitor/resources/{name}" for name in names_below(ROOT / "resources")),
    }
    assert expected == {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_wheel_names_the_command_and_the_venues(wheel: zipfile.ZipFile) -> None:
    """The command and the venues' entry points are those of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (file,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    found = configparser.ConfigParser()
    found.read_string(wheel.read(file).decode())
    assert project["scripts"] == dict(found["console_scripts"])
    groups = {name: dict(found[name]) for name in found.sections() if name != "console_scripts"}
    assert project["entry-points"] == groups


def names_below(folder: Path) -> set[str]:
    """The files below a folder, as a wheel spells them."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
