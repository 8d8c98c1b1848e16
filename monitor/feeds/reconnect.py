"""When to try a venue again, and at which of its hosts: pure, told the time and the dice."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from monitor.model.time import DAY, MINUTE, SECOND

BASE = SECOND // 2
CAP = 30 * SECOND
HELD = 10 * SECOND
"""A connection that lasted this long was a good one: the count starts anew."""

TRIES_A_MINUTE = 6
"""Once a minute of trouble has passed. Binance allows 300 connections in 5 minutes
per address; ten sessions of ours stay at a fifth of that together."""

POLICY_WAIT = 30 * SECOND
"""After a close 1008 (policy violation): the venue is displeased, so it waits longer."""

LATER_WAIT = 5 * SECOND
"""After a close 1013 (try again later)."""

BANNED_WAIT = 2 * MINUTE
"""After a 418 that named no time: the shortest ban Binance documents."""

LIMITED_WAIT = 30 * SECOND
"""After a 429 that named no time."""

BAD_DATA_WAIT = 10 * SECOND
LONGEST_RETRY_AFTER = 3 * DAY


class Reconnect:
    """Exponential waits with full jitter, and a ceiling on the tries in any minute.

    Full jitter (a wait drawn evenly from 0 to the present limit) keeps a
    thousand monitors from returning in step after an outage. Since the draw can
    be near 0 many times in a row, the ceiling holds separately. It never gives up.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0
        self._trouble_since: int | None = None
        self._opened: int | None = None
        self._tries: deque[int] = deque(maxlen=TRIES_A_MINUTE)

    def tried(self, now: int) -> None:
        """An attempt begins."""
        self._tries.append(now)

    def opened(self, now: int) -> None:
        """The attempt led to a connection."""
        self._opened = now

    def failed(self, now: int, at_least: int = 0) -> int:
        """The attempt or the connection ended; the moment (monotonic ns) of the next try.

        ``at_least`` is a wait the venue asked for or its close code calls for;
        up to a tenth is added so that not everybody returns at its end.
        """
        if self._opened is not None and now - self._opened >= HELD:
            self._calm()
        self._opened = None
        if self._trouble_since is None:
            self._trouble_since = now
        limit = min(CAP, BASE << min(self._failures, 16))
        self._failures += 1
        wait = int(self._random() * limit)
        if at_least:
            wait = max(wait, at_least + int(self._random() * min(at_least // 10, CAP)))
        return max(now + wait, self._ceiling(now))

    def _calm(self) -> None:
        self._failures = 0
        self._trouble_since = None

    def _ceiling(self, now: int) -> int:
        """The earliest moment at which one more try keeps within the tries of a minute."""
        trouble = now if self._trouble_since is None else self._trouble_since
        if now - trouble < MINUTE or len(self._tries) < TRIES_A_MINUTE:
            return now
        return self._tries[0] + MINUTE


class Hosts:
    """A venue's addresses in their order: the one that works is kept, one that fails is left."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = tuple(addresses)
        self._index = 0

    def of(self, url: str) -> str:
        """``url`` at the present host; ``url`` itself where its host is none of ours."""
        nets = [urlsplit(address).netloc for address in self._addresses]
        if urlsplit(url).netloc not in nets:
            return url
        own = nets.index(urlsplit(url).netloc)
        chosen = (own + self._index) % len(nets)
        return url if chosen == own else moved(url, self._addresses[chosen])

    def next(self) -> None:
        """Leave the present host for the one after it, the last for the first."""
        if self._addresses:
            self._index = (self._index + 1) % len(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)


def moved(url: str, address: str) -> str:
    """``url`` at another address: its path where that one has none, its query always."""
    here, there = urlsplit(url), urlsplit(address)
    path = here.path if there.path in ("", "/") else there.path
    return here._replace(scheme=there.scheme, netloc=there.netloc, path=path).geturl()


def wait_asked_for(status: int, retry_after: str | None, wall: int) -> int:
    """Nanoseconds an HTTP answer asks us to stay away; 0 where it asks for nothing.

    ``retry_after`` is the header's text: seconds, or a date (RFC 9110, 10.2.3),
    measured from ``wall`` (ns UTC). Nonsense counts as absent.
    """
    if status not in (418, 429, 503):
        return 0
    asked = _retry_after(retry_after.strip(), wall) if retry_after else None
    if asked is None:
        return {418: BANNED_WAIT, 429: LIMITED_WAIT}.get(status, 0)
    return max(0, min(asked, LONGEST_RETRY_AFTER))


def _retry_after(text: str, wall: int) -> int | None:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text) * SECOND
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND - wall
