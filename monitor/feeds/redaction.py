"""What must never reach a disk: keys, tokens and signatures, replaced before they are written."""

import json
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, unquote_plus, urlsplit, urlunsplit

import msgspec

REDACTED = "REDACTED"

_SECRET_NAME = re.compile(
    r"(?:api|access|private|listen|client|public)[-_ ]?(?:key|id|token)$|secret|token|pass(?:word|wd|phrase)|"
    r"signature|credential|authoriz|bearer|jwt|session[-_]?id|auth[-_]?code|"
    r"^(?:x[-_])?(?:key|sign|sig|auth|pass|pwd|pw)$|"
    r"(?:api|access)[-_]?sign$|nonce",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"^(?:public/)?(?:auth|login|logon|log_?in|sign_?in|authenticate|authorize)$", re.IGNORECASE
)
_LOGIN_KEYS = frozenset(
    {
        "op",
        "method",
        "action",
        "event",
        "type",
        "cmd",
        "command",
        "channel",
        "id",
        "req_id",
        "jsonrpc",
    }
)
_TOKEN_SHAPE = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?i:\bbearer\s+)[\w.~+/=-]{8,}")
_SUSPECT = re.compile(
    r"key|secret|token|pass|sig|cred|auth|bearer|jwt|session|pwd|\bpw\b|nonce|log_?[io]n|eyj|access|client|\\u00",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    r"""(?ix) ( [\w-]* (?:key|secret|token|pass(?:word|wd|phrase)|signature|authorization|jwt|
            auth[-_]?code) | (?<![\w-]) pass (?= ["']?\s*= | ["']\s*: ) )
        ( ["']? \s* [=:] \s* ["']? ) ( [^\s"'&,;{}]+ )""",
)


class Redactor:
    """Replaces secrets in what is written down.

    Three nets: the names of fields and parameters (``apiKey``, ``token`` …), the
    shape of a token, and ``secrets``, the very keys the program holds, wherever
    they stand (an address' path, a venue's echo).
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._forms = tuple(form for s in self._secrets for form in _spellings(s))
        self._byte_forms = tuple(form.encode() for form in self._forms)

    @property
    def knows_secrets(self) -> bool:
        """True where there are keys of the user's to look for in everything."""
        return bool(self._secrets)

    def message(self, text: str) -> str:
        """A message of ours without its secrets; one without any comes back unchanged."""
        text = self.literal(text)
        if not _SUSPECT.search(text):
            return text
        try:
            value = _parse(text)
            clean = _clean(value)
            return text if clean == value else msgspec.json.encode(clean).decode()
        except (ValueError, RecursionError):  # no JSON, or none that can be walked
            return self.text(text)

    def text(self, text: str) -> str:
        """Any text, such as a line of a log, without secrets that show by name or shape."""
        return _TOKEN_SHAPE.sub(REDACTED, _IN_TEXT.sub(rf"\1\2{REDACTED}", self.literal(text)))

    def url(self, url: str) -> str:
        """An address without its secrets."""
        url = _TOKEN_SHAPE.sub(REDACTED, self.literal(url))
        try:
            parts = urlsplit(url)
        except ValueError:
            return _IN_TEXT.sub(rf"\1\2{REDACTED}", url)
        clean = parts._replace(
            netloc=_without_password(parts),
            path="/".join(_clean_parameter(part) for part in parts.path.split("/")),
            query=_clean_query(parts.query),
            fragment=_clean_query(parts.fragment),
        )
        return url if clean == parts else urlunsplit(clean)

    def literal(self, text: str) -> str:
        """The text without the secrets the program holds."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, REDACTED)
        return text

    def literal_bytes(self, data: bytes) -> bytes:
        """The bytes without the secrets the program holds."""
        for form in self._byte_forms:
            if form in data:
                data = data.replace(form, REDACTED.encode())
        return data


def _spellings(secret: str) -> list[str]:
    """A secret as it stands in plain text, in JSON and in an address."""
    forms = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret)}
    return sorted(forms, key=len, reverse=True)


def _parse(text: str) -> object:
    """JSON with every number kept as its own text, so that it is written back digit by digit."""

    def keep(number: str) -> msgspec.Raw:
        return msgspec.Raw(number.encode())

    return json.loads(text, parse_float=keep, parse_int=keep, parse_constant=_refuse)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} was no JSON")


def _clean(value: object) -> object:
    """``value`` with its secrets replaced."""
    if isinstance(value, dict):
        if _is_login(value):
            return {key: v if key in _LOGIN_KEYS else _blank(v) for key, v in value.items()}
        return {k: _blank(v) if _SECRET_NAME.search(k) else _clean(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, str) and _TOKEN_SHAPE.search(value):
        return _TOKEN_SHAPE.sub(REDACTED, value)
    return value


def _is_login(value: dict[str, object]) -> bool:
    """True for a message that logs in: whatever it carries is nobody's business."""
    return any(
        isinstance(word, str) and _LOGIN.match(word)
        for key, word in value.items()
        if key in _LOGIN_KEYS
    )


def _blank(value: object) -> object:
    """A secret's value: every text and number in it gone; true, false and null are no secrets."""
    if isinstance(value, dict):
        return {key: _blank(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_blank(item) for item in value]
    return REDACTED if isinstance(value, str | msgspec.Raw) else value


def _without_password(parts: SplitResult) -> str:
    """``user:password@host`` names an account: both go."""
    user, at, host = parts.netloc.rpartition("@")
    return f"{REDACTED}@{host}" if at and user else parts.netloc


def _clean_query(query: str) -> str:
    """Parameters one by one, the others left exactly as they were."""
    return "&".join(_clean_parameter(part) for part in query.split("&"))


def _clean_parameter(part: str) -> str:
    """One parameter, or several parted by ``;``, which may as well be a part of a secret."""
    name, equals, value = part.partition("=")
    if equals and value and _SECRET_NAME.search(unquote_plus(name.rpartition(";")[2])):
        return f"{name}={REDACTED}"
    first, semicolon, others = part.partition(";")
    return first + semicolon + _clean_parameter(others) if semicolon else part
