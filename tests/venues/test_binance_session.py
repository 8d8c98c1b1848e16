"""What Binance is asked and told, and what becomes of its refusals, silences and nonsense."""

import json
import random
from decimal import Decimal

import pytest

from monitor.model.events import (
    Candle,
    CandleHistory,
    DayStats,
    InstrumentList,
    Quote,
    Refusal,
    Trade,
)
from monitor.model.streams import Stream
from monitor.model.time import MINUTE, MS, SECOND
from monitor.model.verdict import State
from monitor.protocol.venue import HttpRequest, HttpResponse
from monitor.venues.binance import Binance
from tests.venues.binance_words import (
    Desk,
    depth,
    quote,
    snapshot,
    stream,
    trade,
    wrapped,
)

INFO = "exchangeInfo?showPermissionSets=false"
HEARTBEAT = "btcusdt@kline_1s"


def listing(symbol: str, status: str = "TRADING") -> dict[str, object]:
    """One entry of exchangeInfo."""
    return {
        "symbol": symbol,
        "status": status,
        "baseAsset": symbol[:-4],
        "quoteAsset": symbol[-4:],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.01000000", "tickSize": "0.01000000"},
            {"filterType": "LOT_SIZE", "stepSize": "0.00001000"},
        ],
    }


def info(*listings: dict[str, object]) -> bytes:
    return json.dumps({"timezone": "UTC", "symbols": listings}, ensure_ascii=False).encode()


def params(said: list[dict[str, object]], method: str) -> list[str]:
    """All streams named in the messages of one method."""
    names: list[str] = []
    for message in said:
        if message["method"] == method and isinstance(message["params"], list):
            names += message["params"]
    return names


def test_streams_are_said_on_each_connection_with_one_heartbeat() -> None:
    """Trades and candles share a stream; the heartbeat goes first."""
    kinds = [stream("book"), stream("trades"), Stream("binance:BTCUSDT", "candles", MINUTE)]
    desk = Desk(*kinds, stream("quotes", "ETHUSDT"))
    assert desk.venue.wants_socket
    for _ in range(2):
        desk.said.clear()
        desk.open()
        names = params(desk.said, "SUBSCRIBE")
        assert [
            HEARTBEAT,
            "btcusdt@depth@100ms",
            "btcusdt@trade",
            "ethusdt@bookTicker",
        ] == names
        desk.venue.closed(desk.now, "gone")


def test_who_comes_and_goes_is_told_no_faster_than_the_venue_takes() -> None:
    """At most 4 messages in any 1.1 s, whatever the users do; in the end all is said."""
    desk = Desk(stream("trades"))
    desk.open()
    dice, told = random.Random(1), []
    for step in range(60):
        symbols = [f"C{dice.randrange(12)}USDT" for _ in range(3)]
        desk.venue.subscribe([stream("trades", symbol) for symbol in symbols])
        desk.venue.unsubscribe([stream("trades", symbols[0])])
        desk.wait(250)
        told += [desk.now] * len(desk.said)
        desk.acknowledge()
        if step == 59:
            desk.wait(3000)
    assert told
    for i, at in enumerate(told):
        assert sum(1 for other in told[i:] if other - at < SECOND) <= 4


def test_what_is_unsubscribed_is_no_longer_read_and_gone() -> None:
    """UNSUBSCRIBE is sent, late messages are left unread, and the book is gone."""
    desk = Desk(stream("book"), stream("trades"))
    desk.open()
    desk.acknowledge()
    desk.hear(depth(1, 2))
    desk.venue.unsubscribe([stream("book")])
    desk.wait(250)
    assert ["btcusdt@depth@100ms"] == params(desk.said, "UNSUBSCRIBE")
    assert [] == desk.hear(depth(3, 4))
    assert {} == desk.venue.books
    assert 0 == desk.venue.unknown_messages
    desk.venue.subscribe([stream("book")])
    desk.acknowledge()
    desk.wait(500)
    desk.acknowledge()
    desk.hear(depth(9, 9))
    assert "BTCUSDT" in desk.venue.books


def test_an_acknowledgement_that_does_not_come_is_said_again() -> None:
    """After ack_timeout_s the same names are subscribed anew."""
    desk = Desk(stream("trades"))
    desk.open()
    desk.said.clear()
    desk.wait(6000)
    assert "btcusdt@trade" in params(desk.said, "SUBSCRIBE")


