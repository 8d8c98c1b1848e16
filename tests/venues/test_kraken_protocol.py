"""The laws of speaking with Kraken: what is asked, what answers mean, and what never happens."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.model.events import (
    Candle,
    CandleHistory,
    DayStats,
    InstrumentList,
    Quote,
    Refusal,
    StatusChange,
    Trade,
)
from monitor.model.streams import Stream, StreamKind
from monitor.model.time import MINUTE, SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.venue import HttpResponse
from monitor.venues.kraken import Kraken
from tests.venues.plain_kraken import acknowledgement, filled, refusal

TICKER = (
    b'{"channel":"ticker","type":"%s","data":[{"symbol":"BTC/USD","bid":64210.1,"bid_qty":0.5,'
    b'"ask":64210.2,"ask_qty":1.25,"last":64210.2,"volume":1234.5678,"vwap":63900.1,"low":63100.0,'
    b'"high":64800.0,"change":810.1,"change_pct":1.28,"timestamp":"2026-11-20T10:11:12.123456Z"}]}'
)
TRADE = (
    b'{"channel":"trade","type":"%s","data":[{"symbol":"BTC/USD","side":"sell","price":64210.2,'
    b'"qty":0.01,"ord_type":"market","trade_id":%d,"timestamp":"2026-11-20T10:11:12.123456Z"}]}'
)
INSTRUMENT = (
    b'{"channel":"instrument","type":"%s","data":{"assets":[],"pairs":[{"symbol":"BTC/USD",'
    b'"base":"BTC","quote":"USD","status":"%s","qty_precision":8,"qty_increment":1e-08,'
    b'"price_precision":1,"cost_min":"0.5","price_increment":0.1,"qty_min":0.00005}]}}'
)
STATUS = (
    b'{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"%s",'
    b'"api_version":"v2","connection_id":13834774380200032777}]}'
)


def stream(kind: StreamKind, symbol: str = "BTC/USD") -> Stream:
    return Stream(f"kraken:{symbol}", kind)


def opened(*streams: Stream) -> Kraken:
    kraken = Kraken(depth=10)
    kraken.subscribe(streams)
    kraken.opened(kraken.url, 1, 1)
    return kraken


def said(kraken: Kraken) -> list[tuple[str, str, list[str], object]]:
    """Method, channel, symbols and option of each message that wants sending."""
    rows = []
    for text in kraken.messages_to_send():
        message: dict[str, Any] = json.loads(text)
        params = message.get("params", {})
        option = params.get("depth", params.get("event_trigger"))
        rows.append(
            (message["method"], params.get("channel", ""), params.get("symbol", []), option)
        )
    return rows


def test_each_stream_asks_for_what_it_needs_and_books_come_first() -> None:
    """One message a channel; the large instrument list is asked for last."""
    kraken = opened(stream("stats"), stream("book"), stream("trades"), stream("book", "ETH/USD"))
    messages = said(kraken)
    assert ("subscribe", "book", 10) == (*messages[0][:2], messages[0][3])
    assert {"BTC/USD", "ETH/USD"} == set(messages[0][2])
    assert ("subscribe", "instrument", [], None) == messages[-1]
    assert {
        ("subscribe", "trade", ("BTC/USD",), None),
        ("subscribe", "ticker", ("BTC/USD",), "trades"),
    } == {
        (method, channel, tuple(names), option) for method, channel, names, option in messages[1:3]
    }


def test_quotes_need_every_change_of_the_best_price() -> None:
    """A ticker that came with trades only is given up and asked for with ``bbo``."""
    kraken = opened(stream("stats"))
    said(kraken)
    kraken.subscribe([stream("quotes")])
    assert [
        ("unsubscribe", "ticker", ["BTC/USD"], "trades"),
        ("subscribe", "ticker", ["BTC/USD"], "bbo"),
    ] == said(kraken)


def test_streams_come_and_go_on_one_connection() -> None:
    """Trades and candles share a channel; it is left with the last of them."""
    kraken = opened(stream("trades"), Stream("kraken:BTC/USD", "candles", MINUTE))
    said(kraken)
    kraken.unsubscribe([stream("trades")])
    assert [] == said(kraken)
    assert kraken.wants_socket
    kraken.unsubscribe([Stream("kraken:BTC/USD", "candles", MINUTE)])
    assert ("unsubscribe", "trade", ["BTC/USD"], None) in said(kraken)
    assert not kraken.wants_socket


def test_late_messages_of_a_book_given_up_are_nobodys() -> None:
    """No event, no count, no book."""
    kraken = opened(stream("book"))
    venue = filled()
    kraken.received(venue.snapshot(), 2, 2)
    kraken.unsubscribe([stream("book")])
    assert [] == kraken.received(venue.change(bids=True, price="99.9", size="1"), 3, 3)
    assert {} == kraken.books
    assert 0 == kraken.unknown_messages


def test_a_refused_symbol_is_named_and_the_others_live() -> None:
    """Partial failure: one sentence with the symbol, and its name here where it has one."""
    kraken = opened(stream("book"), stream("book", "XBT/USD"))
    kraken.received(acknowledgement(), 2, 2)
    events = kraken.received(
        refusal("XBT/USD", "Currency pair not supported XBT/USD", req_id=1), 2, 2
    )
    assert [
        Refusal(
            "kraken:XBT/USD",
            "Kraken refused XBT/USD: Currency pair not supported XBT/USD. Its name here is BTC/USD",
            2,
        )
    ] == events
    kraken.received(filled().snapshot(), 3, 3)
    refused, fine = (kraken.status(stream("book", name)) for name in ("XBT/USD", "BTC/USD"))
    assert refused is not None
    assert fine is not None
    assert State.DOWN is refused.verdict(4).state
    assert State.LIVE is fine.verdict(4).state


def test_a_recordings_refused_symbol_is_no_book() -> None:
    """Only what the venue granted has to be proven at the end."""
    kraken = Kraken()
    kraken.opened("", 1, 1)
    kraken.sent(
        b'{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD","XBT/USD"],'
        b'"depth":25}}',
        1,
        1,
    )
    kraken.received(acknowledgement(depth=25), 2, 2)
    kraken.received(refusal("XBT/USD", "Currency pair not supported XBT/USD"), 2, 2)
    assert ["BTC/USD"] == list(kraken.books)


def test_an_answer_that_stays_away_is_asked_for_again() -> None:
    """After 5 s, then later and later; meanwhile it says why it is not live."""
    kraken = opened(stream("book"))
    said(kraken)
    kraken.tick(4 * SECOND, 0)
    assert [] == said(kraken)
    kraken.tick(6 * SECOND, 0)
    assert ("subscribe", "book", ["BTC/USD"], 10) in said(kraken)
    status = kraken.status(stream("book"))
    assert status is not None
    assert (State.SYNCING, True) == (status.state, "did not answer" in status.reason)


def test_too_many_messages_makes_us_wait() -> None:
    """``Exceeded msg rate``: told to the user, and silence for 5 s."""
    kraken = opened(stream("book"))
    said(kraken)
    (event,) = kraken.received(b'{"Error":"Exceeded msg rate"}', 2, 2)
    assert isinstance(event, Refusal)
    assert "5 s" in event.sentence
    kraken.subscribe([stream("trades")])
    assert [] == said(kraken)
    kraken.tick(6 * SECOND, 0)
    assert ("subscribe", "trade", ["BTC/USD"], None) in said(kraken)


def test_heartbeats_keep_a_quiet_book_live() -> None:
    """Quiet is not dead while the heartbeat runs; silence is stale after 3 s."""
    kraken = opened(stream("book"))
    kraken.received(filled().snapshot(), SECOND, 1)
    status = kraken.status(stream("book"))
    assert status is not None
    for second in range(2, 20):
        kraken.received(b'{"channel":"heartbeat"}', second * SECOND, 1)
        assert State.LIVE is status.verdict((second + 1) * SECOND).state
    assert State.STALE is status.verdict(23 * SECOND).state


def test_with_nothing_subscribed_we_ping() -> None:
    """There is no heartbeat then, and the server closes after a minute of silence."""
    kraken = opened()
    kraken.tick(10 * SECOND, 0)
    assert [] == kraken.messages_to_send()
    kraken.tick(22 * SECOND, 0)
    assert ['{"method":"ping"}'] == kraken.messages_to_send()
    assert [] == kraken.received(b'{"method":"pong","req_id":1,"time_in":"","time_out":""}', 1, 1)
    assert 0 == kraken.unknown_messages


@pytest.mark.parametrize("system", [b"maintenance", b"cancel_only"])
def test_maintenance_halts_and_its_end_resumes(system: bytes) -> None:
    """Shown with the reason; the book, still proven, is live again afterwards."""
    kraken = opened(stream("book"), stream("trades"))
    kraken.received(filled().snapshot(), 2, 2)
    kraken.received(TRADE % (b"update", 1), 2, 2)
    kraken.received(STATUS % system, 3, 3)
    for halted in (stream("book"), stream("trades")):
        status = kraken.status(halted)
        assert status is not None
        verdict = status.verdict(4)
        assert (State.HALTED, True) == (verdict.state, bool(verdict.reason))
    kraken.received(STATUS % b"online", 5, 5)
    status = kraken.status(stream("book"))
    assert status is not None
    assert State.LIVE is status.verdict(6).state
    assert 0 == kraken.unknown_messages


def test_a_pair_that_stops_trading_is_halted() -> None:
    """The instrument channel says so, with an event, and so does its end."""
    kraken = opened(stream("book"))
    (first,) = kraken.received(INSTRUMENT % (b"snapshot", b"online"), 2, 2)
    assert isinstance(first, InstrumentList)
    kraken.received(filled().snapshot(), 3, 3)
    events = kraken.received(INSTRUMENT % (b"update", b"cancel_only"), 4, 4)
    assert StatusChange("kraken:BTC/USD", "halted", 0, 4) in events
    status = kraken.status(stream("book"))
    assert status is not None
    assert State.HALTED is status.verdict(5).state
    kraken.received(INSTRUMENT % (b"update", b"online"), 6, 6)
    assert State.LIVE is status.verdict(7).state


def test_the_list_over_rest_where_the_channel_is_refused() -> None:
    """Precisions then come from AssetPairs."""
    kraken = opened(stream("book"))
    said(kraken)
    number = 2
    answer = {"method": "subscribe", "error": "no such channel", "success": False, "req_id": number}
    assert [] == kraken.received(json.dumps(answer).encode(), 2, 2)
    (request,) = kraken.requests_to_make()
    assert request.url.endswith("/0/public/AssetPairs")


def test_asset_pairs_are_instruments_by_their_new_names() -> None:
    """XBT is BTC and XDG is DOGE; the old names stay findable."""
    kraken = Kraken()
    kraken.ask_instruments()
    (request,) = kraken.requests_to_make()
    pair = (
        '"%s":{"altname":"%s","wsname":"%s","base":"X","quote":"Z","pair_decimals":%d,'
        '"lot_decimals":8,"tick_size":"%s","status":"%s"}'
    )
    pairs = ",".join(
        (
            pair % ("XXBTZUSD", "XBTUSD", "XBT/USD", 1, "0.1", "online"),
            pair % ("XDGUSD", "XDGUSD", "XDG/USD", 7, "0.0000001", "cancel_only"),
            pair % ("EURUSD", "EURUSD", "EUR/USD", 5, "0.00001", "online"),
        )
    )
    body = f'{{"error":[],"result":{{{pairs}}}}}'
    (event,) = kraken.answered(request, HttpResponse(request.url, 200, body.encode()), 1, 1)
    assert isinstance(event, InstrumentList)
    assert event.complete
    btc, doge, eur = event.instruments
    assert ("kraken:BTC/USD", "0.1", "1E-8") == (btc.id, str(btc.tick_size), str(btc.lot_size))
    assert {"XBT", "XBT/USD", "XBTUSD", "BTCUSD"} == set(btc.aliases)
    assert ("DOGE/USD", "halted") == (doge.symbol, doge.status)
    assert "forex" == eur.kind


def test_trades_keep_side_number_and_past() -> None:
    """The taker's side; a snapshot's prints are of the past; a hole in the ids is counted."""
    kraken = opened(stream("trades"))
    (old,) = kraken.received(TRADE % (b"snapshot", 7), 2, 2)
    (new,) = kraken.received(TRADE % (b"update", 8), 3, 3)
    assert isinstance(old, Trade)
    assert isinstance(new, Trade)
    assert (True, False) == (old.backfill, new.backfill)
    assert ("sell", 8, 64210.2, 0.01) == (new.side, new.trade_id, new.price, new.size)
    status = kraken.status(stream("trades"))
    assert status is not None
    assert (State.LIVE, Proof.SEQUENCE, 0) == (status.state, status.proof, status.gaps)
    kraken.received(TRADE % (b"update", 11), 4, 4)
    assert 1 == status.gaps


def test_a_print_of_more_digits_than_a_float_holds_is_exact() -> None:
    """Its texts travel beside."""
    message = (TRADE % (b"update", 8)).replace(b'"qty":0.01', b'"qty":123456789012.12345678')
    (trade,) = opened(stream("trades")).received(message, 2, 2)
    assert isinstance(trade, Trade)
    assert "123456789012.12345678" == str(trade.exact_size)
    assert "64210.2" == str(trade.exact_price)


def test_the_ticker_gives_quotes_and_the_days_figures_when_they_change() -> None:
    """The open is last less change, without a float's noise."""
    kraken = opened(stream("quotes"), stream("stats"))
    quote, stats = kraken.received(TICKER % b"snapshot", 2, 2)
    assert isinstance(quote, Quote)
    assert isinstance(stats, DayStats)
    assert (64210.1, 0.5, 64210.2, 1.25) == (
        quote.bid_price,
        quote.bid_size,
        quote.ask_price,
        quote.ask_size,
    )
    assert (63400.1, 64210.2, 1234.5678) == (stats.open, stats.last, stats.volume)
    assert 1.28 == round(stats.change * 100, 2)
    (again,) = kraken.received(TICKER % b"update", 3, 3)
    assert isinstance(again, Quote)


