"""The genuine ccxt client, in its process, against exchanges on loopback: answers and refusals."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_candles import ExchangeCandles
from lefi_tui.adapters.ccxt_link import ANSWER_S, ExchangeLink
from lefi_tui.adapters.ccxt_markets import (
    DECIMAL_PLACES,
    SIGNIFICANT_DIGITS,
    instrument_of,
    is_ours,
)
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core.codec import from_plain
from lefi_tui.core.instrument import Instrument
from lefi_tui.errors import (
    ExchangeAnswerError,
    ExchangeAwayError,
    ExchangeError,
    ExchangePlaceError,
    ExchangeUnknownError,
    ExchangeWaitError,
    MarketUnknownError,
)
from tests.exchange.public_rest import BEGIN_MS, LISTED_MS, MINUTE, Fault, PublicRest, public_rest

BTC = "BTC/USDT:USDT"
HOUR = 60 * MINUTE
NS = 1_000_000
TICK_SIZE = 4

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def server() -> Iterator[PublicRest]:
    with public_rest() as rest:
        yield rest


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def binance_link(server: PublicRest) -> AsyncIterator[ExchangeLink]:
    async with ExchangeLink("binanceusdm", server.binance) as link:
        yield link


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def okx_link(server: PublicRest) -> AsyncIterator[ExchangeLink]:
    async with ExchangeLink("okx", server.okx) as link:
        yield link


@pytest.fixture
def rest(server: PublicRest) -> PublicRest:
    """The one server, as it was at first."""
    server.begin_anew()
    return server


@pytest.fixture(params=["binanceusdm", "okx"])
def link(request: pytest.FixtureRequest, rest: PublicRest) -> ExchangeLink:
    assert rest.port
    name = "binance_link" if request.param == "binanceusdm" else "okx_link"
    found: ExchangeLink = request.getfixturevalue(name)
    return found


def candles_of(link: ExchangeLink, rest: PublicRest) -> ExchangeCandles:
    """With a clock of ours that agrees with the exchange's, but for its skew."""
    return ExchangeCandles(link, VirtualClock((rest.now() - rest.skew_ms) * NS))


# ---- markets


async def markets(link: ExchangeLink) -> dict[str, Instrument]:
    told = await link.ask("markets", currency="USDT")
    return {each["symbol"]: from_plain(Instrument, each) for each in told}


async def test_markets_come_with_their_own_tick_step_minimums_and_fees(
    binance_link: ExchangeLink, rest: PublicRest
) -> None:
    found = await markets(binance_link)
    assert rest.asked("/exchangeInfo")
    assert set(found) == {BTC, "ETH/USDT:USDT"}
    btc = found[BTC]
    assert (btc.tick, btc.step) == (Decimal("0.1"), Decimal("0.001"))
    assert (btc.minimum_quantity, btc.minimum_notional) == (Decimal("0.001"), Decimal(100))
    assert (btc.maker, btc.taker) == (Decimal("0.0002"), Decimal("0.0005"))
    assert btc.is_perpetual


async def test_where_an_exchange_counts_contracts_we_count_units(
    okx_link: ExchangeLink, rest: PublicRest
) -> None:
    found = await markets(okx_link)
    swap, spot = found[BTC], found["BTC/USDT"]
    assert (swap.step, swap.minimum_quantity, swap.leverage_max) == (
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal(50),
    )
    assert (spot.is_perpetual, spot.step) == (False, Decimal("0.00001"))
    assert spot.leverage_max == 1
    book = await okx_link.ask("book", symbol=BTC)
    assert Decimal(book["bids"][0][1]) == Decimal(rest.depth) * Decimal("0.01")
    prints = await okx_link.ask("prints", symbol=BTC)
    assert {Decimal(each[3]) for each in prints} == {Decimal("0.005")}


def described(**changes: Any) -> dict[str, Any]:
    market = {
        "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "settle": None, "spot": True,
        "swap": False, "linear": None, "contract": False, "contractSize": None, "active": True,
        "precision": {"price": 2, "amount": 6}, "limits": {}, "maker": None, "taker": None,
    }  # fmt: skip
    return market | changes


@pytest.mark.parametrize(
    ("mode", "precision", "tick", "step"),
    [
        (DECIMAL_PLACES, {"price": 2, "amount": 0}, "0.01", "1"),
        (DECIMAL_PLACES, {"price": -1, "amount": 3}, "10", "0.001"),
        (SIGNIFICANT_DIGITS, {"price": 5, "amount": 8}, "0", "0.00000001"),
        (TICK_SIZE, {"price": 0.5, "amount": 1e-07}, "0.5", "0.0000001"),
        (TICK_SIZE, {"price": None, "amount": None}, "0", "0"),
    ],
)
async def test_each_of_ccxts_three_ways_to_say_a_precision_is_read(
    mode: int, precision: dict[str, Any], tick: str, step: str
) -> None:
    found = instrument_of(described(precision=precision), mode)
    assert (found.tick, found.step) == (Decimal(tick), Decimal(step))


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"quote": "EUR"},
        {"spot": False, "swap": True, "linear": False, "settle": "BTC"},
        {"spot": False, "swap": False, "settle": "USDT"},
        {"symbol": "BTC/USDT/X"},
    ],
    ids=["closed", "another currency", "inverse", "dated", "no pair"],
)
async def test_a_market_that_this_account_could_not_trade_is_not_listed(
    changes: dict[str, Any],
) -> None:
    assert is_ours(described(), "USDT")
    assert not is_ours(described(**changes), "USDT")


