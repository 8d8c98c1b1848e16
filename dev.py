#!/usr/bin/env python3
"""The one task entry: sets up what is missing, then runs, tests, checks or measures Depthscope.

Needs nothing but Python 3.11. Its own messages go to standard error, so that
``dev.py run`` prints what the program prints and nothing else.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
KIND = str(sys.implementation.cache_tag)  # what packages are made for; patch releases share it
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "depthscope-setup.json"  # what the environment was made from
MARK = VENV / "depthscope-unfinished"  # there while an installation runs: it was cut off

# What Qt opens at run time and its wheels do not carry: the library, its Debian package.
SYSTEM_LIBRARIES = {
    # to draw at all
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    # for a window under X11
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}

HELP = """usage: python3 dev.py COMMAND [ARGS...]

  run [ARGS...]        depthscope ARGS, after setting up what is missing
  test [ARGS...]       the tests (ARGS go to pytest)
  check                formatting, lint, types, import contracts
  bench [ARGS...]      the benchmark table
  scorecard [ARGS...]  the full counts of the fault tests
  package              build wheel and sdist, try the wheel in an empty environment
  pictures             draw the pictures of the README anew
  setup                make .venv, install the lock, see to the system libraries
  lock [ARGS...]       write requirements.lock anew (ARGS go to uv, such as --upgrade)
"""


class Refused(Exception):
    """The task can't go on; the text is the sentence for the user."""


def main(arguments: list[str]) -> int:
    """Do one task; the exit status is the task's."""
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, v[:2])) for v in (OLDEST_PYTHON, sys.version_info))
        say(f"Depthscope needs Python {wanted} or newer; {sys.executable} was Python {found}.")
        return 2
    command, *rest = arguments or ["--help"]
    if command in {"-h", "--help", "help"}:
        print(HELP, end="")
        return 0 if arguments else 2
    task = TASKS.get(command)
    if task is None:
        say(f"'{command}' was no task: the tasks are {', '.join(TASKS)}.")
        return 2
    try:
        return task(rest)
    except Refused as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130


# The tasks.


def run(arguments: list[str]) -> int:
    """Set up what is missing and become ``depthscope ARGS``."""
    set_up()
    return become([str(BIN / "depthscope"), *without_dashes(arguments)])


def test(arguments: list[str]) -> int:
    """Set up what is missing and run the tests: those of the gui in a process of their own."""
    set_up()
    if arguments:
        suites = [without_dashes(arguments)]
    else:
        # Only the gui's tests need Qt's plugin, and with it the libraries of a screen.
        suites = [["-p", "no:pytest-qt", "--ignore=tests/gui", "tests"]]
        if (ROOT / "tests" / "gui").is_dir():
            suites.append(["tests/gui"])
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "PYTEST_QT_API": "pyside6",
        **os.environ,
        "PYTHONFAULTHANDLER": "1",
    }
    statuses = [attempt([PYTHON, "-m", "pytest", *suite], environment) for suite in suites]
    return max(statuses)


def check(arguments: list[str]) -> int:
    """Judge the formatting, the lint, the types and the import contracts; all four, always."""
    if arguments:
        raise Refused(f"check takes no arguments; there was '{arguments[0]}'.")
    set_up()
    judges: dict[str, list[str | Path]] = {
        "formatting": [BIN / "ruff", "format", "--check", "."],
        "lint": [BIN / "ruff", "check", "."],
        "types": [BIN / "mypy"],
        "import contracts": [BIN / "lint-imports", "--no-logo"],
    }
    failed = [name for name, command in judges.items() if attempt(command) != 0]
    say(f"check: {', '.join(failed)} failed." if failed else "check: all well.")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Set up what is missing and become ``depthscope bench``."""
    return run(["bench", *without_dashes(arguments)])


def scorecard(arguments: list[str]) -> int:
    """Run the fault tests in full and print their counts."""
    set_up()
    return attempt([PYTHON, "-m", "tests.scorecard", *without_dashes(arguments)])


def setup(arguments: list[str]) -> int:
    """Make the environment whole, and see to the system's libraries."""
    if arguments:
        raise Refused(f"setup takes no arguments; there was '{arguments[0]}'.")
    set_up()
    see_to_system_libraries()
    say("setup: all well.")
    return 0


