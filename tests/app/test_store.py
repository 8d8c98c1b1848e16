"""Settings and layout survive kill -9, broken files, a second program and a read-only home."""

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from monitor.app.store import LAYOUT, SETTINGS, Store
from monitor.workspace.document import Document, encode
from monitor.workspace.layout import Layout, PanelLayout, WindowLayout
from monitor.workspace.settings import Picks, Settings

KILLS = 100
FUZZED = 10_000

KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path
from monitor.app.store import SETTINGS, Store
from monitor.workspace.document import decode_settings
from monitor.workspace.settings import Picks, Settings

folder, dice, seen = Path(sys.argv[1]), random.Random(1), []
for run in range(int(sys.argv[2])):
    ready, told = os.pipe()
    child = os.fork()
    if not child:
        store, number = Store(folder), 0
        while True:
            names = tuple(f"demo:{run}.{number}-{place}" for place in range(100))
            store.save_settings(Settings(picks=Picks(favourites=names)))
            if not number:
                os.write(told, b"1")
            number += 1
    os.read(ready, 1)
    time.sleep(dice.random() / 100)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    parts = len(list(folder.glob(".*.part")))
    names = decode_settings((folder / SETTINGS).read_bytes()).value.picks.favourites
    seen.append((len(names), len({name.partition("-")[0] for name in names}), parts))
print(json.dumps(seen))
"""


def starred(*instruments: str) -> Settings:
    return Settings(picks=Picks(favourites=instruments))


def saved(folder: Path) -> bytes:
    return (folder / SETTINGS).read_bytes()


def test_what_is_saved_is_there_at_the_next_start(tmp_path: Path) -> None:
    """Settings and layout are the same after a restart; the first start is known as such."""
    store = Store(tmp_path)
    layout = Layout(windows=(WindowLayout(panels=(PanelLayout(id="price-1", kind="price"),)),))
    store.save_settings(starred("demo:BTC-USDT"))
    store.save_layout(layout)
    store.close()
    again = Store(tmp_path)
    assert (True, False) == (store.first_start, again.first_start)
    assert (starred("demo:BTC-USDT"), layout) == (again.settings, again.layout)
    assert [] == again.notices


def test_unknown_keys_are_kept(tmp_path: Path) -> None:
    """What a later program wrote is still in the file after this one has saved."""
    tree = msgspec.json.decode(encode(Document(Settings())))
    tree["appearance"]["glow"] = 7
    tmp_path.joinpath(SETTINGS).write_bytes(msgspec.json.encode(tree))
    Store(tmp_path).save_settings(starred("demo:BTC-USDT"))
    held = msgspec.json.decode(saved(tmp_path))
    assert (7, ["demo:BTC-USDT"]) == (held["appearance"]["glow"], held["picks"]["favourites"])


def test_a_broken_file_is_set_aside_with_its_date(tmp_path: Path) -> None:
    """Nothing is silently reset: the broken bytes stay under another name, and a notice says so."""
    for number in (1, 2):
        tmp_path.joinpath(SETTINGS).write_bytes(b"{torn")
        store = Store(tmp_path, lambda: datetime(2026, 11, 21, 5, 4, 3, tzinfo=UTC))
        tail = "" if number == 1 else "-2"
        aside = tmp_path / f"settings.broken-2026-11-21T05-04-03Z{tail}.json"
        assert (b"{torn", Settings()) == (aside.read_bytes(), store.settings)
        assert str(aside) in store.notices[0]
        store.close()


def test_a_second_program_saves_nothing(tmp_path: Path) -> None:
    """It says so; the first one's settings stay, and the second's next start may save again."""
    first, second = Store(tmp_path), Store(tmp_path)
    first.save_settings(starred("demo:BTC-USDT"))
    before = saved(tmp_path)
    second.save_settings(starred("demo:ETH-USDT"))
    second.save_layout(Layout())
    assert before == saved(tmp_path)
    assert not (tmp_path / LAYOUT).exists()
    assert (True, False) == (first.saves, second.saves)
    assert ["Depthscope is running already: what you change in this window isn't saved."] == (
        second.notices
    )
    first.close()
    assert Store(tmp_path).saves


def test_a_broken_file_is_left_alone_by_a_second_program(tmp_path: Path) -> None:
    """Only the first program may set a file aside."""
    first = Store(tmp_path)
    tmp_path.joinpath(SETTINGS).write_bytes(b"[]")
    second = Store(tmp_path)
    assert b"[]" == saved(tmp_path)
    assert "left as it is" in second.notices[1]
    first.close()


def test_a_home_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    """Where the folder can't be made the program runs all the same, and says once that it forgets."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    store = Store(blocked / "depthscope")
    store.save_settings(starred("demo:BTC-USDT"))
    store.save_layout(Layout())
    assert starred("demo:BTC-USDT") == store.settings
    assert 1 == len(store.notices)
    assert store.notices[0].startswith("Nothing will be saved: ")