# ---- candles


async def test_history_comes_page_by_page_whole_in_order_and_none_twice(
    link: ExchangeLink, rest: PublicRest
) -> None:
    bars = await candles_of(link, rest).past(BTC, MINUTE, 1_200, rest.now())
    begin_ms = rest.now() - 1_200 * MINUTE
    assert [bar.time_ms for bar in bars] == list(range(begin_ms, rest.now(), MINUTE))
    for bar in (bars[0], bars[600], bars[-1]):
        told = (bar.open, bar.high, bar.low, bar.close, bar.volume)
        assert list(told) == rest.candle("BTC", bar.time_ms, MINUTE)


async def test_a_candle_that_is_still_open_is_not_told(
    link: ExchangeLink, rest: PublicRest
) -> None:
    rest.now_ms = BEGIN_MS + MINUTE - 1
    bars = await candles_of(link, rest).past(BTC, MINUTE, 3, rest.now() + MINUTE)
    assert [bar.time_ms for bar in bars] == [BEGIN_MS - each * MINUTE for each in (3, 2, 1)]
    open_one = candles_of(link, rest).pages(BTC, MINUTE, BEGIN_MS, BEGIN_MS + HOUR)
    assert [page async for page, _ in open_one] == []
    rest.now_ms = BEGIN_MS + MINUTE
    bars = await candles_of(link, rest).past(BTC, MINUTE, 1, rest.now() + MINUTE)
    assert [bar.time_ms for bar in bars] == [BEGIN_MS]


@pytest.mark.parametrize("skew_ms", [-60_000, 5_000])
async def test_the_exchanges_own_clock_says_what_is_closed(
    skew_ms: int, link: ExchangeLink, rest: PublicRest
) -> None:
    rest.now_ms, rest.skew_ms = BEGIN_MS - skew_ms + MINUTE - 1, skew_ms
    candles = candles_of(link, rest)
    assert await candles.now_ms() == BEGIN_MS + MINUTE - 1
    bars = await candles.past(BTC, MINUTE, 1, BEGIN_MS + HOUR)
    assert [bar.time_ms for bar in bars] == [BEGIN_MS - MINUTE]


async def test_a_gap_stays_a_gap_and_a_candle_that_can_not_be_is_refused(
    link: ExchangeLink, rest: PublicRest
) -> None:
    rest.gaps = {BEGIN_MS - 5 * MINUTE, BEGIN_MS - 4 * MINUTE}
    rest.wrong = {BEGIN_MS - 2 * MINUTE: [100.0, 90.0, 110.0, 100.0, 1.0]}
    candles = candles_of(link, rest)
    bars = await candles.past(BTC, MINUTE, 6, BEGIN_MS)
    assert [(BEGIN_MS - bar.time_ms) // MINUTE for bar in bars] == [6, 3, 1]
    assert candles.refused == 1


async def test_a_timeframe_the_exchange_does_not_tell_is_built_from_a_shorter_one(
    link: ExchangeLink, rest: PublicRest
) -> None:
    rest.now_ms = BEGIN_MS // HOUR * HOUR + 25 * MINUTE
    built = await candles_of(link, rest).past(BTC, 10 * MINUTE, 2, rest.now())
    assert [bar.time_ms for bar in built] == [rest.now() - 25 * MINUTE, rest.now() - 15 * MINUTE]
    for bar in built:
        parts = [rest.candle("BTC", bar.time_ms + at * 5 * MINUTE, 5 * MINUTE) for at in (0, 1)]
        assert bar.open == parts[0][0]
        assert bar.high == max(part[1] for part in parts)
        assert bar.close == parts[1][3]
        assert bar.volume == sum(part[4] for part in parts)


async def test_before_the_listing_there_is_nothing_and_it_ends(
    link: ExchangeLink, rest: PublicRest
) -> None:
    rest.now_ms = LISTED_MS + 3 * MINUTE
    bars = await candles_of(link, rest).past(BTC, MINUTE, 3_000, rest.now())
    assert len(bars) == 3


async def test_a_timeframe_that_nothing_can_be_built_for_says_which_there_are(
    link: ExchangeLink, rest: PublicRest
) -> None:
    with pytest.raises(ExchangeError, match="it tells") as caught:
        await candles_of(link, rest).past(BTC, 1_500, 3, rest.now())
    assert "1m" in caught.value.why


# ---- refusals, in four parts


def parts(error: ExchangeError) -> tuple[str, str, str, str]:
    return error.what, error.where, error.why, error.next_step


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("/time", status=500), ExchangeAwayError),
        (Fault("/time", status=502, body="<html>bad gateway</html>"), ExchangeAwayError),
        (Fault("/time", hang_s=2.4), ExchangeAwayError),
        (Fault("/time", is_dropped=True, times=2), ExchangeAwayError),
        (Fault("/time", body="<html>be patient</html>"), ExchangeAnswerError),
        (Fault("/time", is_cut=True), ExchangeAnswerError),
        (Fault("/time", status=451), ExchangePlaceError),
        (Fault("/time", status=403, body="<html>not from there</html>"), ExchangePlaceError),
    ],
    ids=["500", "502", "slow", "dropped", "a page", "cut", "451", "403"],
)
async def test_what_went_wrong_has_a_name_and_the_next_question_is_answered(
    fault: Fault, kind: type[ExchangeError], link: ExchangeLink, rest: PublicRest
) -> None:
    rest.fail(fault)
    with pytest.raises(kind) as caught:
        await link.ask("time")
    assert all(parts(caught.value))
    assert caught.value.where == link.exchange
    assert await link.ask("time") == rest.now()


