"""Checks that look at the account: what it lost, what it holds, how often and how much."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Side
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.limits import Limits, symbols_of
from lefi_tui.core.risk.looking import (
    Found,
    Look,
    at_most,
    few_candles,
    money,
    old_mark,
    percent,
    short,
    unknown,
)
from lefi_tui.core.risk.measures import CORRELATION_LEAST, correlation

MINUTE_NS: Final = 60_000_000_000


def symbols(request: GateRequest, limits: Limits, _facts: Facts) -> Found:
    allowed = symbols_of(limits.symbols_allowed)
    why = f"{request.symbol} is not among the markets that may be entered. Add it, or trade these."
    is_ok = request.symbol in allowed
    return Found(request.symbol, limits.symbols_allowed, is_ok, "" if is_ok else why)


def phantom_sell(request: GateRequest, _limits: Limits, facts: Facts) -> Found:
    """A sell that opens: there is nothing of it to sell."""
    held = facts.of(request.symbol)
    units = ZERO if held is None else held.units
    is_ok = request.side is Side.BUY
    why = "It would sell what is not held, which is a short. Sell less, or allow shorts."
    return Found(f"{short(max(units, ZERO))} held", "no shorts", is_ok, "" if is_ok else why)


def daily_loss(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    maximum = limits.daily_loss_max or ZERO
    bound = money(maximum, request.currency)
    why = old_mark(facts)
    if facts.worth is None or why:
        return unknown(bound, why)
    lost = max(facts.worth.day_loss, ZERO)
    value = money(lost, request.currency)
    if lost < maximum:
        return Found(f"{value} lost", bound, is_ok=True)
    why = (
        f"{value} lost since the day began at {limits.day_starts_at} {limits.day_zone}, {bound} "
        "allowed. Exits still go; entries again when the next day begins."
    )
    return Found(f"{value} lost", bound, is_ok=False, why=why)


def open_positions(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    """Markets that are held, or that an entry is on its way to; this one counts as itself."""
    maximum = limits.positions_open_max or 0
    others = {each.symbol for each in facts.held} | set(facts.coming)
    count = len(others - {request.symbol}) + 1
    why = "An entry would be one position too many. Close one first."
    said = (f"{count} with this one", f"{maximum} at a time")
    return at_most(Decimal(count), Decimal(maximum), said, why)


def position_cap(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    """What is held at its own mark, what works on, and this order."""
    maximum = limits.position_notional_max or ZERO
    after = facts.exposure(request.symbol) + request.opened
    left = max(maximum - facts.exposure(request.symbol), ZERO)
    said = (money(after, request.currency), money(maximum, request.currency))
    why = (
        f"{request.symbol} would be worth {said[0]}, {said[1]} allowed. "
        f"Ask for {money(left, request.currency)} at most."
    )
    return at_most(after, maximum, said, why)


def deploy_cap(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    share = limits.deployed_share_max or ZERO
    why = old_mark(facts)
    if facts.worth is None or why:
        return unknown(percent(share), why)
    maximum = facts.worth.equity * share
    after = facts.exposed + request.opened
    left = max(maximum - facts.exposed, ZERO)
    bound = f"{money(maximum, request.currency)}, {percent(share)} of equity"
    said = (money(after, request.currency), bound)
    why = f"{said[0]} would be at work, {bound} allowed. Ask for {short(left)} at most."
    return at_most(after, maximum, said, why)


def cooldown(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    minutes = limits.cooldown_minutes or 0
    bound = f"{minutes} min"
    if facts.stopped_ns is None:
        return Found("no stop loss filled", bound, is_ok=True)
    past = (facts.at_ns - facts.stopped_ns) // MINUTE_NS
    value = f"{past} min ago"
    if past >= minutes:
        return Found(value, bound, is_ok=True)
    why = f"A stop loss of {request.symbol} filled {value}. Wait {minutes - past} min."
    return Found(value, bound, is_ok=False, why=why)


def leverage(request: GateRequest, limits: Limits, _facts: Facts) -> Found:
    maximum = limits.leverage_max or ZERO
    said = (f"{short(request.leverage)}x", f"{short(maximum)}x")
    why = f"{said[0]} asked, {said[1]} allowed. Lower the leverage."
    return at_most(request.leverage, maximum, said, why)


# ---- policy


def risk_share(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    share = limits.risk_share_max or ZERO
    why = old_mark(facts)
    if facts.worth is None or why:
        return unknown(percent(share), why)
    maximum = facts.worth.equity * share
    bound = f"{money(maximum, request.currency)}, {percent(share)} of equity"
    said = (money(request.at_stake, request.currency), bound)
    hint = "Set a stop_loss" if request.stop is None else "Set it closer, or ask for less"
    why = f"It loses {said[0]} at its stop, {bound} allowed. {hint}."
    return at_most(request.at_stake, maximum, said, why)


def reward_risk(request: GateRequest, limits: Limits, _facts: Facts) -> Found:
    least = limits.reward_risk_min or ZERO
    bound = f"{short(least)} at least"
    if request.stop is None or request.target is None or request.stop == request.price:
        return unknown(bound, "It has no stop_loss and take_profit to compare. Set both.")
    ratio = abs(request.target - request.price) / abs(request.price - request.stop)
    is_ok = ratio >= least
    why = f"Its target gains {short(ratio)} times what its stop loses, {bound}. Move one of them."
    return Found(short(ratio), bound, is_ok, "" if is_ok else why)


def orders_per_day(_request: GateRequest, limits: Limits, facts: Facts) -> Found:
    maximum = limits.orders_per_day_max or 0
    value, bound = f"{facts.entries_day} in 24 hours", f"{maximum} in 24 hours"
    is_ok = facts.entries_day < maximum
    why = f"{value}, {maximum} allowed. Wait."
    return Found(value, bound, is_ok, "" if is_ok else why)


def open_risk(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    share = limits.open_risk_share_max or ZERO
    why = old_mark(facts)
    if facts.worth is None or why:
        return unknown(percent(share), why)
    maximum = facts.worth.equity * share
    staked = sum((each.at_stake for each in facts.held), request.at_stake)
    bound = f"{money(maximum, request.currency)}, {percent(share)} of equity"
    said = (money(staked, request.currency), bound)
    why = f"All stops together would lose {said[0]}, {bound} allowed. Ask for less."
    return at_most(staked, maximum, said, why)


def kinships(request: GateRequest, facts: Facts) -> list[tuple[str, float | None]]:
    """With each open position; against it a kinship counts as its opposite."""
    own = facts.candles(request.symbol)
    out: list[tuple[str, float | None]] = []
    for held in facts.held:
        if held.symbol != request.symbol:
            alike = correlation(own, facts.candles(held.symbol))
            same = 1 if held.units * request.side.sign > 0 else -1
            out.append((held.symbol, None if alike is None else alike * same))
    return out


def correlated(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    maximum = limits.correlation_max or ZERO
    found = kinships(request, facts)
    missing = [symbol for symbol, alike in found if alike is None]
    if missing:
        return unknown(short(maximum), _unlike(request, facts, missing[0]))
    known = [(alike, symbol) for symbol, alike in found if alike is not None]
    if not known:
        return Found("nothing else is open", short(maximum), is_ok=True)
    most, symbol = max(known)
    value = f"{short(most)} with {symbol}"
    why = f"It moves with {symbol}, which is open: {short(most)}, {short(maximum)} allowed. Wait."
    return at_most(Decimal(most), maximum, (value, short(maximum)), why)


def correlated_sum(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    maximum = limits.correlation_sum_max or ZERO
    found = kinships(request, facts)
    missing = [symbol for symbol, alike in found if alike is None]
    if missing:
        return unknown(short(maximum), _unlike(request, facts, missing[0]))
    total = Decimal(sum(alike for _, alike in found if alike is not None))
    why = f"It moves with what is open, {short(total)} in all. Close something first, or wait."
    return at_most(total, maximum, (short(total), short(maximum)), why)


def _unlike(request: GateRequest, facts: Facts, other: str) -> str:
    """Which of two markets tells too few candles to compare them."""
    counts = [(len(facts.candles(each)), each) for each in (request.symbol, other)]
    count, symbol = min(counts)
    return few_candles(symbol, count, CORRELATION_LEAST + 1)


# ---- drawdown


def drawdown(period: str, setting: str) -> Look:
    """Of one period: below its highest equity."""

    def look(_request: GateRequest, limits: Limits, facts: Facts) -> Found:
        maximum: Decimal = getattr(limits, setting)
        why = old_mark(facts)
        if facts.worth is None or why:
            return unknown(percent(maximum), why)
        below = facts.worth.below(getattr(facts.worth, f"{period}_peak"))
        value = percent(below)
        if below < maximum:
            return Found(value, percent(maximum), is_ok=True)
        why = (
            f"The account is {value} below its highest of the {period}, {percent(maximum)} "
            f"allowed. Exits still go; entries again with the next {period}."
        )
        return Found(value, percent(maximum), is_ok=False, why=why)

    return look
