"""The command line: what is called wrongly is told in a sentence, and the exit status is kept."""

from pathlib import Path

import pytest

from monitor import __version__
from monitor.app import check, cli
from monitor.app.logs import log_file
from tests.app.commands import depthscope


def test_version_and_help() -> None:
    """Both are answers: on stdout, status 0."""
    ended = depthscope("--version")
    assert (f"depthscope {__version__}\n", "", 0) == (ended.stdout, ended.stderr, ended.returncode)
    ended = depthscope("--help")
    assert 0 == ended.returncode
    for command in ("check", "record", "venues", "symbols", "serve"):
        assert f"\n    {command} " in ended.stdout


@pytest.mark.parametrize("arguments", [[], ["--demo"], ["--watch", "kraken:BTC/USD"]])
def test_no_window_without_a_display(arguments: list[str]) -> None:
    """Without a command the window is meant; where there is no display, one sentence says so."""
    ended = depthscope(*arguments, QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert (1, "") == (ended.returncode, ended.stdout)
    assert "render" in ended.stderr
    assert 1 == ended.stderr.count("\n")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["chek"], "chek"),
        (["check"], "FILE"),
        (["check", "a", "--jsn"], "--jsn"),
        (["check", "a", "--books-at", "later"], "'later' was no offset"),
        (["check", "a", "--books-at", "+5s,"], "'' was no offset"),
        (["check", "a", "--books-at=-5s"], "'-5s' was no offset"),
        (["check", "a", "--books-at", "+1e9s"], "'+1e9s' was no offset"),
        (["record", "kraken:BTC/USD"], "--out"),
        (["record", "kraken", "--out", "a.jsonl.zst"], "'kraken' was not VENUE:SYMBOL"),
        (["record", "krakn:X", "--out", "a.jsonl.zst"], "did you mean kraken?"),
        (["record", "kraken:BTC/USD", "--out", "a.txt"], "'a.txt' was no name for a recording"),
        (["record", "kraken:X", "--out", "a.jsonl", "--for", "soon"], "'soon' was no duration"),
        (["record", "kraken:X", "--out", "a.jsonl", "--for=-1s"], "'-1s' was no duration"),
        (["--watch", ""], "'' was not VENUE:SYMBOL"),
        (["symbols"], "VENUE"),
        (["symbols", "zzz"], "there is no venue 'zzz'; there are"),
        (["serve"], "serve --demo"),
        (["serve", "--demo", "--port", "70000"], "'70000' was no port"),
        (["serve", "--demo", "--rate", "0"], "'0' was no rate"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_sentence(arguments: list[str], named: str) -> None:
    """Status 2, nothing on stdout, and one line that names what was wrong."""
    ended = depthscope(*arguments)
    assert (2, "") == (ended.returncode, ended.stdout)
    assert named in ended.stderr
    assert 1 == ended.stderr.count("\n")


def test_an_unexpected_error_goes_to_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The user gets a sentence with the log's place, the log the traceback without the key."""

    def broken(_: object) -> int:
        raise ZeroDivisionError("api_key=hunter2secret")

    monkeypatch.setattr(check, "run", broken)
    assert 1 == cli.main(["check", "x"])
    told = capsys.readouterr()
    assert "an error of the program (ZeroDivisionError)" in told.err
    assert str(log_file()) in told.err
    log = log_file().read_text()
    assert "ZeroDivisionError" in log
    assert "hunter2secret" not in log


@pytest.mark.parametrize("arguments", [["-v", "check"], ["check", "-v"]])
def test_verbose_writes_the_log(tmp_path: Path, arguments: list[str]) -> None:
    """With -v what goes on is in the user's state folder; the terminal shows the same as ever."""
    state = tmp_path / "state"
    ended = depthscope(*arguments, tmp_path / "none", XDG_STATE_HOME=str(state))
    assert 1 == ended.stderr.count("\n")
    written = state / "depthscope" / "depthscope.log"
    assert [written] == list(state.rglob("*.log"))
    told = written.read_text()
    assert f"{tmp_path / 'none'}: failed; " in told
    assert "depthscope check ended with 1" in told


def test_an_unwritable_log_is_no_reason_to_fail(tmp_path: Path) -> None:
    """Where the state folder can't be made the command does its work all the same."""
    blocked = tmp_path / "file"
    blocked.touch()
    ended = depthscope("-v", "venues", XDG_STATE_HOME=str(blocked))
    assert 0 == ended.returncode
    assert "no log could be written" in ended.stderr


def test_venues_are_listed() -> None:
    """Every venue by its entry point."""
    ended = depthscope("venues")
    assert (0, "") == (ended.returncode, ended.stderr)
    first_words = [row.split()[0] for row in ended.stdout.splitlines()]
    assert {"venue", "binance", "demo", "kraken"} <= set(first_words)
