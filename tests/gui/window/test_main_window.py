"""The window as a user meets it: first start, picking, panels, verdicts, layout and end."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from monitor.app.plugins import panel_kinds
from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.timeframes import TIMEFRAMES
from monitor.gui.kit.verdict_colours import ink_of
from monitor.gui.window.absent_panel import AbsentPanel
from monitor.gui.window.main_window import WELCOME
from monitor.gui.window.program import RecordingState
from monitor.gui.window.verdict_words import explain, pill_look
from monitor.gui.window.window_commands import overlay_groups
from monitor.model.verdict import State
from monitor.studies.number_format import fixed
from monitor.workspace.document import Document, decode_layout, encode
from monitor.workspace.layout import Layout, PanelLayout, WindowLayout
from monitor.workspace.settings import Picks, Settings
from tests.gui.window.conftest import BTC, ETH, MEME, Open, Stage

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_first_start_shows_the_demo_and_how_to_go_live(stage: Stage) -> None:
    """A newcomer sees a live market, is told that it is none of the world's, and what to press."""
    stage.frames(2)
    window = stage.window
    assert WELCOME == window.notices.text
    assert BTC == window.workbench.current
    assert {"price-1", "depth-1", "ladder-1", "tape-1"} >= set(window.workbench.ids())
    assert window.band.isVisible()
    assert "DEMO" in window.top.symbol.accessibleName()
    assert "LIVE" == window.top.pill.look().text
    stage.key(Qt.Key.Key_Escape)
    assert not window.notices.isVisible()


def test_a_symbol_is_picked_by_keyboard_alone(stage: Stage) -> None:
    """A letter typed anywhere begins the search; Enter shows it in every linked panel."""
    stage.frames(1)
    stage.type("eth")
    assert "eth" == stage.window.palette_card.input.text()
    stage.key(Qt.Key.Key_Return)
    stage.frames(1)
    assert ETH == stage.window.workbench.current
    for panel in stage.window.workbench.panels():
        assert panel.market is stage.program.markets.get(ETH)
    assert (ETH,) == stage.program.settings.picks.recents
    assert 0 == stage.program.users[BTC]
    assert not stage.window.palette_card.isVisible()


def test_the_price_on_top_is_the_markets(stage: Stage) -> None:
    """Dear or cheap, the bar shows every digit of the last trade."""
    for name, digits in ((BTC, 2), (MEME, 8)):
        stage.window.pick(name)
        stage.frames(4)
        market = stage.program.markets.get(name)
        assert market is not None
        assert market.last_price is not None
        shown = stage.window.top.price.accessibleDescription()
        assert fixed(market.last_price, digits) == shown


def test_what_is_not_live_is_told_within_three_seconds(stage: Stage) -> None:
    """Silence, a gap and a cut each have their words, and none of them is green."""
    theme = stage.window._surroundings.theme
    stage.frames(1)
    assert theme.live == stage.window.top.pill.look().ink
    stage.program.mute(3.2)
    stage.draw()
    assert stage.window.top.pill.look().text.startswith("STALE 3.2 s")
    stage.frames(0.5)
    assert "LIVE" == stage.window.top.pill.look().text
    stage.program.break_book(BTC, "message 17 was missing")
    stage.draw()
    assert "GAP" == stage.window.top.pill.look().text
    stage.program.cut("connection refused")
    stage.program.mute(1)
    stage.draw()
    look = stage.window.top.pill.look()
    assert ("DOWN", "next try in 4 s") == (look.text, look.rest)
    assert theme.bad == look.ink
    assert "connection refused" in stage.window.status.words()
    stage.program.heal()
    stage.frames(0.5)
    assert theme.live == stage.window.top.pill.look().ink


def test_the_counters_explain_the_proof_and_offer_a_retry(stage: Stage) -> None:
    """A click on the status bar says why the feed is believed; a refusal says what helps."""
    stage.frames(1)
    QTest.mouseClick(stage.window.status, Qt.MouseButton.LeftButton)
    card = stage.window.feed_card
    assert card.isVisible()
    assert "numbered by the venue" in card.proof.text()
    assert not card.retry.isVisible()
    stage.program.cut("the venue answered HTTP 451")
    stage.program.mute(1)
    stage.draw()
    assert card.retry.isVisible()
    assert "Venue addresses" in card.hint.text()
    QTest.mouseClick(card.retry, Qt.MouseButton.LeftButton)
    assert ["demo"] == stage.program.asked.retries
    stage.key(Qt.Key.Key_Escape)
    assert not card.isVisible()


