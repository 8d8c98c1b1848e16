"""The books and feeds of one connection, who wants them, and which of them rest."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from monitor.book.book import Book
from monitor.model.instrument import Instrument, instrument_id, split_instrument_id
from monitor.model.streams import Stream, StreamKind
from monitor.model.verdict import Proof, State
from monitor.protocol.feed import Feed
from monitor.protocol.status import Link, StreamStatus
from monitor.protocol.subscribed_book import SubscribedBook
from monitor.protocol.subscriptions import Topic
from monitor.protocol.venue import BookStream, VenueProtocol

BookT = TypeVar("BookT", bound=SubscribedBook)
FeedT = TypeVar("FeedT", bound=Feed)


class Roster(ABC, Generic[BookT, FeedT]):
    """Books by symbol and feeds by topic; made when first wanted or first heard of.

    ``streams`` holds what users asked for. ``proofs`` says of every kind of stream
    but the book what proves it.
    """

    def __init__(
        self, owner: VenueProtocol, proofs: Mapping[StreamKind, tuple[Proof, str]]
    ) -> None:
        self.streams: dict[Stream, StreamStatus] = {}
        self.syncs: dict[str, BookT] = {}
        self.feeds: dict[Topic, FeedT] = {}
        self.venue = owner.facts.id
        self._link: Link = owner.link
        self._books: dict[str, BookStream] = owner.books
        self._instruments: dict[str, Instrument] = owner.instruments
        self._proofs = proofs
        self._rests: dict[str, tuple[State, str]] = {}
        self._given_up: set[str] = set()

    # What the user wants.

    def want(self, streams: Iterable[Stream]) -> None:
        """Someone wants these streams."""
        for stream in streams:
            if stream in self.streams:
                continue
            if stream.kind == "book":
                symbol = symbol_of(stream)
                self._given_up.discard(symbol)
                self.streams[stream] = self.sync(symbol).status
            else:
                status = StreamStatus(self._link, *self._proofs[stream.kind])
                self.streams[stream] = status
                self.feed(self.topic(stream)).statuses.append(status)

    def unwant(self, streams: Iterable[Stream]) -> None:
        """Nobody wants these streams any more."""
        for stream in streams:
            status = self.streams.pop(stream, None)
            if status is None:
                continue
            if stream.kind == "book":
                symbol = symbol_of(stream)
                self.syncs.pop(symbol, None)
                self._books.pop(symbol, None)
                self._given_up.add(symbol)
            else:
                self.feed(self.topic(stream)).statuses.remove(status)

    # What is held.

    @abstractmethod
    def topic(self, stream: Stream) -> Topic:
        """The channel and symbol on which a stream's events come."""

    def sync(self, symbol: str) -> BookT:
        """The book of a symbol."""
        sync = self.syncs.get(symbol)
        if sync is None:
            listed = self._instruments.get(symbol)
            book = Book(listed.tick_size, listed.lot_size) if listed else Book()
            sync = self._new_book(symbol, book)
            sync.rest, sync.rest_reason = self.rest_of(symbol)
            self.syncs[symbol] = self._books[symbol] = sync
        return sync

    def heard_sync(self, symbol: str) -> BookT | None:
        """The book that a message is about; None where its user has given it up."""
        sync = self.syncs.get(symbol)
        if sync is None and symbol not in self._given_up:
            sync = self.sync(symbol)
        return sync

    def feed(self, topic: Topic) -> FeedT:
        """The feed of a topic."""
        feed = self.feeds.get(topic)
        if feed is None:
            feed = self.feeds[topic] = self._new_feed(topic)
            feed.rest, feed.rest_reason = self.rest_of(topic.symbol)
        return feed

    def id_of(self, symbol: str) -> str:
        """The instrument's id of a symbol."""
        return instrument_id(self.venue, symbol)

    # How they stand.

    def connected(self, now: int, wall: int) -> None:
        """A new connection: every book and feed starts anew."""
        for one in self._all():
            one.connected(now, wall)

    def rest_of(self, symbol: str) -> tuple[State, str]:
        """How a symbol's streams stand while nothing is wrong with them, and why."""
        return self._rests.get(symbol, (State.LIVE, ""))

    def settle(self, symbol: str, now: int, wall: int) -> None:
        """Show on every stream of a symbol that it does not trade, or does again."""
        for one in self._all():
            if one.symbol == symbol:
                self._settle(one, now, wall)

    def settle_all(self, now: int, wall: int) -> None:
        """Show on every stream whether its symbol trades."""
        for one in self._all():
            self._settle(one, now, wall)

    def refused(self, topic: Topic, reason: str, now: int, wall: int) -> None:
        """The venue won't serve a topic: none of its streams is to be had."""
        for stream, status in self.streams.items():
            if self.topic(stream) == topic:
                status.become(State.DOWN, now, wall, reason)

    def all_down(self, reason: str, now: int, wall: int) -> None:
        """Nothing is to be had of this venue."""
        for status in self.streams.values():
            status.become(State.DOWN, now, wall, reason)

    @abstractmethod
    def _new_book(self, symbol: str, book: Book) -> BookT: ...

    @abstractmethod
    def _new_feed(self, topic: Topic) -> FeedT: ...

    def _all(self) -> Iterator[BookT | FeedT]:
        yield from self.syncs.values()
        yield from self.feeds.values()

    def _settle(self, one: BookT | FeedT, now: int, wall: int) -> None:
        one.rest, one.rest_reason = self.rest_of(one.symbol)
        one.settle(now, wall)


def symbol_of(stream: Stream) -> str:
    """The venue's spelling in a stream's instrument."""
    return split_instrument_id(stream.instrument)[1]
