"""Binance Spot: its public market data, without a key."""

from monitor.venues.binance.protocol import Binance

__all__ = ["Binance"]