def test_a_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that fails leaves the old file, no half one, and one sentence however often it fails."""
    store = Store(tmp_path)
    store.save_settings(starred("demo:BTC-USDT"))
    before = saved(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    store.save_settings(starred("demo:ETH-USDT"))
    store.save_settings(starred("demo:SOL-USDT"))
    assert before == saved(tmp_path)
    assert [] == list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part"))
    assert [f"The file {tmp_path / SETTINGS} was not saved: no space left on device."] == (
        store.notices
    )


def test_settings_in_a_linked_file_stay_linked(tmp_path: Path) -> None:
    """Who keeps settings elsewhere, by a link, still does after a save."""
    elsewhere = tmp_path / "dotfiles.json"
    folder = tmp_path / "config"
    folder.mkdir()
    elsewhere.write_bytes(encode(Document(Settings())))
    (folder / SETTINGS).symlink_to(elsewhere)
    Store(folder).save_settings(starred("demo:BTC-USDT"))
    assert (folder / SETTINGS).is_symlink()
    assert b"demo:BTC-USDT" in elsewhere.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
def test_kill_9_while_saving_leaves_a_whole_file(tmp_path: Path) -> None:
    """Killed at any moment of 100 runs, the file is one that was saved whole, old or new."""
    run = subprocess.run(
        [sys.executable, "-c", KILLER, str(tmp_path), str(KILLS)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    seen = json.loads(run.stdout)
    assert {(100, 1)} == {(names, savings) for names, savings, _ in seen}
    assert any(parts for *_, parts in seen), "no kill fell into a saving"
    store = Store(tmp_path)
    assert ([], True) == (store.notices, store.saves)
    assert [] == list(tmp_path.glob(".*.part"))


def test_fuzzed_files_never_stop_the_program(tmp_path: Path) -> None:
    """Any bytes in place of the settings or the layout: defaults or what is valid, never an error."""
    dice = random.Random(2)
    seeds = (
        encode(Document(starred("demo:BTC-USDT", "kraken:BTC/USD"))),
        encode(Document(Layout(windows=(WindowLayout(docking="AAAA"),), links={"amber": "a:b"}))),
    )
    for number in range(FUZZED):
        name = (SETTINGS, LAYOUT)[number % 2]
        path = tmp_path / name
        path.write_bytes(_spoiled(seeds[number % 2], dice))
        store = Store(tmp_path)
        assert isinstance(store.settings, Settings)
        assert store.layout is None or isinstance(store.layout, Layout)
        store.close()
        for left in tmp_path.glob("*.json"):
            left.unlink()


def _spoiled(data: bytes, dice: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(spoiled) + 1)
        match dice.randrange(4):
            case 0:
                spoiled[at:at] = dice.randbytes(dice.randrange(1, 9))
            case 1:
                del spoiled[at : at + dice.randrange(1, 40)]
            case 2:
                spoiled[at : at + 1] = dice.choice(
                    (b"{", b"}", b"[", b'"', b"-", b"9e999", b"null")
                )
            case _:
                del spoiled[at:]
                spoiled += b" "
    return bytes(spoiled)
