"""The two arrays of a candle market as it begins, for the loop and for `MachineMarket` alike."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cache
from typing import Final

from lefi_tui.core.matching import Fees, MarketRules
from lefi_tui.core.order import Level, LevelKind, OrderTerms, SizeKind, TimeInForce
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_lists import book_at, free_all
from lefi_tui.simulate.machine.words import Floats, Ints


def new_market(
    markets: Sequence[MarketRules], fees: Fees, cash: float
) -> tuple[array[float], array[int]]:
    """`m` and `n`; the books in the sequence of `markets`."""
    places = at.BOOKS_AT + at.BOOK * len(markets)
    m, n = array("d", [0.0]) * places, array("q", [0]) * places
    m[at.CASH], m[at.MAKER], m[at.TAKER] = cash, fees.maker, fees.taker
    m[at.SLIPPAGE] = fees.slippage
    n[: at.TOLD_AT] = _no_orders()
    n[at.BOOKS] = len(markets)
    for number, rules in enumerate(markets):
        _put_book(m, n, book_at(number), rules)
    return m, n


@cache
def _no_orders() -> array[int]:
    """Market and orders of a run that has none yet: the same for every run."""
    n = array("q", bytes(8 * at.TOLD_AT))
    free_all(n)
    return n


def _put_book(m: Floats, n: Ints, b: int, rules: MarketRules) -> None:
    n[b + at.B_IS_PERPETUAL] = int(rules.is_perpetual)
    m[b + at.B_LOT], m[b + at.B_SCALE] = rules.lot.size, rules.lot.scale
    m[b + at.B_TICK] = rules.tick
    m[b + at.B_MINIMUM_UNITS] = rules.minimum_units
    m[b + at.B_MINIMUM_NOTIONAL] = rules.minimum_notional
    m[b + at.B_MAINTENANCE] = rules.maintenance
    m[b + at.B_LEVERAGE] = 1.0
    m[b + at.B_MARK] = math.nan


SIZES: Final = {
    SizeKind.UNITS: at.UNITS,
    SizeKind.WORTH: at.WORTH,
    SizeKind.SHARE: at.SHARE,
    SizeKind.ALL: at.ALL,
}


def put_order(m: Floats, n: Ints, o: int, terms: OrderTerms) -> None:
    """The terms of an order that `new_order` gave."""
    n[o + at.O_SIGN] = terms.side.sign
    n[o + at.O_KIND], m[o + at.O_SIZE] = SIZES[terms.size.kind], float(terms.size.value)
    n[o + at.O_REDUCE_ONLY], n[o + at.O_POST_ONLY] = terms.is_reduce_only, terms.is_post_only
    n[o + at.O_LAPSES] = terms.time_in_force is not TimeInForce.GTC
    if terms.limit is not None:
        n[o + at.O_HAS_LIMIT], m[o + at.O_LIMIT] = 1, float(terms.limit)
    if terms.leverage is not None:
        n[o + at.O_HAS_LEVERAGE], m[o + at.O_LEVERAGE] = 1, float(terms.leverage)
    exits = (terms.exits.stop_loss, terms.exits.take_profit, terms.exits.trail)
    for leg, level in enumerate(exits):
        if level is not None:
            n[o + at.O_STOP_KIND + leg] = _level_kind(level)
            m[o + at.O_STOP + leg] = float(level.value)


def _level_kind(level: Level) -> int:
    return at.PERCENT if level.kind is LevelKind.PERCENT else at.PRICE