def test_a_ticker_without_sides_is_understood() -> None:
    """No quote where both are null; one that is null is a side without an offer, as 0 is."""
    kraken = opened(stream("quotes"), stream("stats"))
    null = TICKER.replace(b'"ask":64210.2,"ask_qty":1.25', b'"ask":null,"ask_qty":null')
    quote, _ = kraken.received(null % b"snapshot", 2, 2)
    assert isinstance(quote, Quote)
    assert (64210.1, 0.5, 0.0, 0.0) == (
        quote.bid_price,
        quote.bid_size,
        quote.ask_price,
        quote.ask_size,
    )
    null = null.replace(b'"bid":64210.1,"bid_qty":0.5', b'"bid":null,"bid_qty":null')
    assert [] == kraken.received(null % b"update", 3, 3)
    null = null.replace(b'"last":64210.2', b'"last":null').replace(b"810.1", b"null")
    assert [] == kraken.received(null % b"update", 4, 4)
    assert (0, 0) == (kraken.unknown_messages, kraken.rejected_messages)


def test_answers_with_nulls_and_numbers_as_text_are_understood() -> None:
    """Whoever recorded may have numbered his requests in his own way."""
    kraken = opened()
    answer = acknowledgement(req_id="five", error=None, time_in=None)
    assert [] == kraken.received(answer, 2, 2)
    assert (0, 0) == (kraken.unknown_messages, kraken.rejected_messages)


