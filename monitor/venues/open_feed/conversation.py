"""What is said to an Open Feed's server, and what the server answers to it."""

from itertools import count
from typing import Final

import msgspec

from monitor.model.events import Event, Refusal
from monitor.model.time import SECOND
from monitor.model.verdict import State
from monitor.protocol.facts import Facts
from monitor.protocol.open_feed import Error, Subscribe, Subscribed, Unsubscribe, Unsubscribed
from monitor.protocol.status import Link
from monitor.protocol.subscriptions import Phase, Subscriptions, Topic, in_batches
from monitor.venues.open_feed.questions import Questions
from monitor.venues.open_feed.roster import OpenFeedRoster

QUIET: Final = frozenset({"trades", "quotes", "candles", "ticker", "funding"})
"""Channels on which nothing need come for long."""


class Conversation:
    """Asks for what is wanted; ``questions`` are those that one answer settles.

    ``now`` is when something was last heard or time passed (monotonic ns).
    """

    def __init__(self, facts: Facts, link: Link, roster: OpenFeedRoster) -> None:
        self.now = 0
        self._facts = facts
        self._link = link
        self._roster = roster
        self._messages: list[str] = []
        self._numbers = count(1)
        self._asked: dict[int, tuple[str, int]] = {}
        self.questions = Questions(facts, link, self._numbers, self._say)
        self._subscriptions = Subscriptions(
            int(facts.ack_timeout_s * SECOND),
            int(facts.first_message_timeout_s * SECOND),
            quiet=QUIET,
        )

    # The connection.

    def opened(self, now: int) -> None:
        """A new connection: everything is to be asked for."""
        self.now = now
        self._subscriptions.connected()
        self._asked.clear()
        self.questions.connected(now)
        if self._roster.streams:
            # The list comes before the books it has the steps of.
            self.questions.ask_instruments(now)
        self._speak()

    def silence(self) -> None:
        """What was not sent yet is not to be sent."""
        self._messages.clear()

    def take(self) -> list[str]:
        """Hand over, once, the messages that want sending."""
        messages, self._messages = self._messages, []
        return messages

    def tick(self, now: int, ts_recv: int) -> list[Event]:
        """Time passed: what was left unanswered is asked again."""
        self.now = now
        if self._link.phase is not State.LIVE:
            return []
        for topic in self._subscriptions.late(now):
            self._subscriptions.renew(topic, now, leave_first=False)
            if topic.channel == "book" and (sync := self._roster.syncs.get(topic.symbol)):
                reason = f"{self._facts.name} did not answer the subscription; asking again"
                sync.status.become(State.SYNCING, now, ts_recv, reason)
        self.heal(now)
        return self.questions.overdue(now, ts_recv)

    # What is wanted.

    def want(self) -> None:
        """Have the feed asked for what the streams need, and for nothing else."""
        self._subscriptions.want_exactly(self._roster.topics())
        if self._link.phase is State.LIVE:
            self._speak()

    def heal(self, now: int) -> None:
        """Subscribe anew to every book that broke: its snapshot repairs it."""
        for symbol, sync in self._roster.syncs.items():
            if not sync.broken:
                continue
            topic = Topic("book", symbol)
            if self._subscriptions.phase(topic) not in (None, Phase.WAITING, Phase.REFUSED):
                sync.expecting = True
                self._subscriptions.renew(topic, now, leave_first=False)
        if self._link.phase is State.LIVE:
            self._speak()

    # What was heard.

    def flowing(self, symbol: str) -> None:
        """A book's snapshot came."""
        self._subscriptions.flowing(Topic("book", symbol))

    def subscribed(self, message: Subscribed, now: int, ts_recv: int) -> None:
        """The server will send what it was asked for."""
        for symbol in message.symbols:
            topic = Topic(message.channel, symbol, message.interval_s)
            self._subscriptions.confirmed(topic, now)
            if message.channel != "book":
                self._roster.feed(topic).acknowledged(now, ts_recv)
            elif (sync := self._roster.heard_sync(symbol)) is not None:
                sync.acknowledged()

    def unsubscribed(self, message: Unsubscribed) -> None:
        """The server sends no more of something, which may be wanted again by now."""
        for symbol in message.symbols if message.channel == "book" else ():
            sync = self._roster.syncs.get(symbol)
            if sync is not None and Topic("book", symbol) not in self._subscriptions:
                sync.given_up()

    def refused(self, message: Error, now: int, ts_recv: int) -> list[Event]:
        """The server won't do something, or not now."""
        number = message.id if isinstance(message.id, int) else -1
        instrument = self.questions.instrument_of(number)
        if message.code == "too_many":
            pause_s = float(self._facts.extra["busy_pause_s"])
            self._subscriptions.hold(now + int(pause_s * SECOND))
        elif not self.questions.refused(number) and number in self._asked and message.symbol:
            channel, interval_s = self._asked[number]
            topic = Topic(channel, message.symbol, interval_s)
            self._subscriptions.refused(topic)
            if channel == "funding":
                return []
            self._roster.refused(topic, message.reason[:200], now, ts_recv)
        if message.symbol:
            instrument = self._roster.id_of(message.symbol[:64])
        return [Refusal(instrument, f"{self._facts.name}: {message.reason[:200]}", ts_recv)]

    # Speaking.

    def _speak(self) -> None:
        leaving, asking = self._subscriptions.due(self.now)
        size = int(self._facts.extra["symbols_per_message"])
        asking.sort(key=lambda topic: topic.channel != "book")
        for kind, topics in ((Unsubscribe, leaving), (Subscribe, asking)):
            for batch in in_batches(topics, size):
                channel, interval_s = batch[0].channel, int(batch[0].option)
                number = next(self._numbers)
                self._asked[number] = (channel, interval_s)
                symbols = [topic.symbol for topic in batch]
                self._say(kind(number, channel, symbols, interval_s))
        for topic in asking:
            if topic.channel == "book" and (sync := self._roster.syncs.get(topic.symbol)):
                sync.asked()

    def _say(self, message: msgspec.Struct) -> None:
        self._messages.append(msgspec.json.encode(message).decode())