@pytest.mark.parametrize("state", list(State))
def test_a_state_has_one_colour_wherever_it_is_told(stage: Stage, state: State) -> None:
    """Pill, status bar, panel header and the caption of a picture agree."""
    stage.frames(0.4)
    theme = stage.window._surroundings.theme
    stage.program._held[BTC].status.become(state, stage.program.now(), stage.program.wall(), "why")
    stage.draw()
    market = stage.program.markets.get(BTC)
    assert market is not None
    verdict = market.verdict(stage.program.now())
    assert verdict.state is state
    ink = pill_look(theme, verdict, None, stage.program.now()).ink
    assert ink == ink_of(theme, state)
    words = verdict.words(stage.program.now())
    stage.window.status._slow = -1
    stage.window.status.frame(stage.program.now(), stage.program.now())
    [told] = [colour for text, colour in stage.window.status._left if text == words]
    panel = stage.window.workbench.panel("price-1")
    panel.frame(stage.program.now())
    if state in BELIEVED:
        assert (theme.dim, "") == (told, panel.header._badge)
    else:
        assert ink == told == panel.header._badge_colour
    assert (ink == theme.live) is (state is State.LIVE)


def test_every_verdict_has_its_sentence(stage: Stage) -> None:
    """No state leaves the user alone with a word."""
    market = stage.program.markets.get(BTC)
    assert market is not None
    assert explain(market.verdict(stage.program.now())).endswith(".")
    assert explain(None).endswith(".")


def test_a_panel_fills_the_window_and_returns(stage: Stage) -> None:
    """One key each way, and the picture goes on."""
    stage.frames(1)
    window = stage.window
    panel = window.workbench.panel("depth-1")
    panel.setFocus()
    before = panel.size()
    stage.key(Qt.Key.Key_F11)
    stage.frames(0.3)
    assert "depth-1" == window.docks.filled
    assert panel.isVisible()
    assert panel.width() == window.width()
    assert not window.workbench.panel("price-1").isVisible()
    stage.key(Qt.Key.Key_F11)
    stage.frames(0.3)
    assert before == panel.size()
    panel.maximise_wanted.emit()
    assert "depth-1" == window.docks.filled


def test_a_layout_comes_back_exactly(open_window: Open) -> None:
    """Places, sizes, links, settings and the timeframe survive the file."""
    first = open_window()
    window = first.window
    window.notices.dismiss()
    first.frames(1)
    window.workbench.close_panel("tape-1")
    window.add_panel("depth")
    window.workbench.set_link("depth-2", "")
    window.workbench.take_focus("depth-2")
    window.pick(ETH)
    window.workbench.take_focus("price-1")
    window.pick_timeframe("15m")
    first.frames(0.2)
    held = encode(Document(window.current_layout()))
    again = open_window(decode_layout(held).value)
    again.frames(0.5)
    assert window.workbench.ids() == again.window.workbench.ids()
    for panel_id in window.workbench.ids():
        old, new = window.workbench.panel(panel_id), again.window.workbench.panel(panel_id)
        assert window.workbench.instrument(panel_id) == again.window.workbench.instrument(panel_id)
        assert window.workbench.link(panel_id) == again.window.workbench.link(panel_id)
        assert old.settings() == new.settings()
        assert old.mapTo(window, QPoint(0, 0)) == new.mapTo(again.window, QPoint(0, 0))
        assert old.size() == new.size()
    assert TIMEFRAMES["15m"] == again.window.current_layout().timeframe
    assert "" == again.window.notices.text


def test_a_window_without_panels_is_restored_as_it_was(open_window: Open) -> None:
    """Nothing comes back that was closed, and the symbol is the one that was looked at."""
    first = open_window()
    first.window.pick(ETH)
    for panel_id in first.window.workbench.ids():
        first.window.workbench.close_panel(panel_id)
    again = open_window(decode_layout(encode(Document(first.window.current_layout()))).value)
    again.frames(0.5)
    assert () == tuple(again.window.workbench.ids())
    assert ETH == again.window.workbench.current
    again.window.add_panel("depth")
    assert ETH == again.window.workbench.instrument("depth-1")


