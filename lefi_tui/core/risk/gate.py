"""The one gate: every order passes it, and it answers with all its verdicts, not only the first.

Validity, trading state, limits, and for who asked for it the advisers, in this order. What only
makes a position smaller (reduce only) is stopped by validity and state alone: an exit is never
refused for its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import localcontext
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.messages import TradingState, Verdict
from lefi_tui.core.money import MONEY, at_least, at_most, words
from lefi_tui.core.risk.checks import SOFT_FAILURES_MAX, set_checks
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.gatekeeper import EXITS
from lefi_tui.core.risk.limits import FREE, InForce, whose
from lefi_tui.core.risk.looking import Check

NOT_KNOWN: Final = "NOT_KNOWN"  # what a limit looks at is missing or old


def check(request: GateRequest, force: InForce, facts: Facts) -> tuple[Verdict, ...]:
    """All verdicts, in the order they are shown."""
    verdicts: tuple[Verdict, ...] = (_validity(request, facts), _state(request, facts))
    if request.is_reducing or request.is_undo:
        return verdicts
    if facts.doubt[0]:
        verdicts = (*verdicts, _doubt(facts))
    worth, rate = _notional(request, force), _rate(force, facts)
    if force is FREE:
        return (*verdicts, worth, rate)
    always = (
        _placed(worth, force, "order_notional_max"),
        _placed(rate, force, "orders_per_minute_max"),
    )
    if request.invalid is not None or request.notional is None:
        return (*verdicts, *always)
    with localcontext(MONEY):
        return (*verdicts, *always, *_limits(request, force, facts))


def guard(request: GateRequest, force: InForce, facts: Facts) -> tuple[Verdict, ...]:
    """What the gatekeeper says of an exit that its script decides on."""
    with localcontext(MONEY):
        return tuple(_judged(row, request, force, facts) for row in EXITS)


def refusals(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Those that stop the order: a soft failure alone does not."""
    return tuple(each for each in verdicts if not each.passed and not each.is_soft)


# ---- limits


def _limits(request: GateRequest, force: InForce, facts: Facts) -> Iterator[Verdict]:
    failures = 0
    for row in set_checks(force.limits):
        verdict = _judged(row, request, force, facts)
        failures += verdict.is_soft
        yield verdict
    if failures > SOFT_FAILURES_MAX:
        text = (
            f"{failures} soft limits are passed over, {SOFT_FAILURES_MAX} are allowed together. "
            "Each is named beside this one."
        )
        value, bound = f"{failures} soft failures", f"{SOFT_FAILURES_MAX} together"
        yield Verdict("policy", value, bound, passed=False, code="POLICY_FAILED", text=text)


def _judged(row: Check, request: GateRequest, force: InForce, facts: Facts) -> Verdict:
    found = row.look(request, force.limits, facts)
    verdict = Verdict(
        row.name,
        found.value,
        found.bound,
        passed=found.is_ok,
        code="" if found.is_ok else NOT_KNOWN if found.is_unknown else row.code,
        text=found.why,
        is_soft=not found.is_ok and not row.is_hard,
    )
    return _placed(verdict, force, row.setting)


def _placed(verdict: Verdict, force: InForce, setting: str) -> Verdict:
    """Beside the bound whose it is, where the settings did not say it; and where to change it."""
    place = force.places.get(setting)
    if place is None:
        return verdict
    text = f"{verdict.text} {whose(place, setting)}" if verdict.text else ""
    return replace(verdict, bound=f"{verdict.bound} ({place})", text=text)


# ---- what is always looked at


def _validity(request: GateRequest, facts: Facts) -> Verdict:
    if request.invalid is not None:
        code, text = request.invalid
        return Verdict(
            "validity", request.symbol, "the market's rules", passed=False, code=code, text=text
        )
    if request.needed is None or request.is_reducing:
        return Verdict("validity", request.symbol, "the market's rules", passed=True)
    value = f"{words(request.needed)} {request.currency}"
    bound = f"{words(facts.free)} {request.currency} free"
    if request.needed <= facts.free:
        return Verdict("validity", value, bound, passed=True)
    needed, free = at_least(request.needed), at_most(facts.free)
    text = f"{needed} {request.currency} needed with fees, {free} {request.currency} free. "
    text += "Ask for less, or wait until an order is done."
    return Verdict("validity", value, bound, passed=False, code="FUNDS_TOO_SMALL", text=text)


def _state(request: GateRequest, facts: Facts) -> Verdict:
    state = facts.trading_state
    bound = "reducing orders only" if state is TradingState.REDUCING else "no new orders"
    is_out = request.is_reducing or request.is_undo  # no limit leaves a transaction half done
    if state is TradingState.ACTIVE or (state is TradingState.REDUCING and is_out):
        return Verdict("trading state", state.value, "active", passed=True)
    text = f"Trading is {state} ({facts.trading_cause}): {bound}. Resume with `{facts.resume}`."
    return Verdict(
        "trading state", state.value, bound, passed=False, code=f"TRADING_{state.name}", text=text
    )


def _doubt(facts: Facts) -> Verdict:
    code, text = facts.doubt
    return Verdict("venue", "in doubt", "known", passed=False, code=code, text=text)


def _notional(request: GateRequest, force: InForce) -> Verdict:
    maximum = force.limits.order_notional_max
    if maximum is None:
        return Verdict("order notional", "not measured", "no limit", passed=True)
    bound = f"{words(maximum)} {request.currency}"
    if request.notional is None:
        return Verdict("order notional", "known at its fill", bound, passed=True)
    value = f"{words(request.notional)} {request.currency}"
    if request.notional <= maximum:
        return Verdict("order notional", value, bound, passed=True)
    text = f"{value} asked, {words(maximum)} allowed. Lower the quantity"
    is_placed = "order_notional_max" in force.places  # which says more behind it
    text += "." if is_placed else ", or the limit under [limits] in config.toml is too low."
    return Verdict(
        "order notional", value, bound, passed=False, code="NOTIONAL_EXCEEDS_MAXIMUM", text=text
    )


def _rate(force: InForce, facts: Facts) -> Verdict:
    maximum = force.limits.orders_per_minute_max
    value = f"{facts.orders_last_minute} in the last minute"
    if maximum is None:
        return Verdict("order rate", value, "no limit", passed=True)
    bound = f"{maximum} a minute"
    if facts.orders_last_minute < maximum:
        return Verdict("order rate", value, bound, passed=True)
    text = f"{value}, {bound} allowed. Wait"
    is_placed = "orders_per_minute_max" in force.places
    text += "." if is_placed else ", or change the limit under [limits] in config.toml."
    return Verdict("order rate", value, bound, passed=False, code="RATE_EXCEEDS_MAXIMUM", text=text)
