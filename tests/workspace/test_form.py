"""One annotated field is enough for file, form and docs."""

import msgspec
import pytest

from monitor.workspace.document import BrokenFile, decode_settings
from monitor.workspace.form import WrongSetting, fields, reference, value_at, with_value
from monitor.workspace.settings import Picks, Section, Settings


def test_every_setting_has_words_for_people() -> None:
    """A field without a title or a description would be a riddle in the form."""
    for field in fields():
        assert field.title
        assert field.title != field.path[1]
        assert field.description.endswith(".")
        assert field.section[0].isupper()


def test_the_form_has_every_field_but_those_chosen_elsewhere() -> None:
    """Adding a field to a section adds it to the form."""
    expected = {
        (section.name, field.name)
        for section in msgspec.structs.fields(Settings)
        if isinstance(section.default, Section)
        for field in msgspec.structs.fields(type(section.default))
    } - {("picks", "recents")}
    assert expected == {field.path for field in fields()}


def test_fields_tell_their_kind_and_limits() -> None:
    """What a form needs to build its widget."""
    by_path = {field.path: field for field in fields()}
    frames = by_path["appearance", "frames_per_second"]
    assert ("whole number", 60, 5, 240) == (
        frames.kind,
        frames.default,
        frames.smallest,
        frames.largest,
    )
    theme = by_path["appearance", "theme"]
    assert ("choice", ("system", "dark", "light")) == (theme.kind, theme.choices)
    assert "table" == by_path["network", "hosts"].kind
    assert "list" == by_path["picks", "favourites"].kind
    assert "text" == by_path["network", "proxy"].kind


def test_defaults_are_those_of_the_settings() -> None:
    """The form shows what a fresh start has, and every default is itself allowed."""
    for field in fields():
        assert field.default == value_at(Settings(), field.path)
        assert Settings() == with_value(Settings(), field.path, field.default)


def test_a_changed_value_changes_only_itself() -> None:
    """Everything else stays."""
    changed = with_value(Settings(), ("appearance", "theme"), "light")
    assert "light" == value_at(changed, ("appearance", "theme"))
    assert Settings() == with_value(changed, ("appearance", "theme"), "system")


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("appearance", "frames_per_second"), 1_000, "a whole number from 5 to 240"),
        (("appearance", "frames_per_second"), "many", "a whole number from 5 to 240"),
        (("appearance", "theme"), "pink", "one of system, dark, light"),
        (("network", "proxy"), "localhost", "an address such as http://host:8080"),
        (("network", "hosts"), {"binance": "binance.com"}, "wss:// or https://"),
        (("network", "open_feeds"), {"My feed": "ws://127.0.0.1"}, "a name of small letters"),
        (("picks", "favourites"), ["BTCUSDT"], "VENUE:SYMBOL on each line"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    path: tuple[str, str], value: object, sentence: str
) -> None:
    """The sentence stands beside the field."""
    title = next(field.title for field in fields() if field.path == path)
    with pytest.raises(WrongSetting, match=f"{title} not accepted: .*{sentence}.*[.]$") as told:
        with_value(Settings(), path, value)
    assert "regex" not in str(told.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("network", "proxy"), "http://me:s3cret@proxy.example:8080"),
        (("network", "proxy"), "SOCKS5://me@proxy.example:1080"),
        (("network", "hosts"), {"binance": "wss://me:s3cret@host.example/ws"}),
        (("network", "hosts"), {"binance": "wss://host.example https://me:s3cret@host.example"}),
        (("network", "open_feeds"), {"mine": "ws://me:s3cret@127.0.0.1:9000"}),
    ],
)
def test_no_secret_gets_into_the_settings(path: tuple[str, str], value: object) -> None:
    """The sentence doesn't repeat it, and says where it belongs; a file that holds one is refused."""
    with pytest.raises(WrongSetting, match="HTTPS_PROXY or ALL_PROXY") as told:
        with_value(Settings(), path, value)
    assert "s3cret" not in str(told.value)
    tree = msgspec.to_builtins(Settings())
    tree[path[0]][path[1]] = value
    with pytest.raises(BrokenFile) as refused:
        decode_settings(msgspec.json.encode(tree))
    assert "s3cret" not in str(refused.value)


def test_addresses_without_secrets_are_taken() -> None:
    """With paths, ports and an @ where it is no user's."""
    for path, value in (
        (("network", "proxy"), "direct"),
        (("network", "proxy"), "http://[::1]:8080/"),
        (("network", "hosts"), {"binance": "wss://data-stream.binance.vision:9443/ws?x=a@b"}),
        (("network", "open_feeds"), {"mine": "ws://127.0.0.1:9000/@me"}),
    ):
        assert value == value_at(with_value(Settings(), path, value), path)


def test_the_reference_lists_every_field() -> None:
    """The docs can't forget a setting."""
    text = reference()
    for field in fields():
        assert f"`{'.'.join(field.path)}`" in text


def test_recents_are_newest_first_and_once_each() -> None:
    """Picking again moves to the front; the list stays short."""
    picks = Picks()
    for k in [*range(30), 25]:
        picks = picks.with_recent(f"v:{k}")
    assert ["v:25", "v:29", "v:28"] == list(picks.recents[:3])
    assert 20 == len(picks.recents) == len(set(picks.recents))


def test_the_star_adds_and_takes_away() -> None:
    """Twice pressed is not pressed."""
    once = Picks().with_favourite("v:A").with_favourite("v:B")
    assert ("v:A", "v:B") == once.favourites
    assert ("v:B",) == once.with_favourite("v:A").favourites
