"""The command line: what is asked is parsed here, done elsewhere, and never ends in a traceback."""

import argparse
import importlib
import json
import logging
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

from monitor import __version__
from monitor.app.failure import BadUse, JobFailed
from monitor.app.logs import begin_log, log_file, note_crash
from monitor.app.output import told_output
from monitor.feeds.feed_error import FeedError

OK, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
DEMO_PROCESS = "--demo-process"

DESCRIPTION = """\
A market monitor that shows the order book exactly as the venue holds it, and says so when it can't.
It watches; it never places an order."""


log = logging.getLogger(__name__)


class Command(Protocol):
    """A module of this package that does one command."""

    def run(self, options: argparse.Namespace) -> int: ...


class _Parser(argparse.ArgumentParser):
    """One sentence instead of the usage for whoever mistypes."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}. {self.prog} --help tells more.", file=sys.stderr)
        raise SystemExit(WRONG_USE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; its exit status: 0 done, 1 failed, 2 called wrongly."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if arguments[:1] == [DEMO_PROCESS]:
            return _demo_process(arguments[1:])
        return _do(_parser().parse_args(arguments))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough.
        return FAILED


def _do(options: argparse.Namespace) -> int:
    name = f"depthscope {options.command}" if options.command else "depthscope"
    try:
        _begin_log(name, verbose=options.verbose)
        log.info("%s %s: %s", name, __version__, vars(options))
        with told_output():
            status = _command(options.command).run(options)
            log.info("%s ended with %s", name, status)
            return status
    except BadUse as error:
        return _say(name, error, WRONG_USE)
    except (JobFailed, FeedError) as error:
        return _say(name, error, FAILED)
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - a traceback helps nobody who is not in the log
        path = note_crash(error)
        where = f"the details are in {path}" if path else "no log could be written"
        return _say(name, f"an error of the program ({type(error).__name__}); {where}", FAILED)


def _begin_log(name: str, *, verbose: bool) -> None:
    try:
        begin_log(verbose=verbose)
    except OSError as error:
        _say(name, f"no log could be written ({error.strerror}: {error.filename})", OK)


def _command(name: str | None) -> Command:
    module = WINDOW if name is None else _COMMANDS[name]
    return cast("Command", importlib.import_module(module))


def _say(name: str, sentence: object, status: int) -> int:
    text = str(sentence)
    log.warning("%s: %s", name, text)
    print(f"{name}: {text}{'' if text.endswith(('.', '?')) else '.'}", file=sys.stderr)
    return status


def _demo_process(arguments: list[str]) -> int:
    """The child that serves the demo exchange, in a frozen build."""
    module = importlib.import_module("monitor.app.demo_process")
    return cast("int", module.main(arguments))


# What can be asked.

WINDOW = "monitor.app.window"
_COMMANDS = {
    "check": "monitor.app.check",
    "record": "monitor.app.record",
    "render": "monitor.app.render",
    "venues": "monitor.app.listing",
    "symbols": "monitor.app.listing",
    "serve": "monitor.app.serve",
    "bench": "monitor.app.bench.command",
}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="depthscope", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"depthscope {__version__}")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help=f"write what goes on to {log_file()}"
    )
    _add_window(parser)
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=_Parser
    )
    _add_check(commands)
    _add_record(commands)
    _add_render(commands)
    _add_listings(commands)
    _add_serve(commands)
    _add_bench(commands)
    return parser


def _add_window(parser: argparse.ArgumentParser) -> None:
    window = parser.add_argument_group("the window, which opens without a command")
    shown = window.add_mutually_exclusive_group()
    shown.add_argument("--demo", action="store_true", help="open it on the demo exchange")
    shown.add_argument("--watch", metavar="VENUE:SYMBOL", help="open it on a symbol")
    shown.add_argument("--replay", metavar="FILE", type=Path, help="open it on a recording")
    window.add_argument(
        "--stats",
        metavar="FILE",
        type=Path,
        help="write frame times, rates and memory there each second",
    )
    _add_demo_options(parser)


class _Parsers(Protocol):
    """What argparse calls a special action: it makes the parser of each command."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 - argparse's
        description: str,
        allow_abbrev: bool,
    ) -> argparse.ArgumentParser: ...


def _add(commands: _Parsers, name: str, does: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=does, description=f"{does}.", allow_abbrev=False)
    parser.add_argument(
        "-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="write to the log"
    )
    return parser


def _add_check(commands: _Parsers) -> None:
    parser = _add(commands, "check", "run a recording through its adapter and judge it")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--json", action="store_true", help="print the judgement as JSON")
    parser.add_argument(
        "--books-at",
        metavar="+5s,+86.516s",
        type=parse_offsets,
        default=[],
        help="tell the books at these times after the first line, too",
    )


