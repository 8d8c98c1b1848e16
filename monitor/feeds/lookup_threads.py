"""A loop's threads, of which those that look a name up are not waited for at the end."""

import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class LookupThreads(ThreadPoolExecutor):
    """The default executor of a loop (``loop.set_default_executor``).

    asyncio and aiohttp look names up by ``socket.getaddrinfo`` in the loop's executor. It can't
    be interrupted: where no name server answers it takes half a minute, and a program that waits
    for its threads hangs so long after its user closed it. Each look-up therefore has a daemon
    thread of its own; all other work is waited for as ever.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        if fn is not socket.getaddrinfo:
            return super().submit(fn, *args, **kwargs)
        future: Future[T] = Future()
        Thread(target=_look_up, args=(future, fn, args, kwargs), name="lookup", daemon=True).start()
        return future


def _look_up(
    future: "Future[T]", call: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        found = call(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001 - whoever awaits it is told
        future.set_exception(error)
    else:
        future.set_result(found)
