"""Why a connection failed or ended, in one plain phrase a user understands."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator

import msgspec
from python_socks import ProxyError as SocksError
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidProxyMessage,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    ProxyError,
    TooManyFragments,
)

from monitor.feeds.feed_error import FeedError
from monitor.feeds.network import host_of
from monitor.feeds.reconnect import LATER_WAIT, POLICY_WAIT, wait_asked_for

REDIRECTS = (300, 301, 302, 303, 307, 308)

_CLOSE_CODES = {
    1000: "the venue closed the connection",
    1001: "the venue's server is going away",
    1002: "the venue said we broke the WebSocket protocol",
    1003: "the venue refused the kind of data we sent",
    1006: "the connection was lost",
    1007: "the venue said our message was no valid text",
    1008: "the venue closed the connection for breaking its rules",
    1009: "the venue said our message was too big",
    1011: "the venue's server had an error",
    1012: "the venue's server is restarting",
    1013: "the venue is overloaded and asks to come back later",
    1014: "the venue's gateway had an error",
}
_CERTIFICATES = {
    10: "has expired",
    9: "is not valid yet",
    18: "is self-signed",
    19: "is signed by nobody this computer trusts",
    20: "is signed by nobody this computer trusts",
    21: "is signed by nobody this computer trusts",
    23: "was revoked",
    62: "is for another host",
    64: "is for another host",
}
_CLOSE_WAITS = {1008: POLICY_WAIT, 1013: LATER_WAIT}
_STATUS_WORDS = {
    401: "the venue wants a key",
    403: "the venue refused this computer or network",
    404: "the venue has nothing at this address",
    418: "the venue banned this address for too many requests",
    429: "too many requests",
    451: "the venue does not serve this region; another of its hosts may",
}


class Ending(msgspec.Struct, frozen=True):
    """How an attempt or a connection ended; ``at_least`` (ns) is a wait it calls for."""

    reason: str
    at_least: int = 0


def ending_of(
    error: BaseException, url: str, max_bytes: int, wall: int, proxy: str | None = None
) -> Ending:
    """What ``error`` of a WebSocket to ``url`` means. ``wall`` is ns UTC, for Retry-After dates."""
    if isinstance(error, ConnectionClosed):
        return _closed(error, max_bytes)
    if isinstance(error, TooManyFragments):
        return Ending("too big: a message came in more than 4,096 pieces")
    if isinstance(error, InvalidStatus):
        return _refused(error, url, wall)
    return Ending(phrase_of(error, url, proxy))


def phrase_of(error: BaseException, url: str, proxy: str | None = None) -> str:
    """What an error of the network, TLS or proxy means; for sockets and for HTTP alike."""
    host = host_of(url)
    for cause in _chain(error):
        # Through a proxy the only TCP connection is the one to the proxy.
        near = f"the proxy {host_of(proxy)}" if proxy else host
        phrase = _proxy(cause) or _tls(cause, host) or _network(cause, near)
        if phrase:
            return phrase
    return f"the connection to {host} failed: {plain(str(error) or type(error).__name__)}"


def plain(text: str, limit: int = 120) -> str:
    """A venue's words made safe to show: printable characters only, cut to ``limit``."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:limit])
    return " ".join(shown.split())


def redirected(host: str, target: str) -> str:
    """The phrase for an answer that points elsewhere; it is never followed."""
    return f"{host} redirected to {plain(host_of(target))}, which is not followed"


def looks_like_web_page(body: bytes, content_type: str) -> bool:
    """True for HTML: a captive portal or a block page stood in for the venue."""
    return "html" in content_type.lower() or body[:64].lstrip().startswith(b"<")


def web_page(host: str) -> str:
    """The phrase for a web page where data should have been."""
    return f"{host} answered with a web page; the network may want a log-in first"


def status_words(status: int, host: str) -> str:
    """The phrase for an HTTP status that is no success."""
    if status in _STATUS_WORDS:
        return f"{_STATUS_WORDS[status]} ({host} answered {status})"
    if status >= 500:
        return f"the venue's server had trouble ({host} answered {status})"
    return f"{host} answered {status}"


