"""The ladder: the book by price, and what the user does with it."""

from monitor.gui.panels.ladder.panel import LadderPanel

__all__ = ["LadderPanel"]
