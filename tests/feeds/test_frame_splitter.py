"""The splitter hears what the library hears, in the same order, whatever the bytes and their cuts."""

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import CLIENT, OPEN, Protocol

from monitor.feeds.frame_splitter import PATIENCE, FrameSplitter

LIMIT = 200_000

_data = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([125, 126, 127, 300, 65_535, 65_536, 70_000, LIMIT + 1]).map(
        lambda n: b"x" * n
    ),
)
_frames = st.one_of(
    st.builds(Frame, st.sampled_from([Opcode.TEXT, Opcode.BINARY]), _data),
    st.builds(Frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125)),
    st.builds(
        Frame,
        st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT]),
        st.binary(max_size=40),
        st.booleans(),
    ),
    st.just(Frame(Opcode.CLOSE, Close(1001, "bye").serialize())),
)
_wire = st.lists(st.one_of(_frames, _frames, _frames, st.binary(max_size=6)), max_size=12).map(
    lambda parts: b"".join(
        part if isinstance(part, bytes) else part.serialize(mask=False) for part in parts
    )
)


class _Library:
    """The library's own parser, and the messages that come of what it is given."""

    def __init__(self) -> None:
        self.parser = Protocol(CLIENT, state=OPEN, max_size=LIMIT)
        self.messages: list[bytes] = []
        self._pieces: list[bytes] = []

    def take(self, data: bytes) -> bool:
        self.parser.receive_data(data)
        for event in self.parser.events_received():
            assert isinstance(event, Frame)
            if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._pieces.append(bytes(event.data))
                if event.fin:
                    self.messages.append(b"".join(self._pieces))
                    self._pieces = []
        return self.parser.state is OPEN


@settings(max_examples=400, deadline=None)
@given(_wire, st.lists(st.integers(1, 400), max_size=30))
def test_the_splitter_agrees_with_the_library(wire: bytes, cuts: list[int]) -> None:
    """Messages, their order, and the state the connection ends in are the same."""
    plain, beside = _Library(), _Library()
    splitter = FrameSplitter(beside.messages.append, beside.take, LIMIT)
    at = 0
    wire += bytes(14)  # a header that is cut off is judged once it is whole
    for length in [*cuts, len(wire)]:
        piece = wire[at : at + length]
        at += length
        if piece:
            plain.take(piece)
            splitter.feed(piece)
    assert plain.messages == beside.messages
    assert plain.parser.state is beside.parser.state
    assert plain.parser.close_code == beside.parser.close_code


def test_a_long_frame_is_not_gathered_here() -> None:
    """What exceeds our patience goes to the library as it comes, and its end is found again."""
    library = _Library()
    splitter = FrameSplitter(library.messages.append, library.take, LIMIT)
    long = Frame(Opcode.BINARY, b"y" * (PATIENCE * 2)).serialize(mask=False)
    short = Frame(Opcode.TEXT, b"after").serialize(mask=False)
    for at in range(0, len(long), 10_000):
        splitter.feed(long[at : at + 10_000])
    splitter.feed(short)
    assert [b"y" * (PATIENCE * 2), b"after"] == library.messages