def test_figures_asked_for_once_come_once() -> None:
    """The ticker is subscribed for one message and given up."""
    kraken = Kraken(depth=10)
    kraken.ask_stats(["kraken:BTC/USD"])
    assert kraken.wants_socket
    kraken.opened(kraken.url, 1, 1)
    assert ("subscribe", "ticker", ["BTC/USD"], "trades") in said(kraken)
    assert any(isinstance(e, DayStats) for e in kraken.received(TICKER % b"snapshot", 2, 2))
    assert ("unsubscribe", "ticker", ["BTC/USD"], "trades") in said(kraken)
    assert not kraken.wants_socket


HISTORY = (
    b'{"error":[],"result":{"XXBTZUSD":['
    b'[1763632800,"64000.0","64010.0","63990.0","64005.5","64001.1","1.50000000",12],'
    b'[1763632860,"64005.5","64005.5","64005.5","64005.5","0.0","0.00000000",0],'
    b'[1763632920,"64005.5","64020.0","64000.0","64020.0","64012.0","0.25000000",3]],'
    b'"last":1763632860}}'
)


def test_past_candles_come_over_rest() -> None:
    """By the pair's REST name; the last row is still forming; quiet minutes are there."""
    kraken = Kraken()
    end = 1763632980 * SECOND
    kraken.ask_candles("kraken:BTC/USD", MINUTE, end, 2)
    (request,) = kraken.requests_to_make()
    assert "OHLC?pair=XBTUSD&interval=1&since=" in request.url
    (history,) = kraken.answered(request, HttpResponse(request.url, 200, HISTORY), 1, 1)
    assert isinstance(history, CandleHistory)
    assert ("kraken:BTC/USD", MINUTE) == (history.instrument, history.interval)
    assert [(0.0, True), (0.25, False)] == [(c.volume, c.closed) for c in history.candles]


