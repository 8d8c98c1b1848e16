"""The settings as a list of fields: what a form, a schema and the docs are made from."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from monitor.workspace.settings import Section, Settings

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
    tree = msgspec.to_builtins(section)
    tree[path[1]] = value
    try:
        changed = msgspec.convert(tree, type(section))
    except msgspec.ValidationError as error:
        title = next((one.title for one in fields() if one.path == path), path[1])
        raise WrongSetting(f"{title} was not accepted: {error}") from error
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
