"""The settings form and the replay bar."""

import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSpinBox

from monitor.gui.window.alarm import Alarm
from monitor.gui.window.card import Card
from monitor.gui.window.main_window import WELCOME
from monitor.gui.window.replay_bar import speed_words
from monitor.model.time import SECOND
from monitor.studies.number_format import MISSING
from monitor.workspace.form import fields, value_at
from monitor.workspace.settings import Picks, Settings
from tests.gui.window.conftest import BTC, MEME, Open, Stage

CONTROL = Qt.KeyboardModifier.ControlModifier


class Tape:
    """A replay whose calls a test reads back; positions move only when told."""

    def __init__(self) -> None:
        self.path = Path("btc.rec")
        self.first_ts, self.last_ts = 1_700_000_000 * SECOND, 1_700_000_100 * SECOND
        self.position = self.first_ts
        self.since: int | None = None
        self.playing, self.finished, self.speed = True, False, 1.0
        self.damage: Sequence[str] = ()
        self.steps = 0

    def play(self) -> None:
        self.playing, self.finished = True, False

    def pause(self) -> None:
        self.playing = False

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def seek(self, ts: int) -> None:
        self.position = ts

    def step(self) -> None:
        self.steps += 1


def test_the_form_has_every_setting_and_each_holds_at_once(stage: Stage) -> None:
    """A change is in force when it is made; no button confirms it."""
    card = stage.window.settings_card
    stage.key(Qt.Key.Key_Comma, CONTROL)
    assert card.isVisible()
    assert {field.path for field in fields()} == set(card.inputs)
    theme = card.inputs["appearance", "theme"]
    assert isinstance(theme, QComboBox)
    assert ["System", "Dark", "Light"] == [theme.itemText(at) for at in range(theme.count())]
    theme.setCurrentIndex(theme.findData("light"))
    assert "light" == stage.program.settings.appearance.theme
    assert "light" == stage.window.workbench.panel("price-1").theme.name
    rate = card.inputs["appearance", "frames_per_second"]
    assert isinstance(rate, QSpinBox)
    rate.setValue(30)
    assert 30 == stage.clock.fps
    for wrong in (4, 241, 999):
        rate.setValue(wrong)
        assert "from 5 to 240" in card.troubles["appearance", "frames_per_second"].text()
        assert 30 == stage.clock.fps
    rate.setValue(60)
    assert "" == card.troubles["appearance", "frames_per_second"].text()


def test_a_wrong_value_is_told_below_its_field_and_not_taken(stage: Stage) -> None:
    """The sentence names the setting; the old value holds."""
    stage.window.toggle_settings()
    card = stage.window.settings_card
    proxy = card.inputs["network", "proxy"]
    assert isinstance(proxy, QLineEdit)
    proxy.setText("not an address")
    proxy.editingFinished.emit()
    assert "Proxy" in card.troubles["network", "proxy"].text()
    assert "" == stage.program.settings.network.proxy
    proxy.setText("http://127.0.0.1:8080")
    proxy.editingFinished.emit()
    assert "" == card.troubles["network", "proxy"].text()
    assert "http://127.0.0.1:8080" == stage.program.settings.network.proxy


def test_a_folder_that_cannot_be_is_told_at_its_field(stage: Stage, tmp_path: Path) -> None:
    """What isn't whole, lies in a file or can't be made is not taken; one still to be made is."""
    stage.window.toggle_settings()
    card = stage.window.settings_card
    (tmp_path / "file").write_text("")
    for path in (("recording", "folder"), ("export", "folder")):
        line, trouble = card.inputs[path], card.troubles[path]
        assert isinstance(line, QLineEdit)
        wrong = ["relative/../x", "~nobody-of-that-name/x", str(tmp_path / "file" / "x")]
        wrong += [str(tmp_path / ("n" * 300))]
        wrong += ["/proc/nope"] if sys.platform == "linux" else []
        for text in wrong:
            line.setText(text)
            line.editingFinished.emit()
            assert f"{path[0].capitalize()} folder not accepted: " in trouble.text(), text
            assert "" == value_at(stage.program.settings, path)
        for text in (str(tmp_path), str(tmp_path / "to be" / "made"), ""):
            line.setText(text)
            line.editingFinished.emit()
            assert "" == trouble.text()
            assert text == value_at(stage.program.settings, path)
    assert ["file"] == [one.name for one in tmp_path.iterdir()]


def test_only_one_card_is_open(stage: Stage) -> None:
    """Whichever opens, the one before goes; after it the keys are the panel's again."""
    window = stage.window
    panel = window.workbench.panel("price-1")
    panel.setFocus()
    other = Card("Export", window.ground, 300)
    cards = (window.settings_card, window.feed_card, other)
    for card in (window.settings_card, other, window.feed_card, other, window.settings_card):
        card.open_card()
        assert [card] == [one for one in cards if one.isVisible()]
        assert card.isAncestorOf(stage.focus())
    stage.key(Qt.Key.Key_Escape)
    assert not any(one.isVisible() for one in cards)
    assert panel.isAncestorOf(stage.focus())


