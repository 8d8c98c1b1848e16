"""What stands where: windows, their panels with settings, link groups and docking."""

import base64
import binascii
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

VERSION = 1

LinkGroup = Literal["", "amber", "blue", "green", "purple", "red"]
"""Panels of one colour follow one instrument; empty follows none."""


class Geometry(msgspec.Struct, frozen=True, kw_only=True):
    """A window's place on the screen, in device-independent pixels."""

    x: int = 0
    y: int = 0
    width: Annotated[int, Meta(ge=1, le=100_000)] = 1_440
    height: Annotated[int, Meta(ge=1, le=100_000)] = 900
    maximised: bool = False


class PanelLayout(msgspec.Struct, frozen=True, kw_only=True):
    """One panel: its kind by entry-point name, what it shows, and its own settings.

    ``id`` is unique in the workspace and is the name the docking state knows it by. A
    panel whose kind isn't installed keeps its place and its settings in the file.
    """

    id: Annotated[str, Meta(min_length=1, max_length=60)]
    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    instrument: str = ""
    link: LinkGroup = ""
    settings: dict[str, Any] = {}


class WindowLayout(msgspec.Struct, frozen=True, kw_only=True):
    """One window. ``docking`` is the docking library's own state, in base64."""

    geometry: Geometry = Geometry()
    panels: tuple[PanelLayout, ...] = ()
    docking: Annotated[str, Meta(max_length=1_000_000)] = ""
    filled_by: str = ""
    """The id of the panel that fills the window; empty for none."""

    def docking_state(self) -> bytes:
        """The docking library's state; empty where it isn't whole."""
        try:
            return base64.b64decode(self.docking, validate=True)
        except (binascii.Error, ValueError):
            return b""

    def with_docking(self, state: bytes) -> "WindowLayout":
        """The same window with another docking state."""
        return msgspec.structs.replace(self, docking=base64.b64encode(state).decode("ascii"))


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """All windows, and which instrument each link group follows."""

    version: int = VERSION
    windows: tuple[WindowLayout, ...] = ()
    links: dict[str, str] = {}
    timeframe: Annotated[int, Meta(ge=1_000_000_000)] = 60_000_000_000
    """The candle interval (ns) new price panels begin with."""

    def panels(self) -> dict[str, PanelLayout]:
        """Every panel by its id."""
        return {panel.id: panel for window in self.windows for panel in window.panels}
