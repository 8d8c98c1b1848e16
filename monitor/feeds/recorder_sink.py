"""What a session tells whoever keeps its recording."""

from typing import Protocol

from monitor.protocol.venue import HttpRequest, HttpResponse

CLOSED_BY_USER = "closed by the user"
"""Why a connection ended that nobody wants any more: nothing was wrong with it."""


class RecorderSink(Protocol):
    """Takes down what passes over a venue's connections, in the order it happened.

    ``connection`` numbers the connections of one run from 1, over all sessions;
    0 stands for none (an HTTP answer while no socket is open). ``ts`` is wall
    clock ns UTC. A method returns at once and never raises: a recording that
    fails is its own matter, the feed goes on.
    """

    def opened(self, connection: int, url: str, ts: int) -> None: ...

    def received(self, connection: int, data: bytes, ts: int) -> None: ...

    def sent(self, connection: int, text: str, ts: int) -> None: ...

    def answered(
        self, connection: int, request: HttpRequest, response: HttpResponse, ts: int
    ) -> None: ...

    def closed(self, connection: int, reason: str, ts: int) -> None: ...


class Unrecorded:
    """Keeps nothing: what a session has while nobody records."""

    def opened(self, connection: int, url: str, ts: int) -> None:
        pass

    def received(self, connection: int, data: bytes, ts: int) -> None:
        pass

    def sent(self, connection: int, text: str, ts: int) -> None:
        pass

    def answered(
        self, connection: int, request: HttpRequest, response: HttpResponse, ts: int
    ) -> None:
        pass

    def closed(self, connection: int, reason: str, ts: int) -> None:
        pass
