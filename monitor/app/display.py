"""Whether there is a screen to open a window on, asked before Qt would abort over it."""

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

INSTEAD = "depthscope render draws a recording's charts without one"
X_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt's xcb plug-in loads beyond what every desktop has, and Debian's names for it."""


def why_no_display(environment: Mapping[str, str] = os.environ) -> str:
    """One sentence that says why no window can be opened; empty where one can."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    if _wayland(environment):
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        return f"there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); {INSTEAD}"
    if not _answers(display):
        return f"the display {display} did not answer; {INSTEAD}"
    missing = [package for library, package in X_LIBRARIES.items() if _load(library) is None]
    if missing:
        return f"Qt needs {' '.join(missing)} to open a window (apt-get install them); {INSTEAD}"
    return ""


def _wayland(environment: Mapping[str, str]) -> bool:
    name, folder = environment.get("WAYLAND_DISPLAY", ""), environment.get("XDG_RUNTIME_DIR", "")
    return bool(name) and (Path(folder) / name).exists()


def _answers(display: str) -> bool:
    """Open and close a connection to an X server, its authority file and all."""
    xcb = _load("libxcb.so.1")
    if xcb is None:
        return True  # Qt will tell
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _load(library: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None
