"""The colour of a verdict, the same wherever one is told."""

from PySide6.QtGui import QColor

from monitor.gui.kit.theme import Theme
from monitor.model.verdict import State

CALM = (State.CONNECTING, State.SYNCING, State.CLOSED, State.HALTED)
"""States that are no fault: on the way to a book, or the venue's own will."""


def ink_of(theme: Theme, state: State) -> QColor:
    """Green for LIVE and nothing else, plain where nothing can be proven, else amber or red."""
    if state is State.LIVE:
        return theme.live
    if state is State.UNPROVEN:
        return theme.text
    return theme.warn if state in CALM else theme.bad


def fill_of(theme: Theme, state: State) -> QColor:
    """The ground below that ink."""
    if state is State.LIVE:
        return theme.live_fill
    if state is State.UNPROVEN:
        return theme.raised
    return theme.warn_fill if state in CALM else theme.bad_fill
