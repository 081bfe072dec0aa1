"""The machine's candle market tells what the event way's tells: every field the same double."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching import (
    CandleMarket,
    Fees,
    Filled,
    Funded,
    Gone,
    Happened,
    MarketRules,
    Refused,
)
from lefi_tui.core.metrics import TradeBook
from lefi_tui.core.order import OrderKind, OrderTerms, Side, Size, SizeKind, TimeInForce
from lefi_tui.core.terms import close_terms
from lefi_tui.simulate.machine.market_code import PLAIN
from lefi_tui.simulate.machine.market_door import CrowdedError, MachineMarket
from lefi_tui.simulate.machine.market_heard import Heard
from lefi_tui.simulate.machine.market_layout import ORDERS, TOLD_MAX
from lefi_tui.simulate.machine.market_told import GONE, LEGS, LIQUIDITIES, WRONGS
from lefi_tui.simulate.trial import fill_row
from tests.simulate.market_chance import fees, markets, moments, terms

Market = CandleMarket | MachineMarket
PERPETUAL = "ETH/USDT:USDT"
TOO_LOW = OrderTerms(
    "BTC/USDT",
    Side.BUY,
    OrderKind.LIMIT,
    Size(SizeKind.UNITS, Decimal(1)),
    limit=Decimal(5),
    time_in_force=TimeInForce.IOC,
)
Pair = tuple[CandleMarket, MachineMarket]


def _act(chance: Random, pair: Pair, bars: list[Bar], number: int) -> None:
    """Some orders, and now and then a cancel, the same to both."""
    names = [bar.symbol for bar in bars]
    for count in range(chance.choice([0, 0, 0, 0, 1, 1, 2, 4])):
        bar = chance.choice(bars)
        asked = terms(chance, bar.symbol, bar.close)
        for market in pair:
            market.send(f"o{number}-{count}", asked)
    if chance.random() < 0.1:
        _close(pair, names[0], f"c{number}")
    working = pair[0].working()
    if working and chance.random() < 0.15:
        order = chance.choice(working)
        assert [market.cancel(order) for market in pair] == [True, True]
        assert [market.cancel(order) for market in pair] == [False, False]
    hung = pair[0].exits(names[0])
    if hung and chance.random() < 0.05:
        leg, _ = chance.choice(hung)
        for market in pair:
            market.cancel_exit(names[0], leg)


def _close(pair: Pair, symbol: str, order: str) -> None:
    """As the desk closes: the machine does in one call what the event way does step by step."""
    site = int(order[1:]) + 1
    asked = close_terms(symbol, pair[0].position(symbol)[0])
    for each in pair[0].working(symbol):
        assert pair[0].cancel(each)
    if asked is not None:
        pair[0].send(order, asked)
    assert pair[1].close(order, symbol, site) == (asked is not None) == pair[1].is_working(site)


def _standing(market: Market, names: list[str]) -> Any:
    """All that a market can be asked, told so that -0.0 is not 0.0."""
    return repr(
        (
            market.reading(),
            market.leverages(),
            market.has_position(),
            market.working(),
            [(market.exits(name), market.position(name), market.working(name)) for name in names],
        )
    )


def _held_together(seed: int, count: int, functions: Any = None) -> list[Happened]:
    """One market of each kind through the same orders and candles."""
    chance = Random(seed)
    rules, costs = markets(chance), fees(chance)
    one = CandleMarket(rules, costs, 10_000.0)
    other = MachineMarket(rules, costs, 10_000.0, functions)
    told: list[Happened] = []
    for number, bars in enumerate(moments(chance, list(rules), count)):
        expected, got = one.candles(bars), other.candles(bars)
        assert list(map(repr, got)) == list(map(repr, expected)), (seed, number)
        told += expected
        assert _standing(other, list(rules)) == _standing(one, list(rules)), (seed, number)
        _act(chance, (one, other), bars, number)
    lapsed = one.lapse()
    assert repr(other.lapse()) == repr(lapsed)
    return [*told, *lapsed]


def test_the_machine_code_tells_every_field_of_what_the_candle_market_tells() -> None:
    met: Counter[str] = Counter()
    for seed in range(120):
        for each in _held_together(seed, 50):
            met[type(each).__name__] += 1
            for word in ("leg", "code", "reason", "liquidity"):
                met[str(getattr(each, word, ""))] += 1
            met["covered"] += isinstance(each, Filled) and each.covered > 0
            met["both"] += isinstance(each, Filled) and each.had_both
    words = {*LEGS, *LIQUIDITIES, *GONE, "close", "order", "covered", "both", "Rested", "Funded"}
    assert {word for word in words if not met[word]} == set()
    assert (
        len([word for word in met if word.isupper()]) == len(WRONGS) - 1
    )  # one code has two words


TAKEN_AT = (0, 1, 150, 300)  # after these moments: trades are found in whatever part they are told


def test_what_is_told_over_many_candles_comes_to_the_same_trades_fees_and_funding() -> None:
    chance = Random(5)
    rules = {PERPETUAL: MarketRules(PERPETUAL, "ETH", "USDT", is_perpetual=True)}
    one = CandleMarket(rules, Fees(), 10_000.0)
    other = MachineMarket(rules, Fees(), 10_000.0)
    book, refused, funding = TradeBook(rules), 0, 0.0
    heard = Heard(other.telling, str)
    for number, bars in enumerate(moments(chance, list(rules), 400)):
        for each in one.candles(bars):
            match each:
                case Filled():
                    book.add(fill_row(each))
                case Funded():
                    funding += each.amount
                case _:
                    refused += isinstance(each, Refused | Gone)
        other.play(bars)
        if number in TAKEN_AT:
            heard.take()
        asked = terms(chance, bars[0].symbol, bars[0].close)
        for market in (one, other):
            market.send(f"{number}", asked)
    heard.take()
    assert repr(list(heard.trades)) == repr(book.trades)
    count = len(book.trades)
    assert [heard.trades[each] for each in range(-count, count)] == book.trades * 2
    for part in (slice(-7, None), slice(None, -9, -1), slice(3, count, 2), slice(9, 3)):
        assert list(heard.trades[part]) == book.trades[part]
    with pytest.raises(IndexError):
        heard.trades[count]
    assert list(heard.trades.pnl) == [each.pnl for each in book.trades]
    assert heard.both == book.both
    assert (heard.fees, heard.funding) == (book.fees, funding)
    assert len(heard.trades) > 50 < len(heard.refusals) == refused
    assert {each.action for each in heard.refusals} == {"0"}  # the site of all


def test_the_market_says_when_what_it_tells_has_no_room_and_goes_on_when_it_is_taken() -> None:
    rules = {"BTC/USDT": MarketRules("BTC/USDT", "BTC", "USDT")}
    market = MachineMarket(rules, Fees(), 10_000.0)
    heard, sent = Heard(market.telling, str), 0
    for number in range(100):
        for count in range(ORDERS):
            market.send(f"{number}-{count}", TOO_LOW)
        sent += ORDERS
        if not market.has_room():
            heard.take()
            assert market.has_room()
        market.play([Bar("BTC/USDT", 60_000, number * 60_000, 9.0, 9.5, 8.5, 9.0, 1.0)])
    heard.take()
    assert len(heard.refusals) == sent > TOLD_MAX
    for count in range(ORDERS):
        market.send(f"{count}", TOO_LOW)
    with pytest.raises(CrowdedError):
        market.send("one more", TOO_LOW)


def test_the_same_text_as_python_is_a_third_market_that_agrees() -> None:
    for seed in range(1_000, 1_020):
        assert _held_together(seed, 40, PLAIN)
