"""A player tells a protocol what a recording holds, in recorded time, at any speed, and no more."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds.clock import Clock
from monitor.feeds.feed_error import FeedError
from monitor.feeds.player import AS_FAST_AS_IT_GOES, Player
from monitor.feeds.recording import RecordingError
from monitor.model.events import Event, Refusal
from monitor.model.time import MS, SECOND
from monitor.protocol.venue import VenueProtocol
from tests.feeds.noting_protocol import NotingProtocol
from tests.feeds.recordings import file_of, line


class Stage:
    """A player, what its protocol noted, and the texts of the events that came out."""

    def __init__(self, path: Path, lines: Sequence[bytes], clock: Clock | None = None) -> None:
        self.heard: list[str] = []
        self.restarts = 0
        file_of(path / "played.jsonl.zst", lines)
        self.player = Player(
            path / "played.jsonl.zst",
            self.protocol_of,
            self.sink,
            restarted=self.restarted,
            clock=clock,
        )

    @property
    def protocol(self) -> NotingProtocol:
        assert isinstance(self.player.protocol, NotingProtocol)
        return self.player.protocol

    @property
    def notes(self) -> list[tuple[Any, ...]]:
        return self.protocol.notes

    def protocol_of(self, venue: str) -> VenueProtocol:
        assert venue == "test"
        return NotingProtocol()

    def sink(self, events: Sequence[Event]) -> None:
        self.heard += [event.sentence for event in events if isinstance(event, Refusal)]

    def restarted(self, protocol: VenueProtocol) -> None:
        assert protocol is self.player.protocol
        self.restarts += 1
        self.heard.clear()


Staged = Callable[..., Stage]


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    """Makes stages, each with a file of its own, and closes their files at the end."""
    with contextlib.ExitStack() as stack:

        def make(lines: Sequence[bytes], clock: Clock | None = None) -> Stage:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            stage = Stage(folder, lines, clock)
            stack.enter_context(stage.player)
            return stage

        yield make


def ignore(_: Sequence[Event]) -> None:
    """A sink that nothing should reach."""


def messages(*times: int) -> list[bytes]:
    return [line(ts, "in", n) for n, ts in enumerate(times)]


# What is told.


def test_who_recorded_and_had_enough_ends_no_feed(staged: Staged) -> None:
    """The book stays as it was proven; a connection that broke at the end is another matter."""
    enough = [line(1, "open", url="wss://a/"), line(2, "close", "closed by the user", x="text")]
    stage = staged(enough)
    stage.player.run()
    assert ["opened"] == [note[0] for note in stage.notes]
    broke = staged([line(1, "open", url="wss://a/"), line(2, "close", "reset by peer", x="text")])
    broke.player.run()
    assert ["opened", "closed"] == [note[0] for note in broke.notes]


def test_every_kind_of_line_is_told(staged: Staged) -> None:
    """Lines become what a session would have told the protocol, at the recorded time."""
    stage = staged(
        [
            line(1, "open", url="wss://a/"),
            line(2, "out", {"op": "x"}),
            line(3, "in", {"p": 1}),
            line(4, "http", [1], url="https://a/depth?symbol=S"),
            line(5, "http", "no", url="https://a/x", status=429),
            line(6, "close", "bye", x="text"),
            line(7, "open", c=1, url="wss://b/"),
            line(8, "in", {"p": 2}, c=1),
        ],
    )
    stage.player.run()
    assert [
        ("opened", 1, "wss://a/"),
        ("sent", 2, b'{"op": "x"}'),
        ("received", 3, b'{"p": 1}'),
        ("answered", 4, "https://a/depth?symbol=S", 200, b"[1]"),
        ("answered", 5, "https://a/x", 429, b'"no"'),
        ("closed", 6, "bye"),
        ("opened", 7, "wss://b/"),
        ("received", 8, b'{"p": 2}'),
    ] == stage.notes
    assert ['{"p": 1}', '{"p": 2}'] == stage.heard
    assert (2, 1, 8, 8) == (
        stage.player.messages,
        stage.player.first_ts,
        stage.player.last_ts,
        stage.player.position,
    )


@pytest.mark.parametrize(
    ("lines", "opens"),
    [
        ([line(1, "in", 1)], [1]),
        ([line(1, "out", 1), line(2, "in", 1)], [1]),
        ([line(1, "http", 1, url="u"), line(2, "in", 1)], [1]),
        ([line(1, "http", 1, url="u"), line(2, "open", url="w"), line(3, "in", 1)], [2]),
        ([line(1, "in", 1), line(2, "in", 1, c=1), line(3, "in", 1, c=1)], [1, 2]),
        ([line(1, "in", 1, c=1), line(2, "in", 1, c=2), line(3, "in", 1, c=1)], [1]),
        ([line(1, "in", 1), line(2, "close", "x", x="text"), line(3, "in", 1)], [1, 3]),
        ([line(1, "in", 1, c=1), line(2, "http", 1, url="u"), line(3, "in", 1, c=1)], [1]),
    ],
    ids=[
        "in",
        "out",
        "answer",
        "answer then open",
        "other number",
        "two at once",
        "again",
        "apart",
    ],
)
def test_connections_open_without_an_open_line(
    staged: Staged, lines: list[bytes], opens: list[int]
) -> None:
    """The first line of a connection opens it; a further answer, or one beside another, doesn't."""
    stage = staged(lines)
    stage.player.run()
    assert opens == [note[1] for note in stage.notes if note[0] == "opened"]


