"""What the window shows of an outage, and of a replay that stands still: nothing old is bright."""

import msgspec
import pytest

from monitor.model.time import MS, SECOND
from monitor.model.verdict import State
from monitor.studies.number_format import MISSING
from tests.gui.window.conftest import BTC, ETH, Stage
from tests.gui.window.test_cards import Tape

GREY = 2


def signs(stage: Stage) -> set[int]:
    """How the strip's cells are coloured: of a price's move, or grey."""
    return {sign for *_, sign in stage.window.strip._cells}


def connecting(stage: Stage) -> None:
    """The feed is silent, then lost and tried again."""
    stage.program.mute(4)
    stage.program.cut("silent")
    stage.program.link.connecting(stage.program.now())
    stage.program.mute(1)
    stage.draw()


def test_a_dead_feeds_prices_are_grey_till_it_is_believed(stage: Stage) -> None:
    """In the strip: STALE, CONNECTING, SYNCING, and with another symbol picked meanwhile."""
    stage.frames(1)
    stage.frames(1)
    assert len(stage.window.strip._cells) > 1
    assert GREY not in signs(stage)
    stage.program.mute(4)
    stage.draw()
    assert {GREY} == signs(stage)
    connecting(stage)
    assert State.CONNECTING is stage.program.markets.get(BTC).verdict(stage.program.now()).state  # type: ignore[union-attr]
    assert {GREY} == signs(stage)
    stage.program.link.opened(stage.program.now())
    for held in stage.program._held.values():
        held.status.become(State.SYNCING, stage.program.now(), stage.program.wall())
    stage.draw()
    stage.program.mute(0.5)
    stage.draw()
    assert {GREY} == signs(stage)
    connecting(stage)
    stage.window.pick(ETH)
    stage.draw()
    assert {GREY} == signs(stage)
    stage.program.heal()
    stage.frames(1)
    assert GREY not in signs(stage)


def test_a_pick_on_a_feed_that_is_well_does_not_flicker(stage: Stage) -> None:
    """While the first book of the one picked is on its way, the others stay as they are."""
    stage.frames(1)
    stage.window.pick(ETH)
    stage.program._held[ETH].status.become(State.SYNCING, stage.program.now(), 0)
    stage.program.mute(0.3)
    stage.draw()
    grey = [name for name, *_, sign in stage.window.strip._cells if sign == GREY]
    assert [ETH] == grey


@pytest.mark.parametrize("state", [State.HALTED, State.CLOSED])
def test_a_halt_is_of_one_instrument(stage: Stage, state: State) -> None:
    """The others of a feed that goes on stay bright; once it is silent or lost they don't."""
    stage.frames(1)
    stage.program._held[BTC].status.become(state, stage.program.now(), 0, "volatility pause")
    for _ in range(4):
        stage.frames(1)
        grey = [name for name, *_, sign in stage.window.strip._cells if sign == GREY]
        assert [BTC] == grey
    stage.program.mute(2)
    stage.draw()
    assert {GREY} != signs(stage)
    stage.program.mute(1.5)
    stage.draw()
    assert {GREY} == signs(stage)
    stage.frames(1)
    assert {GREY} != signs(stage)
    connecting(stage)
    assert {GREY} == signs(stage)


def test_of_a_halted_feed_only_new_figures_are_bright(stage: Stage) -> None:
    """Where the feed goes on but nothing more is told of another instrument, that one is grey."""
    stage.frames(1)
    stage.program._held[BTC].status.become(State.HALTED, stage.program.now(), 0)
    stage.program.ask_stats([ETH])
    belief, stats = stage.window.strip._belief, stage.program.markets.day_stats
    assert belief.holds(ETH, stage.program.now())
    stats[ETH] = msgspec.structs.replace(stats[ETH], ts_recv=stage.program.wall() - 31 * SECOND)
    assert not belief.holds(ETH, stage.program.now())


def test_the_palette_lists_old_prices_grey(stage: Stage) -> None:
    """No figure of a feed that is lost is bright or coloured; a screen reader is told."""
    stage.frames(1)
    stage.window.open_palette()
    stage.frames(1)
    rows = stage.window.palette_card.list
    theme = stage.window._surroundings.theme
    inks: list[object] = []
    painter = rows._painter
    plainly = painter._right

    def note(*given: object) -> None:
        inks.append(given[-1])
        plainly(*given)  # type: ignore[arg-type] # what it was given

    painter._right = note  # type: ignore[method-assign,assignment] # it only listens
    rows.grab()
    assert theme.text in inks
    assert "not up to date" not in painter.words(rows.rows[0])
    connecting(stage)
    inks.clear()
    rows.grab()
    assert {theme.faint.rgb()} == {ink.rgb() for ink in inks}  # type: ignore[attr-defined]
    assert "not up to date" in painter.words(rows.rows[0])


