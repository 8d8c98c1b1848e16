"""The settings as a list of fields: what a form, a schema and the docs are made from."""

import re
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from monitor.workspace.settings import Section, Settings

NO_SECRETS = (
    "a name and a password don't belong into a plain file. Leave them out; a proxy's are given "
    "in the environment, as HTTPS_PROXY or ALL_PROXY."
)
_USER_IN_ADDRESS = re.compile(r"://[^\s/?#]*@")

Kind = Literal["choice", "whole number", "text", "list", "table"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. ``path`` is section and name; limits are None where there are none."""

    path: tuple[str, str]
    section: str
    title: str
    description: str
    kind: Kind
    default: Any
    choices: tuple[str, ...] = ()
    expects: str = ""
    smallest: int | None = None
    largest: int | None = None


class WrongSetting(ValueError):
    """A value a setting can't have; the message is one sentence."""


def fields() -> tuple[Field, ...]:
    """Every setting a form shows, in order."""
    found = []
    for section in msgspec.structs.fields(Settings):
        kind = _bare(section.type)
        if not (isinstance(kind, type) and issubclass(kind, Section)):
            continue
        title = _meta(section.type).title or section.name
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            meta = _meta(hints[field.name])
            if (meta.extra or {}).get("form", True):
                found.append(_field(section.name, title, field, hints[field.name], meta))
    return tuple(found)


def value_at(settings: Settings, path: tuple[str, str]) -> Any:
    """The value of one setting."""
    return getattr(getattr(settings, path[0]), path[1])


def with_value(settings: Settings, path: tuple[str, str], value: object) -> Settings:
    """The settings with one changed. Raises WrongSetting, naming it and what was wrong."""
    section = getattr(settings, path[0])
    if _holds_secret(value):
        raise WrongSetting(f"{_title(path)} not accepted: {NO_SECRETS}")
    tree = msgspec.to_builtins(section)
    tree[path[1]] = value
    try:
        changed = msgspec.convert(tree, type(section))
    except msgspec.ValidationError as error:
        raise WrongSetting(f"{_title(path)} not accepted: {_why(path, error)}") from error
    replaced: Settings = msgspec.structs.replace(settings, **{path[0]: changed})
    return replaced


def reference() -> str:
    """The settings as a Markdown table, for the docs."""
    rows = [
        "| setting | default | values | what it does |",
        "|---|---|---|---|",
        *(
            f"| `{'.'.join(field.path)}` | {_shown(field.default)} | {_values(field)} "
            f"| {field.description} |"
            for field in fields()
        ),
    ]
    return "\n".join(rows) + "\n"


def _title(path: tuple[str, str]) -> str:
    return next((one.title for one in fields() if one.path == path), path[1])


def _why(path: tuple[str, str], error: msgspec.ValidationError) -> str:
    """What the setting should have been; where it doesn't say so, what the check says."""
    found = next((one for one in fields() if one.path == path), None)
    if found is None:
        return str(error)
    if found.expects:
        return f"it must be {found.expects}."
    if found.choices:
        return f"it must be one of {', '.join(found.choices)}."
    if found.smallest is not None and found.largest is not None:
        return f"it must be a whole number from {found.smallest} to {found.largest}."
    return str(error)


def _holds_secret(value: object) -> bool:
    """Whether an address in it names a user, and so maybe a password."""
    if isinstance(value, dict):
        return any(_holds_secret(one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_secret(one) for one in value)
    return isinstance(value, str) and bool(_USER_IN_ADDRESS.search(value))


def _field(
    section: str, title: str, field: msgspec.structs.FieldInfo, kind: Any, meta: msgspec.Meta
) -> Field:
    bare = _bare(kind)
    choices = get_args(bare) if get_origin(bare) is Literal else ()
    number = bare is int
    default = field.default
    if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    return Field(
        path=(section, field.name),
        section=title,
        title=meta.title or field.name,
        description=meta.description or "",
        kind=_kind(bare),
        default=default,
        choices=choices,
        expects=str((meta.extra or {}).get("expects", "")),
        smallest=int(meta.ge) if number and meta.ge is not None else None,
        largest=int(meta.le) if number and meta.le is not None else None,
    )


def _kind(bare: Any) -> Kind:
    origin = get_origin(bare)
    if origin is Literal:
        return "choice"
    if bare is int:
        return "whole number"
    if origin is tuple:
        return "list"
    if origin is dict:
        return "table"
    return "text"


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if hasattr(kind, "__metadata__") else kind


def _meta(kind: Any) -> msgspec.Meta:
    found = [one for one in getattr(kind, "__metadata__", ()) if isinstance(one, msgspec.Meta)]
    return found[0] if found else msgspec.Meta()


def _shown(default: object) -> str:
    return f"`{default}`" if default not in ("", (), {}) else "none"


def _values(field: Field) -> str:
    if field.choices:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    if field.smallest is not None or field.largest is not None:
        return f"{field.smallest} to {field.largest}"
    return field.kind
