"""Files come back as they were written; what is broken is named in one sentence."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.workspace.document import (
    BrokenFile,
    Document,
    decode_layout,
    decode_settings,
    encode,
)
from monitor.workspace.layout import Geometry, Layout, PanelLayout, WindowLayout
from monitor.workspace.settings import Appearance, Network, Picks, Settings

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)

SETTINGS = st.builds(
    Settings,
    appearance=st.builds(
        Appearance,
        theme=st.sampled_from(("system", "dark", "light")),
        frames_per_second=st.integers(5, 240),
    ),
    network=st.builds(Network, proxy=st.sampled_from(("", "http://10.0.0.1:3128"))),
    picks=st.builds(
        Picks,
        favourites=st.lists(st.from_regex(r"[a-z]{1,5}:[A-Z/]{1,8}", fullmatch=True)).map(tuple),
    ),
)

LAYOUTS = st.builds(
    Layout,
    windows=st.lists(
        st.builds(
            WindowLayout,
            geometry=st.builds(Geometry, x=st.integers(-5_000, 5_000)),
            docking=st.binary(max_size=20).map(lambda state: state.hex()),
        ),
        max_size=3,
    ).map(tuple),
    links=st.dictionaries(st.sampled_from(("amber", "blue")), st.just("demo:BTC-USDT")),
)


@given(SETTINGS)
def test_settings_come_back_as_they_were(settings: Settings) -> None:
    """What is written is read again, to the last field."""
    assert Document(settings) == decode_settings(encode(Document(settings)))


@given(LAYOUTS, st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_layouts_come_back_as_they_were(layout: Layout, panel_settings: dict[str, Any]) -> None:
    """Panels keep whatever settings they have, also of kinds nobody knows."""
    panel = PanelLayout(id="p1", kind="of-tomorrow", settings=panel_settings)
    layout = msgspec.structs.replace(
        layout, windows=(*layout.windows, WindowLayout(panels=(panel,)))
    )
    assert Document(layout) == decode_layout(encode(Document(layout)))
    assert panel == layout.panels()["p1"]


@given(st.dictionaries(st.text(max_size=8).map("x-".__add__), JSON, min_size=1, max_size=3))
def test_unknown_keys_are_kept_at_every_depth(unknown: dict[str, Any]) -> None:
    """A setting of a later program survives a visit to this one."""
    tree = msgspec.to_builtins(Settings())
    tree.update(unknown)
    tree["appearance"].update(unknown)
    document = decode_settings(json.dumps(tree).encode())
    changed = msgspec.structs.replace(
        document,
        value=msgspec.structs.replace(document.value, appearance=Appearance(theme="light")),
    )
    written = json.loads(encode(changed))
    assert "light" == written["appearance"]["theme"]
    for key, value in unknown.items():
        assert value == written[key] == written["appearance"][key]


def test_unknown_keys_of_a_panel_follow_it_when_panels_move() -> None:
    """They belong to the panel's id, not to its place in the list."""
    panels = [
        {"id": "a", "kind": "price", "glow": 1},
        {"id": "b", "kind": "depth", "glow": 2},
    ]
    document = decode_layout(json.dumps({"windows": [{"panels": panels}]}).encode())
    first, second = document.value.windows[0].panels
    moved = msgspec.structs.replace(
        document, value=Layout(windows=(WindowLayout(panels=(second, first)),))
    )
    written = json.loads(encode(moved))["windows"][0]["panels"]
    assert [("b", 2), ("a", 1)] == [(panel["id"], panel["glow"]) for panel in written]
    dropped = msgspec.structs.replace(
        document, value=Layout(windows=(WindowLayout(panels=(second,)),))
    )
    assert 1 == len(json.loads(encode(dropped))["windows"][0]["panels"])


def test_an_empty_object_is_all_defaults() -> None:
    """A missing field is its default: adding one breaks no file."""
    assert Settings() == decode_settings(b"{}").value
    assert Layout() == decode_layout(b"{}").value


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the settings file was no JSON"),
        (b"\xff\xfe{}", "the settings file was no JSON"),
        (b'{"version": 1', "the settings file was no JSON"),
        (b"[]", "the settings file was no JSON object"),
        (b"[" * 100_000, "the settings file was"),
        (b'{"version": 99}', "written by a later program (version 99; this one reads up to 1)"),
        (b'{"version": "one"}', "version was 'one'"),
        (b'{"version": true}', "version was True"),
        (b'{"appearance": {"frames_per_second": 9999}}', "frames_per_second"),
        (b'{"appearance": {"theme": "pink"}}', "pink"),
        (b'{"network": {"proxy": "ftp://x"}}', "proxy"),
        (b'{"picks": {"favourites": ["no colon"]}}', "favourites"),
        (b'{"x":' * 60 + b"1" + b"}" * 60, "nested more than"),
    ],
)
def test_a_broken_file_is_named_in_one_sentence(data: bytes, sentence: str) -> None:
    """Whoever sets the file aside can tell the user why."""
    with pytest.raises(BrokenFile) as caught:
        decode_settings(data)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    """Whatever stands in the file, it is read or it is a BrokenFile."""
    for decode in (decode_settings, decode_layout):
        with contextlib.suppress(BrokenFile):
            assert 1 == decode(data).value.version


def test_two_panels_of_one_id_are_refused() -> None:
    """Docking couldn't tell them apart."""
    panel = {"id": "a", "kind": "price"}
    with pytest.raises(BrokenFile, match="two panels with the id 'a'"):
        decode_layout(json.dumps({"windows": [{"panels": [panel, panel]}]}).encode())


@given(st.binary(max_size=200))
def test_docking_state_survives_as_text(state: bytes) -> None:
    """The docking library's bytes come back; a damaged text gives none."""
    assert state == WindowLayout().with_docking(state).docking_state()
    assert b"" == WindowLayout(docking="not base64!").docking_state()
