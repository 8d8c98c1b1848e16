"""Venues and panels, found by entry point: none is named in the code."""

import difflib
import logging
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from monitor.feeds.feed_error import FeedError
from monitor.protocol.facts import Facts
from monitor.protocol.venue import VenueProtocol

VENUES = "depthscope.venues"
PANELS = "depthscope.panels"

log = logging.getLogger(__name__)


def venue_ids() -> list[str]:
    """The ids of all installed venues, in alphabetical order."""
    return sorted(_entry_points(VENUES))


def protocol_of(venue: str) -> VenueProtocol:
    """A new protocol of a venue. Raises FeedError, in a sentence, where there is none."""
    return _load(venue)()


def make_protocol(venue: str, changed: Callable[[Facts], Facts]) -> VenueProtocol:
    """The same for a venue with its facts changed."""
    make = _load(venue)
    return make(changed(make().facts))


def panel_kinds() -> dict[str, type[Any]]:
    """Every installed panel's class by its kind; one that can't be loaded is left out.

    What a panel's class is, the window knows; here nothing of Qt is imported.
    """
    found: dict[str, type[Any]] = {}
    for kind, point in _entry_points(PANELS).items():
        try:
            made = point.load()
        except Exception:
            log.exception("the panel %s could not be loaded", kind)
            continue
        if isinstance(made, type):
            found[kind] = made
    return found


def unknown_venue(venue: str, known: list[str]) -> str:
    """The sentence for a venue that isn't there, with what was perhaps meant."""
    close = difflib.get_close_matches(venue.lower(), known, n=3, cutoff=0.5)
    if close:
        return f"there is no venue '{venue}'; did you mean {' or '.join(close)}?"
    if not known:
        return f"there is no venue '{venue}': no venue is installed; reinstall Depthscope"
    return f"there is no venue '{venue}'; there are {', '.join(known)}"


def _load(venue: str) -> Callable[..., VenueProtocol]:
    known = _entry_points(VENUES)
    if venue not in known:
        raise FeedError(unknown_venue(venue, sorted(known)))
    try:
        made = known[venue].load()
    except Exception as error:
        log.exception("the venue %s could not be loaded", venue)
        raise FeedError(f"the venue '{venue}' could not be loaded: {error}") from error
    if not (isinstance(made, type) and issubclass(made, VenueProtocol)):
        raise FeedError(f"the venue '{venue}' was no VenueProtocol but {made!r}")
    return made


def _entry_points(group: str) -> dict[str, EntryPoint]:
    """By id; the first found holds, so that a checkout comes before an installation."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, point)
    return found
