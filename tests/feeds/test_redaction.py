"""No secret reaches a file: by its name, by its shape, or because it is known."""

import json
from pathlib import Path

import pytest

from monitor.feeds.recorder import Recorder
from monitor.feeds.redaction import REDACTED, Redactor
from monitor.feeds.zstd import ZstdDecompressor
from monitor.protocol.venue import HttpRequest, HttpResponse

CANARY = "cAnArY-9f8e7d6c/5b+4a"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJjQW5BclkifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "message",
    [
        {"action": "auth", "key": CANARY, "secret": CANARY},
        {"op": "login", "args": [{"apiKey": CANARY, "passphrase": CANARY, "sign": CANARY}]},
        {"op": "auth", "args": [CANARY, 1662350400000, CANARY]},
        {"event": "auth", "apiKey": CANARY, "authSig": CANARY, "authPayload": "AUTH" + CANARY},
        {"jsonrpc": "2.0", "method": "public/auth", "params": {"client_secret": CANARY}},
        {"type": "subscribe", "api_key": CANARY, "token": CANARY},
        {"params": {"listenKey": CANARY}},
        {"user": "bob", "pass": CANARY},
        {"grant": "x", "auth_code": CANARY},
        {"params": {"signature": [CANARY, {"deep": CANARY}]}},
        {"method": "x", "headers": {"Authorization": f"Bearer {CANARY}"}},
        {"free": f"text with {JWT} in it"},
    ],
    ids=lambda message: json.dumps(message)[:40],
)
def test_messages_lose_their_secrets(message: dict[str, object]) -> None:
    """What names a secret or logs in is blanked, and stays JSON."""
    clean = Redactor().message(json.dumps(message))
    assert CANARY not in clean
    assert JWT not in clean
    assert REDACTED in clean
    assert isinstance(json.loads(clean), dict)


@pytest.mark.parametrize(
    "text",
    [
        '{"method":"subscribe","params":{"channel":"instrument","include_tokenized_assets":false}}',
        '{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"],"id":1}',
        '{"method":"subscribe","params":{"channel":"book","symbol":["KEY/USD"],"depth":100}, "id": 1}',
        "ping",
    ],
)
def test_harmless_messages_stay_as_they_are(text: str) -> None:
    """Byte for byte, blanks included."""
    assert text == Redactor().message(text)


def test_a_name_written_with_escapes_is_still_a_name() -> None:
    r"""``\u0065`` is an ``e`` to whoever reads the JSON."""
    assert '{"token":"REDACTED"}' == Redactor().message('{"tok\\u0065n":"SECRET"}')


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ('{user: bob, "pass": "SECRET"}', '{user: bob, "pass": "REDACTED"}'),
        ("login with pass=SECRET", "login with pass=REDACTED"),
        ("auth_code: SECRET", "auth_code: REDACTED"),
        ("the second pass: 12 rows", "the second pass: 12 rows"),
    ],
)
def test_lines_of_text_lose_their_secrets(line: str, clean: str) -> None:
    """By the names before them; a word that only looks like one stays."""
    assert clean == Redactor().text(line)


def test_numbers_beside_a_secret_keep_their_digits() -> None:
    """Only the secret is replaced; a long number is not rounded on the way."""
    clean = Redactor().message('{"token":"abc","n":12345678901234567890.10,"on":true}')
    assert '{"token":"REDACTED","n":12345678901234567890.10,"on":true}' == clean


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("wss://h/?token=SECRET", "wss://h/?token=REDACTED"),
        ("https://h/q?symbol=A&apikey=SECRET&x=%2F", "https://h/q?symbol=A&apikey=REDACTED&x=%2F"),
        ("https://h/q?signature=SECRET#access_token=SECRET", None),
        ("https://me:SECRET@h:1/q", "https://REDACTED@h:1/q"),
        ("https://h/q?symbol=A&limit=5", "https://h/q?symbol=A&limit=5"),
        (f"https://h/{JWT}/q", "https://h/REDACTED/q"),
        ("https://[broken?token=SECRET", None),
        ("https://[broken?user=bob&pass=SECRET&auth_code=SECRET", None),
        ("wss://h/?user=bob&pass=SECRET", "wss://h/?user=bob&pass=REDACTED"),
        ("wss://h/?auth_code=SECRET&compass=N", "wss://h/?auth_code=REDACTED&compass=N"),
        ("wss://h/?api%5Fkey=SECRET", "wss://h/?api%5Fkey=REDACTED"),
        ("wss://h/?p%61ss=SECRET", "wss://h/?p%61ss=REDACTED"),
        ("wss://h/?k=1;token=SECRET&x=2;y=3", "wss://h/?k=1;token=REDACTED&x=2;y=3"),
        ("wss://h/?token=SECRET;SECRET", "wss://h/?token=REDACTED"),
        ("wss://h/a;token=SECRET/b", "wss://h/a;token=REDACTED/b"),
    ],
)
def test_addresses_lose_their_secrets(url: str, clean: str | None) -> None:
    """Parameters and accounts are blanked, the rest is untouched."""
    assert "SECRET" not in Redactor().url(url)
    if clean is not None:
        assert clean == Redactor().url(url)


def test_no_canary_reaches_the_file(tmp_path: Path) -> None:
    """A known key is found wherever it stands, echoed by the venue too; headers are not written."""
    path = tmp_path / "canary.jsonl.zst"
    recorder = Recorder(path, "test", [], "a test", 0, redactor=Redactor([CANARY]))
    url = "https://h/stream/cAnArY-9f8e7d6c%2F5b%2B4a/x"
    recorder.opened(1, url, 1)
    recorder.sent(1, f"login {CANARY}", 2)
    recorder.received(1, json.dumps({"error": f"invalid key {CANARY}"}).encode(), 3)
    recorder.received(1, f"no json {CANARY}".encode(), 4)
    request = HttpRequest(url, {"X-MBX-APIKEY": CANARY})
    response = HttpResponse(url, 401, CANARY.encode(), {"set-cookie": CANARY})
    recorder.answered(1, request, response, 5)
    recorder.closed(1, f"bad key {CANARY}", 6)
    recorder.close()
    text = _unpacked(path.read_bytes()).decode()
    assert 7 == text.count("\n")
    for form in (CANARY, "cAnArY-9f8e7d6c%2F5b%2B4a", json.dumps(CANARY)[1:-1]):
        assert form not in text


def _unpacked(data: bytes) -> bytes:
    text = b""
    while data:
        unpacker = ZstdDecompressor()
        text += unpacker.decompress(data)
        data = unpacker.unused_data
    return text
