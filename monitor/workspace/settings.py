"""What the user chose, as frozen values: one annotated field is the file, the form and the docs.

Each field's ``msgspec.Meta`` has a title and a description for people, and its limits. Its
``extra`` may hold ``expects``, what a wrong value is told it should have been, and ``form``: a field
where that is False is kept here but chosen elsewhere in the window.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

VERSION = 1

_OPEN = r"^(?!.*://[^\s/?#]*@)"
"""No address with a name and a password: this file is plain, secrets have no place in it."""

_INSTRUMENT = Meta(pattern=r"^[^:\s]+:\S.*$", max_length=120)
InstrumentId = Annotated[str, _INSTRUMENT]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A group of settings."""


class Appearance(Section, frozen=True, kw_only=True):
    """How the window looks."""

    theme: Annotated[
        Literal["system", "dark", "light"],
        Meta(title="Theme", description="Dark, light, or as the system is."),
    ] = "system"
    side_colours: Annotated[
        Literal["blue-orange", "green-red"],
        Meta(
            title="Buy and sell colours",
            description="Blue and orange can be told apart by everyone.",
        ),
    ] = "blue-orange"
    time_zone: Annotated[
        Literal["utc", "local"],
        Meta(title="Time", description="Show times in UTC or in this machine's zone."),
    ] = "utc"
    frames_per_second: Annotated[
        int,
        Meta(
            title="Frames per second",
            description="How often panels are drawn at most; data never waits for it.",
            ge=5,
            le=240,
        ),
    ] = 60


class Network(Section, frozen=True, kw_only=True):
    """How venues are reached."""

    proxy: Annotated[
        str,
        Meta(
            title="Proxy",
            description="For sockets and HTTP alike, such as http://host:8080 or "
            "socks5://host:1080; direct for none, empty for the system's "
            "own. One that asks for a password is set in the environment (HTTPS_PROXY, "
            "ALL_PROXY), never here. The demo uses none.",
            pattern=r"^(direct|(https?|socks5h?)://[^\s/@]+/?)?$",
            max_length=300,
            extra={"expects": "empty, direct, or an address such as http://host:8080"},
        ),
    ] = ""
    hosts: Annotated[
        dict[
            Annotated[str, Meta(max_length=60)],
            Annotated[str, Meta(pattern=rf"{_OPEN}(wss?|https?)://[^\s/]+", max_length=300)],
        ],
        Meta(
            title="Venue addresses",
            description="Another address for a venue, by its id, where the usual one refuses: "
            "binance = wss://data-stream.binance.vision.",
            extra={"expects": "a venue's id and an address, wss:// or https://, on each line"},
        ),
    ] = {}
    open_feeds: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]*$", max_length=30)],
            Annotated[str, Meta(pattern=rf"{_OPEN}wss?://[^\s/]+", max_length=300)],
        ],
        Meta(
            title="Own feeds",
            description="Open Feed servers by the name you give them: mine = ws://127.0.0.1:9000.",
            extra={
                "expects": "a name of small letters and digits and an address, ws:// or wss://, "
                "on each line"
            },
        ),
    ] = {}


class RecordingSettings(Section, frozen=True, kw_only=True):
    """Where recordings go."""

    folder: Annotated[
        str,
        Meta(
            title="Recording folder",
            description="Where the Rec button puts its files; empty for the usual place.",
            max_length=1_000,
        ),
    ] = ""


class Export(Section, frozen=True, kw_only=True):
    """How charts are saved."""

    folder: Annotated[
        str,
        Meta(
            title="Export folder",
            description="Where exported charts go first; empty for the last one used.",
            max_length=1_000,
        ),
    ] = ""
    scale: Annotated[
        int,
        Meta(title="Picture scale", description="Pixels a point in PNG files.", ge=1, le=4),
    ] = 2


class Picks(Section, frozen=True, kw_only=True):
    """Instruments the user comes back to."""

    favourites: Annotated[
        tuple[InstrumentId, ...],
        Meta(
            title="Favourites",
            description="Instruments of the strip, in order: VENUE:SYMBOL.",
            max_length=100,
            extra={"expects": "VENUE:SYMBOL on each line, a hundred at most"},
        ),
    ] = ()
    recents: Annotated[
        tuple[InstrumentId, ...],
        Meta(
            title="Recently picked",
            description="The last instruments picked, newest first.",
            max_length=20,
            extra={"form": False},
        ),
    ] = ()

    def with_recent(self, instrument: str) -> "Picks":
        """This instrument picked last."""
        others = [one for one in self.recents if one != instrument]
        return msgspec.structs.replace(self, recents=(instrument, *others)[:20])

    def with_favourite(self, instrument: str) -> "Picks":
        """The star pressed: added at the end, or taken away."""
        if instrument in self.favourites:
            kept = tuple(one for one in self.favourites if one != instrument)
        else:
            kept = (*self.favourites, instrument)[-100:]
        return msgspec.structs.replace(self, favourites=kept)


class Settings(Section, frozen=True, kw_only=True):
    """Everything the user can set; the file has the same shape."""

    version: Annotated[int, Meta(extra={"form": False})] = VERSION
    appearance: Annotated[Appearance, Meta(title="Appearance")] = Appearance()
    network: Annotated[Network, Meta(title="Network")] = Network()
    recording: Annotated[RecordingSettings, Meta(title="Recording")] = RecordingSettings()
    export: Annotated[Export, Meta(title="Export")] = Export()
    picks: Annotated[Picks, Meta(title="Instruments")] = Picks()
