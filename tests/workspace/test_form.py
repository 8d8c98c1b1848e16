"""One annotated field is enough for file, form and docs."""

import msgspec
import pytest

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
        (("appearance", "frames_per_second"), 1_000, "Frames per second was not accepted"),
        (("appearance", "frames_per_second"), "many", "Frames per second was not accepted"),
        (("appearance", "theme"), "pink", "Theme was not accepted"),
        (("network", "proxy"), "localhost", "Proxy was not accepted"),
        (("network", "hosts"), {"binance": "binance.com"}, "Venue addresses was not accepted"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    path: tuple[str, str], value: object, sentence: str
) -> None:
    """The sentence stands beside the field."""
    with pytest.raises(WrongSetting, match=sentence):
        with_value(Settings(), path, value)


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
