"""An X server of our own: Xvfb, in memory, for as long as something is drawn on it."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

NUMBERS = range(1_000, 50_000)
TRIES = 5


@contextmanager
def x_server(size: str, *options: str) -> Iterator[str]:
    """The display, like ``:1234``, of a server with one screen of ``size`` (``1440x900x24``).

    Empty where there is no Xvfb, or where it does not start. Its number is drawn: the lowest
    free one may be another server's under the same name, as sockets in a file system and
    abstract ones are seen by unlike sets of processes. It stays when its last client leaves,
    unless an option says otherwise.
    """
    program = shutil.which("Xvfb")
    for _ in range(TRIES if program else 0):
        display = f":{NUMBERS.start + secrets.randbelow(len(NUMBERS))}"
        read, write = os.pipe()
        command = [program or "", display, "-displayfd", str(write), "-screen", "0", size]
        with subprocess.Popen(  # noqa: S603 - found on PATH by its name
            [*command, *(options or ("-noreset",))],
            pass_fds=(write,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            os.close(write)
            with os.fdopen(read) as told:
                if not told.readline().strip():
                    continue
            try:
                yield display
            finally:
                process.terminate()
            return
    yield ""
