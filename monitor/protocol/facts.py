"""A venue's facts, read from the TOML beside its module: addresses, limits, pings."""

import tomllib
from pathlib import Path

import msgspec


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a venue's documents say of it; ``sources`` names where and when each was read.

    ``urls`` and ``rest_urls`` are tried in order, the later ones where the first
    refuses. Durations are seconds. ``send_limit`` is messages a second the venue
    takes from us, ``request_interval_s`` the pause between REST requests;
    ``streams_per_connection`` is 0 where no limit is known.
    """

    id: str
    name: str
    urls: tuple[str, ...]
    rest_urls: tuple[str, ...] = ()
    sources: tuple[str, ...]
    stale_after_s: float = 3.0
    dead_after_s: float = 4.0
    ack_timeout_s: float = 5.0
    first_message_timeout_s: float = 10.0
    lifetime_s: float = 0.0
    ping_interval_s: float = 20.0
    ping_timeout_s: float = 20.0
    max_message_bytes: int = 4 * 1024 * 1024
    send_limit: float = 5.0
    streams_per_connection: int = 0
    request_interval_s: float = 0.25
    compression: bool = False
    intervals: dict[str, str] = {}
    extra: dict[str, str | int | float] = {}


def load_facts(path: Path) -> Facts:
    """Read one venue's facts. Raises ValueError naming the file and what was wrong in it."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Facts)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.name}: {error}") from error