def _closed(error: ConnectionClosed, max_bytes: int) -> Ending:
    received, sent = error.rcvd, error.sent
    if (received is None and sent is not None) or error.rcvd_then_sent is False:
        assert sent is not None
        if sent.code == 1009:
            return Ending(f"too big: a message was over {max_bytes / 2**20:.0f} MiB")
        if sent.code == 1011 and "ping" in sent.reason:
            return Ending("the venue did not answer a ping")
        if sent.code in (1002, 1007):
            return Ending("the venue sent what is no WebSocket")
    code = received.code if received is not None else 1006
    words = _CLOSE_CODES.get(code, "the venue closed the connection")
    said = plain(received.reason) if received is not None else ""
    quoted = f": {said}" if said else ""
    number = f" ({code})" if received is not None else ""
    return Ending(f"{words}{number}{quoted}", _CLOSE_WAITS.get(code, 0))


def _refused(error: InvalidStatus, url: str, wall: int) -> Ending:
    response, host = error.response, host_of(url)
    status = response.status_code
    if status in REDIRECTS:
        return Ending(redirected(host, response.headers.get("Location", "")))
    wait = wait_asked_for(status, response.headers.get("Retry-After"), wall)
    page = looks_like_web_page(
        bytes(response.body or b""), response.headers.get("Content-Type", "")
    )
    if page and status < 400:
        return Ending(web_page(host))
    return Ending(status_words(status, host), wait)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _proxy(error: BaseException) -> str:
    if isinstance(error, InvalidProxyStatus):
        status = error.response.status_code
        wanted = ": it wants a user and a password" if status == 407 else ""
        return f"the proxy refused ({status}){wanted}"
    if isinstance(error, InvalidProxyMessage):
        return "the proxy's answer was no HTTP"
    if isinstance(error, InvalidProxy):
        return "the proxy setting is no proxy's address"
    if isinstance(error, ProxyError):
        error = error.__cause__ or error
        return _socks(error) if isinstance(error, SocksError) else "the proxy failed"
    if isinstance(error, SocksError):
        return _socks(error)
    if isinstance(error, ImportError) and "socks" in str(error):
        return "a SOCKS proxy needs the package python-socks"
    return ""


def _socks(error: SocksError) -> str:
    """RFC 1928's replies in words; those about a log-in are told as HTTP's 407 is."""
    words = plain(str(error)).lower()
    if "authentication" in words:
        return "the proxy refused: it wants a user and a password"
    return f"the proxy failed: {words}"


def _tls(error: BaseException, host: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        what = _CERTIFICATES.get(error.verify_code, f"is not valid: {plain(error.verify_message)}")
        return f"the certificate of {host} {what}"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection to {host} came about (TLS)"
    return ""


def _network(error: BaseException, host: str) -> str:
    if isinstance(error, FeedError):
        return str(error)
    if isinstance(error, socket.gaierror):
        return f"the name {host} was not found (DNS)"
    if _refused_by_all(error):
        return f"{host} refused the connection"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return f"{host} broke the connection"
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return f"{host} did not answer in time"
    if isinstance(error, InvalidURI):
        return f"{host} is no address of a WebSocket"
    if isinstance(error, InvalidMessage):
        return f"{host} did not answer as a web server does"
    if isinstance(error, InvalidHandshake):
        return f"{host} did not open a WebSocket: {plain(str(error))}"
    return _unreachable(error, host)


def _refused_by_all(error: BaseException) -> bool:
    """With a name of several addresses asyncio joins their errors into one text like this."""
    text = f"Multiple exceptions: [Errno {errno.ECONNREFUSED}]"
    is_one = isinstance(error, OSError) and error.errno == errno.ECONNREFUSED
    return is_one or (isinstance(error, OSError) and str(error).startswith(text))


def _unreachable(error: BaseException, host: str) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{host} could not be reached: {plain(error.strerror).lower()}"
    return ""
