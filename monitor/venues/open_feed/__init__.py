"""Any server of the Open Feed v1 (docs/open-feed.md): the demo exchange, ``serve``, anyone's own."""

from monitor.venues.open_feed.protocol import OpenFeed

__all__ = ["OpenFeed"]
