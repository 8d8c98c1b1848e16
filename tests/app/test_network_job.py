"""What a command that talks makes of several venues' answers."""

import asyncio
from typing import cast

import pytest

from monitor.app.failure import JobFailed
from monitor.app.network_job import Listener, fetch_instruments
from monitor.feeds.hub import Hub
from monitor.feeds.session import Session
from monitor.model.events import InstrumentList, Refusal


class AnsweringHub:
    """A hub whose venues answer the question for their list with these events."""

    def __init__(self, listener: Listener, answers: list[InstrumentList | Refusal]) -> None:
        self._listener, self._answers = listener, answers

    def ask_instruments(self, _: str) -> None:
        asyncio.get_running_loop().call_soon(self._listener.sink, self._answers)

    def sessions(self, _: str) -> list[Session]:
        return []


async def fetched(*answers: InstrumentList | Refusal) -> bool:
    """Whether Kraken's list came."""
    listener = Listener()
    hub = cast("Hub", AnsweringHub(listener, list(answers)))
    return await fetch_instruments(hub, listener, "kraken", asyncio.Event()) is not None


def test_another_venues_refusal_does_not_stand_for_this_ones() -> None:
    """``record`` of several venues asks one after the other while the first already talk."""
    of_another = Refusal("binance:NOPE", "Binance has no symbol 'NOPE'", 1)
    assert asyncio.run(fetched(of_another, InstrumentList("kraken", (), True, 2)))


@pytest.mark.parametrize("instrument", ["", "kraken:NOPE"])
def test_this_venues_refusal_ends_the_wait(instrument: str) -> None:
    """With the venue's own sentence."""
    with pytest.raises(JobFailed, match="Kraken did not give the list of pairs"):
        asyncio.run(fetched(Refusal(instrument, "Kraken did not give the list of pairs: no", 1)))