@pytest.mark.parametrize("state", [State.HALTED, State.GAP])
def test_an_age_is_the_same_wherever_it_is_told(stage: Stage, state: State) -> None:
    """Pill, status bar and header, at any frame."""
    stage.frames(1)
    status, panel = stage.program._held[BTC].status, stage.window.workbench.panel("price-1")
    status.become(state, stage.program.now(), stage.program.wall())
    ages = set()
    for _ in range(60):
        stage.program.mute(0.037)
        stage.program.link.last_message = stage.program.now()
        stage.draw()
        pill = stage.window.top.pill.look().text
        assert pill == panel.header._badge
        assert pill in stage.window.status.words().split(" · ")
        ages.add(pill)
    assert {state.value, f"{state} 1 s", f"{state} 2 s"} == ages


def test_a_replay_is_never_called_live(stage: Stage) -> None:
    """What was proven then is REPLAY with the proof, in pill and status bar; a gap is a gap."""
    theme, status = stage.window._surroundings.theme, stage.program._held[BTC].status
    stage.program.replay = Tape()
    stage.frames(1)
    look = stage.window.top.pill.look()
    assert ("REPLAY", "whole · sequence") == (look.text, look.rest)
    assert not {theme.live.rgb(), theme.live_fill.rgb()} & {
        ink.rgb() for ink in (look.ink, look.dot, look.edge, look.fill) if ink is not None
    }
    assert "REPLAY whole · sequence" in stage.window.status.words()
    assert "LIVE" not in stage.window.status.words()
    status.become(State.UNPROVEN, stage.program.now(), 0)
    stage.frames(0.3)
    look = stage.window.top.pill.look()
    assert ("REPLAY", "unproven") == (look.text, look.rest)
    status.become(State.GAP, stage.program.now(), 0)
    stage.frames(0.3)
    look = stage.window.top.pill.look()
    assert ("GAP", theme.bad) == (look.text, look.ink)


def test_no_lag_is_told_of_a_feed_that_is_not_believed(stage: Stage) -> None:
    """The last messages' lag is no news of a feed that is silent; a recorded one stands."""
    stage.frames(1)
    assert "lag p50 0 · p99 0 ms" in stage.window.status.words()
    stage.program.mute(4)
    stage.draw()
    nothing = f"lag {MISSING}"
    assert nothing in stage.window.status.words().split(" · ")
    stage.window.feed_card.open_card()
    rows = dict(stage.window.feed_card.table._rows)
    assert [MISSING] * 2 == [rows[name] for name in ("Lag, median", "Lag, one in a hundred")]
    stage.program.replay = Tape()
    stage.program.mute(0.3)
    stage.draw()
    assert nothing not in stage.window.status.words().split(" · ")


@pytest.mark.parametrize(("finished", "word"), [(False, "PAUSED"), (True, "ENDED")])
def test_a_replay_that_stands_still_is_not_called_live(
    stage: Stage, finished: bool, word: str
) -> None:
    """It says so at once, REPLAY beside, not green; of lag and rate there is nothing to tell."""
    theme, now = stage.window._surroundings.theme, stage.program.now
    tape = stage.program.replay = Tape()
    stage.frames(1)
    assert "REPLAY" == stage.window.top.pill.look().text
    assert "msg/s" in stage.window.status.words()
    tape.playing, tape.finished = False, finished
    # Recorded time stands still, the clock goes on.
    stage.window.frame(now() + 10 * MS)
    look, words = stage.window.top.pill.look(), stage.window.status.words()
    assert (word, "REPLAY") == (look.text, look.rest)
    assert theme.live not in (look.ink, look.dot, look.edge)
    assert f"{word} REPLAY" in words
    for wrong in ("LIVE", "lag", "msg/s"):
        assert wrong not in words
    stage.window.feed_card.open_card()
    assert f"{word} REPLAY" == stage.window.feed_card.verdict.text()


def test_while_paused_strip_and_bar_show_the_same_price(stage: Stage) -> None:
    """A step brings a trade a few ms later: no wait for recorded time to pass shows the old one."""
    stage.frames(1)
    tape = stage.program.replay = Tape()
    tape.playing = False
    shown, clock = stage.program.now(), stage.program.now()
    stage.window.frame(clock)
    stage.program.markets.get(BTC).last_price += 100  # type: ignore[union-attr,operator]
    stage.window.frame(clock + SECOND)
    assert shown == stage.program.now()
    price = next(cell[2] for cell in stage.window.strip._cells if cell[0] == BTC)
    assert stage.window.top.price.accessibleDescription() == price
    status = stage.program._held[BTC].status
    status.become(State.GAP, shown, stage.program.wall())
    stage.window.frame(clock + 2 * SECOND)
    panel = stage.window.workbench.panel("price-1")
    panel.frame(shown)
    assert f"REPLAY · {panel.header._badge}" == stage.window.top.pill.look().rest
    assert GREY == next(cell[-1] for cell in stage.window.strip._cells if cell[0] == BTC)
