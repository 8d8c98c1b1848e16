"""A venue's HTTP requests, made one after the other at the pace it allows."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from monitor.feeds.clock import Clock
from monitor.feeds.feed_error import FeedError
from monitor.feeds.network import Network, host_of
from monitor.feeds.reasons import (
    REDIRECTS,
    looks_like_web_page,
    redirected,
    web_page,
)
from monitor.feeds.reconnect import Hosts, wait_asked_for
from monitor.model.time import SECOND
from monitor.protocol.facts import Facts
from monitor.protocol.venue import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from monitor.feeds.http_client import HttpClient

AT_ONCE = 4
"""Requests under way together, so that a slow answer holds up no order book."""

ELSEWHERE = (403, 451)
"""Answers after which another of the venue's hosts may do (a region, a firewall)."""


class Rest:
    """Makes GET requests; each ends in exactly one call of ``answered`` or ``failed``.

    An answer with a status other than 200 is an answer: the protocol sees its
    status and headers. After a 429 or 418 no request starts until the time the
    venue asked for is over. ``failed`` is told one plain phrase.
    """

    def __init__(
        self,
        facts: Facts,
        network: Network,
        clock: Clock,
        answered: Callable[[HttpRequest, HttpResponse], None],
        failed: Callable[[HttpRequest, str], None],
    ) -> None:
        self.not_before = 0
        self._facts = facts
        self._network = network
        self._clock = clock
        self._answered = answered
        self._failed = failed
        self._hosts = Hosts(facts.rest_urls)
        self._waiting: deque[HttpRequest] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._worker: asyncio.Task[None] | None = None
        self._client: HttpClient | None = None

    def make(self, requests: Iterable[HttpRequest]) -> None:
        """Take requests on; the oldest is made first."""
        self._waiting.extend(requests)
        if self._waiting and (self._worker is None or self._worker.done()):
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """Drop what is under way."""
        self._waiting.clear()
        tasks = [*self._under_way, *([self._worker] if self._worker else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.3)
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _work(self) -> None:
        while self._waiting:
            await self._room.acquire()
            wait = self.not_before - self._clock.monotonic_ns()
            if wait > 0:
                self._room.release()
                await asyncio.sleep(wait / SECOND)
                continue
            pause = int(self._facts.request_interval_s * SECOND)
            self.not_before = self._clock.monotonic_ns() + pause
            task = asyncio.get_running_loop().create_task(self._fetch(self._waiting.popleft()))
            self._under_way.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.release()

    async def _fetch(self, request: HttpRequest) -> None:
        """Ask at one host after the other until one answers."""
        outcome: HttpResponse | str = ""
        for _ in range(max(1, len(self._hosts))):
            outcome = await self._try(request, self._hosts.of(request.url))
            if isinstance(outcome, HttpResponse) and outcome.status not in ELSEWHERE:
                break
            self._hosts.next()
        if isinstance(outcome, HttpResponse):
            self._answered(request, outcome)
        else:
            self._failed(request, outcome)

    async def _try(self, request: HttpRequest, url: str) -> HttpResponse | str:
        """The answer, or the phrase that tells why there is none."""
        from monitor.feeds.http_client import HttpClient, HttpFailure  # noqa: PLC0415 - 0.1 s

        if self._client is None:
            limit = self._facts.max_message_bytes
            self._client = HttpClient(self._network.request_timeout_s, limit)
        try:
            proxy = self._network.proxy_for(url)
            response = await self._client.get(url, request.headers, proxy)
        except (HttpFailure, FeedError) as failure:
            return str(failure)
        return self._judged(response, host_of(url))

    def _judged(self, response: HttpResponse, host: str) -> HttpResponse | str:
        if response.status in REDIRECTS:
            return redirected(host, response.headers.get("location", ""))
        page = looks_like_web_page(response.body, response.headers.get("content-type", ""))
        if page and response.status < 400:
            return web_page(host)
        asked = response.headers.get("retry-after")
        wait = wait_asked_for(response.status, asked, self._clock.time_ns())
        if wait:
            self.not_before = max(self.not_before, self._clock.monotonic_ns() + wait)
        return response
