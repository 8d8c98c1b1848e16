"""A file that is there whole or not at all: written beside its place, then put into it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part"


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A temporary path in ``path``'s folder, to be written to; at the end it takes its place.

    It is on the disk before it does, so that a crash leaves the old file or the new one.
    After any error the old file stays and nothing is left beside it. A ``private`` file is
    readable by its owner only. Raises OSError.
    """
    place = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=PART, dir=place.parent)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        if not private:
            temporary.chmod(_usual_mode(place))
        _flush(temporary)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(place.parent)


def write_whole(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file's bytes so that it is there whole or not at all. Raises OSError."""
    with whole_file(path, private=private) as temporary:
        temporary.write_bytes(data)


def reason_of(error: OSError) -> str:
    """What the system has against it, to stand after a colon."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{reason[:1].lower()}{reason[1:]}"


def _usual_mode(place: Path) -> int:
    """The mode of the file that is replaced, else what the user's mask leaves."""
    try:
        return place.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Have the new name on the disk, too, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
