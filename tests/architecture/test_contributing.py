"""What CONTRIBUTING.md tells is done word for word, and does what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

FILE = re.compile(
    r"^ *`(?P<path>[\w./-]+)`:\n\n *```\w+\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
LINE = re.compile(r"^(?P<line>example = \".*\")$", re.MULTILINE)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the project with every file of CONTRIBUTING.md where it belongs."""
    shutil.copytree(
        ROOT / "monitor", tmp_path / "monitor", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "resources", tmp_path / "resources")
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for found in FILE.finditer(guide):
        place = tmp_path / found["path"]
        place.write_text(textwrap.dedent(found["text"]), encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    line = LINE.search(textwrap.dedent(guide.replace("\n   ", "\n")))
    assert line is not None
    heading = '[project.entry-points."depthscope.venues"]\n'
    project = project.replace(heading, f"{heading}{line['line']}\n")
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    install_entry_points(tmp_path, tomllib.loads(project)["project"]["entry-points"])
    return tmp_path


def test_the_guide_names_its_files(house: Path) -> None:
    """The facts, the module and the recording stand in the guide, each with its place."""
    for path in ("monitor/venues/example.toml", "monitor/venues/example.py", "example.jsonl"):
        assert (house / path).is_file()


def test_the_new_venue_is_listed(house: Path) -> None:
    """One line makes the venue known."""
    ended = depthscope(house, "venues")
    assert (0, "") == (ended.returncode, ended.stderr)
    assert "example" in ended.stdout


def test_the_recording_is_judged_ok(house: Path) -> None:
    """The guide's recording gives the guide's book."""
    ended = depthscope(house, "check", "example.jsonl", "--json")
    report: dict[str, Any] = json.loads(ended.stdout)
    book = report["books"]["BTC-USD"]
    assert [["99", "4"]] == book["bids"]
    assert [["99.8", "0.25"], ["100", "1.5"]] == book["asks"]
    assert ("ok", 0) == (report["verdict"], ended.returncode)


def test_a_missing_message_is_judged_failed(house: Path) -> None:
    """With the guide's changed number the gap is seen."""
    recording = house / "example.jsonl"
    text = recording.read_text(encoding="utf-8")
    recording.write_text(text.replace('"seq":2', '"seq":3'), encoding="utf-8")
    ended = depthscope(house, "check", "example.jsonl", "--json")
    report = json.loads(ended.stdout)
    assert (1, "failed", 1) == (
        report["books"]["BTC-USD"]["gaps"],
        report["verdict"],
        ended.returncode,
    )


def test_the_module_keeps_the_rules(house: Path) -> None:
    """The guide's module passes the formatter, the linter and the import contracts."""
    tools = Path(sys.executable).parent
    module = "monitor/venues/example.py"
    for command in (
        [tools / "ruff", "format", "--check", module],
        [tools / "ruff", "check", module],
        [tools / "lint-imports", "--no-cache"],
    ):
        ended = run(house, [str(part) for part in command])
        assert ended.returncode == 0, ended.stdout + ended.stderr


def install_entry_points(folder: Path, groups: dict[str, dict[str, str]]) -> None:
    """Make the copy's entry points known, as an installation would."""
    metadata = folder / "depthscope-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: depthscope\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text(
        "\n".join(
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
            for group, entries in groups.items()
        )
    )


def depthscope(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the copy's own command."""
    return run(house, [sys.executable, "-m", "monitor", *arguments])


def run(house: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program in the copy, with the copy's package before the installed one."""
    return subprocess.run(
        command,
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
