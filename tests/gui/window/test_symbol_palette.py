"""The palette: keys, stars, venues in trouble, many instruments."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from monitor.gui.window.palette_rows import InstrumentRow, NoMatchRow, VenueRow
from monitor.gui.window.program import VenueState
from monitor.model.instrument import Instrument
from tests.gui.window.conftest import BTC, ETH, Stage

CONTROL = Qt.KeyboardModifier.ControlModifier


def _shown(stage: Stage) -> list[str]:
    rows = stage.window.palette_card.list.rows
    return [row.instrument.id for row in rows if isinstance(row, InstrumentRow)]


def test_both_keys_open_it_and_escape_closes(stage: Stage) -> None:
    """Ctrl+K and the slash open it empty; the focus returns to the panel."""
    before = stage.focus()
    stage.key(Qt.Key.Key_K, CONTROL)
    assert stage.window.palette_card.isVisible()
    stage.key(Qt.Key.Key_Escape)
    assert not stage.window.palette_card.isVisible()
    assert before is stage.focus()
    stage.type("/")
    assert stage.window.palette_card.isVisible()
    assert "" == stage.window.palette_card.input.text()


def test_opening_asks_every_venue(stage: Stage) -> None:
    """Lists are asked for when they are wanted; figures for the rows in sight only."""
    stage.window.open_palette()
    stage.frames(0.5)
    assert 1 == stage.program.asked.lists
    assert set(_shown(stage)) == set(stage.program.asked.stats[-1])


def test_arrows_and_pages_move_the_choice(stage: Stage) -> None:
    """Never beyond the ends."""
    stage.window.open_palette()
    rows = stage.window.palette_card.list
    stage.key(Qt.Key.Key_Up)
    assert 0 == rows.selected
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Down)
    assert 2 == rows.selected
    wanted = _shown(stage)[2]
    stage.key(Qt.Key.Key_PageDown)
    assert len(rows.rows) - 1 == rows.selected
    stage.key(Qt.Key.Key_PageUp)
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Return)
    assert wanted == stage.window.workbench.current


def test_a_star_makes_a_favourite_that_leads(stage: Stage) -> None:
    """The star is kept in the settings, and the starred stands first."""
    stage.window.open_palette()
    stage.type("eth")
    stage.type("*")
    assert [ETH] == list(stage.program.settings.picks.favourites)
    stage.window.palette_card.input.setText("")
    stage.window.palette_card._typed("")
    assert ETH == _shown(stage)[0]
    stage.key(Qt.Key.Key_D, CONTROL)
    assert [] == list(stage.program.settings.picks.favourites)


def test_a_digit_before_any_text_picks_the_timeframe(stage: Stage) -> None:
    """With a text it is a letter like others."""
    stage.window.open_palette()
    stage.type("4")
    assert not stage.window.palette_card.isVisible()
    assert "1m" == stage.window._timeframe()
    stage.window.open_palette()
    stage.type("b1")
    assert "b1" == stage.window.palette_card.input.text()


def test_a_venue_in_trouble_says_so_and_blocks_no_other(stage: Stage) -> None:
    """Its row has the reason; the demo's instruments are there all the same."""
    sentence = "Binance can't be reached: the name api.binance.com was not found"
    stage.program.others = [
        VenueState("binance", "Binance", "", listed=False, asking=False, trouble=sentence),
        VenueState("kraken", "Kraken", "", listed=False, asking=True, trouble=""),
    ]
    stage.window.open_palette()
    stage.frames(0.5)
    rows = stage.window.palette_card.list.rows
    troubled = [row for row in rows if isinstance(row, VenueRow)]
    assert [(True, sentence)] == [(row.trouble, row.sentence) for row in troubled[:1]]
    assert "asking" in troubled[1].sentence
    assert BTC in _shown(stage)


def test_a_list_that_comes_while_open_appears(stage: Stage) -> None:
    """Nothing has to be typed again."""
    stage.window.open_palette()
    stage.type("zorro")
    assert [] == _shown(stage)
    stage.program.list_many("kraken", _many("kraken", 1, "ZORRO"))
    stage.frames(0.5)
    assert ["kraken:ZORRO0USD"] == _shown(stage)


def test_of_five_thousand_instruments_only_those_in_sight_are_shown(stage: Stage) -> None:
    """However many there are; what the list costs, ``bench --only palette`` tells."""
    stage.program.list_many("binance", _many("binance", 5_000, "COIN"))
    stage.frames(0.5)
    stage.window.open_palette()
    QApplication.processEvents()
    assert 0 < len(stage.window.palette_card.list.seen()) < 20


def test_hostile_names_are_painted_as_they_stand(stage: Stage) -> None:
    """Neither HTML nor bidi signs nor a megabyte disturb a row or open a file."""
    evil = "<img src='file:///etc/passwd'>\u202e\x00" + "A" * 100_000
    listed = [
        Instrument(id=f"evil:{n}", venue="evil", symbol=evil, base="EVIL", quote="X", name=evil)
        for n in range(3)
    ]
    stage.program.list_many("evil", listed)
    stage.window.open_palette()
    stage.type("evil")
    stage.frames(0.5)
    told = stage.window.palette_card.list.accessibleDescription()
    assert "\u202e" not in told
    assert "\x00" not in told
    assert len(told) < 400
    assert not stage.window.grab().isNull()


def test_a_click_picks_and_a_click_on_the_star_stars(stage: Stage) -> None:
    """The mouse can do what the keys can."""
    stage.window.open_palette()
    stage.type("eth")
    rows = stage.window.palette_card.list
    at = rows.rect().topLeft()
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(rows, left, pos=at + type(at)(15, 10))
    assert (ETH,) == stage.program.settings.picks.favourites
    QTest.mouseClick(rows, left, pos=at + type(at)(100, 10))
    assert ETH == stage.window.workbench.current


def test_no_match_is_told_first_and_a_venue_is_tried_again(stage: Stage) -> None:
    """Trouble of a venue is no answer to what was typed; Enter on it asks the venue anew."""
    stage.program.others = [
        VenueState("binance", "Binance", "", listed=False, asking=False, trouble="Not found.")
    ]
    palette = stage.window.palette_card
    stage.window.open_palette()
    stage.type("usdtbtc")
    first, second = palette.list.rows
    assert NoMatchRow("Nothing matches “usdtbtc”") == first
    assert isinstance(second, VenueRow)
    assert not stage.window.grab().isNull()
    stage.key(Qt.Key.Key_Return)
    assert [] == stage.program.asked.retries
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Return)
    assert ["binance"] == stage.program.asked.retries
    stage.program.others = []
    stage.frames(0.5)
    assert "Trying Binance again …" == palette.hint.text()
    assert palette.isVisible()


def test_the_first_list_does_not_hang_on_figures_that_came(stage: Stage) -> None:
    """The venue at hand first, what most look for before an alphabet, one order at every start."""
    stage.program.list_many("aaa", _many("aaa", 3, "AAA"))
    stage.program.ask_stats(["demo:ACME"])
    stage.window.open_palette()
    assert [BTC, ETH] == _shown(stage)[:2]
    assert _shown(stage)[-1].startswith("aaa:")


def _many(venue: str, count: int, base: str) -> list[Instrument]:
    return [
        Instrument(
            id=f"{venue}:{base}{n}USD",
            venue=venue,
            symbol=f"{base}{n}USD",
            base=f"{base}{n}",
            quote="USD",
        )
        for n in range(count)
    ]
