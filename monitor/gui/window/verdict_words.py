"""What the window says of a verdict: the pill's words and colours, and the proof in a sentence."""

import math

from PySide6.QtGui import QColor

from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme
from monitor.gui.kit.verdict_colours import fill_of, ink_of
from monitor.gui.window.chip import ChipLook
from monitor.gui.window.program import FeedFigures, Replay
from monitor.model.verdict import Proof, State, Verdict

_PROOFS = {
    Proof.CHECKSUM: "The venue sends a checksum of its book, and ours gives the same one",
    Proof.SEQUENCE: "Every message is numbered by the venue, and none was missing",
    Proof.SNAPSHOT: "The venue sends the whole book anew, again and again",
    Proof.NONE: "The venue offers no means to prove the book whole, so it is never called live",
}
_STATES = {
    State.CONNECTING: "The connection is being opened.",
    State.SYNCING: "Connected; the first whole book has not come yet.",
    State.STALE: "Nothing was heard for too long; what is shown may be old.",
    State.GAP: "Messages were missing or wrong; the book is being fetched anew.",
    State.HALTED: "The venue has halted this instrument.",
    State.CLOSED: "The venue is closed for this instrument now.",
    State.DOWN: "There is no connection.",
}
NO_VERDICT = "Nothing is watched"


def halt_words(replay: Replay | None) -> str:
    """Why a replay stands still; empty while it plays, and where there is none."""
    if replay is None or (replay.playing and not replay.finished):
        return ""
    return "ENDED" if replay.finished else "PAUSED"


def verdict_words(verdict: Verdict, now: int, replay: Replay | None) -> str:
    """The verdict; of a replay this and what was wrong at that moment: nothing of it is live."""
    words, halt = verdict.words(now), halt_words(replay)
    if halt:
        return f"{halt} REPLAY" + (f" · {words}" if verdict.state not in BELIEVED else "")
    if replay is None or verdict.state not in BELIEVED:
        return words
    if verdict.state is State.UNPROVEN:
        return "REPLAY unproven"
    return f"REPLAY whole · {words.removeprefix('LIVE ')}"


def pill_look(
    theme: Theme,
    verdict: Verdict | None,
    figures: FeedFigures | None,
    now: int,
    replay: Replay | None = None,
) -> ChipLook:
    """State, proof and lag; green for LIVE and for nothing else, a replay never."""
    if verdict is None:
        return ChipLook("no feed", dot=theme.faint, edge=theme.hairline, fill=theme.raised)
    if halt := halt_words(replay):
        rest = plain(verdict_words(verdict, now, replay).removeprefix(f"{halt} "), 60)
        return _neutral(theme, halt, rest, theme.dim)
    if replay is not None and verdict.state in BELIEVED:
        rest = plain(verdict_words(verdict, now, replay).removeprefix("REPLAY "), 60)
        return _neutral(theme, "REPLAY", rest, theme.accent)
    words = plain(verdict.words(now))
    ink, fill = ink_of(theme, verdict.state), fill_of(theme, verdict.state)
    if verdict.state is State.LIVE:
        lag = "" if figures is None else lag_words(figures.lag_p50_ms)
        rest = words.removeprefix("LIVE ") + (f" · {lag}" if lag else "")
        return ChipLook("LIVE", rest, dot=ink, ink=ink, fill=fill, edge=ink, strong=True)
    if verdict.state is State.UNPROVEN:
        return ChipLook(words, dot=theme.dim, ink=ink, fill=fill, edge=theme.dim, strong=True)
    if verdict.state is State.DOWN:
        # The countdown must not be cut off by a long reason, which the status bar has room for.
        wait = f"next try in {verdict.wait_s(now):.0f} s"
        rest = wait if verdict.next_try else plain(verdict.reason, 60)
        return ChipLook("DOWN", rest, dot=ink, ink=ink, fill=fill, edge=ink, strong=True)
    return ChipLook(words, dot=ink, ink=ink, fill=fill, edge=ink, strong=True)


def _neutral(theme: Theme, word: str, rest: str, edge: QColor) -> ChipLook:
    """The look of what is no market that goes on: told in the text's own ink."""
    return ChipLook(word, rest, dot=edge, ink=theme.text, fill=theme.raised, edge=edge, strong=True)


def lag_words(lag_ms: float) -> str:
    """A lag in whole ms, in seconds where it is long; empty where it isn't known."""
    if not math.isfinite(lag_ms):
        return ""
    return f"{lag_ms:.0f} ms" if lag_ms < 10_000 else f"{lag_ms / 1000:.0f} s"


def explain(verdict: Verdict | None) -> str:
    """The verdict in plain sentences."""
    if verdict is None:
        return NO_VERDICT + "."
    if verdict.state in (State.LIVE, State.UNPROVEN):
        detail = f" ({plain(verdict.detail, 60)})" if verdict.detail else ""
        return f"{_PROOFS[verdict.proof]}{detail}."
    reason = plain(verdict.reason).rstrip(".")
    said = _STATES[verdict.state]
    return f"{said} {reason[:1].upper()}{reason[1:]}." if reason else said
