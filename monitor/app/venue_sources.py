"""Which venues there are and how each is reached: installed ones, the demo, the user's own feeds."""

import msgspec

from monitor.app.plugins import make_protocol, protocol_of, unknown_venue, venue_ids
from monitor.demo.listing import VENUE as DEMO
from monitor.feeds.feed_error import FeedError
from monitor.protocol.facts import Facts
from monitor.protocol.venue import VenueProtocol
from monitor.workspace.settings import Network

NOT_YET = "the demo exchange is starting"


class VenueSources:
    """Makes the protocols that a hub asks for, as the settings have it.

    ``demo_url`` is empty while the demo exchange isn't there: its protocol can't be made then.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.demo_url = ""
        self._names: dict[str, str] = {}
        self._installed: list[str] = []

    def ids(self) -> list[str]:
        """Every venue: the demo first, then by the alphabet."""
        # The window asks several times a second; what is installed is read from files.
        self._installed = self._installed or venue_ids()
        known = {*self._installed, *self.network.open_feeds}
        return sorted(known, key=lambda one: (one != DEMO, one))

    def name(self, venue: str) -> str:
        """How a venue is called. Raises FeedError for one that can't be loaded."""
        if venue in self.network.open_feeds:
            return venue
        if venue not in self._names:
            self._names[venue] = protocol_of(venue).facts.name
        return self._names[venue]

    def protocol_of(self, venue: str) -> VenueProtocol:
        """A new protocol. Raises FeedError, in a sentence."""
        own = self.network.open_feeds.get(venue)
        if own is not None:
            return own_feed(venue, own)
        if venue == DEMO:
            if not self.demo_url:
                raise FeedError(NOT_YET)
            url = self.demo_url
            return make_protocol(DEMO, lambda facts: msgspec.structs.replace(facts, urls=(url,)))
        if venue not in self.ids():
            raise FeedError(unknown_venue(venue, sorted(self.ids())))
        addresses = self.network.hosts.get(venue, "")
        return make_protocol(venue, lambda facts: with_hosts(facts, addresses))


def own_feed(venue: str, url: str = "") -> VenueProtocol:
    """The protocol of a user's own Open Feed; without an address, to play what it once sent."""
    urls = (url,) if url else ()
    return make_protocol(
        DEMO, lambda facts: msgspec.structs.replace(facts, id=venue, name=venue, urls=urls)
    )


def with_hosts(facts: Facts, addresses: str) -> Facts:
    """A venue's facts with the user's addresses before its own, in blanks between them."""
    given = addresses.split()
    sockets = tuple(one for one in given if one.startswith("ws"))
    pages = tuple(one for one in given if one.startswith("http"))
    return msgspec.structs.replace(
        facts,
        urls=(*sockets, *(url for url in facts.urls if url not in sockets)),
        rest_urls=(*pages, *(url for url in facts.rest_urls if url not in pages)),
    )
