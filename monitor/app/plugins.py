"""Venues, found by entry point: whoever installs one has it here, and none is named in the code."""

import difflib
import logging
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

import msgspec

from monitor.feeds.feed_error import FeedError
from monitor.protocol.venue import VenueProtocol

VENUES = "depthscope.venues"

log = logging.getLogger(__name__)


def venue_ids() -> list[str]:
    """The ids of all installed venues, in alphabetical order."""
    return sorted(_entry_points())


def protocol_of(venue: str) -> VenueProtocol:
    """A new protocol of a venue. Raises FeedError, in a sentence, where there is none."""
    return _load(venue)()


def protocol_at(venue: str, url: str) -> VenueProtocol:
    """The same for a venue whose WebSocket is at ``url`` and nowhere else."""
    make = _load(venue)
    facts = msgspec.structs.replace(make().facts, urls=(url,))
    return make(facts)


def _load(venue: str) -> Callable[..., VenueProtocol]:
    known = _entry_points()
    if venue not in known:
        raise FeedError(_unknown(venue, sorted(known)))
    try:
        made = known[venue].load()
    except Exception as error:
        log.exception("the venue %s could not be loaded", venue)
        raise FeedError(f"the venue '{venue}' could not be loaded: {error}") from error
    if not (isinstance(made, type) and issubclass(made, VenueProtocol)):
        raise FeedError(f"the venue '{venue}' was no VenueProtocol but {made!r}")
    return made


def _entry_points() -> dict[str, EntryPoint]:
    """By id; the first found holds, so that a checkout comes before an installation."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=VENUES):
        found.setdefault(point.name, point)
    return found


def _unknown(venue: str, known: list[str]) -> str:
    close = difflib.get_close_matches(venue.lower(), known, n=3, cutoff=0.5)
    if close:
        return f"there is no venue '{venue}'; did you mean {' or '.join(close)}?"
    if not known:
        return f"there is no venue '{venue}': no venue is installed; reinstall Depthscope"
    return f"there is no venue '{venue}'; there are {', '.join(known)}"
