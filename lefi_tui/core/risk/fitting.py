"""An entry made smaller: by the sizers that are set, then by the thermostat.

The rule it keeps: what comes out is never more than what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.core.risk import sizers
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.heat import ONE
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.looking import few_candles, old_mark
from lefi_tui.core.risk.measures import (
    ATR_BARS,
    VOLATILITY_BARS,
    atr,
    regime,
    volatility_ratio,
)
from lefi_tui.core.risk.overlay import heat_of

SIZES: Final = ("size_fixed", "size_share", "size_atr_risk", "size_kelly")


class Fit(Record):
    """Units that may be opened and in words why; `missing` where a size can't be told."""

    units: Decimal
    why: str = ""
    missing: str = ""


class _Size(Record):
    name: str
    units: Decimal | None = None  # None: it can't be told
    missing: str = ""


def is_fitting(limits: Limits) -> bool:
    """Whether any limit makes entries smaller."""
    others = limits.overlay or limits.drawdown_week_halve is not None
    return others or any(getattr(limits, name) is not None for name in SIZES)


def fitted(request: GateRequest, limits: Limits, facts: Facts) -> Fit:
    """How much of the entry may open."""
    units, why = request.opening, []
    for size in _sizes(request, limits, facts):
        if size.units is None:
            return Fit(request.opening, missing=f"{size.name} can't be told: {size.missing}")
        if size.units < units:
            units, why = size.units, [size.name]
    heat = heat_of(facts, limits, request.symbol)
    if heat.factor < ONE:
        units, why = units * heat.factor, [*why, heat.words]
    return Fit(units, "; ".join(why))


def _sizes(request: GateRequest, limits: Limits, facts: Facts) -> Iterator[_Size]:
    price = request.price
    if limits.size_fixed is not None:
        yield _Size("a fixed size", sizers.fixed(limits.size_fixed, price))
    if limits.size_share is not None:
        yield _of_equity("a share of equity", limits.size_share, price, facts)
    if limits.size_atr_risk is not None:
        yield _by_atr(request, limits.size_atr_risk, facts)
    if limits.size_kelly is not None:
        yield _by_kelly(request, limits, facts)


def _of_equity(name: str, share: Decimal, price: Decimal, facts: Facts) -> _Size:
    missing = old_mark(facts)
    if facts.worth is None or missing:
        return _Size(name, missing=missing)
    return _Size(name, sizers.fraction(facts.worth.equity, share, price))


def _by_atr(request: GateRequest, share: Decimal, facts: Facts) -> _Size:
    name = "ATR risk"
    bars = facts.candles(request.symbol)
    range_ = atr(bars)
    if not range_:
        return _Size(name, missing=few_candles(request.symbol, len(bars), ATR_BARS + 1))
    return _Size(name, sizers.atr_risk(facts.cash, share, Decimal(repr(range_))))


def _by_kelly(request: GateRequest, limits: Limits, facts: Facts) -> _Size:
    """Odds are a trader's own; without them nothing can be told."""
    name = "Kelly"
    part, odds = limits.size_kelly, (limits.kelly_win_rate, limits.kelly_payoff)
    if part is None or odds[0] is None or odds[1] is None:
        return _Size(name, missing="kelly_win_rate and kelly_payoff are not set. Set both.")
    bars = facts.candles(request.symbol)
    ratio = volatility_ratio(bars)
    if ratio is None:
        return _Size(name, missing=few_candles(request.symbol, len(bars), VOLATILITY_BARS))
    share = sizers.calmed(sizers.kelly_share(part, odds[0], odds[1]), ratio)
    if limits.kelly_regime:
        kind = regime(bars, ratio)
        share = sizers.in_regime(share, kind, request.side)
        name = f"Kelly in a {kind} market"
    share = min(share, sizers.kelly_cap(facts.mode))
    return _of_equity(name, share, request.price, facts)