@pytest.mark.parametrize("number", [0, 7])
def test_an_answer_from_before_its_connection_is_told_after_the_opening(
    staged: Staged, number: int
) -> None:
    """Whatever its number; an opening begins every book anew, so told before it it were lost."""
    answer = line(1, "http", 1, c=number, url="u")
    after = [line(2, "open", c=7, url="w"), line(3, "in", 1, c=7)]
    stage = staged([answer, *after])
    stage.player.run()
    assert ["opened", "answered", "received"] == [what for what, *_ in stage.notes]
    first = [line(1, "open", c=1), line(1, "in", 1, c=1), line(1, "close", "x", c=1)]
    for begun in (after, after[1:]):
        stage = staged([*first, answer, *begun])
        stage.player.run()
        told = [what for what, *_ in stage.notes]
        assert ["closed", "opened", "answered", "received"] == told[2:]


def test_an_answer_before_a_connections_first_message_without_open_lines(staged: Staged) -> None:
    """Another number begins another connection, whose snapshot it is."""
    lines = [line(1, "in", 1, c=1), line(2, "http", 1, c=2, url="u"), line(3, "in", 1, c=2)]
    stage = staged(lines)
    stage.player.run()
    told = [what for what, *_ in stage.notes]
    assert ["opened", "received", "opened", "answered", "received"] == told


def test_an_answer_whose_connection_is_never_opened_is_told_at_once(staged: Staged) -> None:
    """Its number may be none's: it came while another connection stood."""
    lines = [line(1, "open", c=1), line(2, "in", 1, c=1), line(3, "http", 1, url="u")]
    stage = staged([*lines, line(4, "in", 1, c=1)])
    stage.player.run()
    assert ["opened", "received", "answered", "received"] == [what for what, *_ in stage.notes]


def test_ticks_follow_recorded_time(staged: Staged) -> None:
    """Four a second between lines, and few in a silence of days; never past a line's own time."""
    stage = staged(messages(0, SECOND, SECOND, 3 * 86_400 * SECOND, 1 << 62))
    stage.player.run()
    ticks = stage.protocol.ticks
    assert [250 * MS, 500 * MS, 750 * MS, SECOND] == ticks[:4]
    assert sorted(ticks) == ticks
    assert 1 << 62 == ticks[-1]
    assert len(ticks) < 100
    assert 2 * len(ticks) == stage.player.discarded


