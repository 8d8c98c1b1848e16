"""Which adapter plays a recording: its venue's own, or the Open Feed's for a user's own feed."""

import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgspec

from monitor.app.chosen_settings import chosen_settings
from monitor.app.plugins import protocol_of, venue_ids
from monitor.app.venue_sources import own_feed
from monitor.feeds.recording import Reader
from monitor.protocol.open_feed import PROTOCOL, VERSION
from monitor.protocol.venue import VenueProtocol

LOOK_AHEAD = 1_000
"""Lines looked at for a first message; only tries to connect come before it."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}")
"""What the settings let an own feed be called."""


class _Hello(msgspec.Struct, tag="hello", tag_field="type", gc=False):
    """``{"type":"hello","protocol":"open-feed","version":1,"server":"Depthscope 0.1",…}``"""

    protocol: str
    version: int


def player_of(path: Path) -> Callable[[str], VenueProtocol]:
    """What makes the protocols for a recording, by the venue its header names.

    A venue that is not installed is a user's own feed where the first message is the hello
    with which every Open Feed begins, on whatever machine it was recorded; where the file
    has no message, if the settings have a feed of that name. Raises FeedError otherwise.
    """

    def make(venue: str) -> VenueProtocol:
        if venue not in venue_ids() and _is_own_feed(path, venue):
            return own_feed(venue)
        return protocol_of(venue)

    return make


def _is_own_feed(path: Path, venue: str) -> bool:
    if not _NAME.fullmatch(venue):
        return False
    with Reader(path) as reader:
        first = next((one.m for one in islice(reader, LOOK_AHEAD) if one.k == "in"), None)
    if first is None:
        return venue in chosen_settings().network.open_feeds
    return _is_hello(first)


def _is_hello(message: bytes) -> bool:
    try:
        hello = msgspec.json.decode(message, type=_Hello)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return (hello.protocol, hello.version) == (PROTOCOL, VERSION)
