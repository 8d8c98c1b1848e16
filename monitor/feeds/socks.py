"""HTTP connections through a SOCKS proxy, the proxy that also carries the WebSockets."""

from asyncio import Transport
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientConnectionError, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio import Proxy

PORT = 1080
"""Where a SOCKS proxy listens if its address doesn't say (RFC 1928, 3)."""


class SocksConnector(TCPConnector):
    """Opens every connection through one proxy; ``socks5h`` leaves names to the proxy too.

    A proxy that refuses raises ClientConnectionError, one that can't be reached an OSError.
    """

    def __init__(self, proxy: str) -> None:
        super().__init__(resolver=_Unresolved())
        parts = urlsplit(proxy)
        self._proxy = Proxy(
            ProxyType.SOCKS5,
            parts.hostname or "",
            parts.port or PORT,
            parts.username,
            parts.password,
            rdns=parts.scheme == "socks5h",
        )

    # aiohttp lets a connector choose the connections only here: it is no public method, so
    # the tests of a working proxy hold it to what the version pinned does.
    async def _wrap_create_connection(
        self, *args: Any, req: Any, **more: Any
    ) -> tuple[Transport, ResponseHandler]:
        plain = {key: more[key] for key in ("ssl", "server_hostname")}
        try:
            connected = await self._proxy.connect(req.url.raw_host, req.port)
        except ProxyError as error:
            raise ClientConnectionError("the proxy refused") from error
        made: tuple[Transport, ResponseHandler] = await self._loop.create_connection(
            *args, **plain, sock=connected
        )
        return made


class _Unresolved(AbstractResolver):
    """Leaves a name as it is: who resolves it is the proxy's matter."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None: ...
