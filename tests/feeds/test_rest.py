"""HTTP requests against real servers on this machine: answers, refusals, and plain phrases."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from monitor.feeds.clock import Clock
from monitor.feeds.network import Network
from monitor.feeds.rest import Rest
from monitor.model.time import SECOND
from monitor.protocol.facts import Facts
from monitor.protocol.venue import HttpRequest, HttpResponse
from tests.feeds.counting_venue import counting_facts, raw_server, until

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class _Outcomes:
    """What became of requests."""

    def __init__(self) -> None:
        self.answers: list[tuple[HttpRequest, HttpResponse]] = []
        self.failures: list[tuple[HttpRequest, str]] = []

    def __len__(self) -> int:
        return len(self.answers) + len(self.failures)

    def answered(self, request: HttpRequest, response: HttpResponse) -> None:
        self.answers.append((request, response))

    def failed(self, request: HttpRequest, reason: str) -> None:
        self.failures.append((request, reason))


def _run(test: Coroutine[None, None, None]) -> None:
    async def within() -> None:
        async with asyncio.timeout(30):
            await test

    asyncio.run(within())


def _rest(facts: Facts, outcomes: _Outcomes, network: Network | None = None) -> Rest:
    network = network or Network(proxy="direct")
    return Rest(facts, network, Clock(), outcomes.answered, outcomes.failed)


def _say(answer: bytes, asked: list[bytes] | None = None) -> Serve:
    """Answer each connection's one request with these bytes."""

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(request)
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return server


async def _outcome_of(answer: bytes, **facts: object) -> tuple[_Outcomes, int]:
    outcomes = _Outcomes()
    async with raw_server(_say(answer)) as port:
        rest = _rest(counting_facts(**facts), outcomes)
        rest.make([HttpRequest(f"http://127.0.0.1:{port}/x?symbols=%5B%22A%22%5D")])
        await until(lambda: len(outcomes))
        await rest.close()
    return outcomes, port


def test_an_answer_comes_as_it_was_sent() -> None:
    """Body, status and headers by lower-case name; the address is asked for letter by letter."""

    async def test() -> None:
        asked: list[bytes] = []
        answer = b'HTTP/1.1 200 OK\r\nX-Used: 7\r\nContent-Length: 9\r\n\r\n{"a":1.0}'
        outcomes = _Outcomes()
        async with raw_server(_say(answer, asked)) as port:
            rest = _rest(counting_facts(), outcomes)
            request = HttpRequest(f"http://127.0.0.1:{port}/x?s=%5B%22A%22%5D", {"X-Key": "k"})
            rest.make([request])
            await until(lambda: len(outcomes))
            await rest.close()
        (given, response) = outcomes.answers[0]
        assert request == given
        assert (200, b'{"a":1.0}', "7") == (
            response.status,
            response.body,
            response.headers["x-used"],
        )
        assert asked[0].startswith(b"GET /x?s=%5B%22A%22%5D HTTP/1.1\r\n")
        assert b"X-Key: k\r\n" in asked[0]
        assert b"User-Agent: Depthscope\r\n" in asked[0]

    _run(test())


def test_a_refusal_is_an_answer_and_holds_up_the_next_request() -> None:
    """Row 14: the protocol sees the 429 and its header, and nothing is asked before its time."""

    async def test() -> None:
        answer = b"HTTP/1.1 429 No\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"
        outcomes = _Outcomes()
        async with raw_server(_say(answer)) as port:
            rest = _rest(counting_facts(), outcomes)
            rest.make([HttpRequest(f"http://127.0.0.1:{port}/x")])
            await until(lambda: len(outcomes))
            assert (429, "60") == (
                outcomes.answers[0][1].status,
                outcomes.answers[0][1].headers["retry-after"],
            )
            assert rest.not_before - Clock().monotonic_ns() > 55 * SECOND
            await rest.close()

    _run(test())


def test_a_redirect_is_not_followed() -> None:
    async def test() -> None:
        outcomes, port = await _outcome_of(
            b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n"
        )
        words = f"127.0.0.1:{port} redirected to evil.example, which is not followed"
        assert words == outcomes.failures[0][1]

    _run(test())


def test_a_web_page_is_no_answer() -> None:
    """Row 17: a captive portal."""

    async def test() -> None:
        outcomes, port = await _outcome_of(
            b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>"
        )
        words = f"127.0.0.1:{port} answered with a web page; the network may want a log-in first"
        assert words == outcomes.failures[0][1]

    _run(test())


def test_a_body_over_the_limit_is_refused() -> None:
    async def test() -> None:
        body = b"1" * 3_000_000
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        outcomes, port = await _outcome_of(head + body, max_message_bytes=2 * 2**20)
        assert f"127.0.0.1:{port} answered with over 2 MiB" == outcomes.failures[0][1]

    _run(test())


def test_an_answer_that_breaks_off_is_told() -> None:
    async def test() -> None:
        outcomes, port = await _outcome_of(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{")
        words = f"127.0.0.1:{port} broke off in the middle of its answer"
        assert words == outcomes.failures[0][1]

    _run(test())


def test_silence_and_refusal_are_told() -> None:
    async def test() -> None:
        async def mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read(-1)

        outcomes = _Outcomes()
        async with raw_server(mute) as port:
            network = Network(proxy="direct", request_timeout_s=0.3)
            rest = _rest(counting_facts(), outcomes, network)
            rest.make([HttpRequest(f"http://127.0.0.1:{port}/x")])
            await until(lambda: len(outcomes))
            await rest.close()
        assert f"127.0.0.1:{port} did not answer in time" == outcomes.failures[0][1]
        rest = _rest(counting_facts(), outcomes)
        rest.make([HttpRequest(f"http://127.0.0.1:{port}/x")])
        await until(lambda: len(outcomes) == 2)
        await rest.close()
        assert f"127.0.0.1:{port} refused the connection" == outcomes.failures[1][1]

    _run(test())


def test_the_next_host_answers_where_the_first_does_not_serve_us() -> None:
    """A region's refusal (451) sends us on; the host that answered is kept."""

    async def test() -> None:
        asked: list[bytes] = []
        outcomes = _Outcomes()
        region = b"HTTP/1.1 451 No\r\nContent-Length: 0\r\n\r\n"
        fine = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        async with raw_server(_say(region, asked)) as first, raw_server(_say(fine)) as second:
            hosts = (f"http://127.0.0.1:{first}", f"http://127.0.0.1:{second}")
            rest = _rest(counting_facts(rest_urls=hosts), outcomes)
            for number in (1, 2):
                rest.make([HttpRequest(f"{hosts[0]}/x?n={number}")])
                await until(lambda number=number: len(outcomes) == number)  # type: ignore[misc]
            await rest.close()
        assert [200, 200] == [response.status for _, response in outcomes.answers]
        assert len(asked) == 1

    _run(test())


def test_requests_keep_the_venues_pace() -> None:
    """Starts are at least the interval apart."""

    async def test() -> None:
        starts: list[float] = []

        async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            starts.append(asyncio.get_running_loop().time())
            await _say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")(reader, writer)

        outcomes = _Outcomes()
        async with raw_server(server) as port:
            rest = _rest(counting_facts(request_interval_s=0.2), outcomes)
            rest.make([HttpRequest(f"http://127.0.0.1:{port}/{n}") for n in range(4)])
            await until(lambda: len(outcomes) == 4)
            await rest.close()
        assert starts[-1] - starts[0] > 0.5

    _run(test())