@pytest.mark.parametrize("question", ["markets", "candles", "book", "prints", "ticker"])
async def test_half_an_answer_is_none_whatever_was_asked(
    question: str, link: ExchangeLink, rest: PublicRest
) -> None:
    asked: dict[str, Any] = {"symbol": BTC}
    if question == "candles":
        asked |= {"frame": "1m", "since": BEGIN_MS - HOUR, "count": 10}
    if question == "markets":
        asked = {"currency": "USDT"}
    for fault in (Fault("", is_cut=True, times=9), Fault("", body="<p>soon</p>", times=9)):
        rest.fail(fault)
        with pytest.raises(ExchangeAnswerError):
            await link.ask(question, **asked)
        rest.faults.clear()
    assert await link.ask(question, **asked)


@pytest.mark.parametrize("status", [429, 418])
async def test_told_to_wait_not_a_question_leaves_until_the_wait_is_over(
    status: int, binance_link: ExchangeLink, rest: PublicRest
) -> None:
    link = binance_link
    rest.fail(Fault("/time", status=status, headers={"Retry-After": "2"}, body="{}"))
    with pytest.raises(ExchangeWaitError) as caught:
        await link.ask("time")
    asked = len(rest.requests)
    for question in ("time", "time"):
        with pytest.raises(ExchangeWaitError) as caught:
            await link.ask(question)
        assert 0 < caught.value.wait_s <= 2
    assert len(rest.requests) == asked
    assert all(parts(caught.value))
    await SystemClock().sleep(caught.value.wait_s + 0.05)
    assert await link.ask("time") == rest.now()


async def test_what_fails_nine_times_is_left_alone_and_other_questions_are_not(
    server: PublicRest,
) -> None:
    async with ExchangeLink("binanceusdm", server.binance) as link:
        server.fail(Fault("/time", status=502, body="{}", times=9))
        for _ in range(9):
            with pytest.raises(ExchangeAwayError):
                await link.ask("time")
        asked = len(server.requests)
        with pytest.raises(ExchangeAwayError, match="left alone") as caught:
            await link.ask("time")
        assert 0 < caught.value.wait_s <= 1
        assert len(server.requests) == asked
        assert await link.ask("ticker", symbol=BTC)


async def test_a_market_that_is_not_there_is_named(link: ExchangeLink, rest: PublicRest) -> None:
    assert rest.port
    with pytest.raises(MarketUnknownError) as caught:
        await link.ask("book", symbol="NOPE/USDT")
    assert caught.value.where == f"{link.exchange} NOPE/USDT"


async def test_an_exchange_that_ccxt_does_not_know_is_refused_with_its_nearest() -> None:
    async with ExchangeLink("binanceusd", {}) as link:
        with pytest.raises(ExchangeUnknownError, match="binanceusdm"):
            await link.ask("time")


async def test_a_server_that_is_not_there_is_no_answer() -> None:
    table = {"urls": {"api": {"rest": "http://127.0.0.1:9"}}, "options": {}}
    async with ExchangeLink("okx", table) as link:
        with pytest.raises(ExchangeAwayError):
            await link.ask("time")


async def test_a_worker_that_is_killed_is_another_one_at_the_next_question(
    binance_link: ExchangeLink, rest: PublicRest
) -> None:
    await binance_link.ask("time")
    old = binance_link.pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    with pytest.raises(ExchangeAwayError, match="its process ended"):
        await binance_link.ask("time")
    assert await binance_link.ask("time") == rest.now()
    assert binance_link.pid != old


async def test_a_worker_that_hangs_is_ended_and_another_one_answers(rest: PublicRest) -> None:
    async with ExchangeLink("binanceusdm", rest.binance) as link:
        await link.ask("time")
        assert link.pid is not None
        hanging = link.pid
        os.kill(hanging, signal.SIGSTOP)
        link._answer_s = 1.0  # of this question alone: a start may take a busy machine longer
        with pytest.raises(ExchangeAwayError, match="no answer in 1 s"):
            await link.ask("time")
        link._answer_s = ANSWER_S
        assert await link.ask("time") == rest.now()
        assert link.pid != hanging
