"""Small candle tables: a market, orders, candles, and what the market told of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching import CandleMarket, Fees, Filled, Gone, Happened, MarketRules, Refused
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

SPOT = "BTC/USDT"
PERPETUAL = "BTC/USDT:USDT"
MINUTE = 60_000
NO_FEES = Fees(0.0, 0.0, 0.0)

Candle = tuple[float, float, float, float]  # open, high, low, close


def rules(symbol: str, **changes: Any) -> MarketRules:
    base, _, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    return MarketRules(symbol, base, quote, is_perpetual=bool(settle), **changes)


def size(of: str) -> Size:
    """`25%` is a share, `0.5` units, `100 USDT` worth, `all` the whole position."""
    if of == "all":
        return Size(SizeKind.ALL)
    if of.endswith("%"):
        return Size(SizeKind.SHARE, Decimal(of[:-1]) / 100)
    number, _, unit = of.partition(" ")
    return Size(SizeKind.WORTH if unit else SizeKind.UNITS, Decimal(number))


def level(of: str) -> Level:
    """`2%` is a share, `95` a price."""
    if of.endswith("%"):
        return Level(LevelKind.PERCENT, Decimal(of[:-1]) / 100)
    return Level(LevelKind.PRICE, Decimal(of))


def terms(side: str, of: str, symbol: str = SPOT, **asked: Any) -> OrderTerms:
    levels = {
        name: level(asked.pop(name))
        for name in ("stop_loss", "take_profit", "trail")
        if name in asked
    }
    limit, leverage = asked.pop("at", None), asked.pop("leverage", None)
    return OrderTerms(
        symbol,
        Side(side),
        OrderKind.MARKET if limit is None else OrderKind.LIMIT,
        size(of),
        limit=None if limit is None else Decimal(limit),
        leverage=None if leverage is None else Decimal(leverage),
        time_in_force=TimeInForce(asked.pop("tif", "GTC")),
        is_reduce_only=asked.pop("reduce_only", False),
        is_post_only=asked.pop("post_only", False),
        exits=ExitPlan(**levels),
    )


def bar(number: int, candle: Candle, symbol: str = SPOT, funding: float | None = None) -> Bar:
    return Bar(symbol, MINUTE, number * MINUTE, *candle, 1.0, funding)


class Table:
    """A market that is given one candle after another."""

    def __init__(
        self, fees: Fees = NO_FEES, cash: float = 10_000.0, markets: tuple[MarketRules, ...] = ()
    ) -> None:
        listed = markets or (rules(SPOT), rules(PERPETUAL))
        self.market = CandleMarket({each.symbol: each for each in listed}, fees, cash)
        self.number = 0
        self.sent = 0
        self.told: list[Happened] = []

    def send(self, side: str, of: str, symbol: str = SPOT, **asked: Any) -> str:
        self.sent += 1
        order = f"o{self.sent}"
        self.market.send(order, terms(side, of, symbol, **asked))
        return order

    def candle(
        self, *candle: float, symbol: str = SPOT, funding: float | None = None
    ) -> list[Happened]:
        opening, high, low, close = candle
        given = bar(self.number, (opening, high, low, close), symbol, funding)
        self.number += 1
        told = self.market.candles((given,))
        self.told += told
        return told

    def together(self, *bars: tuple[str, Candle]) -> list[Happened]:
        given = tuple(bar(self.number, candle, symbol) for symbol, candle in bars)
        self.number += 1
        told = self.market.candles(given)
        self.told += told
        return told

    @property
    def fills(self) -> list[tuple[str, float, float]]:
        """(reason, price, units) of all fills so far."""
        return [(f.reason, f.price, f.units) for f in self.told if isinstance(f, Filled)]

    @property
    def refusals(self) -> list[str]:
        return [each.code for each in self.told if isinstance(each, Refused)]

    @property
    def gone(self) -> list[str]:
        return [each.reason for each in self.told if isinstance(each, Gone)]

    @property
    def units(self) -> float:
        return sum(row[1] for row in self.market.reading().positions)


def long_at_100(fees: Fees = NO_FEES, **exits: str) -> Table:
    """A long of 1 bought at the open of a candle that stood still."""
    table = Table(fees)
    table.send("buy", "1", **exits)
    table.candle(100, 100, 100, 100)
    return table


def short_at_100(fees: Fees = NO_FEES, **asked: str) -> Table:
    table = Table(fees)
    table.send("sell", "1", PERPETUAL, **asked)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    return table


def last(table: Table) -> Filled:
    fill = table.told[-1]
    assert isinstance(fill, Filled)
    return fill
