"""Kraken Spot over its WebSocket API v2: books proven by checksum, trades, quotes, 24 h figures."""

from monitor.venues.kraken.protocol import Kraken

__all__ = ["Kraken"]
