"""What the palette knows of each venue: listed, being asked, or not to be reached, and why."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.app.venue_sources import NOT_YET, VenueSources
from monitor.demo.listing import VENUE as DEMO
from monitor.feeds.feed_error import FeedError
from monitor.feeds.hub import Hub
from monitor.gui.window.program import VenueState
from monitor.market.markets import Markets
from monitor.model.time import SECOND

PATIENCE = 30 * SECOND
"""A list that has not come by then is said not to come."""
ASK_AGAIN = 5 * SECOND
REGION = "451"


@dataclass
class Asked:
    """One venue's question: since when, and what went wrong."""

    since: int
    trouble: str = ""


class VenueBoard:
    """Asks each venue for its list when told to, and keeps what became of it."""

    def __init__(self, markets: Markets, sources: VenueSources) -> None:
        self._markets, self._sources = markets, sources
        self._asked: dict[str, Asked] = {}
        self._told = 0

    def states(self) -> list[VenueState]:
        """Every venue as it stands."""
        return [self._state(venue) for venue in self._sources.ids()]

    def ask(self, hub: Hub, now: int, start_demo: Callable[[], None]) -> None:
        """Ask those whose list isn't there and that aren't being asked."""
        for venue in self._sources.ids():
            self.ask_one(hub, venue, now, start_demo)

    def ask_one(self, hub: Hub, venue: str, now: int, start_demo: Callable[[], None]) -> None:
        """Ask one venue, if there is need. Never raises."""
        held = self._asked.get(venue)
        if venue in self._markets.instruments:
            return
        if held is not None and (not held.trouble or now - held.since < ASK_AGAIN):
            return
        self._asked[venue] = Asked(now)
        try:
            hub.ask_instruments(venue)
        except FeedError as error:
            if venue == DEMO and str(error) == NOT_YET:
                del self._asked[venue]
                start_demo()
            else:
                self._asked[venue].trouble = _sentence(str(error))

    def ask_again(self, hub: Hub, venue: str, now: int, start_demo: Callable[[], None]) -> None:
        """Ask a venue at once, though it failed a moment ago."""
        self._asked.pop(venue, None)
        self.ask_one(hub, venue, now, start_demo)

    def fail(self, venue: str, reason: str, now: int) -> None:
        """A venue can't even be begun."""
        self._asked[venue] = Asked(now, _sentence(reason))

    def look(self, hub: Hub, now: int) -> None:
        """See what is known against those that were asked and have not answered."""
        self._take_refusals()
        for venue, asked in self._asked.items():
            if venue in self._markets.instruments:
                asked.trouble = ""
                continue
            for session in hub.sessions(venue):
                reason = session.request_problem or session.protocol.link.reason
                if reason:
                    asked.trouble = _sentence(reason)
            if not asked.trouble and now - asked.since > PATIENCE:
                asked.trouble = f"It did not send its list within {PATIENCE // SECOND} s."

    def _take_refusals(self) -> None:
        """A refusal that concerns no single instrument is the venue's answer to us."""
        newest = [one for one in self._markets.refusals if not one.instrument]
        for refusal in newest:
            for venue, asked in self._asked.items():
                named = self._name(venue)
                listed = venue in self._markets.instruments
                if named and refusal.sentence.lower().startswith(named.lower()) and not listed:
                    asked.trouble = _sentence(refusal.sentence)

    def _state(self, venue: str) -> VenueState:
        asked = self._asked.get(venue)
        listed = venue in self._markets.instruments
        trouble = "" if asked is None or listed else asked.trouble
        name = self._name(venue)
        if not name:
            name, trouble = venue, trouble or "It could not be loaded; the log tells more."
        return VenueState(
            id=venue,
            name=name,
            badge="DEMO" if venue == DEMO else "",
            listed=listed,
            asking=asked is not None and not listed and not trouble,
            trouble=with_hint(trouble),
        )

    def _name(self, venue: str) -> str:
        try:
            return self._sources.name(venue)
        except FeedError:
            return ""


def with_hint(trouble: str) -> str:
    """A trouble and what the user can do about it, where that is known."""
    if REGION in trouble and "Venue addresses" not in trouble:
        return f"{trouble} Settings, Network, Venue addresses takes another host."
    return trouble


def _sentence(reason: str) -> str:
    reason = reason.strip()
    return f"{reason[:1].upper()}{reason[1:]}{'' if reason.endswith('.') else '.'}"