def lock(arguments: list[str]) -> int:
    """Write the lock from pyproject.toml: for each Python and system, hashed, without addresses."""
    uv = working_uv() or working_uv(str(BIN / "uv"))
    if uv is None:
        raise Refused("Writing the lock needs uv: install it (pip install uv) and try again.")
    status = attempt(
        [
            *(uv, "pip", "compile", "pyproject.toml", "--extra", "dev"),
            *("--universal", "--python-version", "3.11", "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--quiet"),
            *("--custom-compile-command", "python3 dev.py lock"),
            *("--output-file", LOCK.name),
            *arguments,
        ]
    )
    if "://" in LOCK.read_text(encoding="utf-8"):
        raise Refused(f"{LOCK.name} holds an address; it may hold only names and hashes.")
    return status


def package(arguments: list[str]) -> int:
    """Build wheel and sdist into dist/, and try the wheel in an empty environment."""
    if arguments:
        raise Refused(f"package takes no arguments; there was '{arguments[0]}'.")
    set_up()
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    built = attempt([PYTHON, "-m", "hatchling", "build", "--directory", "dist"])
    wheels = sorted((ROOT / "dist").glob("*.whl"))
    if built or not wheels:
        raise Refused("The wheel could not be built; hatchling's messages stand above.")
    return attempt([PYTHON, ROOT / "packaging" / "try_wheel.py", wheels[-1], LOCK])


def pictures(arguments: list[str]) -> int:
    """Draw the pictures of the README anew."""
    if arguments:
        raise Refused(f"pictures takes no arguments; there was '{arguments[0]}'.")
    set_up()
    return attempt([PYTHON, ROOT / "packaging" / "draw_pictures.py"])


TASKS = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "scorecard": scorecard,
    "package": package,
    "pictures": pictures,
    "setup": setup,
    "lock": lock,
}


# The environment.


def set_up() -> None:
    """Make .venv what the lock and pyproject.toml say; nothing to do costs a few milliseconds."""
    packages, project = fingerprint(LOCK), fingerprint(PROJECT)
    if not usable():
        make_environment()
    stamp = read_stamp()
    if stamp.get("packages") != packages:
        install_lock()
        stamp = {"packages": packages}
        write_stamp(stamp)
        see_to_system_libraries()
    if stamp.get("project") != project:
        install_project()
        write_stamp({**stamp, "project": project})


