"""What is said to Kraken over the WebSocket, and what Kraken answers to it."""

from collections.abc import Iterable
from typing import Final

from monitor.model.events import Event, Refusal
from monitor.model.time import SECOND
from monitor.model.verdict import State
from monitor.protocol.facts import Facts
from monitor.protocol.status import Link
from monitor.protocol.subscriptions import Phase, Subscriptions, Topic, in_batches
from monitor.venues.kraken.pairs import new_name
from monitor.venues.kraken.questions import Questions
from monitor.venues.kraken.roster import KrakenRoster
from monitor.venues.kraken.topics import LIST, message_of, topics_of
from monitor.venues.kraken.wire import Envelope, Result

PING: Final = '{"method":"ping"}'
DOUBTS_BEFORE_LIST: Final = 2
"""Failed checksums in a row after which the digits themselves are suspected."""
UNANSWERED: Final = "Kraken did not answer the subscription; asking again"


class Conversation:
    """Asks for what the roster's streams need, ``depth`` levels a side of each book.

    ``now`` is when something was last heard or time passed (monotonic ns); ``once``
    holds the symbols of which one ticker message is wanted.
    """

    def __init__(
        self, facts: Facts, link: Link, roster: KrakenRoster, questions: Questions, depth: int
    ) -> None:
        self.now = 0
        self.once: set[str] = set()
        self._facts = facts
        self._link = link
        self._roster = roster
        self._questions = questions
        self._depth = depth
        self._messages: list[str] = []
        self._asked: dict[int, str] = {}
        self._request_id = 0
        self._pinged = 0
        self._list_refused = False
        self._subscriptions = Subscriptions(
            int(facts.ack_timeout_s * SECOND),
            int(facts.first_message_timeout_s * SECOND),
            quiet=frozenset({"trade"}),
        )

    # The connection.

    def opened(self, now: int) -> None:
        """A new connection: everything is to be asked for."""
        self.now = self._pinged = now
        self._list_refused = False
        self._subscriptions.connected()
        self._asked.clear()
        self._speak()

    def closed(self) -> None:
        """Nothing can be said."""
        self._messages.clear()

    def take(self) -> list[str]:
        """Hand over, once, the messages that want sending."""
        messages, self._messages = self._messages, []
        return messages

    def tick(self, now: int, ts_recv: int) -> None:
        """Time passed: what was left unanswered is asked again, and nothing falls asleep."""
        self.now = now
        for topic in self._subscriptions.late(now):
            self._subscriptions.renew(topic, now)
            if (sync := self._roster.syncs.get(topic.symbol)) and topic.channel == "book":
                sync.status.become(State.SYNCING, now, ts_recv, UNANSWERED)
        self.heal(now)
        if self._link.phase is State.LIVE:
            self._keep_awake(now)

    # What is wanted.

    def want(self) -> None:
        """Have the venue asked for what the streams need, and for nothing else."""
        topics = topics_of(self._roster.streams, self.once, self._depth)
        if topics and not self._list_refused:
            topics.add(LIST)
        self._subscriptions.want_exactly(topics)
        if self._link.phase is State.LIVE:
            self._speak()

    def want_once(self, symbols: Iterable[str]) -> None:
        """One ticker message of each symbol is wanted."""
        self.once.update(symbols)
        self.want()

    def heal(self, now: int) -> None:
        """Ask anew for every book that broke; where digits are in doubt, for those too."""
        for symbol, sync in self._roster.syncs.items():
            if not sync.broken:
                continue
            topic = Topic("book", symbol, self._depth)
            if self._subscriptions.phase(topic) in (None, Phase.WAITING):
                continue
            if sync.doubts == DOUBTS_BEFORE_LIST:
                sync.undeclare()
                self._questions.ask_pairs(symbol)
            sync.expecting = True
            self._subscriptions.renew(topic, now)
        if self._link.phase is State.LIVE:
            self._speak()

    # What was heard.

    def flowing(self, channel: str, symbol: str) -> None:
        """A channel's first message came."""
        topic = self._subscriptions.find(channel, symbol)
        if topic is not None:
            self._subscriptions.flowing(topic)

    def ticker_came(self, symbol: str) -> None:
        """A ticker message came, or won't: who wanted but one needs no more."""
        if symbol in self.once:
            self.once.discard(symbol)
            self.want()

    def answered(self, envelope: Envelope, now: int, ts_recv: int) -> list[Event]:
        """Kraken answered a subscription, or the end of one."""
        result = envelope.result or Result()
        number = envelope.req_id
        channel = result.channel or (self._asked.get(number, "") if isinstance(number, int) else "")
        symbol = result.symbol or envelope.symbol or ""
        topic = self._subscriptions.find(channel, symbol)
        if envelope.success is False or envelope.error:
            return self._refused(envelope, topic, symbol, now, ts_recv)
        if envelope.method == "subscribe" and topic is not None:
            self._subscriptions.confirmed(topic, now)
        if channel == "book":
            self._book_answered(envelope.method, symbol, result.depth or 0)
        elif envelope.method == "subscribe" and channel == "trade":
            self._roster.prints(symbol).acknowledged(now, ts_recv)
        return []

    def complained(self, problem: str, ts_recv: int) -> list[Event]:
        """Kraken complained of something that was no subscription."""
        sentence = f"Kraken said: {problem[:200]}"
        if "msg rate" in problem:
            pause_s = float(self._facts.extra["rate_pause_s"])
            self._subscriptions.hold(self.now + int(pause_s * SECOND))
            sentence = f"Kraken takes no more messages for now; asking again in {pause_s:.0f} s"
        return [Refusal("", sentence, ts_recv)]

    def _book_answered(self, method: str, symbol: str, depth: int) -> None:
        sync = self._roster.heard_sync(symbol)
        if sync is None:
            return
        if method == "unsubscribe":
            sync.given_up()
        else:
            sync.keep(depth)
            sync.acknowledged()

    def _refused(
        self, envelope: Envelope, topic: Topic | None, symbol: str, now: int, ts_recv: int
    ) -> list[Event]:
        said = envelope.error or "no reason given"
        if envelope.method == "unsubscribe" or said.startswith("Already subscribed"):
            # Nothing is wrong with the stream that is there.
            return []
        if topic == LIST:
            self._list_refused = True
            self._subscriptions.refused(LIST)
            self._questions.ask_pairs()
            return []
        if topic is not None:
            self._subscriptions.refused(topic)
            feed = Topic(topic.channel, topic.symbol)
            self._roster.refused(feed, f"refused by Kraken: {said}", now, ts_recv)
            self.ticker_came(symbol)
        sentence = f"Kraken refused {symbol or 'a subscription'}: {said}"
        if (name := new_name(symbol)) != symbol:
            sentence += f". Its name here is {name}"
        instrument = self._roster.id_of(symbol) if symbol else ""
        return [Refusal(instrument, sentence, ts_recv)]

    # Speaking.

    def _speak(self) -> None:
        leaving, asking = self._subscriptions.due(self.now)
        # The list is large: books first, so that they don't wait for it.
        asking.sort(key=lambda topic: (topic == LIST, topic.channel != "book"))
        size = int(self._facts.extra["symbols_per_message"])
        for method, topics in (("unsubscribe", leaving), ("subscribe", asking)):
            for batch in in_batches(topics, size):
                self._request_id += 1
                self._asked[self._request_id] = batch[0].channel
                self._messages.append(message_of(method, batch, self._request_id))
        for topic in asking:
            if topic.channel == "book" and (sync := self._roster.syncs.get(topic.symbol)):
                sync.keep(self._depth)
                sync.asked()

    def _keep_awake(self, now: int) -> None:
        """With nothing subscribed there is no heartbeat, and the server closes after a minute."""
        interval = int(self._facts.ping_interval_s * SECOND)
        last_said_or_heard = max(self._pinged, self._link.last_message)
        if not len(self._subscriptions) and now - last_said_or_heard > interval:
            self._pinged = now
            self._messages.append(PING)
