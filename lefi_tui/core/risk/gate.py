"""The one gate: every order passes it, and it answers with all its verdicts, not only the first.

Three checks to begin with: validity, trading state, order limits. What only makes a position
smaller (reduce only) is stopped by validity and state alone: an exit is never refused for its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lefi_tui.core.messages import TradingState, Verdict
from lefi_tui.core.money import words
from lefi_tui.core.order import Side


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds a person sets; None is no bound."""

    order_notional_max: Decimal | None = None
    orders_per_minute_max: int | None = None


@dataclass(frozen=True, slots=True)
class GateRequest:
    """One order as the gate sees it, in quote where money is meant."""

    side: Side
    symbol: str
    currency: str
    notional: Decimal | None  # None where the venue fixes units at the fill
    needed: Decimal | None  # free cash it takes, fees included; None likewise
    is_reducing: bool
    invalid: tuple[str, str] | None = None  # code and words, where it can't be traded at all


@dataclass(frozen=True, slots=True)
class Facts:
    trading_state: TradingState
    trading_cause: str
    free: Decimal
    orders_last_minute: int


def check(request: GateRequest, limits: Limits, facts: Facts) -> tuple[Verdict, ...]:
    """All verdicts, in the order they are shown."""
    verdicts = (_validity(request, facts), _state(request, facts))
    if request.is_reducing:
        return verdicts
    return (*verdicts, _notional(request, limits), _rate(limits, facts))


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
    text = f"{value} needed with fees, {bound}. Ask for less, or wait until an order is done."
    return Verdict("validity", value, bound, passed=False, code="FUNDS_TOO_SMALL", text=text)


def _state(request: GateRequest, facts: Facts) -> Verdict:
    state = facts.trading_state
    bound = "reducing orders only" if state is TradingState.REDUCING else "no new orders"
    open_to = {TradingState.ACTIVE: True, TradingState.REDUCING: request.is_reducing}
    if open_to.get(state, False):
        return Verdict("trading state", state.value, "active", passed=True)
    text = f"Trading is {state} ({facts.trading_cause}): {bound}. Resume with `lefi resume`."
    return Verdict(
        "trading state", state.value, bound, passed=False, code=f"TRADING_{state.name}", text=text
    )


def _notional(request: GateRequest, limits: Limits) -> Verdict:
    maximum = limits.order_notional_max
    if maximum is None:
        return Verdict("order notional", "not measured", "no limit", passed=True)
    bound = f"{words(maximum)} {request.currency}"
    if request.notional is None:
        return Verdict("order notional", "known at its fill", bound, passed=True)
    value = f"{words(request.notional)} {request.currency}"
    if request.notional <= maximum:
        return Verdict("order notional", value, bound, passed=True)
    text = (
        f"{value} asked, {words(maximum)} allowed. "
        "Lower the quantity, or the limit under [limits] in config.toml is too low."
    )
    return Verdict(
        "order notional", value, bound, passed=False, code="NOTIONAL_EXCEEDS_MAXIMUM", text=text
    )


def _rate(limits: Limits, facts: Facts) -> Verdict:
    maximum = limits.orders_per_minute_max
    value = f"{facts.orders_last_minute} in the last minute"
    if maximum is None:
        return Verdict("order rate", value, "no limit", passed=True)
    bound = f"{maximum} a minute"
    if facts.orders_last_minute < maximum:
        return Verdict("order rate", value, bound, passed=True)
    text = f"{value}, {bound} allowed. Wait, or change the limit under [limits] in config.toml."
    return Verdict("order rate", value, bound, passed=False, code="RATE_EXCEEDS_MAXIMUM", text=text)