@pytest.mark.parametrize("docking", ["", "AAAA", "bm90IGEgc3RhdGU=", "%%%"])
def test_a_broken_docking_state_gives_the_first_layout(open_window: Open, docking: str) -> None:
    """Nothing in a file keeps the window from opening, and the user is told."""
    panel = PanelLayout(id="depth-1", kind="depth", instrument=ETH)
    stage = open_window(Layout(windows=(WindowLayout(panels=(panel,), docking=docking),)))
    assert "could not be read" in stage.window.notices.text
    assert "price-1" in stage.window.workbench.ids()
    assert stage.window.workbench.panel("price-1").isVisible()


def test_a_panel_that_is_not_installed_keeps_its_place(open_window: Open) -> None:
    """Its settings go back into the file as they came."""
    first = open_window().window.current_layout()
    window = first.windows[0]
    panels = tuple(
        msgspec.structs.replace(panel, kind="hologram", settings={"deep": [1, 2]})
        if panel.id == "depth-1"
        else panel
        for panel in window.panels
    )
    changed = msgspec.structs.replace(window, panels=panels)
    stage = open_window(msgspec.structs.replace(first, windows=(changed,)))
    assert isinstance(stage.window.workbench.panel("depth-1"), AbsentPanel)
    kept = stage.window.current_layout().panels()["depth-1"]
    assert ("hologram", {"deep": [1, 2]}) == (kept.kind, kept.settings)


def test_panels_follow_their_colour_only(stage: Stage) -> None:
    """A panel of another colour, or of none, stays where it is when a symbol is picked."""
    bench = stage.window.workbench
    bench.set_link("depth-1", "purple")
    bench.take_focus("price-1")
    stage.window.pick(MEME)
    assert BTC == bench.instrument("depth-1")
    assert MEME == bench.instrument("price-1")
    bench.set_link("depth-1", "amber")
    assert MEME == bench.instrument("depth-1")


def test_markets_are_released_as_often_as_watched(stage: Stage) -> None:
    """No market is held that nothing looks at."""
    for name in (ETH, MEME, BTC, ETH):
        stage.window.pick(name)
    stage.window.add_panel("depth")
    stage.window.workbench.close_all()
    assert {ETH: 1} == {name: n for name, n in stage.program.users.items() if n}


def test_favourites_are_a_key_away(open_window: Open) -> None:
    """Alt and a number go there; the star puts them there."""
    settings = Settings(picks=Picks(favourites=(MEME, ETH)))
    stage = open_window(settings=settings)
    stage.frames(0.5)
    assert (MEME, ETH) == tuple(stage.window.strip.instruments())[:2]
    stage.key(Qt.Key.Key_2, ALT)
    assert ETH == stage.window.workbench.current
    stage.key(Qt.Key.Key_D, CONTROL)
    assert (MEME, BTC) == tuple(stage.window.strip.instruments())[:2]
    assert (MEME,) == stage.program.settings.picks.favourites


def test_timeframes_are_those_of_the_price_panel(stage: Stage) -> None:
    """The bar's names and lengths are the panel's own, and its chips reach it."""
    panel = stage.window.workbench.panel("price-1")
    names = [action.name for action in panel.actions_offered() if action.name.endswith(" candles")]
    assert [f"{name} candles" for name in TIMEFRAMES] == names
    for name, chip in stage.window.top.timeframes.chips.items():
        chip.click()
        assert TIMEFRAMES[name] == panel.interval  # type: ignore[attr-defined]
        assert chip.isChecked()


def test_every_action_has_a_key_and_stands_in_the_overlay(stage: Stage) -> None:
    """What can be done can be found: in the overlay and in the list of commands."""
    window = stage.window
    for command in window.commands:
        assert command.keys, command.name
    keys = [key for command in window.commands for key in command.keys]
    assert len(keys) == len(set(keys))
    groups = overlay_groups(window.commands, window.workbench.panels())
    told = {name for _, pairs in groups for _, name in pairs}
    numbered = ("Timeframe", "Favourites")
    assert told >= {one.name for one in window.commands if one.group not in numbered}
    for panel in window.workbench.panels():
        assert told >= {action.name for action in panel.actions_offered() if action.key}
    stage.type("?")
    assert window.keys.isVisible()
    stage.key(Qt.Key.Key_Escape)
    assert not window.keys.isVisible()


