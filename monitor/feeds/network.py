"""The user's one network setting, and what it means for each address."""

import ipaddress
import urllib.request
from urllib.parse import urlsplit

import msgspec

from monitor.feeds.feed_error import FeedError

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
USER_AGENT = "Depthscope"


class Network(msgspec.Struct, frozen=True):
    """How the outside world is reached.

    ``proxy`` is empty for what the system's environment says, ``direct`` for
    none, else an address such as ``http://user:password@host:port``.
    ``coalesce`` lets hot sockets be looked at every 8 ms instead of waited for;
    ``split`` lets plain messages be cut out by our own splitter, not the library.
    """

    proxy: str = ""
    coalesce: bool = True
    split: bool = True
    open_timeout_s: float = 10.0
    request_timeout_s: float = 15.0

    def proxy_for(self, url: str) -> str | None:
        """The proxy's address for ``url``, None for none.

        This machine itself is never asked through a proxy. Raises FeedError for
        a setting that is no proxy's address.
        """
        if self.proxy == "direct" or is_loopback(url):
            return None
        proxy = self.proxy or _system_proxy(url)
        if proxy is None:
            return None
        parts = urlsplit(proxy)
        if parts.scheme not in PROXY_SCHEMES or not parts.hostname:
            raise FeedError(
                f"the proxy setting was '{without_secret(proxy)}', "
                "not an address such as http://host:port"
            )
        return proxy


def is_loopback(url: str) -> bool:
    """True for an address on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_of(url: str) -> str:
    """The host of an address as shown to the user, with its port where it names one."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    host = parts.hostname or "?"
    return f"{host}:{port}" if port else host


def without_secret(url: str) -> str:
    """An address without its user and password, fit for a screen or a log."""
    user, at, rest = url.rpartition("@")
    return f"{user.partition('//')[0]}//…@{rest}" if at else url


def _system_proxy(url: str) -> str | None:
    """What the environment or the system's settings name, ALL_PROXY included."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return proxies.get(scheme) or proxies.get("all")