def test_a_symbol_not_in_the_list_is_refused_by_name() -> None:
    """At once where the list is known, and when it becomes known."""
    desk = Desk(stream("trades", "FOOUSDT"))
    desk.venue.ask_instruments()
    desk.wait(250)
    assert 1 == len(desk.asked_for("exchangeInfo"))
    (found,) = desk.answer(info(listing("BTCUSDT")), INFO)
    assert isinstance(found, InstrumentList)
    assert found.complete
    desk.venue.subscribe([stream("book", "BARUSDT")])
    refusals = [event for event in desk.wait(250) if isinstance(event, Refusal)]
    assert {"binance:FOOUSDT", "binance:BARUSDT"} == {event.instrument for event in refusals}
    assert all("'FOOUSDT'" in e.sentence or "'BARUSDT'" in e.sentence for e in refusals)
    assert not desk.venue.wants_socket


def test_an_acknowledged_stream_that_stays_silent_is_looked_into() -> None:
    """Binance acknowledges nonsense: after the first message's time-out the symbol is checked."""
    desk = Desk(stream("trades", "FOOUSDT"))
    desk.open()
    desk.acknowledge()
    desk.wait(10500)
    assert ["symbol=FOOUSDT"] == [url.partition("?")[2] for url in desk.asked_for("exchangeInfo")]
    body = b'{"code":-1121,"msg":"Invalid symbol."}'
    (refusal,) = desk.answer(body, "exchangeInfo?symbol=FOOUSDT", 400)
    assert isinstance(refusal, Refusal)
    assert "FOOUSDT" in refusal.sentence
    assert desk.venue.status(stream("trades", "FOOUSDT")) is None


def test_silence_that_nobody_explains_is_refused_too() -> None:
    """Where even the check of the symbol gets no answer."""
    desk = Desk(stream("quotes", "FOOUSDT"))
    desk.open()
    desk.acknowledge()
    desk.wait(21000)
    refusals = [event for event in desk.events if isinstance(event, Refusal)]
    assert ["binance:FOOUSDT"] == [event.instrument for event in refusals]


def test_a_thin_but_real_symbol_may_be_silent() -> None:
    """The check finds it: no refusal, and its trades are as live as any."""
    desk = Desk(stream("trades", "THINUSDT"))
    desk.open()
    desk.acknowledge()
    desk.wait(10500)
    desk.answer(info(listing("THINUSDT")), "exchangeInfo?symbol=THINUSDT")
    desk.wait(30000)
    assert [] == [event for event in desk.events if isinstance(event, Refusal)]
    status = desk.venue.status(stream("trades", "THINUSDT"))
    assert status is not None
    assert State.LIVE is status.state


@pytest.mark.parametrize(
    "refusal",
    [
        '{"code":0,"msg":"Unknown property","id":%s}',
        '{"error":{"code":2,"msg":"Invalid request: too many parameters"},"id":%s}',
    ],
)
def test_a_refused_subscription_is_told(refusal: str) -> None:
    """Flat or nested, by its id; the streams it named are given up."""
    desk = Desk(stream("trades"))
    desk.open()
    number = json.dumps(desk.said[-1]["id"])
    (event,) = desk.hear((refusal % number).encode())
    assert isinstance(event, Refusal)
    assert "binance:BTCUSDT" == event.instrument
    assert not desk.venue.wants_socket


def test_a_wait_asked_for_is_kept_and_shown() -> None:
    """429 and 418 with Retry-After: nothing is asked meanwhile, and the reason says why."""
    for status in (429, 418):
        desk = Desk(stream("book"))
        desk.open()
        desk.acknowledge()
        desk.asked_for("depth")
        desk.answer(b"{}", status=status, headers={"retry-after": "7"})
        shown = desk.venue.status(stream("book"))
        assert shown is not None
        assert f"wait 7 s (HTTP {status})" in shown.verdict(desk.now).reason
        desk.venue.ask_instruments()
        desk.wait(6500)
        assert [] == desk.asked
        desk.wait(1000)
        assert 1 == len(desk.asked_for("depth"))
        assert 1 == len(desk.asked_for("exchangeInfo"))


def test_a_place_that_is_not_served_is_one_sentence_with_the_other_host() -> None:
    """451 names where else it is tried; the book goes on asking."""
    desk = Desk(stream("book"))
    desk.open()
    desk.acknowledge()
    desk.answer(b"", status=451)
    shown = desk.venue.status(stream("book"))
    assert shown is not None
    assert "api.binance.com" in shown.reason
    assert "451" in shown.reason
    desk.asked.clear()
    desk.wait(3000)
    assert 1 == len(desk.asked_for("depth"))


