"""The law of reading instants fast: the same as reading them slowly."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.time import parse_rfc3339
from monitor.protocol.instants import Instants


@given(
    st.lists(
        st.builds(
            "2026-08-{:02d}T10:11:{:02d}.{:0{}d}Z".format,
            st.integers(1, 2),
            st.integers(0, 2),
            st.integers(0, 999),
            st.integers(3, 9),
        )
    )
)
def test_any_order_of_texts_reads_as_one_by_one(texts: list[str]) -> None:
    """What was read before changes nothing."""
    instants = Instants()
    assert [parse_rfc3339(text) for text in texts] == [instants.read(text) for text in texts]


@given(st.text())
def test_what_is_no_instant_is_zero(text: str) -> None:
    """Nothing raises; an unknown text is no time at all."""
    instants = Instants()
    instants.read("2026-08-24T22:21:58.345080Z")
    assert isinstance(instants.read(text), int)
    assert 0 == instants.read("2026-08-24T22:21:58.34x080Z")
