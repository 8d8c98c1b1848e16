"""What the screen says of a stream, as a function of its verdict and the time."""

import pytest

from monitor.model.time import SECOND
from monitor.model.verdict import Proof, State, Verdict


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict(State.LIVE, Proof.SEQUENCE), "LIVE sequence"),
        (Verdict(State.LIVE, Proof.CHECKSUM, detail="top 10"), "LIVE checksum (top 10)"),
        (Verdict(State.STALE, fresh=int(5.8 * SECOND)), "STALE 4.2 s"),
        (Verdict(State.GAP, since=10 * SECOND), "GAP"),
        (Verdict(State.GAP, since=7 * SECOND), "GAP 3 s"),
        (Verdict(State.SYNCING, since=4 * SECOND), "SYNCING 6 s"),
        (Verdict(State.UNPROVEN, since=1), "UNPROVEN"),
        (Verdict(State.HALTED, since=6 * SECOND, reason="a pause"), "HALTED 4 s (a pause)"),
        (Verdict(State.DOWN, reason="no route"), "DOWN (no route)"),
        (
            Verdict(State.DOWN, reason="refused", next_try=13 * SECOND),
            "DOWN (refused, next try in 3 s)",
        ),
    ],
)
def test_words(verdict: Verdict, words: str) -> None:
    """At ten seconds: the state, its proof or its age, and why."""
    assert words == verdict.words(10 * SECOND)


def test_an_age_is_never_negative() -> None:
    """A verdict of the future, from a clock that was stepped, has no age."""
    assert 0.0 == Verdict(State.LIVE, fresh=9 * SECOND).age_s(3 * SECOND)


def test_the_age_told_is_that_of_the_data() -> None:
    """A state that began a moment ago has the age of what is shown."""
    verdict = Verdict(State.CONNECTING, since=9 * SECOND, heard=4 * SECOND)
    assert "CONNECTING 6 s" == verdict.words(10 * SECOND)
