"""Depth: cumulative bids and asks, and the cost to trade into them."""

from monitor.gui.panels.depth.panel import DepthPanel

__all__ = ["DepthPanel"]
