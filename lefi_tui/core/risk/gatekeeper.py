"""The adviser of exits that a script puts behind `decide`: not in a chop, not at an oversold low.

The rules it keeps: a stop, a target, a kill, an undo, a person's close and an exit without `decide`
are never asked about here; what is not known keeps no exit back.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from lefi_tui.core.order import Side
from lefi_tui.core.risk import checks_plan
from lefi_tui.core.risk.checks_account import MINUTE_NS
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.looking import NOT_KNOWN, Check, Found, money, short
from lefi_tui.core.risk.measures import atr

ADX: Final = "adx"
TREND: Final = 25.0  # ADX above it: no chop
CHOP_MINUTES: Final = 15
CHOP_MOVE: Final = 0.5  # of an ATR of an hour
OSCILLATORS: Final = 2.0  # so many that agree are a low, or a high
# What a script emits: how many of its oscillators say that a fall, or a rise, has gone far.
SPENT: Final = {Side.SELL: "oversold", Side.BUY: "overbought"}


def _said(facts: Facts, name: str) -> float | None:
    """A number that the script emitted; none where it is no number to compare."""
    number = facts.signal.get(name)
    return number if number is not None and math.isfinite(number) else None


def chop(request: GateRequest, _limits: Limits, facts: Facts) -> Found:
    bound = f"{CHOP_MINUTES} min and half an ATR apart, or ADX above {short(TREND)}"
    left = facts.left
    if left is None:
        return Found("not left yet", bound, is_ok=True)
    trend = _said(facts, ADX)
    if trend is not None and trend > TREND:
        return Found(f"ADX {short(trend)}", bound, is_ok=True)
    past, range_ = (facts.at_ns - left.at_ns) // MINUTE_NS, atr(facts.candles(request.symbol))
    value = f"{past} min after the last"
    if not range_:
        return Found(f"{value}, its ATR {NOT_KNOWN}", bound, is_ok=True)
    move = abs(request.price - left.price) / Decimal(repr(range_))
    value = f"{value}, {short(move)} ATR from it"
    if past >= CHOP_MINUTES and move >= CHOP_MOVE:
        return Found(value, bound, is_ok=True)
    why = f"{request.symbol} was left {past} min ago at nearly this price: a chop. Wait for a move."
    return Found(value, bound, is_ok=False, why=why)


def spent(request: GateRequest, _limits: Limits, facts: Facts) -> Found:
    name = SPENT[request.side]
    bound, count = f"under {short(OSCILLATORS)}", _said(facts, name)
    if count is None:
        return Found(f"no `{name}` emitted", bound, is_ok=True)
    value = f"{short(count)} oscillators {name}"
    if count < OSCILLATORS:
        return Found(value, bound, is_ok=True)
    why = f"{value}: {request.symbol} has gone far already. Wait until it comes back; stops stay."
    return Found(value, bound, is_ok=False, why=why)


def edge(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    if limits.edge_bps_min is None:
        return Found("not measured", "no limit", is_ok=True)
    found = checks_plan.edge(request, limits, facts)
    return Found(found.value, found.bound, is_ok=True) if found.is_unknown else found


def smallest(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    """A part of a position; all of it may always go."""
    least, held = limits.entry_notional_min, facts.of(request.symbol)
    is_whole = held is None or request.quantity >= abs(held.units)
    if least is None or is_whole:
        return Found("all of it" if is_whole else "not measured", "no limit", is_ok=True)
    worth = request.quantity * request.price
    value, bound = money(worth, request.currency), money(least, request.currency)
    why = f"It would close {value}, {bound} at least. Close more, or all of it."
    is_ok = worth >= least
    return Found(value, f"{bound} at least", is_ok, "" if is_ok else why)


EXITS: Final[tuple[Check, ...]] = (
    Check("chop", "EXIT_IN_CHOP", "exit_guard", chop),
    Check("oscillators", "EXIT_AT_LOW", "exit_guard", spent),
    Check("edge of the exit", "EXIT_WITHOUT_EDGE", "exit_guard", edge),
    Check("size of the exit", "EXIT_TOO_SMALL", "exit_guard", smallest),
)
