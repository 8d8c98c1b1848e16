"""The task entry sets up what is missing, says so on standard error, and gets out of the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shell scripts stand for programs here")


def script(place: Path, text: str) -> Path:
    """A program that does as told."""
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return place


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The task entry, at work on an empty folder."""
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv" / "python")
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(dev, "MARK", tmp_path / ".venv" / "mark")
    return tmp_path


def test_an_old_python_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything else the Python is judged."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert dev.main(["run"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"Depthscope needs Python 3.11 or newer; {sys.executable} was Python 3.10.\n"


def test_an_unknown_task_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong word is named, and the right ones too."""
    assert dev.main(["paint"]) == 2
    assert capsys.readouterr().err.startswith("'paint' was no task: the tasks are run, test,")


def test_run_gives_the_program_its_arguments_and_takes_its_status(tmp_path: Path) -> None:
    """Standard output and exit status are the program's own; one ``--`` is ours."""
    script(tmp_path / "depthscope", 'echo "$@"; exit 3')
    code = (
        "import dev, pathlib, sys; dev.set_up = lambda: dev.say('setting up');"
        f"dev.BIN = pathlib.Path({str(tmp_path)!r});"
        "sys.exit(dev.main(['run', '--', 'check', '--', 'x']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (3, "check -- x\n", "setting up\n") == (ended.returncode, ended.stdout, ended.stderr)


def test_a_half_made_environment_is_not_used(checkout: Path) -> None:
    """Neither one without Python, nor one whose Python fails, nor one cut off while installing."""
    assert not dev.usable()
    (checkout / ".venv").mkdir()
    assert not dev.usable()
    script(dev.PYTHON, "exit 1")
    assert not dev.usable()
    script(dev.PYTHON, f"echo {dev.KIND}")
    assert dev.usable()
    dev.MARK.touch()
    assert not dev.usable()


def test_what_is_set_up_is_left_alone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part is installed once, and again only when what it was made from changes."""
    did: list[str] = []
    lock, project = checkout / "lock", checkout / "project"
    lock.write_text("a")
    project.write_text("a")
    (checkout / ".venv").mkdir()
    script(dev.PYTHON, f"echo {dev.KIND}")
    monkeypatch.setattr(dev, "LOCK", lock)
    monkeypatch.setattr(dev, "PROJECT", project)
    monkeypatch.setattr(dev, "install_lock", lambda: did.append("lock"))
    monkeypatch.setattr(dev, "install_project", lambda: did.append("project"))
    monkeypatch.setattr(dev, "see_to_system_libraries", lambda: None)
    dev.set_up()
    dev.set_up()
    assert did == ["lock", "project"]
    project.write_text("b")
    dev.set_up()
    assert did == ["lock", "project", "project"]
    lock.write_text("b")
    dev.set_up()
    dev.set_up()
    assert did == ["lock", "project", "project", "lock", "project"]


def test_a_dead_shim_is_no_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A uv that can't tell its version is not used."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev.working_uv() is None
    shim = script(tmp_path / "uv", "exit 127")
    assert dev.working_uv() is None
    script(shim, "exit 0")
    assert str(shim) == dev.working_uv()


def test_missing_libraries_are_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who may not install gets the line to paste, and everything goes on."""
    script(tmp_path / "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev, "SYSTEM_LIBRARIES", {"libnowhere.so.7": "libnowhere7"})
    dev.see_to_system_libraries()
    assert capsys.readouterr().err.endswith(
        ": sudo apt-get install -y --no-install-recommends libnowhere7\n"
    )


def test_root_installs_missing_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lists are renewed first, and the package manager's own words are shown only if it fails."""
    log = tmp_path / "log"
    script(tmp_path / "apt-get", f'echo noise; echo "$@" >> {log}')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    dev.install_debian_packages(["libnowhere7"], "pictures")
    assert log.read_text() == "update\ninstall -y --no-install-recommends libnowhere7\n"
    said = capsys.readouterr()
    assert ("", "setup: apt-get install -y --no-install-recommends libnowhere7\n") == said
    script(tmp_path / "apt-get", "echo noise; exit 100")
    with pytest.raises(dev.Refused, match="This did not work"):
        dev.install_debian_packages(["libnowhere7"], "pictures")
    assert "noise" in capsys.readouterr().err