def test_an_alarm_goes_before_what_waits(stage: Stage) -> None:
    """An error is in sight at once; what was there is next, the newest first."""
    notices = stage.window.notices
    while notices.dismiss():
        pass
    notices.say("The first.")
    notices.say("The second.")
    notices.say(Alarm("An error of the program."))
    told = []
    while notices.text:
        told.append(notices.text)
        notices.dismiss()
    assert ["An error of the program.", "The second.", "The first."] == told


def test_what_only_informs_goes_when_it_was_read(stage: Stage) -> None:
    """After 8 s of being seen, a long sentence later; an alarm and the first line never."""
    window, program = stage.window, stage.program
    notices = window.notices

    def pass_by(seconds: float) -> str:
        for _ in range(round(seconds * 4)):
            program.run(0.25, 250)
            window.frame(program.now() + 1)
        return notices.text

    assert WELCOME == pass_by(30)
    notices.say("Recorded 12 s.")
    assert "Recorded 12 s." == pass_by(5)
    notices.say("Saved a picture.")
    assert "Saved a picture." == pass_by(7)
    assert "Recorded 12 s." == pass_by(1.5)
    assert "" == pass_by(4)
    long = "A word " * 24
    notices.say(long)
    assert long.strip() == pass_by(13)
    assert "" == pass_by(2)
    notices.say("Saved again.")
    notices.say(Alarm("The disk is full."))
    notices.say(Alarm("The settings were broken."))
    assert "The settings were broken." == pass_by(60)
    notices.dismiss()
    assert "The disk is full." == pass_by(60)
    notices.dismiss()
    assert "Saved again." == pass_by(7)
    # What nobody saw was not read; nor was what the pointer is on.
    window.hide()
    assert "Saved again." == pass_by(60)
    window.show()
    notices.underMouse = lambda: True  # type: ignore[method-assign]
    assert "Saved again." == pass_by(60)
    notices.underMouse = lambda: False  # type: ignore[method-assign]
    assert "" == pass_by(2)
    assert not notices.isVisible()


def test_tables_are_written_a_line_each(stage: Stage) -> None:
    """A line that is none yet is told while it is typed."""
    stage.window.toggle_settings()
    card = stage.window.settings_card
    feeds = card.inputs["network", "open_feeds"]
    assert isinstance(feeds, QPlainTextEdit)
    feeds.setPlainText("mine ws://127.0.0.1:9000")
    trouble = card.troubles["network", "open_feeds"]
    assert "NAME = ADDRESS" in trouble.text()
    assert trouble.visibleRegion().boundingRect().height() == trouble.height(), "it is in sight"
    feeds.setFocus()
    feeds.setPlainText("mine = ws://1")
    assert "" == card.troubles["network", "open_feeds"].text()
    assert {} == stage.program.settings.network.open_feeds, "half an address connects nowhere"
    feeds.setPlainText("mine = ws://127.0.0.1:9000")
    stage.key(Qt.Key.Key_Tab)
    assert {"mine": "ws://127.0.0.1:9000"} == stage.program.settings.network.open_feeds


def test_letters_typed_in_a_field_stay_there(stage: Stage) -> None:
    """Typing into a setting opens no palette."""
    stage.window.toggle_settings()
    proxy = stage.window.settings_card.inputs["network", "proxy"]
    proxy.setFocus()
    stage.type("ht/")
    assert isinstance(proxy, QLineEdit)
    assert "ht/" == proxy.text()
    assert not stage.window.palette_card.isVisible()


