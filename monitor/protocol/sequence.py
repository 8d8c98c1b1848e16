"""Numbered updates and the snapshot they must join: when a book may be called whole.

A venue numbers its updates; each covers the ids ``first``..``last``, and the next
one's ``first`` is this one's ``last`` plus one. A snapshot has one id, ``at``, and
comes by another road, so it is older or newer than the updates at hand. A Splice
keeps the recent updates and tells, of every update and every snapshot, what is to
be done with it. It holds no book and reads no clock.
"""

from collections import deque
from enum import Enum, auto
from typing import Generic, TypeVar

NEVER = -1
"""An id no venue uses: with ``due`` set to it, no update is simply the next one."""


class Step(Enum):
    """What is to be done with an update."""

    APPLY = auto()
    """It is the next one: put it into the book."""
    HOLD = auto()
    """It is kept until a snapshot joins."""
    SPLICE = auto()
    """It is kept, and the snapshot that was waited with now joins: take ``after`` it."""
    REPEAT = auto()
    """That very update came before: no change."""
    LATE = auto()
    """It is older than all that is kept: no change."""
    BREAK = auto()
    """Updates are missing, or one was not what it said it was."""


class Fit(Enum):
    """How a snapshot lies to the updates at hand."""

    TOO_OLD = auto()
    """Updates between it and the oldest kept one are lost: of no use."""
    JOINS = auto()
    """The updates kept lead from it to now: take it, then ``after`` it."""
    AHEAD = auto()
    """It is newer than the updates heard so far; the next ones will tell."""


Item = TypeVar("Item")


class Splice(Generic[Item]):
    """The recent updates of one stream, and where a snapshot joins them.

    ``due`` is the one id the next update must begin with to be applied with no
    further thought; a caller in a hurry may compare it, and then calls ``take``.
    ``joined`` says that a book, fed as told here, is whole. ``waiting`` is the id of
    a snapshot that is ahead of the updates, else None. ``breaks`` counts where the
    updates did not follow one another, also where a snapshot spans the hole.
    """

    def __init__(self, keep: int) -> None:
        self.window: deque[tuple[int, int, Item]] = deque(maxlen=keep)
        self.joined = False
        self.waiting: int | None = None
        self.last = NEVER
        self.due = NEVER
        self.breaks = 0

    def take(self, first: int, last: int, item: Item) -> None:
        """Note an update whose ``first`` was ``due``."""
        self.window.append((first, last, item))
        self.last = last
        self.due = last + 1

    def offer(self, first: int, last: int, item: Item) -> Step:
        """Judge one update, of any kind, in the order it came."""
        entry = (first, last, item)
        if entry in self.window:
            return Step.REPEAT
        follows = not self.window or first == self.last + 1
        if not follows and last < self.window[0][0]:
            return Step.LATE
        if not follows:
            self.breaks += 1
            self.window.clear()
            self.joined = False
        self.window.append(entry)
        self.last = last
        return self._judge(follows=follows)

    def overlap(self, first: int, last: int, item: Item) -> Step:
        """Take an update that repeats ids already taken and goes on from there."""
        self.window.append((first, last, item))
        self.last = last
        return self._judge(follows=True)

    def offer_snapshot(self, at: int) -> Fit:
        """Judge a snapshot. A book that is proven stays so whatever comes here."""
        if self.window and at + 1 < self.window[0][0]:
            return Fit.TOO_OLD
        if not self.window or at > self.last:
            self.waiting = at
            self.due = NEVER
            return Fit.AHEAD
        self._join()
        return Fit.JOINS

    def after(self, at: int) -> list[Item]:
        """The kept updates that a snapshot with id ``at`` does not hold yet, in order."""
        return [item for _, last, item in self.window if last > at]

    def pause(self) -> None:
        """Have the next update offered, not taken, though it may follow."""
        self.due = NEVER

    def distrust(self) -> None:
        """The book proved wrong though the updates followed: only a new snapshot joins."""
        self.joined = False
        self.due = NEVER

    def restart(self) -> None:
        """The stream begins anew: nothing kept joins what comes next."""
        self.window.clear()
        self.joined = False
        self.waiting = None
        self.last = self.due = NEVER

    def _judge(self, *, follows: bool) -> Step:
        if self.waiting is not None and self.last >= self.waiting:
            at, self.waiting = self.waiting, None
            if self.window[0][0] <= at + 1:
                self._join()
                return Step.SPLICE
        if self.joined:
            self.due = self.last + 1 if self.waiting is None else NEVER
            return Step.APPLY
        self.due = NEVER
        return Step.HOLD if follows else Step.BREAK

    def _join(self) -> None:
        self.joined, self.waiting, self.due = True, None, self.last + 1
