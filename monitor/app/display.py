"""Whether there is a screen to open a window on, asked before Qt would abort over it."""

import ctypes
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

INSTEAD = "depthscope render draws a recording's charts without one"
X_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt's xcb plug-in loads beyond what every desktop has, and Debian's names for it."""


class Display:
    """The screen of an environment, and ``trouble``: why no window can be opened, or nothing.

    The connection it asked over stays open until ``release``, for a time when Qt has its
    own: an X server made to serve one program starts anew when its last client leaves
    (Xserver(1), ``-noreset``), and would close the door on Qt.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._xcb: ctypes.CDLL | None = None
        self._connection: int | None = None
        self.trouble = self._trouble(environment)

    def release(self) -> None:
        """Close the connection."""
        if self._xcb is not None and self._connection is not None:
            self._xcb.xcb_disconnect(self._connection)
            self._connection = None

    def _trouble(self, environment: Mapping[str, str]) -> str:
        if not sys.platform.startswith("linux"):
            return ""
        platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
        has = _platforms()
        if platform and ";" not in platform and has and platform not in has:
            known = ", ".join(sorted(has))
            return f"QT_QPA_PLATFORM was '{platform}', which this Qt doesn't have (it has {known})"
        if platform.startswith("wayland") and not _wayland(environment):
            return f"no Wayland compositor was found for QT_QPA_PLATFORM={platform}; {INSTEAD}"
        if platform not in ("", "xcb") or (not platform and _wayland(environment)):
            return ""
        display = environment.get("DISPLAY", "")
        if not display:
            unset = "DISPLAY is not" if platform else "neither DISPLAY nor WAYLAND_DISPLAY is"
            return f"there is no display here ({unset} set); {INSTEAD}"
        if not self._answers(display):
            return f"the display {display} did not answer; {INSTEAD}"
        missing = [package for library, package in X_LIBRARIES.items() if _load(library) is None]
        if missing:
            needed = " ".join(missing)
            return f"Qt needs {needed} to open a window (apt-get install them); {INSTEAD}"
        return ""

    def _answers(self, display: str) -> bool:
        """Open a connection to an X server, its authority file and all."""
        xcb = _load("libxcb.so.1")
        if xcb is None:
            return True  # Qt will tell
        xcb.xcb_connect.restype = ctypes.c_void_p
        xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
        xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
        self._xcb, self._connection = xcb, xcb.xcb_connect(display.encode(), None)
        return not xcb.xcb_connection_has_error(self._connection)


def _platforms() -> set[str]:
    """The platforms that the installed Qt has plug-ins for; none where they aren't found."""
    found = find_spec("PySide6")
    folder = Path(found.origin or "").parent / "Qt" / "plugins" / "platforms" if found else Path()
    names = [path.stem.removeprefix("libq") for path in folder.glob("libq*.so")]
    return {name for name in names if name}


def _wayland(environment: Mapping[str, str]) -> bool:
    name, folder = environment.get("WAYLAND_DISPLAY", ""), environment.get("XDG_RUNTIME_DIR", "")
    return bool(name) and (Path(folder) / name).exists()


def _load(library: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None
