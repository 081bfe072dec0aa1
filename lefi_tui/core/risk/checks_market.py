"""Checks that look at the market: turnover, spread, book, volatility, calendar, oddities."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Side
from lefi_tui.core.risk.facts import NS_PER_MS, NS_PER_S, Facts, GateRequest, Seen
from lefi_tui.core.risk.hours import is_open
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.looking import (
    Found,
    at_most,
    few_candles,
    money,
    not_seen,
    short,
    unknown,
)
from lefi_tui.core.risk.measures import (
    ANOMALY_BARS,
    VOLATILITY_BARS,
    Anomaly,
    anomalies,
    average_price,
    bps,
    spread_bps,
    volatility_ratio,
)


def volume(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    least = limits.volume_24h_min or ZERO
    bound = f"{money(least, request.currency)} at least"
    seen = facts.fresh(request.symbol)
    if seen is None or seen.volume_24h is None:
        return unknown(bound, not_seen(request.symbol, "The turnover"))
    value = money(seen.volume_24h, request.currency)
    is_ok = seen.volume_24h >= least
    why = f"{request.symbol} turned over {value} in 24 hours, {bound}. Trade a larger market."
    return Found(value, bound, is_ok, "" if is_ok else why)


def spread(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    maximum = limits.spread_bps_max or ZERO
    bound = f"{short(maximum)} bps"
    seen = facts.fresh(request.symbol)
    if seen is None or seen.bid is None or seen.ask is None:
        return unknown(bound, not_seen(request.symbol, "The spread"))
    wide = spread_bps(seen.bid, seen.ask)
    why = f"The spread of {request.symbol} is {short(wide)} bps, {bound} allowed. Wait."
    return at_most(wide, maximum, (f"{short(wide)} bps", bound), why)


def slippage(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    """The book walked for the order's own size, whatever kind of order it is."""
    maximum = limits.slippage_bps_max or ZERO
    bound = f"{short(maximum)} bps"
    seen = facts.fresh(request.symbol)
    if seen is None or not seen.bids or not seen.asks:
        return unknown(bound, not_seen(request.symbol, "The book"))
    middle = (seen.bids[0][0] + seen.asks[0][0]) / 2
    levels = seen.asks if request.side is Side.BUY else seen.bids
    average = average_price(levels, request.quantity)
    if average is None:
        there = sum((units for _, units in levels), ZERO)
        why = (
            f"The book of {request.symbol} shows {short(there)} units of {short(request.quantity)} "
            "asked. Ask for less."
        )
        return Found("more than the book has", bound, is_ok=False, why=why)
    far = bps(average, middle)
    why = f"The book would give it {short(far)} bps off the middle, {bound} allowed. Ask for less."
    return at_most(far, maximum, (f"{short(far)} bps", bound), why)


def volatility(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    maximum = limits.volatility_ratio_max or ZERO
    bound = f"{short(maximum)} times its median"
    bars = facts.candles(request.symbol)
    ratio = volatility_ratio(bars)
    if ratio is None:
        return unknown(bound, few_candles(request.symbol, len(bars), VOLATILITY_BARS))
    why = f"ATR of {request.symbol} is {short(ratio)} times its median, {bound} allowed. Wait."
    return at_most(Decimal(ratio), maximum, (short(ratio), bound), why)


def trading_hours(_request: GateRequest, limits: Limits, facts: Facts) -> Found:
    now = datetime.fromtimestamp(facts.at_ns // NS_PER_S, UTC)
    value, bound = f"{now:%H:%M} UTC", limits.trading_hours
    is_ok = is_open(bound, facts.at_ns)
    why = f"It is {value}; entries are let {bound}. Wait; exits still go."
    return Found(value, bound, is_ok, "" if is_ok else why)


_NOTHING = Seen(0)


def lockout(_request: GateRequest, _limits: Limits, facts: Facts) -> Found:
    bound = "30 min before to 60 min after"
    if not facts.releases:
        return Found("nothing near", bound, is_ok=True)
    named = ", ".join(
        f"{each.name} (approximate time)" if each.is_approximate else each.name
        for each in facts.releases
    )
    why = f"The calendar names {named}. Entries wait until an hour after it; exits still go."
    return Found(named, bound, is_ok=False, why=why)


def odd(request: GateRequest, facts: Facts) -> list[Anomaly] | None:
    """All that is odd of the market; None where its candles don't say it."""
    seen = facts.seen.get(request.symbol, _NOTHING)
    now = facts.fresh(request.symbol)
    wide = None
    if now is not None and now.bid is not None and now.ask is not None:
        wide = float(spread_bps(now.bid, now.ask))
    return anomalies(seen.bars, facts.at_ns // NS_PER_MS, wide)


def anomaly(request: GateRequest, _limits: Limits, facts: Facts) -> Found:
    bound = "nothing far out"
    found = odd(request, facts)
    if found is None:
        count = len(facts.seen.get(request.symbol, _NOTHING).bars)
        return unknown(bound, few_candles(request.symbol, count, ANOMALY_BARS))
    value = ", ".join(f"{each.name} {short(each.value)}" for each in found) or "nothing odd"
    far = [each for each in found if each.is_high]
    if not far:
        return Found(value, bound, is_ok=True)
    why = (
        f"{request.symbol} looks wrong: {far[0].name} {short(far[0].value)}. Wait, and look at it."
    )
    return Found(value, bound, is_ok=False, why=why)
