"""The whole program as its user starts and ends it: a process, offscreen, on the demo exchange."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.app.check import judge
from tests.conftest import ROOT

END_WITHIN_S = 2.0
"""What the user waits for at most; the machine's own pauses are allowed for below."""
PAUSES_S = 1.5
ANSWER_S = 45


class Driven:
    """A running program with a hand on it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def say(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def hear(self) -> object:
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], ANSWER_S)
        assert readable, f"no answer in {ANSWER_S} s; it stands here: {self._abort()}"
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait(10)}: {self._errors()}"
        heard: object = json.loads(line)
        return heard

    def ask(self, words: str) -> object:
        self.say(words)
        return self.hear()

    def end(self) -> tuple[int, float, str]:
        """Wait for the end: exit status, seconds it took, and what stood on stderr."""
        begun = time.monotonic()
        status = self.process.wait(20)
        return status, time.monotonic() - begun, self._errors()

    def _abort(self) -> str:
        """Where every thread of it stands, told by its end."""
        self.process.send_signal(signal.SIGABRT)
        return self._errors()

    def _errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own, for settings, layout, log and recordings."""
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    return tmp_path


@contextmanager
def started(*arguments: object) -> Iterator[Driven]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.gui.app.driven", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        driven = Driven(process)
        assert "shown" == driven.hear()
        yield driven
    finally:
        process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def run_code(
    code: str, *arguments: str, folder: Path = ROOT, within_s: float = 60
) -> subprocess.CompletedProcess[str]:
    """A program that is started by ``code``, offscreen, and left to its end."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=within_s,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        cwd=folder,
        check=False,
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, "close"])
def test_it_ends_cleanly_while_recording(home: Path, how: signal.Signals | str) -> None:
    """By a signal or by closing: exit 0 in two seconds, recording whole, layout saved, no child."""
    with started("--demo") as driven:
        assert "demo:BTC-USDT" == driven.ask("live")
        assert isinstance(driven.ask("record"), int)
        children = _children(driven.process.pid)
        assert children
        if isinstance(how, str):
            driven.say(how)
        else:
            driven.process.send_signal(how)
        status, took_s, errors = driven.end()
    assert (0, "") == (status, errors)
    assert took_s < END_WITHIN_S + PAUSES_S
    (recording,) = (home / "XDG_DATA_HOME" / "depthscope" / "recordings").iterdir()
    assert [] == [cause for cause in judge(recording)["causes"] if "torn" in cause]
    layout = json.loads((home / "XDG_CONFIG_HOME" / "depthscope" / "layout.json").read_text())
    assert {"price", "depth"} <= {panel["kind"] for panel in layout["windows"][0]["panels"]}
    assert [] == [child for child in children if _alive(child)]


CLOSED_AT_ONCE = """
import faulthandler
import sys
faulthandler.dump_traceback_later(45, exit=True)  # says where it stands if it doesn't end
from monitor.app import cli
from monitor.gui.window.shell import Shell
shown = Shell.show_at_once
def show_and_close(self):
    shown(self)
    self.close()
Shell.show_at_once = show_and_close
sys.exit(cli.main(["--demo"]))
"""


@pytest.mark.usefixtures("home")
def test_closed_while_it_starts_it_ends() -> None:
    """Before there is anything in the window: exit 0, nothing said, the demo's process gone."""
    ran = run_code(CLOSED_AT_ONCE)
    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)


ASKED_AT_ONCE = """
import os, signal, sys
from monitor.app import cli
from monitor.gui.window.shell import Shell
shown = Shell.show_at_once
def show_and_be_asked(self):
    shown(self)
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
Shell.show_at_once = show_and_be_asked
sys.exit(cli.main(["--demo"]))
"""


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT"])
def test_asked_to_end_while_it_starts_it_ends(how: str) -> None:
    """The system or Ctrl+C, before there is a loop to hear it: exit 0, nothing said."""
    ran = run_code(ASKED_AT_ONCE, how)
    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)


NO_NAME_SERVER = """
import socket, sys, threading, time
asked = threading.Event()
def never(*_, **__):
    asked.set()
    time.sleep(120)
socket.getaddrinfo = never
from monitor.app import cli
import os, signal
def end():
    print("asked" if asked.wait(60) else "nothing was looked up", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=end, daemon=True).start()
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "words", [["--watch", "kraken:BTC/USD"], ["record", "kraken:BTC/USD", "--out", "x.jsonl.zst"]]
)
def test_a_name_server_that_is_silent_keeps_no_one(words: list[str], tmp_path: Path) -> None:
    """Asked to end while a name is looked up, it doesn't wait two minutes for the answer."""
    ran = run_code(NO_NAME_SERVER, *words, folder=tmp_path, within_s=100)
    assert "asked" == ran.stdout.split()[0]
    assert "Traceback" not in ran.stderr


def test_the_first_start_says_what_is_shown(home: Path) -> None:
    """One line for a newcomer; at the next start it is not said again."""
    with started() as driven:
        assert ["Demo market. Ctrl+K to pick a live one. ? shows all keys."] == driven.ask(
            "notices"
        )
        driven.say("close")
        assert 0 == driven.end()[0]
    with started("--watch", "demo:ETH-USDT") as driven:
        assert "demo:ETH-USDT" == driven.ask("live")
        driven.say("close")
        assert 0 == driven.end()[0]
    assert (home / "XDG_CONFIG_HOME" / "depthscope" / "layout.json").exists()


