"""One HTTP GET through aiohttp, its troubles told in plain phrases; imported when first used."""

import aiohttp
from yarl import URL

from monitor.feeds.network import USER_AGENT, host_of
from monitor.feeds.reasons import phrase_of
from monitor.protocol.venue import HttpResponse

CHUNK = 64 * 1024


class HttpFailure(Exception):
    """No answer came; the message is the phrase that tells why."""


class HttpClient:
    """Makes GET requests of at most ``max_bytes`` of body; follows no redirect."""

    def __init__(self, timeout_s: float, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def get(self, url: str, headers: dict[str, str], proxy: str | None) -> HttpResponse:
        """The answer, whatever its status. Raises HttpFailure where there is none."""
        try:
            return await self._get(url, headers, proxy)
        except (TimeoutError, OSError, ValueError, aiohttp.ClientError) as error:
            raise HttpFailure(_phrase(error, url, proxy)) from error

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def _get(self, url: str, headers: dict[str, str], proxy: str | None) -> HttpResponse:
        # ``encoded``: the address stays exactly as the protocol wrote it.
        socks = proxy if proxy is not None and proxy.startswith("socks") else ""
        async with self._session_by(socks).get(
            URL(url, encoded=True),
            headers=headers,
            proxy=None if socks else proxy,
            allow_redirects=False,
        ) as answer:
            body = await self._read(answer.content, host_of(url))
            named = {name.lower(): value for name, value in answer.headers.items()}
            return HttpResponse(url, answer.status, body, named)

    def _session_by(self, socks: str) -> aiohttp.ClientSession:
        """The session whose connections go through a SOCKS proxy; with none, straight."""
        if socks not in self._sessions:
            self._sessions[socks] = aiohttp.ClientSession(
                headers={"User-Agent": USER_AGENT},
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
                trust_env=False,
                connector=_through(socks) if socks else None,
            )
        return self._sessions[socks]

    async def _read(self, content: aiohttp.StreamReader, host: str) -> bytes:
        """The whole body; ``read(n)`` may return short, so it is asked until it ends."""
        body = bytearray()
        while chunk := await content.read(CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise HttpFailure(f"{host} answered with over {self._max_bytes / 2**20:.0f} MiB")
        return bytes(body)


def _through(socks: str) -> aiohttp.BaseConnector:
    from monitor.feeds.socks import SocksConnector  # noqa: PLC0415 - seldom wanted

    return SocksConnector(socks)


def _phrase(error: Exception, url: str, proxy: str | None) -> str:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        wanted = ": it wants a user and a password" if error.status == 407 else ""
        return f"the proxy refused ({error.status}){wanted}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return phrase_of(error.certificate_error, url)
    if isinstance(error, aiohttp.ClientConnectorError):
        return phrase_of(error.os_error, url, proxy)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return f"{host_of(url)} broke the connection"
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"{host_of(url)} broke off in the middle of its answer"
    return phrase_of(error, url, proxy)
