"""What waits to be asked over REST, what was asked, and when the venue lets us ask."""

import msgspec

from monitor.model.time import SECOND
from monitor.protocol.venue import HttpRequest
from monitor.venues.binance.rest import Query, Weights

TRIES = 5
LONGEST_WAIT = 30 * SECOND


class Plan(msgspec.Struct):
    """One query: not made before ``not_before`` (monotonic ns), made ``tries`` times.

    ``request`` is what was made of it last.
    """

    query: Query
    not_before: int = 0
    tries: int = 0
    request: HttpRequest | None = None


class Desk:
    """Queries go in, requests come out, no faster than the venue's weights allow."""

    def __init__(self, weight_per_minute: int) -> None:
        self.held_until = 0
        self._weights = Weights(weight_per_minute)
        self._waiting: list[Plan] = []
        self._asked: dict[str, Plan] = {}
        self._overtaken: list[HttpRequest] = []

    def plan(self, query: Query) -> None:
        """Have something asked as soon as it may be; once, however often it is wanted."""
        if all(plan.query != query for plan in self._waiting):
            self._waiting.append(Plan(query))

    def release(self, now: int, host: str) -> list[HttpRequest]:
        """The requests that may be made now of ``host``, oldest first."""
        if now < self.held_until or not self._waiting:
            return []
        requests: list[HttpRequest] = []
        held: list[Plan] = []
        for plan in self._waiting:
            if plan.not_before <= now and self._weights.admits(plan.query.weight, now):
                plan.request = HttpRequest(plan.query.url(host))
                self._asked[plan.request.url] = plan
                requests.append(plan.request)
            else:
                held.append(plan)
        self._waiting = held
        return requests

    def held(self, path: str, now: int) -> dict[str, int]:
        """The symbols whose ``path`` has to wait for the venue's limits, each with until when."""
        if not self._waiting:
            return {}
        plans = [
            (plan.query.weight, max(plan.not_before, self.held_until)) for plan in self._waiting
        ]
        times = self._weights.waits(plans, now)
        return {
            dict(plan.query.params)["symbol"]: at
            for plan, at in zip(self._waiting, times, strict=True)
            if plan.query.path == path and at > now
        }

    def overtake(self, path: str, symbol: str = "") -> None:
        """What is under way of ``path`` tells of a time that is over, and answers nothing any more.

        That of one ``symbol``, or of all.
        """
        self._waiting = [plan for plan in self._waiting if not _is_of(plan, path, symbol)]
        for url, plan in list(self._asked.items()):
            if _is_of(plan, path, symbol) and plan.request is not None:
                del self._asked[url]
                self._overtaken.append(plan.request)

    def was_overtaken(self, request: HttpRequest) -> bool:
        """True for an answer to what was overtaken; each such request is answered but once."""
        for number, made in enumerate(self._overtaken):
            # The very request: one of the same words may be asked anew.
            if made is request:
                del self._overtaken[number]
                return True
        return False

    def closed(self, url: str) -> Plan | None:
        """The plan that an answer or a failure belongs to; None where it was not asked for."""
        return self._asked.pop(url, None)

    def hold(self, until: int) -> None:
        """Ask nothing before ``until`` (monotonic ns)."""
        self.held_until = max(self.held_until, until)

    def again(self, plan: Plan, now: int, wait: int) -> bool:
        """Plan a failed query anew, later each time; False where it was tried enough."""
        plan.tries += 1
        if plan.tries >= TRIES:
            return False
        plan.not_before = now + max(wait, min(SECOND << plan.tries, LONGEST_WAIT))
        self._waiting.append(plan)
        return True


def _is_of(plan: Plan, path: str, symbol: str) -> bool:
    return plan.query.path == path and symbol in ("", dict(plan.query.params).get("symbol"))
