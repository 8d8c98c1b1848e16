"""What is wanted of a venue, what was said to it, and what it answered: topic by topic."""

from collections.abc import Iterable
from enum import Enum, auto

import msgspec

from monitor.model.time import SECOND

LONGEST_PAUSE = 30 * SECOND
REPAIR_TIMEOUT = 2 * SECOND
"""Who asks anew has a broken book on screen: it waits no longer than this for what it lacks,
the first time, and twice as long each time after."""
CALM = 60 * SECOND
"""A topic that was not renewed for this long starts with the shortest pause again."""


class Topic(msgspec.Struct, frozen=True):
    """A venue's channel of one symbol, with the option it is asked with."""

    channel: str
    symbol: str
    option: int | str = 0


class Phase(Enum):
    """How far a topic is: to be asked, asked, acknowledged, heard, or refused."""

    WAITING = auto()
    ASKED = auto()
    CONFIRMED = auto()
    FLOWING = auto()
    REFUSED = auto()


class _Standing:
    """How one topic stands. ``at`` is when it is to be asked, or by when an answer must come."""

    def __init__(self) -> None:
        self.phase = Phase.WAITING
        self.at = 0
        self.renewals = 0
        self.renewed: int | None = None
        self.leave_first = False


class Subscriptions:
    """The topics of one connection; all times are monotonic ns.

    A topic that is not acknowledged within ``ack_timeout``, or of which nothing is
    heard within ``first_message_timeout``, is asked for again, each time after a
    longer pause; one that is renewed is waited for less long. Topics whose channel is in ``quiet`` may stay silent for good.
    """

    def __init__(
        self, ack_timeout: int, first_message_timeout: int, quiet: frozenset[str] = frozenset()
    ) -> None:
        self._ack_timeout = ack_timeout
        self._first_message_timeout = first_message_timeout
        self._quiet = quiet
        self._topics: dict[Topic, _Standing] = {}
        self._leaving: list[Topic] = []
        self._not_before = 0

    def __contains__(self, topic: Topic) -> bool:
        return topic in self._topics

    def __len__(self) -> int:
        return len(self._topics)

    def want_exactly(self, topics: set[Topic]) -> None:
        """These, and no others, are wanted now."""
        for topic in self._topics.keys() - topics:
            if self._topics.pop(topic).phase not in (Phase.WAITING, Phase.REFUSED):
                self._leaving.append(topic)
        for topic in topics - self._topics.keys():
            self._topics[topic] = _Standing()

    def connected(self) -> None:
        """A new connection knows nothing: everything is to be asked at once."""
        self._leaving.clear()
        self._not_before = 0
        for topic in self._topics:
            self._topics[topic] = _Standing()

    def due(self, now: int) -> tuple[list[Topic], list[Topic]]:
        """What is to be given up, and what is to be asked, right now; taken as said."""
        if now < self._not_before:
            return [], []
        leaving, self._leaving = self._leaving, []
        asking = []
        for topic, standing in self._topics.items():
            if standing.phase is Phase.WAITING and standing.at <= now:
                if standing.leave_first:
                    leaving.append(topic)
                standing.phase, standing.leave_first = Phase.ASKED, False
                standing.at = now + _patience(standing, self._ack_timeout)
                asking.append(topic)
        return leaving, asking

    def find(self, channel: str, symbol: str) -> Topic | None:
        """The wanted topic of a channel and symbol, where its option is not told."""
        for topic in self._topics:
            if topic.channel == channel and topic.symbol == symbol:
                return topic
        return None

    def phase(self, topic: Topic) -> Phase | None:
        """How far a topic is; None where it is not wanted."""
        standing = self._topics.get(topic)
        return standing.phase if standing else None

    def confirmed(self, topic: Topic, now: int) -> None:
        """The venue acknowledged a topic."""
        standing = self._topics.get(topic)
        if standing is not None and standing.phase is Phase.ASKED:
            quiet = topic.channel in self._quiet
            standing.phase = Phase.FLOWING if quiet else Phase.CONFIRMED
            standing.at = now + _patience(standing, self._first_message_timeout)

    def flowing(self, topic: Topic) -> None:
        """The topic's first message came."""
        standing = self._topics.get(topic)
        if standing is not None and standing.phase is not Phase.WAITING:
            standing.phase = Phase.FLOWING

    def refused(self, topic: Topic) -> None:
        """The venue won't serve a topic: it is not asked for again on this connection."""
        standing = self._topics.get(topic)
        if standing is not None:
            standing.phase = Phase.REFUSED

    def renew(self, topic: Topic, now: int, *, leave_first: bool = True) -> None:
        """Ask for a topic anew: at once the first time, then after 1, 2, 4 … 30 s."""
        standing = self._topics.get(topic)
        if standing is None or standing.phase in (Phase.WAITING, Phase.REFUSED):
            return
        calm = standing.renewed is None or now - standing.renewed > CALM
        standing.renewals = 0 if calm else standing.renewals + 1
        pause = min(SECOND << (standing.renewals - 1), LONGEST_PAUSE) if standing.renewals else 0
        standing.phase, standing.at, standing.leave_first = Phase.WAITING, now + pause, leave_first
        standing.renewed = standing.at

    def hold(self, until: int) -> None:
        """Say nothing before ``until``: the venue complained of too many messages."""
        self._not_before = until

    def late(self, now: int) -> list[Topic]:
        """Topics whose acknowledgement or first message is overdue."""
        return [
            topic
            for topic, standing in self._topics.items()
            if standing.phase in (Phase.ASKED, Phase.CONFIRMED) and now > standing.at
        ]


def _patience(standing: _Standing, limit: int) -> int:
    if standing.renewed is None:
        return limit
    return min(REPAIR_TIMEOUT << min(standing.renewals, 16), limit)


def in_batches(topics: Iterable[Topic], size: int) -> list[list[Topic]]:
    """Topics of one channel and option together, at most ``size`` in a batch, in order."""
    groups: dict[tuple[str, int | str], list[Topic]] = {}
    for topic in topics:
        groups.setdefault((topic.channel, topic.option), []).append(topic)
    return [
        group[start : start + size]
        for group in groups.values()
        for start in range(0, len(group), size)
    ]
