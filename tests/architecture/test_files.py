"""What may stand in the files of this repository, and how long a module may be."""

import ast
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOT_OURS = {".git", ".venv", ".bench-venv", "__pycache__", "build", "dist"}
BINARY = {".zst", ".png", ".ico", ".ttf", ".otf", ".woff2", ".xz", ".gz"}

LONG = 400
LONG_MODULES: dict[str, str] = {
    "monitor/book/side.py": "reading and writing share one dense window",
    "monitor/gui/window/main_window.py": "the one place where the window's parts meet",
    "monitor/venues/binance/book_sync.py": "one book's rules, which share all that it knows",
    "monitor/venues/binance/protocol.py": "the one place where the venue's parts meet",
}
"""Modules of more than LONG lines, each with the reason why it is one idea all the same."""

REGISTRY = re.compile(
    r"pypi\.org/simple|pythonhosted\.org|npmjs\.(com|org)|deb\.debian\.org|extra-index-url"
)
HOME_OF_SOMEONE = re.compile(r"(?<![\w.~-])/(root|work|home/\w+|Users/\w+)/")


def files() -> Iterator[Path]:
    """The repository's own text files."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in NOT_OURS
            and not name.endswith(("_cache", ".egg-info"))
            and name != ".hypothesis"
        ]
        yield from (Path(folder, name) for name in names if Path(name).suffix not in BINARY)


@pytest.mark.parametrize("pattern", [REGISTRY, HOME_OF_SOMEONE], ids=["registry", "machine path"])
def test_no_file_names_a_registry_or_a_machine(pattern: re.Pattern[str]) -> None:
    """Where packages come from and where a checkout lies is each machine's own affair."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert [] == found


def test_the_lock_holds_hashes_and_no_address() -> None:
    """Every package of the lock is pinned and hashed, and comes from no named place."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(
        r"^\S.*(?:\n .*)*", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE
    )
    assert entries
    assert [] == [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert "://" not in text


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """Every dependency that pyproject.toml names is in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = re.findall(
        r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE
    )
    names = {re.match(r"[\w.-]+", line)[0].lower().replace(".", "-") for line in wanted}  # type: ignore[index]
    assert set() == names - set(locked)


def test_long_modules_give_their_reason() -> None:
    """A module over the limit is listed with its reason, and no other is listed."""
    long = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "monitor").rglob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > LONG
    }
    assert set(LONG_MODULES) == long


def test_every_module_says_its_idea() -> None:
    """A module opens with a docstring whose first paragraph is one sentence."""
    silent = []
    for path in (ROOT / "monitor").rglob("*.py"):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if not re.fullmatch(r"[^.]*(\.\S[^.]*)*\.", said.split("\n\n")[0], flags=re.DOTALL):
            silent.append(str(path.relative_to(ROOT)))
    assert [] == silent