def fingerprint(file: Path) -> str:
    """What an installation hangs on: the file, the Python, and where the checkout lies."""
    parts = [file.read_bytes(), KIND.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp() -> dict[str, str]:
    """What .venv was made from; empty where that can't be told."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict[str, str]) -> None:
    """Note what .venv was made from so far."""
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def usable() -> bool:
    """Whether .venv holds a Python of this version that runs, and no half-made installation."""
    if MARK.exists() or not PYTHON.exists():
        return False
    try:
        answer = subprocess.run(
            [PYTHON, "-c", "import sys; print(sys.implementation.cache_tag)"],
            capture_output=True,
            check=False,
            text=True,
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == KIND


def make_environment() -> None:
    """Make .venv from nothing; what half-made one there was goes first."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        say("setup: .venv was not whole; making it anew.")
        shutil.rmtree(VENV)
    uv = working_uv()
    if uv is None or not quietly([uv, "venv", "--quiet", "--python", sys.executable, VENV]):
        if importlib.util.find_spec("ensurepip") is None:
            install_debian_packages(["python3-venv"], "Python's venv module")
        if not quietly([sys.executable, "-m", "venv", "--clear", VENV]):
            raise Refused(f"{sys.executable} could not make a virtual environment in {VENV}.")
    MARK.touch()


def install_lock() -> None:
    """Install every package of the lock, each checked against its hash."""
    say("setup: installing the packages of requirements.lock (once; about half a minute).")
    MARK.touch()
    locked: list[str | Path] = ["--require-hashes", "--only-binary", ":all:", "--requirement", LOCK]
    if not install(locked):
        raise Refused("The packages of requirements.lock could not be installed; see above.")
    MARK.unlink()


def install_project() -> None:
    """Install this checkout itself, editable, so that its command and entry points are found."""
    if not install(["--no-deps", "--no-build-isolation", "--editable", ROOT]):
        raise Refused("This checkout could not be installed into .venv; see above.")


def install(what: Sequence[str | Path]) -> bool:
    """Install with uv where one works, else (or where it fails) with pip."""
    uv = working_uv()
    if uv and quietly([uv, "pip", "install", "--quiet", "--python", PYTHON, *what]):
        return True
    pip: list[str | Path] = [PYTHON, "-m", "pip"]
    if not quietly([*pip, "--version"], hush=True) and not quietly(
        [PYTHON, "-m", "ensurepip", "--default-pip"], hush=True
    ):
        return False
    return quietly([*pip, "install", "--quiet", "--disable-pip-version-check", *what])


def working_uv(name: str = "uv") -> str | None:
    """The uv on the PATH, if it runs: a version manager's shim may stand there for none."""
    uv = shutil.which(name)
    return uv if uv and quietly([uv, "--version"], hush=True) else None


# The system.


def see_to_system_libraries() -> None:
    """Install what Qt needs of the system where that is possible, else name it in one line."""
    missing = missing_debian_packages()
    if not missing:
        return
    try:
        install_debian_packages(missing, "windows and pictures (all else works without)")
    except Refused as refusal:
        say(f"setup: {refusal}")


def missing_debian_packages() -> list[str]:
    """The Debian packages of the libraries that can't be opened; none but on Linux."""
    if sys.platform != "linux":
        return []
    return [package for library, package in SYSTEM_LIBRARIES.items() if not opens(library)]


def opens(library: str) -> bool:
    """Whether the system's loader finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_debian_packages(packages: list[str], purpose: str) -> None:
    """Install by apt-get as root on a Debian-like system; else refuse with the exact line."""
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    apt = shutil.which("apt-get")
    if apt is None:
        raise Refused(f"This system lacks, for {purpose}, what Debian calls {' '.join(packages)}.")
    if os.geteuid() != 0:
        raise Refused(f"This system lacks packages for {purpose}: sudo {line}")
    say(f"setup: {line}")
    # Old lists may name packages that are gone, and a fresh system has no lists at all.
    for command in ([apt, "update"], [apt, *line.split()[1:]]):
        ended = subprocess.run(
            command,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if ended.returncode != 0:
            say(ended.stdout.decode(errors="replace").rstrip())
            raise Refused(f"This did not work: {line}")


# Programs.


def attempt(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> int:
    """Run one program in the checkout, its output shown; a signal's end counts as failure."""
    sys.stdout.flush()
    status = subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode
    if status < 0:
        say(f"{Path(command[0]).name} was ended by {signal.Signals(-status).name}.")
        return 128 - status
    return status


def quietly(command: Sequence[str | Path], *, hush: bool = False) -> bool:
    """Whether a program ends well; its output goes to standard error, or nowhere with ``hush``."""
    output = subprocess.DEVNULL if hush else sys.stderr
    try:
        ended = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    except OSError:
        return False
    return ended.returncode == 0


def become(command: list[str]) -> int:
    """Hand this process over to the program: its output, its signals and its exit status."""
    sys.stdout.flush()
    if os.name == "nt":  # exec does not wait there
        return subprocess.run(command, check=False).returncode
    return os.execv(command[0], command)


def without_dashes(arguments: list[str]) -> list[str]:
    """The arguments without the ``--`` that some put before a program's own."""
    return arguments[1:] if arguments[:1] == ["--"] else arguments


def say(sentence: str) -> None:
    """Tell the user something; never on standard output, which belongs to the program."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