@pytest.mark.usefixtures("home")
def test_a_second_program_says_that_it_saves_nothing() -> None:
    """Both run; the first one's settings are safe."""
    with started() as first, started() as second:
        notices = second.ask("notices running already")
        assert isinstance(notices, list)
        assert any("running already" in sentence for sentence in notices)
        for driven in (second, first):
            driven.say("close")
            assert 0 == driven.end()[0]


def test_a_crash_in_a_slot_is_told_with_the_log(home: Path) -> None:
    """The window goes on, one notice names the log, and the log has the whole of it."""
    with started() as driven:
        driven.ask("live")
        notices = driven.ask("crash")
        log = home / "XDG_STATE_HOME" / "depthscope" / "depthscope.log"
        assert f"An error of the program (IndexError); the details are in {log}." in str(notices)
        assert "IndexError: list index out of range" in log.read_text()
        assert "LIVE" == driven.ask("state")
        driven.say("close")
        status, _, errors = driven.end()
        assert 0 == status
        # PySide may name the override it was in, in a line of its own; the trace is in the log.
        assert "Traceback" not in errors


@pytest.mark.usefixtures("home")
def test_a_panel_is_exported_from_the_window(tmp_path: Path) -> None:
    """Each form is a file with its manifest; a folder that isn't there is one sentence."""
    folder = tmp_path / "charts"
    folder.mkdir()
    with started() as driven:
        driven.ask("live")
        for form in ("png", "svg", "pdf", "csv"):
            told = driven.ask(f"export {form} {folder}")
            assert str(told).startswith(f"Saved {folder}"), told
        (tmp_path / "file").touch()
        told = driven.ask(f"export png {tmp_path}/file")
        assert "could not be made: file exists." in str(told)
        driven.say("close")
        assert (0, "") == driven.end()[::2]
    names = sorted(path.suffixes[-1] for path in folder.iterdir())
    assert [".csv", *[".json"] * 4, ".pdf", ".png", ".svg"] == names


@pytest.mark.usefixtures("home")
def test_a_replay_leaves_the_saved_layout_alone(shared_data: Path, home: Path) -> None:
    """A recording is shown and played; the user's own workspace is as it was."""
    with started() as driven:
        driven.ask("live")
        driven.say("close")
        driven.end()
    saved = (home / "XDG_CONFIG_HOME" / "depthscope" / "layout.json").read_bytes()
    recording = shared_data / "binance" / "btcusdt_20240808.jsonl.zst"
    with started("--replay", recording) as driven:
        assert "binance:BTCUSDT" == driven.ask("live")
        driven.say("close")
        assert (0, "") == driven.end()[::2]
    assert saved == (home / "XDG_CONFIG_HOME" / "depthscope" / "layout.json").read_bytes()


def test_stats_are_written_each_second(home: Path) -> None:
    """Frame times, wire to paint, rates and memory, a JSON line each."""
    stats = home / "stats.jsonl"
    with started("--stats", stats, "--demo-rate", "500") as driven:
        driven.ask("live")
        deadline = time.monotonic() + 30
        last: dict[str, Any] = {"messages_per_s": 0}
        while last["messages_per_s"] <= 50:
            assert time.monotonic() < deadline, last
            driven.ask("state")
            lines = stats.read_text().splitlines()
            last = json.loads(lines[-1]) if lines else last
        driven.say("close")
        assert 0 == driven.end()[0]
    assert 0 < last["read_to_paint_ms"]["p50"] <= last["read_to_paint_ms"]["p99"]
    assert last["memory_bytes"] > 50_000_000
    assert last["frames_per_s"] > 5


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("--watch", "nowhere:BTC"), 2, "there is no venue 'nowhere'"),
        (("--watch", "BTC"), 2, "'BTC' was not VENUE:SYMBOL"),
        (("--replay", "gone.jsonl"), 1, "gone.jsonl was not readable"),
        (("--stats", "gone/stats.jsonl"), 1, "gone/stats.jsonl can't be written"),
        (("--demo", "--watch", "demo:BTC-USDT"), 2, "not allowed with"),
        (("--demo-rate", "-1"), 2, "was no rate"),
    ],
)
def test_wrong_use_is_one_sentence(arguments: tuple[str, ...], status: int, sentence: str) -> None:
    """Before a window opens; no traceback."""
    ran = _run(arguments, QT_QPA_PLATFORM="offscreen")
    assert (status, 1) == (ran.returncode, len(ran.stderr.splitlines())), ran.stderr
    assert sentence in ran.stderr


@pytest.mark.usefixtures("home")
@pytest.mark.skipif(sys.platform != "linux", reason="displays are Linux's")
@pytest.mark.parametrize("display", ["", ":4711", "nonsense"])
def test_without_a_display_it_names_render(display: str) -> None:
    """One sentence and exit 1, not Qt's abort."""
    ran = _run((), DISPLAY=display, WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert (1, 1) == (ran.returncode, len(ran.stderr.splitlines())), ran.stderr
    assert "depthscope render" in ran.stderr


def _run(arguments: tuple[str, ...], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        cwd=ROOT,
        check=False,
    )


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(child) for child in told]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