def test_a_request_that_fails_is_made_again_and_given_up_in_words() -> None:
    """Later each time; after five tries the user is told."""
    desk = Desk()
    desk.venue.ask_candles("binance:BTCUSDT", MINUTE, 1790000000 * SECOND, 500)
    events = []
    for _ in range(5):
        while not desk.asked:
            desk.wait(250)
        path = desk.asked.pop().partition("/api/v3/")[2]
        events += desk.answer(b"busy", path, 503)
    (refusal,) = events
    assert isinstance(refusal, Refusal)
    assert "HTTP 503" in refusal.sentence


def test_twenty_books_keep_within_the_weight_of_a_minute() -> None:
    """Each is asked for in short; none comes faster than the venue allows."""
    symbols = [f"C{i}USDT" for i in range(150)]
    desk = Desk(*(stream("book", symbol) for symbol in symbols))
    desk.open()
    for _ in range(8):
        desk.acknowledge()
        desk.wait(250)
    desk.wait(8000)
    asked = desk.asked_for("depth")
    assert all("limit=1000" in url for url in asked)
    assert len(asked) * 50 <= 4800
    desk.wait(60000)
    assert {f"symbol={symbol}" for symbol in symbols} == {
        url.partition("?")[2].partition("&")[0] for url in asked + desk.asked_for("depth")
    }


def test_instruments_say_tick_lot_and_status_and_any_script_is_welcome() -> None:
    """Names in Chinese are real; names that can't be shown are left out."""
    chinese = "币安人生USDT"
    desk = Desk()
    body = info(listing("BTCUSDT"), listing(chinese, "BREAK"), listing("\u202eEVILUSDT"))
    (found,) = desk.answer(body, INFO)
    assert isinstance(found, InstrumentList)
    assert ["BTCUSDT", chinese] == [instrument.symbol for instrument in found.instruments]
    first, second = found.instruments
    assert (Decimal("0.01"), Decimal("0.00001")) == (first.tick_size, first.lot_size)
    assert ("trading", "halted") == (first.status, second.status)
    desk.venue.subscribe([stream("book", chinese)])
    desk.open()
    desk.acknowledge()
    assert f"{chinese.lower()}@depth@100ms" in "币安人生usdt@depth@100ms"
    (url,) = desk.asked_for("depth")
    assert url.isascii()
    desk.hear(depth(1, 2, [(1, 1)], symbol=chinese))
    desk.answer(snapshot(2, [(1, 1)], [(2, 1)]), url.partition("/api/v3/")[2])
    assert State.LIVE is desk.venue.books[chinese].status.state
    assert Decimal("0.01") == desk.venue.books[chinese].book.tick_size


