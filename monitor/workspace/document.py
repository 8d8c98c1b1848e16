"""Settings and layout as text and back: versioned, and what isn't known is kept.

A file of a later minor program may hold keys this one has never heard of. They are carried
along and written back, so trying an older program costs nobody a setting.
"""

from typing import Any, Generic, TypeVar

import msgspec

from monitor.workspace import layout, migrations, settings

LARGEST = 8 * 1024 * 1024
DEEPEST = 40

T = TypeVar("T", settings.Settings, layout.Layout)
Tree = dict[str, Any]


class BrokenFile(ValueError):
    """A file that can't be read as what it should be; the message is one plain sentence."""


class Document(msgspec.Struct, Generic[T], frozen=True):
    """A value and, in the same shape, the keys of its file that this program doesn't know."""

    value: T
    unknown: Tree = {}


def decode_settings(data: bytes) -> Document[settings.Settings]:
    """The settings in a file's bytes. Raises BrokenFile."""
    return _decode(data, settings.Settings, "settings", settings.VERSION, migrations.SETTINGS)


def decode_layout(data: bytes) -> Document[layout.Layout]:
    """The layout in a file's bytes. Raises BrokenFile."""
    document = _decode(data, layout.Layout, "layout", layout.VERSION, migrations.LAYOUT)
    seen = [panel.id for window in document.value.windows for panel in window.panels]
    doubled = sorted({one for one in seen if seen.count(one) > 1})
    if doubled:
        raise BrokenFile(f"the layout file had two panels with the id {doubled[0]!r}")
    return document


def encode(document: Document[T]) -> bytes:
    """A file's bytes: indented JSON with every key, the unknown ones in their places."""
    known = msgspec.to_builtins(document.value)
    return msgspec.json.format(msgspec.json.encode(_merged(known, document.unknown))) + b"\n"


def _decode(
    data: bytes, kind: type[T], name: str, version: int, steps: migrations.Steps
) -> Document[T]:
    if len(data) > LARGEST:
        raise BrokenFile(f"the {name} file had {len(data)} bytes; at most {LARGEST} are read")
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenFile(f"the {name} file was no JSON: {error}") from error
    if not isinstance(tree, dict):
        raise BrokenFile(f"the {name} file was no JSON object")
    if _depth(tree) > DEEPEST:
        raise BrokenFile(f"the {name} file was nested more than {DEEPEST} deep")
    written = tree.get("version", 1)
    if not isinstance(written, int) or isinstance(written, bool) or written < 1:
        raise BrokenFile(f"the {name} file's version was {written!r}; it must be a whole number")
    if written > version:
        raise BrokenFile(
            f"the {name} file was written by a later program "
            f"(version {written}; this one reads up to {version})"
        )
    try:
        tree = migrations.migrated(tree, written, version, steps)
        value = msgspec.convert(tree, kind)
    except (msgspec.ValidationError, migrations.MigrationError) as error:
        raise BrokenFile(f"the {name} file was wrong: {error}") from error
    return Document(value, _unknown(tree, msgspec.to_builtins(value)))


def _depth(tree: object) -> int:
    """How deep lists and objects are nested, found without recursion."""
    level: list[object] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    return depth


def _unknown(tree: Tree, known: Tree) -> Tree:
    """The keys of a tree that the value made from it doesn't hold.

    Objects in lists are matched by their ``id``, since the user may reorder them.
    """
    rest: Tree = {}
    for key, value in tree.items():
        if key not in known:
            rest[key] = value
        elif isinstance(value, dict) and isinstance(known[key], dict):
            if inner := _unknown(value, known[key]):
                rest[key] = inner
        elif isinstance(value, list) and (inner := _unknown_in_list(value, known[key])):
            rest[key] = inner
    return rest


def _unknown_in_list(values: list[Any], known: list[Any]) -> Tree:
    rest: Tree = {}
    for place, (value, held) in enumerate(zip(values, known, strict=True)):
        if isinstance(value, dict) and isinstance(held, dict) and (inner := _unknown(value, held)):
            rest[str(held.get("id", place))] = inner
    return rest


def _merged(known: Tree, unknown: Tree) -> Tree:
    merged = dict(known)
    for key, value in unknown.items():
        held = merged.get(key)
        if key not in merged:
            merged[key] = value
        elif isinstance(held, dict):
            merged[key] = _merged(held, value)
        elif isinstance(held, list | tuple):
            merged[key] = [
                _merged(one, value.get(str(one.get("id", place)), {}))
                if isinstance(one, dict)
                else one
                for place, one in enumerate(held)
            ]
    return merged
