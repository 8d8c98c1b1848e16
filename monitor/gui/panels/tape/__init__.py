"""The tape: every trade, and what the user does with it."""

from monitor.gui.panels.tape.panel import TapePanel

__all__ = ["TapePanel"]
