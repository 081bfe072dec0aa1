"""From what the machine's market told, in numbers, to the records that the event way tells."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from lefi_tui.core.matching import MarketRules, records, wrongs
from lefi_tui.core.matching.account import REASONS
from lefi_tui.core.matching.records import Filled, Funded, Gone, Happened, Refused, Rested
from lefi_tui.core.matching.wrongs import Wrong
from lefi_tui.core.order import Side
from lefi_tui.simulate.machine import market_layout as at

LEGS: Final = (records.ENTRY, records.STOP, records.TARGET, records.TRAIL, records.LIQUIDATION)
LIQUIDITIES: Final = ("taker", "maker", "none")
GONE: Final = (
    records.MARKET_POST_ONLY,
    records.POST_ONLY_SATISFIED,
    records.NOT_SATISFIED,
    records.POSITION_CLOSED,
    records.DATA_ENDED,
)
_Worded = Callable[[MarketRules, Sequence[float]], Wrong]
WRONGS: Final[Mapping[int, _Worded]] = {
    at.LEVERAGE_INVALID: lambda rules, told: wrongs.leverage_invalid(rules, told[0]),
    at.LEVERAGE_ON_SPOT: lambda rules, told: wrongs.leverage_on_spot(rules, told[0]),
    at.LEVERAGE_DIFFERS: lambda rules, told: wrongs.leverage_differs(rules, told[0], told[1]),
    at.LIMIT_NOT_A_PRICE: lambda rules, told: wrongs.limit_not_a_price(rules, told[0]),
    at.NOTHING_TO_REDUCE: lambda rules, told: wrongs.nothing_to_reduce(rules, told[0]),
    at.NOTHING_TO_SELL: lambda rules, _: wrongs.nothing_to_sell(rules),
    at.SIZE_ZERO: lambda rules, _: wrongs.size_zero(rules),
    at.QUANTITY_BELOW_MINIMUM: lambda rules, told: wrongs.quantity_below_minimum(rules, told[0]),
    at.NOTIONAL_BELOW_MINIMUM: lambda rules, told: wrongs.notional_below_minimum(rules, told[0]),
    at.UNITS_TOO_FEW: lambda rules, told: wrongs.units_too_few(rules, told[0], told[1]),
    at.CASH_TOO_LITTLE: lambda rules, told: wrongs.cash_too_little(
        rules, told[0], told[1], (told[2], told[3])
    ),
}


class Telling(Struct):
    """Where it is told, and what its numbers name."""

    m: array[float]
    n: array[int]
    rules: Sequence[MarketRules]  # by the number of the book
    order_id: Callable[[int], str]


def told(telling: Telling) -> list[Happened]:
    """All of it, in the sequence told; the caller empties it by setting TOLD to 0."""
    places = (at.TOLD_AT + at.TELLING * number for number in range(telling.n[at.TOLD]))
    return [told_at(telling, t) for t in places]


def told_at(telling: Telling, t: int) -> Happened:
    return _TOLD[telling.n[t + at.T_KIND]](telling, t)


def _rules(telling: Telling, t: int) -> MarketRules:
    return telling.rules[(telling.n[t + at.T_BOOK] - at.BOOKS_AT) // at.BOOK]


def _order(telling: Telling, t: int) -> str:
    return telling.order_id(telling.n[t + at.T_ORDER])


def _filled(telling: Telling, t: int) -> Filled:
    m, n = telling.m, telling.n
    leg = LEGS[n[t + at.T_CODE]]
    is_exit = leg != records.ENTRY
    entered = "close" if n[t + at.T_IS_CLOSE] else "order"
    return Filled(
        order=_order(telling, t),
        leg=leg,
        symbol=_rules(telling, t).symbol,
        side=Side.BUY if n[t + at.T_SIGN] > 0 else Side.SELL,
        price=m[t + at.T_PRICE],
        units=m[t + at.T_UNITS],
        fee=m[t + at.T_FEE],
        liquidity=LIQUIDITIES[n[t + at.T_LIQUIDITY]],
        reason=REASONS.get(leg, leg) if is_exit else entered,
        time_ms=n[t + at.T_TIME],
        leverage=m[t + at.T_LEVERAGE],
        covered=m[t + at.T_COVERED],
        had_both=is_exit and bool(n[t + at.T_HAD_BOTH]),
    )


def _rested(telling: Telling, t: int) -> Rested:
    symbol, time_ms = _rules(telling, t).symbol, telling.n[t + at.T_TIME]
    return Rested(_order(telling, t), symbol, telling.m[t + at.T_UNITS], time_ms)


def _refused(telling: Telling, t: int) -> Refused:
    rules, time_ms = _rules(telling, t), telling.n[t + at.T_TIME]
    numbers = telling.m[t + at.T_WRONG : t + at.T_WRONG + 4]
    wrong = WRONGS[telling.n[t + at.T_CODE]](rules, numbers)
    return Refused(_order(telling, t), rules.symbol, wrong.code, wrong.text, time_ms)


def _gone(telling: Telling, t: int) -> Gone:
    reason, time_ms = GONE[telling.n[t + at.T_CODE]], telling.n[t + at.T_TIME]
    return Gone(_order(telling, t), _rules(telling, t).symbol, reason, time_ms)


def _funded(telling: Telling, t: int) -> Funded:
    amount, time_ms = telling.m[t + at.T_AMOUNT], telling.n[t + at.T_TIME]
    return Funded(_rules(telling, t).symbol, amount, time_ms)


_TOLD: Final[Mapping[int, Callable[[Telling, int], Happened]]] = {
    at.FILLED: _filled,
    at.RESTED: _rested,
    at.REFUSED: _refused,
    at.GONE: _gone,
    at.FUNDED: _funded,
}