def test_commands_are_found_by_name(stage: Stage) -> None:
    """The palette's > mode does what its rows say."""
    stage.type(">")
    stage.type("dark or light")
    stage.key(Qt.Key.Key_Return)
    assert "light" == str(stage.program.settings.appearance.theme)
    assert "light" == stage.window.workbench.panel("price-1").theme.name
    stage.key(Qt.Key.Key_T, CONTROL)
    assert "dark" == str(stage.program.settings.appearance.theme)


def test_export_and_recording_reach_the_program(stage: Stage) -> None:
    """The keys act on the panel used last and on the instrument at hand."""
    stage.window.workbench.panel("depth-1").setFocus()
    stage.key(Qt.Key.Key_E, CONTROL)
    assert [stage.window.workbench.panel("depth-1")] == stage.exported
    stage.key(Qt.Key.Key_R, CONTROL)
    assert [BTC] == stage.program.asked.recordings
    stage.program.recorded[BTC] = RecordingState(Path("x.rec"), 41 * 1024 * 1024, 9, 0, "")
    stage.frames(0.4)
    assert "41 MB" == stage.window.top.record.look().rest
    assert "rec 41 MB" in stage.window.status.words()


def test_notices_are_said_once_each(stage: Stage) -> None:
    """Sentences queue, the newest first; none is said twice, none is lost."""
    stage.window.notices.dismiss()
    stage.program.sentences = ["The disk is full.", "The disk is full.", "Second."]
    stage.frames(0.4)
    assert "Second." == stage.window.notices.text
    stage.window.notices.dismiss()
    assert "The disk is full." == stage.window.notices.text


def test_the_panels_menu_holds_its_actions(stage: Stage) -> None:
    """What a panel offers, and what every panel can."""
    stage.window.open_menu()
    menu = next(menu for menu in stage.window.findChildren(QMenu) if menu.isVisible())
    within = menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert ["Timeframe", "Move and zoom"] == [one.title() for one in within[:2]]
    held = [*menu.actions(), *(action for one in within for action in one.actions())]
    names = [action.text().partition("\t")[0] for action in held]
    assert len(menu.actions()) <= 16
    [links] = [one for one in within if one.title().startswith("Link colour")]
    [amber] = [one for one in links.actions() if one.text() == "Amber"]
    marked = amber.icon().pixmap(16, 16).toImage()
    stage.window.workbench.set_link("price-1", "")
    stage.window.open_menu()
    again = [one for one in stage.window.findChildren(QMenu) if one.isVisible()][-1]
    [plain] = [
        one for sub in again.findChildren(QMenu) for one in sub.actions() if one.text() == "Amber"
    ]
    assert marked != plain.icon().pixmap(16, 16).toImage()
    for action in stage.window.workbench.panel("price-1").actions_offered():
        assert action.name in names
    assert {"Fill the window", "Link colour", "Export …", "Close panel"} <= set(names)
    menu.close()


def test_a_floating_panel_hears_the_windows_keys(stage: Stage) -> None:
    """Ctrl+K works wherever the panel stands."""
    stage.window.workbench.take_focus("depth-1")
    stage.window.float_active()
    assert stage.window.docks.is_floating("depth-1")
    panel = stage.window.workbench.panel("depth-1")
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_K, CONTROL)
    QApplication.sendEvent(panel.window(), press)
    assert stage.window.palette_card.isVisible()
    stage.window.close()
    assert not panel.isVisible()


@pytest.mark.parametrize("floating", [False, True])
def test_a_closed_panel_lets_its_market_go(stage: Stage, floating: bool) -> None:
    """By its tab, or as a window of its own: nothing of it is drawn or held any more."""
    held = stage.program.users[BTC]
    panel = stage.window.workbench.panel("depth-1")
    if floating:
        stage.window.workbench.take_focus("depth-1")
        stage.window.float_active()
        panel.window().close()
    else:
        stage.window.docks._docks["depth-1"].closeDockWidget()
    stage.frames(0.4)
    assert "depth-1" not in stage.window.workbench.ids()
    assert panel not in stage.clock._drawn
    assert held - 1 == stage.program.users[BTC]
    assert "depth-1" not in stage.window.current_layout().panels()