def test_candles_of_the_past() -> None:
    """Twelve columns a row; the newest may still run; microseconds are told by their size."""
    desk = Desk()
    now = (desk.now + 1_790_000_000 * SECOND) // MS
    opens = [now // 60000 * 60000 - 60000, now // 60000 * 60000]
    for factor in (1, 1000):
        rows = [
            [t * factor, "1.0", "3.0", "0.5", "2.0", "10.5", t, "21", 7, "4.5", "9", "0"]
            for t in opens
        ]
        path = "klines?symbol=BTCUSDT&interval=1m&limit=2"
        (found,) = desk.answer(json.dumps(rows).encode(), path)
        assert isinstance(found, CandleHistory)
        first, last = found.candles
        assert (opens[0] * MS, 1.0, 3.0, 0.5, 2.0) == (
            first.ts_open,
            first.open,
            first.high,
            first.low,
            first.close,
        )
        assert (10.5, 4.5, 7, True, False) == (
            first.volume,
            first.buy_volume,
            first.trades,
            first.closed,
            last.closed,
        )


def test_candles_are_asked_for_up_to_a_moment_and_not_beyond() -> None:
    """``end`` is exclusive, Binance's endTime is not; an interval it lacks is refused."""
    desk = Desk()
    desk.venue.ask_candles("binance:BTCUSDT", 5 * MINUTE, 1790000000 * SECOND, 5000)
    desk.venue.ask_candles("binance:BTCUSDT", 7 * MINUTE, 1790000000 * SECOND, 10)
    events = desk.wait(250)
    (url,) = desk.asked_for("klines")
    assert "symbol=BTCUSDT&interval=5m&endTime=1789999999999&limit=1000" in url
    assert ["Binance has no past candles of 420 s"] == [
        event.sentence for event in events if isinstance(event, Refusal)
    ]


def test_day_stats_by_rest_and_by_stream() -> None:
    """Change is a fraction of the open."""
    desk = Desk(stream("stats"))
    desk.venue.ask_stats(["binance:BTCUSDT", "binance:ETHUSDT"])
    desk.wait(250)
    (url,) = desk.asked_for("ticker/24hr")
    assert "symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D" in url
    body = (
        b'[{"symbol":"BTCUSDT","openPrice":"100","highPrice":"120","lowPrice":"90",'
        b'"lastPrice":"110","volume":"5","closeTime":1790000000000}]'
    )
    (rested,) = desk.answer(body, url.partition("/api/v3/")[2])
    desk.open()
    payload = {"e": "24hrMiniTicker", "E": 1790000000000, "s": "BTCUSDT", "c": "110"}
    payload |= {"o": "100", "h": "120", "l": "90", "v": "5", "q": "500"}
    (streamed,) = desk.hear(wrapped("btcusdt@miniTicker", payload))
    (every,) = desk.hear(wrapped("!miniTicker@arr", [payload]))
    for stats in (rested, streamed, every):
        assert isinstance(stats, DayStats)
        assert (110.0, 5.0, 0.1) == (stats.last, stats.volume, round(stats.change, 9))
        assert ("binance:BTCUSDT", 1790000000 * SECOND) == (stats.instrument, stats.ts_event)


def test_the_heartbeat_keeps_a_quiet_market_live_and_makes_no_candles() -> None:
    """Ours is left unread; a foreign recording's 1 s candles are candles."""
    bar = {"t": 1790000000000, "i": "1s", "o": "1", "h": "1", "l": "1", "c": "1", "v": "0"}
    beat = wrapped(HEARTBEAT, {"e": "kline", "E": 1790000000000, "s": "BTCUSDT", "k": bar})
    desk = Desk(stream("trades", "THINUSDT"))
    desk.open()
    desk.acknowledge()
    desk.hear(trade(1, "1.0", "1.0", "THINUSDT"))
    watched = desk.venue.status(stream("trades", "THINUSDT"))
    assert watched is not None
    for _ in range(10):
        desk.wait(1000)
        assert [] == desk.hear(beat)
        assert State.LIVE is watched.verdict(desk.now).state
    desk.wait(3250)
    assert State.STALE is watched.verdict(desk.now).state
    foreign = Desk()
    foreign.open()
    (candle,) = foreign.hear(beat)
    assert isinstance(candle, Candle)
    assert SECOND == candle.interval


def test_microseconds_by_the_addresss_wish_are_the_same_moment() -> None:
    """The size of the connection's first time tells its unit."""
    desk = Desk()
    (usual,) = desk.hear(trade(1, "1.5", "2.5"))
    other = Desk()
    other.open("wss://stream.binance.com:443/stream?streams=btcusdt@trade&timeUnit=MICROSECOND")
    message = trade(1, "1.5", "2.5").replace(b"1790000000125", b"1790000000125000")
    (fine,) = other.hear(message.replace(b"1790000000124", b"1790000000124000"))
    assert isinstance(usual, Trade)
    assert isinstance(fine, Trade)
    assert usual.ts_event == fine.ts_event == 1790000000124 * MS


def test_prints_keep_every_digit() -> None:
    """Where a float can't hold the text, the text goes along; holes in the ids are counted."""
    desk = Desk(stream("trades"))
    desk.open()
    (plain, wide, fine) = desk.hear(
        trade(1, "61837.63000000", "0.02000000"),
        trade(2, "0.00001234", "123456789012.12345678"),
        trade(4, "1.2345678901234567", "1.0"),
    )
    assert isinstance(plain, Trade)
    assert isinstance(wide, Trade)
    assert isinstance(fine, Trade)
    assert plain.exact is None
    assert Decimal("123456789012.12345678") == wide.exact_size
    assert Decimal("1.2345678901234567") == fine.exact_price
    watched = desk.venue.status(stream("trades"))
    assert watched is not None
    assert (1, State.LIVE) == (watched.gaps, watched.state)


def test_aggregate_prints_are_marked() -> None:
    """Where ``m`` is true the buyer was the maker, the aggressor sold."""
    payload = {"e": "aggTrade", "s": "BTCUSDT", "a": 1, "p": "2", "q": "3", "f": 1, "l": 2}
    (found,) = Desk().hear(wrapped("btcusdt@aggTrade", {**payload, "T": 1, "m": True}))
    assert isinstance(found, Trade)
    assert (True, "sell") == (found.aggregate, found.side)


def test_what_is_not_used_is_not_unknown_and_nonsense_is_told_apart() -> None:
    """Unused streams count nowhere; sense without meaning is unknown; no sense is rejected."""
    desk = Desk()
    for name in ("btcusdt@avgPrice", "btcusdt@ticker_1h", "btcusdt@blockTrade", "!ticker_1h@arr"):
        desk.hear(wrapped(name, {"e": "x", "s": "BTCUSDT"}))
    desk.hear(b'{"result":["btcusdt@trade"],"id":3}', b'{"result":null,"id":null}')
    assert (0, 0) == (desk.venue.unknown_messages, desk.venue.rejected_messages)
    strange = (b"{}", b"[1]", b"17", b'"x"', b'{"stream":"a@b","data":{}}', b'{"e":"new","s":"X"}')
    desk.hear(*strange)
    assert (len(strange), 0) == (desk.venue.unknown_messages, desk.venue.rejected_messages)
    broken = (b"", b"{", b"\xff\xfe", b"[" * 100000, b"<html>", trade(1, "abc", "1"))
    desk.hear(*broken, trade(1, "-1", "1"), trade(1, "nan", "1"))
    assert len(strange) == desk.venue.unknown_messages
    assert len(broken) + 2 == desk.venue.rejected_messages


def test_a_servers_shutdown_asks_for_a_new_connection() -> None:
    """Wrapped or bare; the next connection forgets it."""
    notice = {"e": "serverShutdown", "E": 1770123456789}
    for message in (wrapped("!serverShutdown", notice), json.dumps(notice).encode()):
        desk = Desk(stream("trades"))
        desk.open()
        assert "" == desk.venue.renew_reason
        desk.hear(message)
        assert "shuts down" in desk.venue.renew_reason
        desk.open()
        assert "" == desk.venue.renew_reason


def test_quotes_are_what_the_venue_said() -> None:
    """No time of their own; a number no market has is rejected."""
    desk = Desk()
    (found,) = desk.hear(quote(5, (99, 1), (101, 2)))
    assert Quote("binance:BTCUSDT", 99.0, 1.0, 101.0, 2.0, 0, found.ts_recv) == found
    desk.hear(quote(6, (-99, 1), (101, 2)))
    assert 1 == desk.venue.rejected_messages


def test_no_message_however_mangled_raises() -> None:
    """20,000 of all kinds with bytes changed, cut, doubled; the books never raise either."""
    dice = random.Random(20)
    bar = {"t": 1790000000000, "i": "1m", "o": "1", "h": "1", "l": "1", "c": "1", "v": "0"}
    sane = [
        depth(3, 4, [(99, 1)], [(101, 2), (102, 0)]),
        trade(5, "99.00000000", "1.00000000"),
        quote(4, (99, 1), (101, 2)),
        wrapped("btcusdt@kline_1m", {"e": "kline", "s": "BTCUSDT", "k": bar}),
        b'{"result":null,"id":1}',
        b'{"code":2,"msg":"Invalid request","id":1}',
        wrapped("btcusdt@depth5", {"lastUpdateId": 7, "bids": [["99", "1"]], "asks": []}),
    ]
    desk = Desk(stream("book"), stream("trades"), stream("quotes"))
    desk.open()
    answers = [(snapshot(2, [(99, 1)], [(101, 1)]), "depth?symbol=BTCUSDT&limit=5000")]
    answers += [(info(listing("BTCUSDT")), "exchangeInfo"), (b"[[1]]", "klines?symbol=X")]
    for number in range(20000):
        message = bytearray(dice.choice(sane))
        for _ in range(dice.randint(0, 3)):
            at = dice.randrange(len(message))
            match dice.randrange(4):
                case 0:
                    message[at] = dice.randrange(256)
                case 1:
                    del message[at:]
                    message += b"}"
                case 2:
                    message[at:at] = message[at : at + dice.randrange(20)]
                case _:
                    message[at] = dice.choice(b'0123456789"{}[],.-e')
        desk.venue.received(bytes(message), desk.now, desk.now)
        if number % 50 == 0:
            body, path = dice.choice(answers)
            cut = body[: dice.randrange(len(body) + 1)]
            desk.answer(cut, path, dice.choice([200, 200, 200, 400, 429, 500]))
            desk.venue.sent(bytes(message), desk.now, desk.now)
            desk.wait(250)
    desk.venue.received(dice.randbytes(1000), desk.now, desk.now)


def test_the_facts_load_and_each_instance_stands_alone() -> None:
    """Its own TOML is found beside the module."""
    first, second = Binance.from_facts(), Binance()
    assert first.facts == second.facts
    assert first.url.startswith("wss://")
    assert first.books is not second.books


def test_a_snapshot_that_the_request_limit_holds_back_is_explained() -> None:
    """Why, and for how long, in words that count down; nothing lingers once it is asked for."""
    symbols = [f"C{n}USDT" for n in range(110)]
    desk = Desk(*(stream("book", symbol) for symbol in symbols))
    desk.open()
    desk.wait(30_000)
    for _ in range(8):
        desk.acknowledge()
        desk.wait(500)
    for symbol in symbols:
        desk.hear(depth(5, 7, symbol=symbol))
    asked = desk.asked_for("depth")
    assert 4800 // 50 == len(asked)
    for url in asked:
        desk.answer(snapshot(7, [(1, 1)], [(2, 1)]), url.rpartition("/")[2])
    held = desk.venue.books[symbols[-1]].status
    assert State.SYNCING is held.verdict(desk.now).state
    begun = held.verdict(desk.now).reason
    assert begun.startswith("waiting for Binance's request limit, next snapshot in ")
    left = int(begun.split()[-2])
    assert 0 < left <= 60
    desk.wait(10_000)
    assert f"next snapshot in {left - 10} s" in held.verdict(desk.now).reason
    desk.wait(1000 * (left - 9))
    assert len(symbols) - len(asked) <= len(desk.asked_for("depth"))
    assert "" == held.verdict(desk.now).reason


@pytest.mark.parametrize("status", [429, 418, 403, 451, 503, 400])
def test_whoever_refuses_is_named(status: int) -> None:
    """A user may watch several venues: each sentence says whose it is, and what is not to be had."""
    desk = Desk()
    desk.venue.ask_candles("binance:BTCUSDT", MINUTE, 10**18, 10)
    desk.venue.ask_instruments()
    desk.venue.ask_stats(["binance:ETHUSDT"])
    refusals: list[Refusal] = []
    for _ in range(200):
        desk.wait(5_000)
        asked, desk.asked = desk.asked, []
        for url in asked:
            path = url.rpartition("/api/v3/")[2]
            found = desk.answer(b'{"code":-1003,"msg":"No."}', path, status)
            refusals += [event for event in found if isinstance(event, Refusal)]
    assert 3 == len(refusals)
    assert all("Binance" in refusal.sentence for refusal in refusals)
    assert ["", "", "binance:BTCUSDT"] == sorted(refusal.instrument for refusal in refusals)
    for method, what in (("klines", "BTCUSDT"), ("exchangeInfo", "symbols"), ("24hr", "24 hours")):
        assert status == 400 or any(what in one.sentence for one in refusals), method


def test_futures_are_not_taken_for_the_spot_market() -> None:
    """By the address, or by what only their updates hold; all of it is unknown, and told why."""
    desk = Desk()
    desk.open("wss://fstream.binance.com/stream?streams=btcusdt@trade")
    assert [] == desk.hear(trade(1, "61837.1", "1"))
    assert (1, True) == (desk.venue.unknown_messages, "futures" in desk.venue.foreign)

    desk = Desk()
    desk.open()
    assert 1 == len(desk.hear(trade(1, "61837.1", "1")))
    update = depth(101, 105).replace(b'"U":101', b'"pu":100,"U":101')
    assert [] == desk.hear(update, trade(2, "61837.1", "1"))
    assert (2, True) == (desk.venue.unknown_messages, "futures" in desk.venue.foreign)
    path = "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000"
    answer = HttpResponse(path, 200, snapshot(105, [(1, 1)], [(2, 1)]))
    assert [] == desk.venue.answered(HttpRequest(path), answer, desk.now, desk.now)
    assert {} == desk.venue.books

    desk = Desk()
    desk.open("wss://stream.binance.us:9443/stream")
    assert 1 == len(desk.hear(trade(1, "61837.1", "1")))
    assert "" == desk.venue.foreign


def test_a_streams_symbol_may_be_written_in_capitals() -> None:
    """Binance wants small letters, and a recording may have others."""
    desk = Desk()
    desk.open()
    capitals = depth(101, 105).replace(b"btcusdt@", b"BTCUSDT@")
    desk.hear(capitals)
    desk.answer(snapshot(104, [(1, 1)], [(2, 1)]))
    assert State.LIVE is desk.venue.books["BTCUSDT"].status.state