def test_candles_kraken_does_not_have_are_an_empty_past() -> None:
    """Five seconds: nothing is asked, and the answer is empty."""
    kraken = Kraken()
    kraken.ask_candles("kraken:BTC/USD", 5 * SECOND, 0, 10)
    assert [] == kraken.requests_to_make()
    assert [CandleHistory("kraken:BTC/USD", 5 * SECOND, (), 0)] == kraken.tick(1, 1)


def test_a_busy_rest_is_asked_again_and_at_last_given_up() -> None:
    """Each time later; then one sentence. An unknown pair is told at once."""
    kraken = Kraken()
    kraken.ask_candles("kraken:BTC/USD", MINUTE, 0, 10)
    (request,) = kraken.requests_to_make()
    busy = HttpResponse(request.url, 200, b'{"error":["EAPI:Rate limit exceeded"]}')
    now = 0
    for _ in range(4):
        assert [] == kraken.answered(request, busy, now, now)
        now += 60 * SECOND
        kraken.tick(now, now)
        assert [request] == kraken.requests_to_make()
    (event,) = kraken.answered(request, busy, now, now)
    assert isinstance(event, Refusal)
    assert "past candles of BTC/USD" in event.sentence
    unknown = HttpResponse(request.url, 200, b'{"error":["EQuery:Unknown asset pair"]}')
    assert [Refusal] == [type(e) for e in kraken.answered(request, unknown, now, now)]