def _add_record(commands: _Parsers) -> None:
    parser = _add(commands, "record", "record what venues send, byte for byte")
    parser.add_argument("instruments", metavar="VENUE:SYMBOL", nargs="+")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="NAME.jsonl.zst")
    parser.add_argument(
        "--for",
        dest="duration_s",
        metavar="60s",
        type=parse_duration,
        default=None,
        help="end after this long (s, m, h); without it, at Ctrl+C",
    )
    _add_demo_options(parser)


def _add_render(commands: _Parsers) -> None:
    parser = _add(commands, "render", "draw a panel of a recording with no screen")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--panel", required=True, help="price, depth, ladder, tape")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help=".png .svg .pdf .csv"
    )
    parser.add_argument("--symbol", help="the first of the recording without it")
    parser.add_argument(
        "--at",
        metavar="+300s",
        type=_parse_offset,
        default=None,
        help="this long after the first line; without it, at the end",
    )
    parser.add_argument("--size", metavar="1280x720", type=parse_size, default=(1280, 720))
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), default=1, help="of a PNG")
    parser.add_argument("--timeframe", metavar="5s", help="of the price panel")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--colours", choices=("blue-orange", "green-red"), default="blue-orange")
    parser.add_argument("--local-time", action="store_true", help="times in this machine's zone")
    parser.add_argument(
        "--settings",
        metavar="JSON",
        type=parse_settings,
        default={},
        help="the panel's own, as an export's manifest tells them",
    )


def _add_listings(commands: _Parsers) -> None:
    _add(commands, "venues", "list the venues")
    parser = _add(commands, "symbols", "list a venue's symbols")
    parser.add_argument("venue", metavar="VENUE")
    parser.add_argument("text", metavar="TEXT", nargs="?", default="", help="only those like this")
    _add_demo_options(parser)


def _add_serve(commands: _Parsers) -> None:
    parser = _add(commands, "serve", "serve the Open Feed on this machine")
    parser.add_argument("--demo", action="store_true", help="serve the demo exchange")
    parser.add_argument("--port", type=parse_port, default=0, help="0, the default: any free one")
    _add_demo_options(parser)


def _add_bench(commands: _Parsers) -> None:
    parser = _add(commands, "bench", "measure, and print the benchmark table")
    parser.add_argument("recordings", metavar="FILE", nargs="*", type=Path, help="besides the demo")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument(
        "--only",
        metavar="T1,T3",
        type=lambda text: text.split(","),
        default=[],
        help="these parts alone",
    )


def _add_demo_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the demo exchange")
    group.add_argument(
        "--demo-rate",
        "--rate",
        dest="demo_rate",
        metavar="N",
        type=parse_rate,
        default=None,
        help="messages a second of its busiest instrument",
    )
    group.add_argument(
        "--seed", dest="demo_seed", metavar="N", type=parse_seed, default=1, help="which market"
    )


# How single arguments are written.


def parse_offsets(text: str) -> list[Decimal]:
    """``+5s,+86.516s`` as exact seconds."""
    return [_parse_offset(part.strip()) for part in text.split(",")]


def _parse_offset(text: str) -> Decimal:
    seconds = text.removeprefix("+").removesuffix("s")
    digits = seconds.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18) or seconds[-1] == ".":
        raise argparse.ArgumentTypeError(f"'{text}' was no offset such as +86.516s")
    return Decimal(seconds)


def parse_size(text: str) -> tuple[int, int]:
    """``1280x720`` as width and height, 120 to 10,000 each."""
    width, _, height = text.partition("x")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (width, height)):
        raise argparse.ArgumentTypeError(f"'{text}' was no size such as 1280x720")
    if not all(120 <= int(part) <= 10_000 for part in (width, height)):
        raise argparse.ArgumentTypeError(f"the size {text} was not within 120x120 and 10000x10000")
    return int(width), int(height)


def parse_settings(text: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError(f"'{text[:60]}' was no JSON object")
    return settings


def parse_duration(text: str) -> float:
    """``60s``, ``5m``, ``1.5h`` or plain seconds, as seconds above zero."""
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    number = text[:-1] if unit else text
    try:
        seconds = float(number) * (unit or 1)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 366 * 86_400 or "_" in text:
        raise argparse.ArgumentTypeError(f"'{text}' was no duration such as 60s, 5m or 2h")
    return seconds


def parse_port(text: str) -> int:
    """A TCP port, 0 to 65535."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"'{text}' was no port from 0 to 65535")
    return int(text)


def parse_rate(text: str) -> float:
    """Messages a second, above zero."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' was no rate above 0 and up to 1000000")
    return rate


def parse_seed(text: str) -> int:
    """Any whole number of up to 18 digits."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise argparse.ArgumentTypeError(f"'{text}' was no whole number")
    return int(text)
