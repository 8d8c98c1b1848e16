"""Installs a wheel into an empty environment and uses it from another folder: starts, draws, exports.

Standard library only. Called by ``dev.py package`` with the wheel and the lock.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

PNG, SVG = b"\x89PNG\r\n", b"<svg"


def main(arguments: Sequence[str]) -> int:
    """Try ``WHEEL LOCK``; 0 where everything was as it should be."""
    wheel, lock = (Path(argument).resolve() for argument in arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        python = install(home / "environment", wheel, lock)
        elsewhere = home / "elsewhere"
        elsewhere.mkdir()
        use(python.parent / "depthscope", elsewhere)
    print(f"package: {wheel.name} starts, records, judges, draws and exports", file=sys.stderr)
    return 0


def install(environment: Path, wheel: Path, lock: Path) -> Path:
    """An environment of the lock's packages and the wheel; returns its Python."""
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done([*pip, "--require-hashes", "-r", str(lock)], environment)
    done([*pip, "--no-deps", str(wheel)], environment)
    return python


def use(program: Path, folder: Path) -> None:
    """Have the program do what it is for, without a screen."""
    if "depthscope" not in done([str(program), "--version"], folder):
        raise SystemExit("package: the program did not tell its version")
    recording = folder / "demo.jsonl.zst"
    watched = ("demo:BTC-USDT", "--out", str(recording), "--for", "3s")
    done([str(program), "record", *watched], folder)
    done([str(program), "check", str(recording)], folder)
    for name, begins in (("depth.png", PNG), ("price.svg", SVG), ("ladder.pdf", b"%PDF")):
        picture = folder / name
        panel = name.partition(".")[0]
        drawn = ("--panel", panel, "--at", "+2s", "--out", str(picture))
        done([str(program), "render", str(recording), *drawn], folder)
        if begins not in picture.read_bytes()[:400]:
            raise SystemExit(f"package: {name} was no picture of its kind")


def done(command: Sequence[str], folder: Path) -> str:
    """Run a command in a folder; what it printed. Ends the program where it failed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    result = subprocess.run(  # noqa: S603 - the commands above
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SystemExit(f"package: {' '.join(command)} failed: {result.stderr.strip()[-600:]}")
    return result.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
