"""Errors that nobody caught reach the user as alarms."""

import pytest

from monitor.app import crashes as module
from monitor.app.crashes import Crashes
from monitor.gui.window.alarm import Alarm


def test_a_crash_is_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its notice goes before those that wait, and is said once."""
    monkeypatch.setattr(module, "note_crash", lambda _: None)
    notices: list[str] = []
    crashes = Crashes(notices)
    error = IndexError("none")
    for _ in range(2):
        crashes._in_slot(type(error), error, None)
    [notice] = notices
    assert isinstance(notice, Alarm)
    assert "An error of the program (IndexError); no log could be written." == notice
