"""Orders and candles by chance, for markets that must tell the same of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Final

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching import Fees, Lot, MarketRules
from lefi_tui.core.matching.rules import lot_of
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    OrderKind,
    OrderTerms,
    Side,
    Size,
    SizeKind,
    TimeInForce,
)

MINUTE: Final = 60_000


def markets(chance: Random) -> dict[str, MarketRules]:
    """One to three symbols, spot and perpetual, with and without a tick and minimums."""
    names = ["BTC/USDT", "ETH/USDT:USDT", "BTC/USDT:USDT", "XRP/USDT"]
    chance.shuffle(names)
    return {name: _rules(chance, name) for name in names[: chance.choice([1, 1, 2, 3])]}


def _rules(chance: Random, name: str) -> MarketRules:
    is_perpetual = ":" in name
    return MarketRules(
        name,
        name.partition("/")[0],
        "USDT",
        is_perpetual=is_perpetual,
        lot=chance.choice([Lot(), lot_of(0.001), lot_of(0.003), lot_of(1.0), lot_of(0.1)]),
        tick=chance.choice([0.0, 0.01, 0.5, 0.003]),
        minimum_units=chance.choice([0.0, 0.0, 0.1]),
        minimum_notional=chance.choice([0.0, 0.0, 5.0, 500.0]),
        maintenance=chance.choice([0.004, 0.02]),
    )


def fees(chance: Random) -> Fees:
    return chance.choice([Fees(), Fees(0.0, 0.0, 0.0), Fees(0.001, 0.002, 0.0007)])


def moments(chance: Random, names: list[str], count: int) -> Iterator[list[Bar]]:
    """Some symbol misses a candle now and then; some candles are still, some fall far."""
    prices = {name: chance.choice([100.0, 20.0, 3.25]) for name in names}
    for number in range(1, count + 1):
        bars = [_bar(chance, name, number, prices) for name in names if chance.random() < 0.9] or [
            _bar(chance, names[0], number, prices)
        ]
        chance.shuffle(bars)
        yield bars


def _bar(chance: Random, name: str, number: int, prices: dict[str, float]) -> Bar:
    reach = chance.choice([0.0, 0.003, 0.02, 0.02, 0.2])
    last = prices[name]
    opening = last * (1 + chance.uniform(-reach, reach) / 2) if chance.random() < 0.5 else last
    close = opening * (1 + chance.uniform(-reach, reach))
    if chance.random() < 0.5:  # round numbers: prices that meet levels exactly
        opening, close = max(round(opening, 1), 0.1), max(round(close, 1), 0.1)
    high = max(opening, close) * (1 + chance.choice([0.0, chance.random() * reach]))
    low = min(opening, close) * (1 - chance.choice([0.0, chance.random() * reach]))
    prices[name] = close if 0.5 < close < 5_000 else 100.0
    funding = chance.choice([None, None, None, 0.0, 0.0001, -0.0003])
    return Bar(name, MINUTE, number * MINUTE, opening, high, low, close, 1.0, funding)


def _decimal(value: float) -> Decimal:
    return Decimal(repr(round(value, 4)))


def terms(chance: Random, name: str, price: float) -> OrderTerms:
    is_limit, is_close = chance.random() < 0.5, chance.random() < 0.1
    limit = _decimal(price * chance.uniform(0.95, 1.05)) if is_limit else None
    if is_limit and chance.random() < 0.05:
        limit = chance.choice([Decimal(0), Decimal("-1.5"), Decimal("1e30")])
    return OrderTerms(
        name,
        chance.choice([Side.BUY, Side.SELL]),
        OrderKind.LIMIT if is_limit else OrderKind.MARKET,
        Size(SizeKind.ALL) if is_close else _size(chance, price),
        limit=limit,
        time_in_force=chance.choice([TimeInForce.GTC] * 6 + [TimeInForce.IOC, TimeInForce.FOK]),
        is_reduce_only=chance.random() < 0.1,
        is_post_only=chance.random() < (0.15 if is_limit else 0.02),
        leverage=_leverage(chance, is_perpetual=":" in name),
        exits=_exits(chance, price),
    )


def _size(chance: Random, price: float) -> Size:
    kind = chance.choice([SizeKind.UNITS, SizeKind.WORTH, SizeKind.SHARE, SizeKind.SHARE])
    most = {SizeKind.UNITS: 4_000 / price, SizeKind.WORTH: 4_000.0, SizeKind.SHARE: 1.0}[kind]
    part = most * chance.random()
    value = chance.choice([part, part, part, most, most / 100, most * 20, 0.0])
    return Size(kind, _decimal(min(value, 1.0) if kind is SizeKind.SHARE else value))


def _leverage(chance: Random, *, is_perpetual: bool) -> Decimal | None:
    if chance.random() < (0.3 if is_perpetual else 0.95):
        return None
    return chance.choice([*map(Decimal, (1, 5, 5, 20, 50)), Decimal("2.5"), Decimal(0)])


def _exits(chance: Random, price: float) -> ExitPlan:
    levels: list[Level | None] = []
    for reach in (0.95, 1.05, 0.03):  # stop, target, a trail's distance
        if chance.random() < 0.5:
            levels.append(None)
        elif chance.random() < 0.6:
            share = chance.choice([0.01, 0.05, chance.random() / 5])
            levels.append(Level(LevelKind.PERCENT, _decimal(share)))
        else:
            value = price * (reach + chance.uniform(-0.02, 0.1))
            levels.append(Level(LevelKind.PRICE, _decimal(value)))
    return ExitPlan(*levels)