def test_time_that_goes_back_stands(staged: Staged) -> None:
    """A stranger's file whose times go back never turns the protocol's time back."""
    stage = staged(messages(5, 3, 9))
    stage.player.run()
    assert [5, 5, 9] == [note[1] for note in stage.notes if note[0] == "received"]


def test_the_same_file_gives_the_same_every_time(staged: Staged) -> None:
    """At once, by steps or up to a time: the protocol is told the same."""
    lines = messages(*range(0, 40 * SECOND, 333 * MS))
    whole, stepped, pieces = (staged(lines) for _ in range(3))
    whole.player.run()
    while not stepped.player.finished:
        stepped.player.step()
    for until in range(0, 41 * SECOND, SECOND):
        pieces.player.run(until)
    assert whole.notes == stepped.notes == pieces.notes
    assert whole.protocol.ticks == stepped.protocol.ticks == pieces.protocol.ticks


def test_run_stops_at_a_time(staged: Staged) -> None:
    """Every line whose time is at most that is played, and no other."""
    stage = staged(messages(10, 20, 20, 21))
    stage.player.run(until=20)
    assert ["0", "1", "2"] == stage.heard
    assert (20, False) == (stage.player.position, stage.player.finished)


def test_progress_is_told(staged: Staged) -> None:
    """The bytes read so far, never more than there are, all of them at the end."""
    stage, told = staged(messages(*range(10_000))), []
    stage.player.run(progress=lambda done, total: told.append((done, total)))
    size = stage.player.path.stat().st_size
    assert (size, size) == told[-1]
    assert len(told) > 2


def test_a_recording_without_lines_is_over(staged: Staged) -> None:
    """A header alone is a recording of nothing."""
    stage = staged([])
    stage.player.run()
    stage.player.step()
    assert (True, [], 0, 0) == (
        stage.player.finished,
        stage.notes,
        stage.player.first_ts,
        stage.player.last_ts,
    )


def test_what_can_not_be_played_is_refused(tmp_path: Path) -> None:
    """No recording, or a venue that nobody knows: the error is the one that names it."""
    with pytest.raises(RecordingError):
        Player(tmp_path / "none.jsonl", lambda _: NotingProtocol(), ignore)

    def nobody(venue: str) -> VenueProtocol:
        raise FeedError(f"there is no venue '{venue}'")

    with pytest.raises(FeedError, match="there is no venue 'test'"):
        Player(file_of(tmp_path / "a.jsonl", []), nobody, ignore)


# At a pace.