def test_closing_asks_the_program_to_end_once(stage: Stage) -> None:
    """The layout of the last moment stays at hand for the file."""
    before = stage.window.current_layout()
    stage.key(Qt.Key.Key_Q, CONTROL)
    stage.window.close()
    assert 1 == stage.program.asked.quits
    assert before.panels().keys() == stage.window.current_layout().panels().keys()


def test_no_label_reads_html(stage: Stage) -> None:
    """Every label in the window takes plain text only; a venue's names pass through many."""
    stage.window.toggle_settings()
    labels = stage.window.findChildren(QLabel)
    rich = [label for label in labels if label.textFormat() is not Qt.TextFormat.PlainText]
    assert len(labels) > len(rich)
    for label in rich:
        # The docking library's own show the titles of panels, which are ours, and symbols.
        parent = label.parentWidget()
        assert parent is not None
        assert parent.metaObject().className().startswith("ads::"), label.text()
        assert label.text() in {"", *(panel.title for panel in stage.window.workbench.panels())}


def test_a_narrow_window_keeps_what_matters(stage: Stage) -> None:
    """At 1024 pixels and below price, change, verdict, symbol and timeframes are whole."""
    stage.frames(2)
    for width in (1280, 1024, 900, 800):
        stage.window.resize(width, 640)
        stage.frames(0.4)
        top = stage.window.top
        assert top.day.mode >= 1
        parts = (top.symbol, top.price, top.day, top.timeframes.more, top.pill)
        for part in (*parts, top.record, top.export):
            assert part.isVisible(), (width, part.accessibleName())
            assert part.width() >= part.sizeHint().width(), (width, part.accessibleName())
            right = part.mapTo(top, QPoint(part.width(), 0)).x()
            assert right <= top.width(), (width, part.accessibleName())


def test_every_timeframe_is_in_reach_in_the_narrowest_window(stage: Stage) -> None:
    """One chip names the one that is picked, and lists them all."""
    stage.window.resize(800, 640)
    stage.window.pick_timeframe("15m")
    stage.frames(0.4)
    frames = stage.window.top.timeframes
    assert not any(chip.isVisible() for chip in frames.chips.values())
    assert "15m" == frames.more.look().text
    frames.more.click()
    [menu] = [one for one in frames.findChildren(QMenu) if one.isVisible()]
    names = [action.text().partition(" ")[0] for action in menu.actions()]
    assert list(TIMEFRAMES) == names
    assert ["15m"] == [
        name for name, one in zip(names, menu.actions(), strict=True) if one.isChecked()
    ]
    menu.actions()[names.index("4h")].trigger()
    menu.close()
    stage.frames(0.4)
    assert "4h" == frames.more.look().text
    stage.window.resize(1280, 640)
    stage.frames(0.4)
    assert all(chip.isVisible() for chip in frames.chips.values())
    assert ("4h", True) == (frames.more.look().text, frames.more.isChecked())
    stage.window.pick_timeframe("5s")
    stage.frames(0.4)
    assert ("", False) == (frames.more.look().text, frames.more.isChecked())


def test_names_go_before_numbers(stage: Stage) -> None:
    """What a narrower window loses first is what can be read elsewhere."""
    stage.frames(2)
    top = stage.window.top
    lost: list[str] = []
    for width in range(1280, 790, -10):
        stage.window.resize(width, 640)
        room = top._room._asdict()
        lost += [name for name, there in room.items() if not there and name not in lost]
    assert ["hint", "venue", "volume", "chips"][: len(lost)] == lost[:4]
    assert "change" not in lost


def test_all_installed_kinds_can_be_added(stage: Stage) -> None:
    """One more of each, side by side with the first."""
    for kind in panel_kinds():
        stage.window.add_panel(kind)
    stage.frames(0.5)
    kinds = [panel.kind for panel in stage.window.workbench.panels()]
    for kind in panel_kinds():
        assert 2 == kinds.count(kind)