def test_candles_of_others_recordings_are_understood() -> None:
    """The ohlc channel, which we never ask for."""
    message = (
        b'{"channel":"ohlc","type":"update","timestamp":"2026-11-20T10:11:12.223456Z","data":[{'
        b'"symbol":"BTC/USD","open":64200.0,"high":64215.0,"low":64199.9,"close":64210.2,'
        b'"trades":70,"volume":12.345,"vwap":64205.1,'
        b'"interval_begin":"2026-11-20T10:11:00.000000000Z","interval":1,'
        b'"timestamp":"2026-11-20T10:12:00.000000Z"}]}'
    )
    (candle,) = Kraken().received(message, 1, 1)
    assert isinstance(candle, Candle)
    assert (MINUTE, 70, 64200.0) == (candle.interval, candle.trades, candle.open)


def test_what_cannot_be_understood_is_counted_as_what_it_is() -> None:
    """No JSON, or a number no market has: rejected. JSON of no known kind: unknown."""
    kraken = opened()
    rejected = [
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        (TRADE % (b"update", 1)).replace(b"64210.2", b"1e400"),
        (TRADE % (b"update", 1)).replace(b"64210.2", b"-1"),
    ]
    unknown = [b"[]", b"{}", b'{"channel":"weather","data":[]}', b'{"event":"heartbeat"}', b"7"]
    for message in (*rejected, *unknown, b'{"channel":"level3","type":"update","data":[]}'):
        assert [] == kraken.received(message, 1, 1)
    assert (len(rejected), len(unknown)) == (kraken.rejected_messages, kraken.unknown_messages)


def test_layout_does_not_matter() -> None:
    """Keys in another order, and white space, give the same book."""
    plain, spaced = Kraken(depth=10), Kraken(depth=10)
    message = filled().snapshot()
    shuffled: dict[str, Any] = json.loads(message, parse_float=str)
    rows = shuffled.pop("data")
    text = json.dumps({"data": rows, **dict(reversed(shuffled.items()))}, indent=1)
    for number in {level[key] for s in ("bids", "asks") for level in rows[0][s] for key in level}:
        text = text.replace(f'"{number}"', number)
    plain.received(message, 1, 1)
    spaced.received(text.encode(), 1, 1)
    expected, actual = (kraken.books["BTC/USD"].book.bids.top(99) for kraken in (plain, spaced))
    assert expected == actual
    assert State.LIVE is spaced.books["BTC/USD"].status.state


SEEDS = [
    filled().snapshot(),
    filled().change(bids=True, price="99.9", size="3"),
    TICKER % b"update",
    TRADE % (b"update", 3),
    INSTRUMENT % (b"snapshot", b"online"),
    STATUS % b"online",
    acknowledgement(),
    refusal("A/B", "no"),
]


@settings(max_examples=300, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.integers(0, 400),
    length=st.integers(0, 20),
    filling=st.one_of(
        st.binary(max_size=20), st.sampled_from([b"1e999", b"null", b"{}", b"1e300"])
    ),
)
@example(seed=SEEDS[0], cut=0, length=400, filling=b'{"method":"subscribe","result":null}')
def test_no_message_raises(seed: bytes, cut: int, length: int, filling: bytes) -> None:
    """Whatever comes, before and after a book is live; as an answer over REST likewise."""
    kraken = opened(stream("book"), stream("trades"), stream("quotes"))
    message = seed[:cut] + filling + seed[cut + length :]
    kraken.received(message, 1, 1)
    kraken.received(filled().snapshot(), 2, 2)
    kraken.received(message, 3, 3)
    kraken.sent(message, 3, 3)
    kraken.ask_instruments()
    kraken.ask_candles("kraken:BTC/USD", MINUTE, 0, 10)
    for request in kraken.requests_to_make():
        kraken.answered(request, HttpResponse(request.url, 200, message), 4, 4)
    kraken.tick(9 * SECOND, 5)
    kraken.messages_to_send()