def run(job: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or to a time-out that only a hang reaches."""
    asyncio.run(asyncio.wait_for(job, 20))


class StuckClock:
    """A clock turned by hand."""

    def __init__(self) -> None:
        self.ns = 1_000 * SECOND

    def clock(self) -> Clock:
        return Clock(monotonic_ns=lambda: self.ns)


def test_pace_follows_the_recorded_times(staged: Staged) -> None:
    """At ten times the speed two seconds take a fifth of one, and nothing comes early."""

    async def play() -> None:
        loop = asyncio.get_running_loop()
        stage = staged(messages(*range(0, 2 * SECOND + 1, 100 * MS)))
        stage.player.set_speed(10)
        begun = loop.time()
        stage.player.start()
        await stage.player.finish()
        took = loop.time() - begun
        assert 21 == len(stage.heard)
        assert 0.19 < took < 2
        await stage.player.close()

    run(play())


def test_as_fast_as_it_goes_waits_for_nothing(staged: Staged) -> None:
    """An hour of recorded silence takes no time."""

    async def play() -> None:
        stage = staged(messages(0, 3_600 * SECOND))
        stage.player.set_speed(AS_FAST_AS_IT_GOES)
        stage.player.start()
        await stage.player.finish()
        assert ["0", "1"] == stage.heard
        assert not stage.player.playing
        await stage.player.close()

    run(play())


def test_pause_step_and_go_on(staged: Staged) -> None:
    """Paused, time stands; a step plays one line; going on plays the rest from there."""

    async def play() -> None:
        hand = StuckClock()
        stage = staged(messages(0, SECOND, 2 * SECOND, 3 * SECOND), hand.clock())
        player = stage.player
        player.start()
        await until(lambda: stage.heard == ["0"])
        hand.ns += SECOND // 2
        assert SECOND // 2 == player.now
        player.pause()
        hand.ns += 100 * SECOND
        assert (SECOND // 2, False) == (player.now, player.playing)
        player.step()
        assert (["0", "1"], SECOND) == (stage.heard, player.now)
        player.start()
        hand.ns += SECOND
        player.set_speed(2)
        await until(lambda: stage.heard == ["0", "1", "2"])
        assert 2 * SECOND == player.now
        hand.ns += SECOND // 4
        assert 2 * SECOND + SECOND // 2 == player.now
        hand.ns += SECOND // 4
        player.set_speed(1)
        await player.finish()
        assert (["0", "1", "2", "3"], 3 * SECOND) == (stage.heard, player.now)
        await player.close()

    run(play())


def test_seek_forward_plays_what_lies_between(staged: Staged) -> None:
    """A jump ahead leaves nothing out, and stands at the time that was asked for."""

    async def play() -> None:
        stage = staged(messages(*range(0, 10 * SECOND, SECOND)))
        await stage.player.seek(4 * SECOND + 5)
        assert (["0", "1", "2", "3", "4"], 4 * SECOND + 5) == (stage.heard, stage.player.now)
        assert 0 == stage.restarts
        await stage.player.seek(1 << 62)
        assert (True, 9 * SECOND) == (stage.player.finished, stage.player.now)
        await stage.player.close()

    run(play())


def test_seek_back_begins_anew(staged: Staged) -> None:
    """A jump back plays from the start with a new protocol, and ends where a first run would."""

    async def play() -> None:
        stage = staged(messages(*range(0, 10 * SECOND, SECOND)))
        first = stage.protocol
        stage.player.run()
        await stage.player.seek(2 * SECOND)
        assert (1, ["0", "1", "2"]) == (stage.restarts, stage.heard)
        assert stage.protocol is not first
        fresh = staged(messages(*range(0, 10 * SECOND, SECOND)))
        fresh.player.run(until=2 * SECOND)
        assert fresh.notes == stage.notes
        await stage.player.close()

    run(play())


def test_a_later_seek_takes_over(staged: Staged) -> None:
    """A user who drags the scrub bar gets the last place, and playing goes on from there."""

    async def play() -> None:
        stage = staged(messages(*range(0, 60_000 * MS, MS)))
        stage.player.set_speed(AS_FAST_AS_IT_GOES)
        stage.player.start()
        far = asyncio.ensure_future(stage.player.seek(59 * SECOND))
        await asyncio.sleep(0)
        stage.player.pause()
        await stage.player.seek(10 * MS)
        await far
        assert (11, 10 * MS) == (len(stage.heard), stage.player.position)
        stage.player.start()
        await stage.player.finish()
        assert 60_000 == len(stage.heard)
        await stage.player.close()

    run(play())


def test_close_ends_a_wait(staged: Staged) -> None:
    """Closing while it waits for a line of next week takes no time."""

    async def play() -> None:
        stage = staged(messages(0, 7 * 86_400 * SECOND))
        stage.player.start()
        await until(lambda: stage.heard == ["0"])
        await stage.player.close()
        await stage.player.finish()

    run(play())


@pytest.mark.parametrize("speed", [0.0, 0.05, -1.0, float("nan")])
def test_speeds_below_the_slowest_are_refused(staged: Staged, speed: float) -> None:
    """A speed that is none is named."""
    with pytest.raises(ValueError, match="the slowest is"):
        staged([]).player.set_speed(speed)


async def until(condition: Any) -> None:
    """Let the loop turn until it holds; the job's time-out bounds the wait."""
    while not condition():  # noqa: ASYNC110 - a player has no event to wait for
        await asyncio.sleep(0)