def test_the_replay_bar_plays_steps_and_seeks(stage: Stage) -> None:
    """It is there only while a recording is shown, and its keys reach the player."""
    bar = stage.window.replay_bar
    assert not bar.isVisible()
    tape = stage.program.replay = Tape()
    stage.frames(0.4)
    assert bar.isVisible()
    assert not stage.window.top.record.isVisible()
    bar.toggle()
    assert not tape.playing
    stage.type(".")
    assert 1 == tape.steps
    stage.type("]")
    assert 2.0 == tape.speed
    stage.type("[")
    stage.type("[")
    assert 0.5 == tape.speed
    middle = QPoint(bar.track.width() // 2, bar.track.height() // 2)
    QTest.mouseClick(bar.track, Qt.MouseButton.LeftButton, pos=middle)
    assert abs(tape.position - (tape.first_ts + tape.last_ts) // 2) < 2 * SECOND
    bar.leap(-100)
    assert tape.first_ts == tape.position
    tape.finished = True
    bar.toggle()
    assert tape.playing


def test_the_replay_bar_takes_another_theme(stage: Stage) -> None:
    """All its buttons have the frame of the theme in use."""
    stage.program.replay = Tape()
    stage.frames(0.4)
    stage.window.toggle_theme()
    bar, theme = stage.window.replay_bar, stage.window._surroundings.theme
    assert "light" == theme.name
    edges = [part.look().edge for part in (bar.play, bar.step, bar.slower, bar.faster)]
    assert [theme.hairline] * 4 == edges


def test_a_replay_has_one_clock(stage: Stage) -> None:
    """The bar of the recording tells its time; the status bar shows no second one."""
    stage.frames(0.4)
    assert "UTC" in stage.window.status.words()
    tape = stage.program.replay = Tape()
    tape.position += 12 * SECOND
    stage.frames(0.4)
    assert "2023-11-14 22:13:32 UTC" == stage.window.replay_bar.time.text()
    assert "UTC" not in stage.window.status.words()


def test_a_replay_offers_only_what_its_recording_holds(open_window: Open) -> None:
    """Favourites of other venues would be dead names there."""
    picks = Picks(favourites=("kraken:BTC/USD", MEME))
    stage = open_window(settings=Settings(picks=picks))
    assert ("kraken:BTC/USD", MEME) == tuple(stage.window.strip.instruments())[:2]
    stage.program.replay = Tape()
    assert (MEME,) == tuple(stage.window.strip.instruments())


def test_a_clock_without_dates_shows_time_elapsed(stage: Stage) -> None:
    """In the bar, in the log and in what panels are given: no day that never was."""
    stage.frames(0.4)
    tape = stage.program.replay = Tape()
    tape.since = tape.first_ts = stage.program.wall() - 5 * SECOND
    tape.last_ts = tape.first_ts + 100 * SECOND
    tape.position = tape.first_ts + 12_340_000_000
    stage.window._settings_changed()
    stage.program.break_book(BTC, "a message was missing")
    stage.window.toggle_feed_card()
    stage.frames(0.4)
    assert "00:12.3 of 01:40.0" == stage.window.replay_bar.time.text()
    told = stage.window.feed_card.table.accessibleDescription()
    assert "00:05.0 GAP" in told
    assert f"Clocks differ by {MISSING}" in told
    assert tape.since == stage.window.workbench.panel("price-1").surroundings.since


def test_a_proxys_password_is_refused_and_shown_nowhere(stage: Stage) -> None:
    """It is told where such a thing belongs; nothing is taken, so nothing is written."""
    stage.window.toggle_settings()
    card = stage.window.settings_card
    proxy = card.inputs["network", "proxy"]
    proxy.setFocus()
    stage.type("http://me:s3cret@127.0.0.1:8080")
    stage.key(Qt.Key.Key_Return)
    assert not any("…" in label.text() for label in card.findChildren(QLabel))
    trouble = card.troubles["network", "proxy"]
    assert "HTTPS_PROXY" in trouble.text()
    assert trouble.isVisible()
    assert "s3cret" not in trouble.text()
    assert "" == stage.program.settings.network.proxy


def test_what_a_recording_cannot_tell_is_a_dash(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counters open where rates and lags are not known."""
    stage.frames(0.4)
    told = stage.program.figures(BTC)
    assert told is not None
    nan = math.nan
    unknown = replace(
        told,
        lag_p50_ms=nan,
        lag_p99_ms=nan,
        clock_offset_ms=nan,
        messages_per_s=nan,
        bytes_per_s=nan,
    )
    monkeypatch.setattr(stage.program, "figures", lambda _: unknown)
    stage.window.toggle_feed_card()
    assert stage.window.feed_card.isVisible()
    rows = dict(stage.window.feed_card._rows(unknown, timely=True))
    for name in ("Lag, median", "Clocks differ by", "Messages a second", "Bytes a second"):
        assert MISSING == rows[name]


def test_the_feed_card_grows_with_its_log(stage: Stage) -> None:
    """No row of it is cut where the window has the room."""
    stage.window.resize(1280, 1000)
    stage.window.toggle_feed_card()
    stage.frames(0.4)
    card = stage.window.feed_card
    before = card.height()
    for _ in range(3):
        stage.program.break_book(BTC, "a message was missing")
        stage.frames(0.3)
        stage.program.heal()
        stage.frames(0.3)
    assert before < card.height()
    assert card.table.height() >= card.table.sizeHint().height()
    assert card.y() >= stage.window.strip.geometry().bottom()


def test_speeds_are_written_short() -> None:
    """As fast as it goes has a word of its own."""
    assert ["0.1×", "1×", "50×", "max"] == [
        speed_words(speed) for speed in (0.1, 1.0, 50.0, float("inf"))
    ]


def test_a_card_stands_clear_of_a_floating_panel(stage: Stage) -> None:
    """What floats lies over all that is in the window."""
    window = stage.window
    window.workbench.take_focus("tape-1")
    window.float_active()
    floating = window.workbench.panel("tape-1").window()
    right = window.mapToGlobal(QPoint(window.width() - 300, 60))
    floating.setGeometry(right.x(), right.y(), 300, 500)
    stage.frames(0.2)
    card = window.settings_card
    card.open_card()
    assert (
        not card.rect().translated(card.mapToGlobal(QPoint())).intersects(floating.frameGeometry())
    )
    card.close_card()
    floating.hide()
    card.open_card()
    assert card.geometry().right() > window.width() - 40
